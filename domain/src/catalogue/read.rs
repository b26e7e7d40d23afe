//! Reading the documents of a catalogue into their types, with everything that is wrong with their shape.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    dictionary::Dictionary,
    fault::{CatalogueFault, Fault},
    guide::{AuthorityEntry, Block, Faq, LifeSituation, Manifest, Segment},
    load::{Document, DocumentKind},
    model::ServiceDocument,
    schema::Dictionaries,
};

/// The documents as values of their types.
#[derive(Default)]
pub(super) struct Contents {
    pub manifest: Option<Manifest>,
    pub situations: Vec<LifeSituation>,
    pub segments: Vec<Segment>,
    pub faq: Vec<Faq>,
    pub authorities: Vec<AuthorityEntry>,
    pub blocks: BTreeMap<String, Block>,
    pub profile: Value,
    pub services: BTreeMap<String, ServiceDocument>,
    pub dictionaries: Dictionaries,
}

/// Collects faults.
#[derive(Default)]
pub(super) struct Faults(pub Vec<CatalogueFault>);

impl Faults {
    pub(super) fn add(&mut self, kind: DocumentKind, code: &str, pointer: impl Into<String>, fault: Fault) {
        self.0.push(CatalogueFault { kind, code: code.to_owned(), pointer: pointer.into(), fault });
    }
}

impl Contents {
    /// Reads what can be read; the rest goes to `faults`.
    pub(super) fn read(documents: &[Document], faults: &mut Faults) -> Self {
        let mut contents = Self::default();
        for document in documents {
            contents.take(document, faults);
        }
        contents.check_singles(documents, faults);
        contents.check_codes(faults);
        contents
    }

    fn take(&mut self, document: &Document, faults: &mut Faults) {
        match document.kind {
            DocumentKind::LifeSituations => self.situations = list(document, faults),
            DocumentKind::Segments => self.segments = list(document, faults),
            DocumentKind::Faq => self.faq = list(document, faults),
            DocumentKind::Authorities => self.authorities = list(document, faults),
            DocumentKind::Blocks => self.blocks = shape(document, faults).unwrap_or_default(),
            DocumentKind::Manifest => self.manifest = shape(document, faults),
            DocumentKind::Profile => self.profile = document.body.clone(),
            DocumentKind::Service => self.take_service(document, faults),
            DocumentKind::Dictionary => self.take_dictionary(document, faults),
        }
    }

    fn take_service(&mut self, document: &Document, faults: &mut Faults) {
        let Some(service) = shape::<ServiceDocument>(document, faults) else { return };
        same_code(document, "/code", &service.code, faults);
        if self.services.insert(document.code.clone(), service).is_some() {
            faults.add(document.kind, &document.code, "", Fault::Duplicate(document.code.clone()));
        }
    }

    fn take_dictionary(&mut self, document: &Document, faults: &mut Faults) {
        let Some(dictionary) = shape::<Dictionary>(document, faults) else { return };
        same_code(document, "/name", &dictionary.name, faults);
        unique(
            document.kind,
            &document.code,
            "/items",
            dictionary.items.iter().map(|item| item.code.as_str()),
            faults,
        );
        if self.dictionaries.insert(document.code.clone(), Arc::new(dictionary)).is_some() {
            faults.add(document.kind, &document.code, "", Fault::Duplicate(document.code.clone()));
        }
    }

    fn check_singles(&self, documents: &[Document], faults: &mut Faults) {
        use DocumentKind::{Authorities, Blocks, Faq, LifeSituations, Manifest, Profile, Segments};
        for kind in [LifeSituations, Segments, Faq, Authorities, Blocks, Manifest, Profile] {
            let found = documents.iter().filter(|document| document.kind == kind).count();
            if found != 1 {
                faults.add(kind, kind.into(), "", Fault::NotSingle { found });
            }
        }
    }

    fn check_codes(&self, faults: &mut Faults) {
        use DocumentKind::{Authorities, Faq, LifeSituations, Segments, Service};
        let mut check =
            |kind: DocumentKind, codes: Vec<&str>| unique(kind, kind.into(), "", codes.into_iter(), faults);
        check(LifeSituations, self.situations.iter().map(|one| one.code.as_str()).collect());
        check(Segments, self.segments.iter().map(|one| one.code.as_str()).collect());
        check(Faq, self.faq.iter().map(|one| one.code.as_str()).collect());
        check(Authorities, self.authorities.iter().map(|one| one.id.as_str()).collect());
        for (code, service) in &self.services {
            unique(Service, code, "/rules", service.rules.iter().map(|rule| rule.code.as_str()), faults);
            unique(
                Service,
                code,
                "/documents",
                service.documents.iter().map(|paper| paper.code.as_str()),
                faults,
            );
        }
    }
}

fn shape<T: DeserializeOwned>(document: &Document, faults: &mut Faults) -> Option<T> {
    item(document, "", &document.body, faults)
}

fn list<T: DeserializeOwned>(document: &Document, faults: &mut Faults) -> Vec<T> {
    let Some(items) = document.body.as_array() else {
        faults.add(document.kind, &document.code, "", Fault::Shape("expected a list".into()));
        return Vec::new();
    };
    items
        .iter()
        .enumerate()
        .filter_map(|(at, value)| item(document, &format!("/{at}"), value, faults))
        .collect()
}

fn item<T: DeserializeOwned>(
    document: &Document,
    pointer: &str,
    value: &Value,
    faults: &mut Faults,
) -> Option<T> {
    T::deserialize(value)
        .map_err(|error| faults.add(document.kind, &document.code, pointer, Fault::Shape(error.to_string())))
        .ok()
}

fn same_code(document: &Document, pointer: &str, inside: &str, faults: &mut Faults) {
    if inside != document.code {
        let message = format!("expected `{}`, found `{inside}`", document.code);
        faults.add(document.kind, &document.code, pointer, Fault::Shape(message));
    }
}

fn unique<'c>(
    kind: DocumentKind,
    document: &str,
    pointer: &str,
    codes: impl Iterator<Item = &'c str>,
    faults: &mut Faults,
) {
    let mut seen = BTreeSet::new();
    for (at, code) in codes.enumerate() {
        if !seen.insert(code) {
            faults.add(kind, document, format!("{pointer}/{at}"), Fault::Duplicate(code.to_owned()));
        }
    }
}
