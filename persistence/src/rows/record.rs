use diesel::prelude::*;
use domain::{ports::store::StoreError, record::Record};

use super::{from_json, moment, moment_or_none, parsed, parsed_or_none, to_json};
use crate::schema::records;

/// A record of dealings with requirements.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = records, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct RecordRow {
    id: String,
    kind: String,
    business_id: String,
    requirement: Option<String>,
    authority_id: Option<String>,
    state: String,
    due_at: Option<i64>,
    body: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl From<&Record> for RecordRow {
    fn from(record: &Record) -> Self {
        let Record {
            id,
            kind,
            business,
            requirement,
            authority,
            state,
            due_at,
            body,
            version,
            created_at,
            updated_at,
        } = record;
        Self {
            id: id.clone(),
            kind: <&str>::from(*kind).to_owned(),
            business_id: business.to_string(),
            requirement: requirement.clone(),
            authority_id: authority.as_ref().map(ToString::to_string),
            state: state.clone(),
            due_at: due_at.map(|at| at.micros()),
            body: to_json(body),
            version: *version,
            created_at: created_at.micros(),
            updated_at: updated_at.micros(),
        }
    }
}

impl TryFrom<RecordRow> for Record {
    type Error = StoreError;

    fn try_from(row: RecordRow) -> Result<Self, StoreError> {
        let RecordRow {
            id,
            kind,
            business_id,
            requirement,
            authority_id,
            state,
            due_at,
            body,
            version,
            created_at,
            updated_at,
        } = row;
        Ok(Self {
            id,
            kind: parsed("records.kind", &kind)?,
            business: parsed("records.business_id", &business_id)?,
            requirement,
            authority: parsed_or_none("records.authority_id", authority_id.as_deref())?,
            state,
            due_at: moment_or_none("records.due_at", due_at)?,
            body: from_json("records.body", &body)?,
            version,
            created_at: moment("records.created_at", created_at)?,
            updated_at: moment("records.updated_at", updated_at)?,
        })
    }
}
