use diesel::prelude::*;
use domain::{mandate::Mandate, ports::store::StoreError};

use super::{moment, moment_or_none, parsed};
use crate::schema::mandates;

/// A ground on which an application acts for a business; in force while `ended_at` is null.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = mandates, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct MandateRow {
    id: String,
    application_id: String,
    business_id: String,
    granted_at: i64,
    ended_at: Option<i64>,
}

impl From<&Mandate> for MandateRow {
    fn from(mandate: &Mandate) -> Self {
        let Mandate { id, application, business, granted_at, ended_at } = mandate;
        Self {
            id: id.to_string(),
            application_id: application.to_string(),
            business_id: business.to_string(),
            granted_at: granted_at.micros(),
            ended_at: ended_at.map(|at| at.micros()),
        }
    }
}

impl TryFrom<MandateRow> for Mandate {
    type Error = StoreError;

    fn try_from(row: MandateRow) -> Result<Self, StoreError> {
        let MandateRow { id, application_id, business_id, granted_at, ended_at } = row;
        Ok(Self {
            id: parsed("mandates.id", &id)?,
            application: parsed("mandates.application_id", &application_id)?,
            business: parsed("mandates.business_id", &business_id)?,
            granted_at: moment("mandates.granted_at", granted_at)?,
            ended_at: moment_or_none("mandates.ended_at", ended_at)?,
        })
    }
}
