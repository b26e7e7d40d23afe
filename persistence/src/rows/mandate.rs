use diesel::prelude::*;
use domain::{
    mandate::{Mandate, Rights, Terms},
    ports::store::StoreError,
};

use super::{from_json, moment, moment_or_none, parsed, parsed_or_none, to_json};
use crate::schema::mandates;

/// A ground on which an application acts for a business; open while `ended_at` is null.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = mandates, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct MandateRow {
    id: String,
    application_id: String,
    business_id: String,
    granted_at: i64,
    ended_at: Option<i64>,
    kind: String,
    #[diesel(embed)]
    terms: TermsRow,
    parent_id: Option<String>,
    version: i64,
    paper: String,
}

/// What is asked of a mandate at every act; a part of its row.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = mandates, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct TermsRow {
    status: String,
    rights: i64,
    valid_from: i64,
    valid_until: Option<i64>,
    principal_active: i64,
}

impl From<&Mandate> for MandateRow {
    fn from(mandate: &Mandate) -> Self {
        let Mandate { id, application, business, kind, terms, paper, parent, version, granted_at, ended_at } =
            mandate;
        Self {
            id: id.to_string(),
            application_id: application.to_string(),
            business_id: business.to_string(),
            granted_at: granted_at.micros(),
            ended_at: ended_at.map(|at| at.micros()),
            kind: <&str>::from(*kind).to_owned(),
            terms: terms.into(),
            parent_id: parent.as_ref().map(ToString::to_string),
            version: *version,
            paper: to_json(paper),
        }
    }
}

impl From<&Terms> for TermsRow {
    fn from(terms: &Terms) -> Self {
        let Terms { status, rights, valid_from, valid_until, principal_active } = terms;
        Self {
            status: <&str>::from(*status).to_owned(),
            rights: rights.bits(),
            valid_from: valid_from.micros(),
            valid_until: valid_until.map(|at| at.micros()),
            principal_active: (*principal_active).into(),
        }
    }
}

impl TryFrom<TermsRow> for Terms {
    type Error = StoreError;

    fn try_from(row: TermsRow) -> Result<Self, StoreError> {
        let TermsRow { status, rights, valid_from, valid_until, principal_active } = row;
        Ok(Self {
            status: parsed("mandates.status", &status)?,
            rights: Rights::from_bits(rights),
            valid_from: moment("mandates.valid_from", valid_from)?,
            valid_until: moment_or_none("mandates.valid_until", valid_until)?,
            principal_active: principal_active != 0,
        })
    }
}

impl TryFrom<MandateRow> for Mandate {
    type Error = StoreError;

    fn try_from(row: MandateRow) -> Result<Self, StoreError> {
        let MandateRow {
            id,
            application_id,
            business_id,
            granted_at,
            ended_at,
            kind,
            terms,
            parent_id,
            version,
            paper,
        } = row;
        Ok(Self {
            id: parsed("mandates.id", &id)?,
            application: parsed("mandates.application_id", &application_id)?,
            business: parsed("mandates.business_id", &business_id)?,
            kind: parsed("mandates.kind", &kind)?,
            terms: terms.try_into()?,
            paper: from_json("mandates.paper", &paper)?,
            parent: parsed_or_none("mandates.parent_id", parent_id.as_deref())?,
            version,
            granted_at: moment("mandates.granted_at", granted_at)?,
            ended_at: moment_or_none("mandates.ended_at", ended_at)?,
        })
    }
}
