use diesel::prelude::*;
use domain::{mandate::access::AccessRequest, ports::store::StoreError};

use super::{from_json, moment, moment_or_none, parsed, to_json};
use crate::schema::access_requests;

/// A request to represent a business; it waits while `answered_at` is null.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = access_requests, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct AccessRequestRow {
    id: String,
    application_id: String,
    inn: String,
    ogrn: String,
    reference: String,
    status: String,
    content: String,
    expires_at: i64,
    version: i64,
    created_at: i64,
    answered_at: Option<i64>,
}

impl From<&AccessRequest> for AccessRequestRow {
    fn from(request: &AccessRequest) -> Self {
        let AccessRequest {
            id,
            application,
            inn,
            ogrn,
            reference,
            status,
            content,
            expires_at,
            version,
            created_at,
            answered_at,
        } = request;
        Self {
            id: id.to_string(),
            application_id: application.to_string(),
            inn: inn.clone(),
            ogrn: ogrn.clone(),
            reference: reference.clone(),
            status: <&str>::from(*status).to_owned(),
            content: to_json(content),
            expires_at: expires_at.micros(),
            version: *version,
            created_at: created_at.micros(),
            answered_at: answered_at.map(|at| at.micros()),
        }
    }
}

impl TryFrom<AccessRequestRow> for AccessRequest {
    type Error = StoreError;

    fn try_from(row: AccessRequestRow) -> Result<Self, StoreError> {
        let AccessRequestRow {
            id,
            application_id,
            inn,
            ogrn,
            reference,
            status,
            content,
            expires_at,
            version,
            created_at,
            answered_at,
        } = row;
        Ok(Self {
            id: parsed("access_requests.id", &id)?,
            application: parsed("access_requests.application_id", &application_id)?,
            inn,
            ogrn,
            reference,
            status: parsed("access_requests.status", &status)?,
            content: from_json("access_requests.content", &content)?,
            expires_at: moment("access_requests.expires_at", expires_at)?,
            version,
            created_at: moment("access_requests.created_at", created_at)?,
            answered_at: moment_or_none("access_requests.answered_at", answered_at)?,
        })
    }
}
