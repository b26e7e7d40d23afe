//! Imports a whole official classifier as the new version of a dictionary.
//!
//! The official files are large and not ours to ship; the program brings a selection along and takes the whole here.

use std::{collections::BTreeSet, fs, path::Path};

use domain::{
    catalogue::{Catalogue, Dictionary, DictionaryItem, Document, DocumentKind, builtin},
    ports::{
        clock::Clock,
        store::{Store, StoreError},
    },
    text::Text,
};
use jiff::civil::Date;
use serde::Deserialize;

use crate::{clock::SystemClock, config::Config, failure::Failure};

/// How many faults of a file are told.
const TOLD: usize = 5;

/// An official file, with what a dictionary needs of it.
#[derive(Debug, Deserialize)]
struct Official {
    classifier: Option<String>,
    source: Option<String>,
    count: Option<usize>,
    items: Vec<OfficialItem>,
}

#[derive(Debug, Deserialize)]
struct OfficialItem {
    code: String,
    name: String,
    #[serde(default)]
    parent: Option<String>,
}

/// Reads the file, checks it, and adds it to the store as the dictionary's next version.
///
/// # Errors
/// [`Failure::Usage`] for an unknown name, [`Failure::Failed`] where the file or the store does not allow it; nothing
/// is stored then.
pub async fn import(config: &Config, name: &str, file: &Path, as_of: Option<Date>) -> Result<(), Failure> {
    let now = SystemClock.now();
    let bytes = fs::read(file).map_err(|error| Failure::of(file.display(), error))?;
    config.make_data_dir()?;
    let opened = persistence::open(config.store_options(|_| {}))
        .map_err(|error| Failure::of("the database", error))?;
    let documents = current(&opened.store).await?;
    let known = known(&documents, name)?;
    let as_of = as_of.unwrap_or_else(|| now.moscow_date());
    let dictionary = dictionary(&known.1, &bytes, as_of).map_err(|why| Failure::of(file.display(), why))?;
    let document = document(&dictionary, known.0 + 1)?;
    compiles(documents, document.clone())?;
    let (version, count) = (document.version, dictionary.items.len());
    let stored = opened.store.write(move |tx| tx.catalogue().insert(&document, now)).await;
    stored.map_err(|error: StoreError| Failure::of("the dictionary was not stored", error))?;
    opened.handle.close();
    println!("{name}: version {version} with {count} items; the gateway takes it at its next start");
    Ok(())
}

/// The newest version of every document: the stored ones over those that the program brings along.
///
/// # Errors
/// Where the store does not answer.
pub async fn current(store: &Store) -> Result<Vec<Document>, Failure> {
    let stored = store.read(|tx| tx.catalogue().current()).await;
    let stored = stored.map_err(|error: StoreError| Failure::of("the database", error))?;
    Ok(stored.into_iter().fold(builtin(), replace))
}

/// Puts a document in the place of its older version.
fn replace(mut documents: Vec<Document>, new: Document) -> Vec<Document> {
    let place = documents.iter_mut().find(|old| old.kind == new.kind && old.code == new.code);
    match place {
        Some(old) if old.version <= new.version => *old = new,
        Some(_) => {}
        None => documents.push(new),
    }
    documents
}

/// The dictionary of that name in force, with its version.
fn known(documents: &[Document], name: &str) -> Result<(i64, Dictionary), Failure> {
    let mut dictionaries = documents.iter().filter(|document| document.kind == DocumentKind::Dictionary);
    let Some(found) = dictionaries.clone().find(|document| document.code == name) else {
        let names: BTreeSet<&str> = dictionaries.by_ref().map(|document| document.code.as_str()).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Failure::Usage(format!("there is no dictionary {name:?}; known are {names}")));
    };
    let dictionary =
        serde_json::from_value(found.body.clone()).map_err(|error| Failure::of("the dictionary", error))?;
    Ok((found.version, dictionary))
}

/// Makes the dictionary out of the official file. English titles are kept where the dictionary in force has them.
///
/// # Errors
/// Says what is wrong with the file, all of it up to a handful.
fn dictionary(known: &Dictionary, bytes: &[u8], as_of: Date) -> Result<Dictionary, String> {
    let official: Official = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let faults = faults(&official);
    if !faults.is_empty() {
        return Err(faults.into_iter().take(TOLD).collect::<Vec<_>>().join("; "));
    }
    looks_like(known, &official)?;
    let named = official.source.or(official.classifier).unwrap_or_else(|| known.title.ru.clone());
    let source = Text {
        ru: format!("{named}. Загружено целиком."),
        en: format!("{named}. Imported whole; titles without an English text are in Russian."),
    };
    let items = official.items.into_iter().map(|item| translated(known, item)).collect();
    Ok(Dictionary {
        name: known.name.clone(),
        title: known.title.clone(),
        source,
        as_of,
        complete: true,
        items,
    })
}

/// Refuses the file of another classifier: most of the codes in force must be in it.
fn looks_like(known: &Dictionary, official: &Official) -> Result<(), String> {
    let codes: BTreeSet<&str> = official.items.iter().map(|item| item.code.as_str()).collect();
    let missing = known.items.iter().filter(|item| !codes.contains(item.code.as_str())).count();
    if missing * 2 > known.items.len() {
        let all = known.items.len();
        return Err(format!(
            "{missing} of the {all} codes in force are missing: is this the file of {}?",
            known.name
        ));
    }
    Ok(())
}

