use diesel::prelude::*;
use domain::{catalogue::Document, ports::store::StoreError, time::Timestamp};

use super::{from_json, parsed, to_json};
use crate::schema::catalogue_documents;

/// One version of a catalogue document.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = catalogue_documents, primary_key(kind, code, version))]
pub(crate) struct DocumentRow {
    kind: String,
    code: String,
    version: i64,
    body: String,
    published_at: i64,
}

impl DocumentRow {
    /// The row for `document`, in force from `published_at` on.
    pub(crate) fn published(document: &Document, published_at: Timestamp) -> Self {
        let Document { kind, code, version, body } = document;
        Self {
            kind: <&str>::from(*kind).to_owned(),
            code: code.clone(),
            version: *version,
            body: to_json(body),
            published_at: published_at.micros(),
        }
    }
}

impl TryFrom<DocumentRow> for Document {
    type Error = StoreError;

    fn try_from(row: DocumentRow) -> Result<Self, StoreError> {
        let DocumentRow { kind, code, version, body, published_at: _ } = row;
        Ok(Self {
            kind: parsed("catalogue_documents.kind", &kind)?,
            code,
            version,
            body: from_json("catalogue_documents.body", &body)?,
        })
    }
}
