use diesel::prelude::*;
use domain::{
    ports::store::StoreError,
    webhook::{SigningSecret, Webhook},
};

use super::{corrupt, from_json, moment, moment_or_none, parsed, parsed_or_none, to_json};
use crate::schema::webhooks;

/// An endpoint; both columns of the secret before are there or neither is.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct WebhookRow {
    id: String,
    application_id: String,
    settings: String,
    state: String,
    disabled: Option<String>,
    secret: Vec<u8>,
    old_secret: Option<Vec<u8>>,
    old_secret_until: Option<i64>,
    challenge: String,
    place: i64,
    failing_since: Option<i64>,
    version: i64,
    created_at: i64,
    changed_at: i64,
    removed_at: Option<i64>,
}

impl From<&Webhook> for WebhookRow {
    fn from(webhook: &Webhook) -> Self {
        let Webhook {
            id,
            application,
            settings,
            state,
            disabled,
            secret: SigningSecret(secret),
            old_secret,
            challenge,
            cursor,
            failing_since,
            version,
            created_at,
            changed_at,
            removed_at,
        } = webhook;
        let old = old_secret.as_ref().map(|(SigningSecret(old), until)| (old.clone(), until.micros()));
        let (old_secret, old_secret_until) = old.unzip();
        Self {
            id: id.to_string(),
            application_id: application.to_string(),
            settings: to_json(settings),
            state: <&str>::from(*state).to_owned(),
            disabled: disabled.map(|reason| <&str>::from(reason).to_owned()),
            secret: secret.clone(),
            old_secret,
            old_secret_until,
            challenge: challenge.clone(),
            place: *cursor,
            failing_since: failing_since.map(|at| at.micros()),
            version: *version,
            created_at: created_at.micros(),
            changed_at: changed_at.micros(),
            removed_at: removed_at.map(|at| at.micros()),
        }
    }
}

impl TryFrom<WebhookRow> for Webhook {
    type Error = StoreError;

    fn try_from(row: WebhookRow) -> Result<Self, StoreError> {
        let old_secret = match (row.old_secret, row.old_secret_until) {
            (Some(old), Some(until)) => {
                Some((SigningSecret(old), moment("webhooks.old_secret_until", until)?))
            }
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(corrupt("webhooks.old_secret_until")),
        };
        Ok(Self {
            id: parsed("webhooks.id", &row.id)?,
            application: parsed("webhooks.application_id", &row.application_id)?,
            settings: from_json("webhooks.settings", &row.settings)?,
            state: parsed("webhooks.state", &row.state)?,
            disabled: parsed_or_none("webhooks.disabled", row.disabled.as_deref())?,
            secret: SigningSecret(row.secret),
            old_secret,
            challenge: row.challenge,
            cursor: row.place,
            failing_since: moment_or_none("webhooks.failing_since", row.failing_since)?,
            version: row.version,
            created_at: moment("webhooks.created_at", row.created_at)?,
            changed_at: moment("webhooks.changed_at", row.changed_at)?,
            removed_at: moment_or_none("webhooks.removed_at", row.removed_at)?,
        })
    }
}
