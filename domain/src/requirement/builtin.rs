//! The documents of the registry that are part of the program, and how they come into the store.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{RegistryDocument, RegistryKind};
use crate::{
    ports::store::{StoreError, Tx},
    time::Timestamp,
};

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../data/registry/", $name, ".json"))
    };
}

/// The number of the program's own set of documents: whoever changes a file raises it, so that of two programs at one
/// database the newer one's set stays.
pub const SET: i64 = 3;

/// Files that hold lists of documents, each with its `code`.
const LISTS: [(RegistryKind, &str); 15] = [
    (RegistryKind::Act, file!("acts-a")),
    (RegistryKind::Act, file!("acts-b")),
    (RegistryKind::Requirement, file!("requirements/start-business")),
    (RegistryKind::Requirement, file!("requirements/hire-staff")),
    (RegistryKind::Requirement, file!("requirements/transport")),
    (RegistryKind::Requirement, file!("requirements/accommodation")),
    (RegistryKind::Requirement, file!("requirements/cafe")),
    (RegistryKind::Requirement, file!("requirements/retail")),
    (RegistryKind::Requirement, file!("requirements/food-production")),
    (RegistryKind::Requirement, file!("requirements/personal-services")),
    (RegistryKind::Algorithm, file!("algorithms-a")),
    (RegistryKind::Algorithm, file!("algorithms-b")),
    (RegistryKind::Checklist, file!("checklists-a")),
    (RegistryKind::Checklist, file!("checklists-b")),
    (RegistryKind::CheckPack, file!("check-packs")),
];

/// Files that are one document each, under the name of their kind.
const WHOLE: [(RegistryKind, &str); 5] = [
    (RegistryKind::Assessment, file!("assessment")),
    (RegistryKind::Cost, file!("cost")),
    (RegistryKind::Risk, file!("risk")),
    (RegistryKind::Facts, file!("facts")),
    (RegistryKind::SelfCheck, file!("self-check")),
];

/// The documents that are part of the program, in their first version and edition.
pub fn builtin() -> Vec<RegistryDocument> {
    let lists = LISTS.iter().flat_map(|(kind, text)| {
        let items: Vec<Value> = serde_json::from_str(text).expect("a test reads every file of the program");
        items.into_iter().map(|body| {
            let code = body.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
            document(*kind, code, body)
        })
    });
    let whole = WHOLE.iter().map(|(kind, text)| {
        let body = serde_json::from_str(text).expect("a test reads every file of the program");
        document(*kind, kind.to_string(), body)
    });
    lists.chain(whole).collect()
}

fn document(kind: RegistryKind, code: String, body: Value) -> RegistryDocument {
    RegistryDocument { kind, code, version: 1, edition: 1, brought_by: None, body }
}

/// Brings the store's registry up to the program's own set: what is missing comes in, and what an earlier set brought is
/// replaced. What an authority has written stays, and so does what a newer program's set has brought.
///
/// # Errors
/// Only what the store says.
pub fn install(tx: &mut dyn Tx, now: Timestamp) -> Result<(i64, Vec<RegistryDocument>), StoreError> {
    bring_up_to((SET, builtin()), tx, now)
}

/// The same for any set, with its number.
///
/// # Errors
/// Only what the store says.
pub fn bring_up_to(
    (number, set): (i64, Vec<RegistryDocument>),
    tx: &mut dyn Tx,
    now: Timestamp,
) -> Result<(i64, Vec<RegistryDocument>), StoreError> {
    let is_older = number < tx.registry().builtin_set()?;
    if !is_older {
        tx.registry().put_builtin_set(number)?;
    }
    let current = tx.registry().current()?;
    let mut current: BTreeMap<Key, RegistryDocument> =
        current.into_iter().map(|one| (key(&one), one)).collect();
    let is_news = |shipped: &RegistryDocument| {
        let replaces = |held: &RegistryDocument| held.brought_by.is_none() && held.body != shipped.body;
        current.get(&key(shipped)).is_none_or(|held| !is_older && replaces(held))
    };
    let mut new: Vec<RegistryDocument> = set.into_iter().filter(is_news).collect();
    if new.is_empty() {
        return Ok((tx.registry().edition()?, current.into_values().collect()));
    }
    // Whoever is bringing documents judged them by the registry before this one.
    tx.registry().drop_waiting()?;
    tx.registry().end_turn()?;
    let keys: Vec<Key> = new.iter().map(key).collect();
    let known = tx.registry().newest(&keys)?;
    let known: BTreeMap<Key, i64> = known.iter().map(|one| (key(one), one.version)).collect();
    let edition = tx.registry().next_edition(now)?;
    for document in &mut new {
        document.version = known.get(&key(document)).map_or(1, |version| version + 1);
        document.edition = edition;
    }
    tx.registry().insert(&new, now)?;
    current.extend(new.into_iter().map(|one| (key(&one), one)));
    Ok((edition, current.into_values().collect()))
}

type Key = (RegistryKind, String);

fn key(document: &RegistryDocument) -> Key {
    (document.kind, document.code.clone())
}
