use diesel::prelude::*;
use domain::{
    idempotency::{Claim, Remembered, StoredReply},
    ports::store::StoreError,
};

use super::{corrupt, digest, digest_bytes, moment, parsed};
use crate::schema::remembered_replies;

/// A reply remembered under an application's key.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = remembered_replies, primary_key(application_id, key))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct RememberedRow {
    application_id: String,
    key: String,
    fingerprint: Vec<u8>,
    status: i64,
    location: Option<String>,
    etag: Option<String>,
    body: String,
    events_after: i64,
    events_upto: i64,
    at: i64,
}

impl From<&Remembered> for RememberedRow {
    fn from(remembered: &Remembered) -> Self {
        let Remembered { claim, reply, events: (events_after, events_upto), at } = remembered;
        let Claim { application, key, fingerprint } = claim;
        let StoredReply { status, location, etag, body } = reply;
        Self {
            application_id: application.to_string(),
            key: key.clone(),
            fingerprint: digest_bytes(fingerprint),
            status: i64::from(*status),
            location: location.clone(),
            etag: etag.clone(),
            body: body.clone(),
            events_after: *events_after,
            events_upto: *events_upto,
            at: at.micros(),
        }
    }
}

impl TryFrom<RememberedRow> for Remembered {
    type Error = StoreError;

    fn try_from(row: RememberedRow) -> Result<Self, StoreError> {
        let RememberedRow {
            application_id,
            key,
            fingerprint,
            status,
            location,
            etag,
            body,
            events_after,
            events_upto,
            at,
        } = row;
        let claim = Claim {
            application: parsed("remembered_replies.application_id", &application_id)?,
            key,
            fingerprint: digest("remembered_replies.fingerprint", &fingerprint)?,
        };
        let status = status.try_into().map_err(|_| corrupt("remembered_replies.status"))?;
        let reply = StoredReply { status, location, etag, body };
        let events = (events_after, events_upto);
        Ok(Self { claim, reply, events, at: moment("remembered_replies.at", at)? })
    }
}
