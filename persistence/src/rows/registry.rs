use diesel::prelude::*;
use domain::{ports::store::StoreError, requirement::document::RegistryDocument, time::Timestamp};

use super::{from_json, moment, parsed, parsed_or_none, to_json};
use crate::schema::registry_documents;

/// One version of a document of the registry.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = registry_documents)]
pub(crate) struct RegistryDocumentRow {
    kind: String,
    code: String,
    version: i64,
    edition: i64,
    application_id: Option<String>,
    body: String,
    at: i64,
}

impl RegistryDocumentRow {
    /// The row for `document`, which came at `at`.
    pub(crate) fn brought(document: &RegistryDocument, at: Timestamp) -> Self {
        let RegistryDocument { kind, code, version, edition, brought_by, body } = document;
        Self {
            kind: <&str>::from(*kind).to_owned(),
            code: code.clone(),
            version: *version,
            edition: *edition,
            application_id: brought_by.as_ref().map(ToString::to_string),
            body: to_json(body),
            at: at.micros(),
        }
    }
}

impl TryFrom<RegistryDocumentRow> for (RegistryDocument, Timestamp) {
    type Error = StoreError;

    fn try_from(row: RegistryDocumentRow) -> Result<Self, StoreError> {
        let RegistryDocumentRow { kind, code, version, edition, application_id, body, at } = row;
        let at = moment("registry_documents.at", at)?;
        let kind = parsed("registry_documents.kind", &kind)?;
        let brought_by = parsed_or_none("registry_documents.application_id", application_id.as_deref())?;
        let body = from_json("registry_documents.body", &body)?;
        Ok((RegistryDocument { kind, code, version, edition, brought_by, body }, at))
    }
}
