//! The documents of which a catalogue is compiled, and those that the gateway brings along.

use serde_json::Value;

#[cfg(test)]
use super::dictionary::Dictionary;

/// What a document of the catalogue holds.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::Display,
)]
#[strum(serialize_all = "snake_case")]
pub enum DocumentKind {
    /// The list of life situations.
    LifeSituations,
    /// The list of segments.
    Segments,
    /// The list of questions and answers.
    Faq,
    /// The list of authorities.
    Authorities,
    /// The shared blocks of forms.
    Blocks,
    /// The edition.
    Manifest,
    /// What a profile may hold: a JSON Schema over the blocks and the dictionaries.
    Profile,
    /// One service.
    Service,
    /// One dictionary.
    Dictionary,
}

/// One document of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it holds.
    pub kind: DocumentKind,
    /// The service's code or the dictionary's name; for the others, of which there is one each, the name of the kind.
    pub code: String,
    /// Counts its versions from 1.
    pub version: i64,
    /// The content.
    pub body: Value,
}

macro_rules! files {
    ($directory:literal: $($name:literal)*) => {
        [$(($name, include_str!(concat!("../../data/", $directory, "/", $name, ".json")))),*]
    };
}

const LISTS: [(DocumentKind, &str); 7] = [
    (DocumentKind::LifeSituations, include_str!("../../data/catalogue/life-situations.json")),
    (DocumentKind::Segments, include_str!("../../data/catalogue/segments.json")),
    (DocumentKind::Faq, include_str!("../../data/catalogue/faq.json")),
    (DocumentKind::Authorities, include_str!("../../data/catalogue/authorities.json")),
    (DocumentKind::Blocks, include_str!("../../data/catalogue/blocks.json")),
    (DocumentKind::Manifest, include_str!("../../data/catalogue/manifest.json")),
    (DocumentKind::Profile, include_str!("../../data/catalogue/profile.json")),
];

const SERVICES: &[(&str, &str)] = &files!("catalogue/services":
    "alcohol-retail-licence"
    "cash-register-registration"
    "employer-registration"
    "environmental-object-registration"
    "export-certification-subsidy"
    "hiring-subsidy"
    "ip-registration"
    "labour-safety-financing"
    "main-activity-confirmation"
    "microloan"
    "personal-data-operator-notice"
    "register-extract"
    "simplified-tax-notification"
    "social-enterprise-status"
    "start-of-activity-notice"
    "tax-balance-certificate"
    "taxi-permit"
    "trademark-registration"
);

const DICTIONARIES: &[(&str, &str)] = &files!("dictionaries":
    "okopf"
    "okved2"
    "powers"
    "regions"
);

/// The documents that are part of the program.
pub fn builtin() -> Vec<Document> {
    let lists = LISTS.iter().map(|(kind, text)| document(*kind, <&str>::from(*kind), text));
    let services = SERVICES.iter().map(|(code, text)| document(DocumentKind::Service, code, text));
    let dictionaries = DICTIONARIES.iter().map(|(name, text)| document(DocumentKind::Dictionary, name, text));
    lists.chain(services).chain(dictionaries).collect()
}

fn document(kind: DocumentKind, code: &str, text: &str) -> Document {
    let body: Value =
        serde_json::from_str(text).expect("a test reads every file that is part of the program");
    let version = body.get("version").and_then(Value::as_i64).unwrap_or(1);
    Document { kind, code: code.to_owned(), version, body }
}

/// A dictionary that is part of the program.
#[cfg(test)]
pub(super) fn builtin_dictionary(name: &str) -> Dictionary {
    let (_, text) = DICTIONARIES.iter().find(|(known, _)| *known == name).expect("a known name");
    serde_json::from_str(text).expect("a dictionary")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;

    fn in_directory(directory: &str) -> BTreeSet<String> {
        let path = Path::new(file!()).parent().expect("a directory").join("../../data").join(directory);
        let path = if path.exists() { path } else { Path::new("data").join(directory) };
        std::fs::read_dir(path)
            .expect("the directory of data")
            .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
            .collect()
    }

    #[test]
    fn no_file_of_the_data_is_forgotten() {
        let named = |files: &[(&str, &str)]| {
            files.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>()
        };
        assert_eq!(named(SERVICES), in_directory("catalogue/services"));
        assert_eq!(named(DICTIONARIES), in_directory("dictionaries"));
    }

    #[test]
    fn every_document_is_read_under_its_kind_and_code() {
        let documents = builtin();
        assert_eq!(documents.len(), LISTS.len() + SERVICES.len() + DICTIONARIES.len());
        assert!(
            documents
                .iter()
                .any(|one| one.kind == DocumentKind::Faq && one.code == "faq" && one.version == 1)
        );
        for one in documents.iter().filter(|one| one.kind == DocumentKind::Service) {
            assert_eq!(one.body["code"], one.code.as_str());
        }
    }
}
