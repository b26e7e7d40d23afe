//! Webhooks: endpoints of applications to which the gateway brings what the application's feed would show.
//!
//! An endpoint holds a cursor into the one sequence, as a reader of the feed does, so an act costs nothing more because
//! somebody listens. Behind the cursor [`gather`] makes deliveries; [`dispatch`] leases them, one holder at a time, and
//! settles what the receiver answered. Read first: [`Webhook`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    application::Application,
    event::{Audience, EventKind},
    ids::{ApplicationId, BusinessId, WebhookId},
    mandate::{Holder, Right},
    time::Timestamp,
};

pub mod delivery;
pub mod dispatch;
pub mod gather;
pub mod manage;
pub mod replay;
pub mod terms;

/// What an endpoint's owner chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Where deliveries go, in its canonical form.
    pub url: String,
    /// Only events of these kinds; None means all.
    pub types: Option<Vec<EventKind>>,
    /// Only events of these businesses; None means all that the application acts for.
    pub businesses: Option<Vec<BusinessId>>,
    /// Whether an event waits until all before it have arrived.
    pub ordered: bool,
    /// What it is for, in its owner's words.
    pub description: Option<String>,
}

/// How an endpoint stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum WebhookState {
    /// It has yet to echo its challenge; nothing else is sent.
    PendingVerification,
    /// Events are brought to it.
    Active,
    /// Nothing is sent; events wait in the sequence.
    Disabled,
}

/// Why an endpoint is disabled.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DisabledReason {
    /// Its owner wanted it.
    Owner,
    /// It answered 410.
    Gone,
    /// For days no delivery arrived.
    Failing,
    /// The first event of its line could not be delivered, and it wants its events in order.
    LineHeld,
}

/// Bytes with which deliveries are signed. Never logged: its Debug shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(pub Vec<u8>);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is.
    pub application: ApplicationId,
    /// What its owner chose.
    pub settings: Settings,
    /// How it stands.
    pub state: WebhookState,
    /// Why it is disabled; None where it is not.
    pub disabled: Option<DisabledReason>,
    /// The secret that signs.
    pub secret: SigningSecret,
    /// The one before, and until when it signs too.
    pub old_secret: Option<(SigningSecret, Timestamp)>,
    /// What it must echo to be verified.
    pub challenge: String,
    /// Deliveries are made of events up to here.
    pub cursor: i64,
    /// Since when every attempt failed; None after a success.
    pub failing_since: Option<Timestamp>,
    /// Counts what its owner sees change, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// When it was removed; then nobody finds it, and the gateway forgets it piece by piece.
    pub removed_at: Option<Timestamp>,
}

impl Webhook {
    /// The secrets that sign at a moment, the newest first.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &SigningSecret> {
        let old = self.old_secret.as_ref().filter(|(_, until)| *until > now).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(old)
    }

    /// Whether its owner wants events of this kind and business.
    pub fn wants(&self, kind: &str, business: &BusinessId) -> bool {
        let Settings { types, businesses, .. } = &self.settings;
        types.as_ref().is_none_or(|types| types.iter().any(|one| one.name() == kind))
            && businesses.as_ref().is_none_or(|named| named.contains(business))
    }

    fn change(&mut self, now: Timestamp) {
        self.version += 1;
        self.changed_at = now;
    }

    fn stand(&mut self, state: WebhookState, disabled: Option<DisabledReason>, now: Timestamp) {
        self.state = state;
        self.disabled = disabled;
        self.failing_since = None;
        self.change(now);
    }
}

/// The right that an application must be registered with to be shown events.
const READING: Right = Right::EventsRead;

/// Whose events an endpoint of the application gets at a moment: those that its feed would show, whatever token made the
/// endpoint. None while the application may not read its feed.
pub fn audience(application: &Application, settings: &Settings, now: Timestamp) -> Option<Audience> {
    let may_read = application.scopes.split(' ').any(|scope| scope == READING.name());
    if application.suspended_at.is_some() || !may_read {
        return None;
    }
    Some(match &application.authority {
        Some(authority) => Audience::Authority(authority.clone()),
        None => Audience::Application {
            holder: Holder { application: application.id.clone(), right: READING, at: now },
            businesses: settings.businesses.clone(),
        },
    })
}
