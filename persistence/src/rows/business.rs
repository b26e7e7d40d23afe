use diesel::prelude::*;
use domain::{
    business::{Business, ProfileVersion},
    ports::store::StoreError,
};

use super::{from_json, moment, parsed, parsed_or_none, to_json};
use crate::schema::{businesses, profile_versions};

/// A business with its present profile.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = businesses)]
pub(crate) struct BusinessRow {
    id: String,
    kind: String,
    inn: String,
    name: String,
    profile: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl From<&Business> for BusinessRow {
    fn from(business: &Business) -> Self {
        let Business { id, kind, inn, name, profile, version, created_at, updated_at } = business;
        Self {
            id: id.to_string(),
            kind: <&str>::from(*kind).to_owned(),
            inn: inn.clone(),
            name: name.clone(),
            profile: to_json(profile),
            version: *version,
            created_at: created_at.micros(),
            updated_at: updated_at.micros(),
        }
    }
}

impl TryFrom<BusinessRow> for Business {
    type Error = StoreError;

    fn try_from(row: BusinessRow) -> Result<Self, StoreError> {
        let BusinessRow { id, kind, inn, name, profile, version, created_at, updated_at } = row;
        Ok(Self {
            id: parsed("businesses.id", &id)?,
            kind: parsed("businesses.kind", &kind)?,
            inn,
            name,
            profile: from_json("businesses.profile", &profile)?,
            version,
            created_at: moment("businesses.created_at", created_at)?,
            updated_at: moment("businesses.updated_at", updated_at)?,
        })
    }
}

/// One version of a profile.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = profile_versions, primary_key(business_id, version))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ProfileVersionRow {
    business_id: String,
    version: i64,
    profile: String,
    at: i64,
    application_id: Option<String>,
    source: String,
}

impl From<&ProfileVersion> for ProfileVersionRow {
    fn from(known: &ProfileVersion) -> Self {
        let ProfileVersion { business, version, profile, at, application, source } = known;
        Self {
            business_id: business.to_string(),
            version: *version,
            profile: to_json(profile),
            at: at.micros(),
            application_id: application.as_ref().map(ToString::to_string),
            source: source.clone(),
        }
    }
}

impl TryFrom<ProfileVersionRow> for ProfileVersion {
    type Error = StoreError;

    fn try_from(row: ProfileVersionRow) -> Result<Self, StoreError> {
        let ProfileVersionRow { business_id, version, profile, at, application_id, source } = row;
        Ok(Self {
            business: parsed("profile_versions.business_id", &business_id)?,
            version,
            profile: from_json("profile_versions.profile", &profile)?,
            at: moment("profile_versions.at", at)?,
            application: parsed_or_none("profile_versions.application_id", application_id.as_deref())?,
            source,
        })
    }
}
