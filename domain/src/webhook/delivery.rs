//! One message on its way to one endpoint, with every attempt.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Webhook;
use crate::{
    ids::{BusinessId, DeliveryId, EventId, WebhookId},
    inbox::Lease,
    time::{Stamp, Timestamp},
};

/// How many attempts a delivery remembers: those of two rounds.
const REMEMBERED: usize = 20;

/// Messages that are no events of the feed: about the endpoints themselves.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
pub enum OwnKind {
    /// The challenge that an endpoint must echo.
    #[serde(rename = "endpoint.verify")]
    #[strum(serialize = "endpoint.verify")]
    Verify,
    /// A test that its owner asked for.
    #[serde(rename = "endpoint.test")]
    #[strum(serialize = "endpoint.test")]
    Test,
    /// Another endpoint of the same application was disabled.
    #[serde(rename = "endpoint.disabled")]
    #[strum(serialize = "endpoint.disabled")]
    Disabled,
}

/// What is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An event of the sequence, read from there when it is sent.
    Event {
        /// Its place.
        sequence: i64,
        /// Its kind.
        kind: String,
        /// Whose business it concerns.
        business: BusinessId,
    },
    /// A message about an endpoint.
    Own(OwnKind, WebhookId),
}

/// How a delivery stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DeliveryState {
    /// It is sent at `due_at`, for the first time or again.
    Pending,
    /// The receiver took it.
    Delivered,
    /// Every attempt failed; it can be replayed.
    Parked,
    /// Nobody is to have it any more: the mandate ended, the endpoint wants other events, or a newer challenge came.
    Dropped,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Fault {
    /// The address is none to which the gateway connects.
    AddressRefused,
    /// No connection, or it broke: name, network, TLS.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The answer leads elsewhere; the gateway follows nobody.
    Redirect,
    /// The answer's status is no success.
    Status,
    /// The answer to the challenge does not hold it.
    NotEchoed,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// The answer's status, if there was an answer.
    pub status: Option<u16>,
    /// Why it failed; None where it did not.
    pub fault: Option<Fault>,
    /// The beginning of the answer, without control characters.
    pub answer: Option<String>,
}

/// What an attempt means for what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Accepted,
    /// It is tried again, not before the receiver's own pause.
    Failed(Option<SignedDuration>),
    /// The endpoint wants nothing any more.
    Gone,
    /// Nobody is to have it any more: nothing was sent.
    Dropped,
}

impl Verdict {
    /// What an answer's status means; `pause` is its Retry-After, which counts where the receiver is only busy.
    pub fn of_status(status: u16, pause: Option<SignedDuration>) -> (Self, Option<Fault>) {
        match status {
            200..=299 => (Self::Accepted, None),
            300..=399 => (Self::Failed(None), Some(Fault::Redirect)),
            410 => (Self::Gone, Some(Fault::Status)),
            429 | 502 | 503 | 504 => (Self::Failed(pause), Some(Fault::Status)),
            _ => (Self::Failed(None), Some(Fault::Status)),
        }
    }
}

/// A message on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub webhook: WebhookId,
    /// The message's id, the event's where it is one: the same in every attempt.
    pub message: EventId,
    /// What it is.
    pub subject: Subject,
    /// How it stands.
    pub state: DeliveryState,
    /// How many attempts of this round failed.
    pub tries: i64,
    /// The latest attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// When it is to be sent.
    pub due_at: Timestamp,
    /// Who sends it just now.
    pub lease: Option<Lease>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
}

impl Delivery {
    /// A new one, due at once.
    pub fn new(webhook: &Webhook, message: EventId, subject: Subject, stamp: &mut Stamp) -> Self {
        Self {
            id: stamp.id(),
            webhook: webhook.id.clone(),
            message,
            subject,
            state: DeliveryState::Pending,
            tries: 0,
            attempts: Vec::new(),
            due_at: stamp.now,
            lease: None,
            created_at: stamp.now,
            finished_at: None,
        }
    }

    /// A new message about an endpoint.
    pub fn own(to: &Webhook, kind: OwnKind, about: &WebhookId, stamp: &mut Stamp) -> Self {
        let message = stamp.id();
        Self::new(to, message, Subject::Own(kind, about.clone()), stamp)
    }

    /// Begins a new round, at once.
    pub fn again(&mut self, now: Timestamp) {
        self.state = DeliveryState::Pending;
        self.tries = 0;
        self.due_at = now;
        self.finished_at = None;
    }

    /// Comes to its end.
    pub fn finish(&mut self, state: DeliveryState, now: Timestamp) {
        self.state = state;
        self.finished_at = Some(now);
        self.lease = None;
    }

    /// Whether it is the challenge.
    pub fn is_challenge(&self) -> bool {
        matches!(self.subject, Subject::Own(OwnKind::Verify, _))
    }

    /// Whether it is an event of the sequence.
    pub fn is_event(&self) -> bool {
        matches!(self.subject, Subject::Event { .. })
    }

    /// Whether it may be taken now: due, and held by nobody. Leases go by the real clock.
    pub fn is_free(&self, now: Timestamp, wall: Timestamp) -> bool {
        self.finished_at.is_none()
            && self.due_at <= now
            && self.lease.as_ref().is_none_or(|lease| lease.until <= wall)
    }

    pub(super) fn remember(&mut self, attempt: Attempt) {
        let surplus = (self.attempts.len() + 1).saturating_sub(REMEMBERED);
        self.attempts.drain(..surplus);
        self.attempts.push(attempt);
    }
}

impl Subject {
    /// The message's type on the wire.
    pub fn kind(&self) -> &str {
        match self {
            Self::Event { kind, .. } => kind,
            Self::Own(kind, _) => kind.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_follows() {
        let pause = Some(SignedDuration::from_secs(60));
        let failed = |pause| Verdict::Failed(pause);
        let status = Some(Fault::Status);
        for (code, expected) in [
            (200, (Verdict::Accepted, None)),
            (204, (Verdict::Accepted, None)),
            (301, (failed(None), Some(Fault::Redirect))),
            (308, (failed(None), Some(Fault::Redirect))),
            (400, (failed(None), status)),
            (410, (Verdict::Gone, status)),
            (429, (failed(pause), status)),
            (500, (failed(None), status)),
            (502, (failed(pause), status)),
            (503, (failed(pause), status)),
            (504, (failed(pause), status)),
            (101, (failed(None), status)),
        ] {
            assert_eq!(Verdict::of_status(code, pause), expected, "{code}");
        }
    }
}
