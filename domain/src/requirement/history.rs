//! Who changed a document of the registry, and when.

use std::collections::BTreeMap;

use super::document::{RegistryDocument, RegistryKind};
use crate::{
    ids::{ApplicationId, AuthorityId},
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    time::Timestamp,
};

/// One version of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// The version.
    pub document: RegistryDocument,
    /// When it came.
    pub at: Timestamp,
    /// The authority whose application brought it; None where it came with the program.
    pub authority: Option<AuthorityId>,
}

/// The versions of a document that were in force, newest first.
///
/// # Errors
/// Only what the store says.
pub fn history(
    tx: &mut dyn Tx,
    kind: RegistryKind,
    code: &str,
    page: &PageRequest,
) -> Result<Page<Dated>, StoreError> {
    let versions = tx.registry().versions(kind, code, page)?;
    let mut authorities: BTreeMap<ApplicationId, Option<AuthorityId>> = BTreeMap::new();
    for application in versions.items.iter().filter_map(|(document, _)| document.brought_by.as_ref()) {
        if !authorities.contains_key(application) {
            let authority = tx.applications().find(application)?.and_then(|found| found.authority);
            authorities.insert(application.clone(), authority);
        }
    }
    Ok(versions.map(|(document, at)| {
        let authority = document.brought_by.as_ref().and_then(|id| authorities.get(id).cloned().flatten());
        Dated { document, at, authority }
    }))
}
