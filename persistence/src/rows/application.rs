use diesel::prelude::*;
use domain::{
    application::{Application, Authentication},
    ports::store::StoreError,
    time::Timestamp,
};

use super::{
    corrupt, digest, digest_bytes, from_json, moment, moment_or_none, parsed, parsed_or_none, to_json,
};
use crate::schema::applications;

/// An OAuth client. Exactly one of `secret_digest` and `jwks` is there; whoever proves itself by a certificate has no key
/// in `jwks`, and one of `certificates` and `certificate_subject`.
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
    certificates: Option<String>,
    certificate_subject: Option<String>,
    suspended_at: Option<i64>,
}

const NO_KEYS: &str = r#"{"keys":[]}"#;

impl From<&Application> for ApplicationRow {
    fn from(application: &Application) -> Self {
        let Application { id, name, side, authority, authentication, scopes, created_at, suspended_at } =
            application;
        let no_keys = Some(NO_KEYS.to_owned());
        let (secret_digest, jwks, certificates, certificate_subject) = match authentication {
            Authentication::Secret(digest) => (Some(digest_bytes(digest)), None, None, None),
            Authentication::Keys(jwks) => (None, Some(jwks.clone()), None, None),
            Authentication::Certificates(known) => (None, no_keys, Some(to_json(known)), None),
            Authentication::Subject(subject) => (None, no_keys, None, Some(subject.clone())),
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
            certificates,
            certificate_subject,
            suspended_at: suspended_at.map(Timestamp::micros),
        }
    }
}

impl TryFrom<ApplicationRow> for Application {
    type Error = StoreError;

    fn try_from(row: ApplicationRow) -> Result<Self, StoreError> {
        let ApplicationRow {
            id,
            name,
            side,
            authority_id,
            secret_digest,
            jwks,
            scopes,
            created_at,
            certificates,
            certificate_subject,
            suspended_at,
        } = row;
        let authentication = match (secret_digest, certificates, certificate_subject, jwks) {
            (Some(bytes), None, None, None) => {
                Authentication::Secret(digest("applications.secret_digest", &bytes)?)
            }
            (None, Some(known), None, _) => {
                Authentication::Certificates(from_json("applications.certificates", &known)?)
            }
            (None, None, Some(subject), _) => Authentication::Subject(subject),
            (None, None, None, Some(jwks)) => Authentication::Keys(jwks),
            _ => return Err(corrupt("applications.jwks")),
        };
        Ok(Self {
            id: parsed("applications.id", &id)?,
            name,
            side: parsed("applications.side", &side)?,
            authority: parsed_or_none("applications.authority_id", authority_id.as_deref())?,
            authentication,
            scopes,
            created_at: moment("applications.created_at", created_at)?,
            suspended_at: moment_or_none("applications.suspended_at", suspended_at)?,
        })
    }
}