fn translated(known: &Dictionary, item: OfficialItem) -> DictionaryItem {
    let english = known.item(&item.code).map(|item| item.title.en.clone());
    let en = english.unwrap_or_else(|| item.name.clone());
    DictionaryItem { code: item.code, title: Text { ru: item.name, en }, parent: item.parent }
}

fn faults(official: &Official) -> Vec<String> {
    let mut faults = Vec::new();
    if official.items.is_empty() {
        faults.push("`items` is empty".to_owned());
    }
    if official.count.is_some_and(|count| count != official.items.len()) {
        faults.push(format!("`count` is not the number of items, {}", official.items.len()));
    }
    let mut codes = BTreeSet::new();
    for (index, item) in official.items.iter().enumerate() {
        if item.code.trim() != item.code || item.code.is_empty() || item.name.trim().is_empty() {
            faults.push(format!("item {index} has no plain code or no name"));
        }
        if !codes.insert(item.code.as_str()) {
            faults.push(format!("the code {:?} stands twice", item.code));
        }
    }
    for item in &official.items {
        if item.parent.as_deref().is_some_and(|parent| parent == item.code || !codes.contains(parent)) {
            faults.push(format!("the item above {:?} is not there", item.code));
        }
    }
    faults
}

fn document(dictionary: &Dictionary, version: i64) -> Result<Document, Failure> {
    let body = serde_json::to_value(dictionary).map_err(|error| Failure::of("the dictionary", error))?;
    Ok(Document { kind: DocumentKind::Dictionary, code: dictionary.name.clone(), version, body })
}

/// The gateway must still start with it.
fn compiles(documents: Vec<Document>, new: Document) -> Result<(), Failure> {
    let compiled = Catalogue::compile(replace(documents, new));
    compiled.map(drop).map_err(|faults| {
        let told = faults.iter().take(TOLD).map(|fault| fault.to_string()).collect::<Vec<_>>().join("; ");
        Failure::of("the catalogue would not hold with it", told)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known_dictionary(name: &str) -> (i64, Dictionary) {
        known(&builtin(), name).expect("a dictionary of the program")
    }

    fn day() -> Date {
        jiff::civil::date(2026, 11, 1)
    }

    #[test]
    fn the_official_shape_becomes_a_complete_dictionary() {
        let (_, mut known) = known_dictionary("okved2");
        known.items.retain(|item| ["I", "56"].contains(&item.code.as_str()));
        let file = r#"{"classifier": "ОКВЭД 2", "count": 3, "extra": 1, "items": [
            {"code": "I", "name": "ГОСТИНИЦЫ", "section": "I", "level": "section", "parent": null},
            {"code": "56", "name": "Питание", "parent": "I"}, {"code": "56.10.99", "name": "Прочее", "parent": "56"}]}"#;
        let made = dictionary(&known, file.as_bytes(), day()).expect("a right file");
        assert!(made.complete && made.as_of == day() && made.items.len() == 3);
        let english = known.item("I").map(|item| item.title.en.clone());
        assert_eq!(made.item("I").map(|item| item.title.en.clone()), english);
        assert_eq!(made.item("56.10.99").map(|item| item.title.en.as_str()), Some("Прочее"));
        assert_eq!(made.item("56").and_then(|item| item.parent.as_deref()), Some("I"));
    }

    #[test]
    fn the_file_of_another_classifier_is_refused() {
        let (_, known) = known_dictionary("okopf");
        let file = r#"{"items": [{"code": "56.10", "name": "Рестораны"}]}"#;
        let told = dictionary(&known, file.as_bytes(), day()).expect_err("a file of ОКВЭД 2");
        assert!(told.contains("is this the file of okopf?"), "{told}");
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told() {
        let (_, known) = known_dictionary("okopf");
        let told = |file: &str| dictionary(&known, file.as_bytes(), day()).expect_err("a wrong file");
        assert!(told("[]").contains("invalid type") || told("[]").contains("expected"), "{}", told("[]"));
        assert!(told(r#"{"items": []}"#).contains("empty"));
        let file = r#"{"count": 1, "items": [{"code": "1", "name": "a"}, {"code": "1", "name": " "},
            {"code": "2", "name": "b", "parent": "3"}]}"#;
        let told = told(file);
        for part in ["`count`", "\"1\" stands twice", "item 1 has no", "above \"2\""] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn only_dictionaries_that_forms_know_can_be_imported() {
        assert!(known(&builtin(), "okved3").is_err_and(|failure| failure.to_string().contains("okved2")));
    }

    #[test]
    fn a_newer_document_takes_the_place_of_the_older() {
        let (version, dictionary) = known_dictionary("powers");
        let newer = document(&dictionary, version + 1).expect("plain data");
        let documents = replace(builtin(), newer.clone());
        assert_eq!(documents.len(), builtin().len());
        assert!(documents.contains(&newer));
        let older = document(&dictionary, version).expect("plain data");
        assert!(replace(documents, older).contains(&newer));
    }
}
