use diesel::prelude::*;
use domain::{
    application::{Application, Authentication},
    ports::store::StoreError,
};

use super::{corrupt, digest, digest_bytes, moment, parsed, parsed_or_none};
use crate::schema::applications;

/// An OAuth client. Exactly one of `secret_digest` and `jwks` is there.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = applications, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ApplicationRow {
    id: String,
    name: String,
    side: String,
    authority_id: Option<String>,
    secret_digest: Option<Vec<u8>>,
    jwks: Option<String>,
    scopes: String,
    created_at: i64,
}

impl From<&Application> for ApplicationRow {
    fn from(application: &Application) -> Self {
        let Application { id, name, side, authority, authentication, scopes, created_at } = application;
        let (secret_digest, jwks) = match authentication {
            Authentication::Secret(digest) => (Some(digest_bytes(digest)), None),
            Authentication::Keys(jwks) => (None, Some(jwks.clone())),
        };
        Self {
            id: id.to_string(),
            name: name.clone(),
            side: <&str>::from(*side).to_owned(),
            authority_id: authority.as_ref().map(ToString::to_string),
            secret_digest,
            jwks,
            scopes: scopes.clone(),
            created_at: created_at.micros(),
        }
    }
}

impl TryFrom<ApplicationRow> for Application {
    type Error = StoreError;

    fn try_from(row: ApplicationRow) -> Result<Self, StoreError> {
        let ApplicationRow { id, name, side, authority_id, secret_digest, jwks, scopes, created_at } = row;
        let authentication = match (secret_digest, jwks) {
            (Some(bytes), None) => Authentication::Secret(digest("applications.secret_digest", &bytes)?),
            (None, Some(jwks)) => Authentication::Keys(jwks),
            (Some(_), Some(_)) | (None, None) => return Err(corrupt("applications.jwks")),
        };
        Ok(Self {
            id: parsed("applications.id", &id)?,
            name,
            side: parsed("applications.side", &side)?,
            authority: parsed_or_none("applications.authority_id", authority_id.as_deref())?,
            authentication,
            scopes,
            created_at: moment("applications.created_at", created_at)?,
        })
    }
}
