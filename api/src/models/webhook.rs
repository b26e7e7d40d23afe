//! Endpoints and deliveries on the wire.

use domain::{
    event::EventKind,
    ids::{BusinessId, DeliveryId, EventId, WebhookId},
    time::Timestamp,
    webhook::{
        DisabledReason, Settings, Webhook, WebhookState,
        delivery::{Attempt, Delivery, DeliveryState, Fault, Subject},
        manage::SettingsChange,
    },
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{outbound::webhooks::message::written, reply::Versioned};

/// An endpoint to make.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://shop.example/shlyuz", "types": ["submission.granted", "submission.refused"], "ordered": false, "description": "Accounting"}))]
pub struct NewEndpoint {
    /// Where deliveries go: `https`, port 443 unless the operator allows more, on the public Internet.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub url: String,
    /// Only events of these types; all where absent.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub types: Option<Vec<EventKind>>,
    /// Only events of these businesses; those of every mandate where absent.
    #[validate(length(min = 1, max = 1000))]
    #[schema(min_items = 1, max_items = 1000)]
    pub businesses: Option<Vec<BusinessId>>,
    /// Whether an event waits until all before it have arrived: slower, and one that never arrives stops the line.
    #[serde(default)]
    pub ordered: bool,
    /// What it is for, in your words.
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    pub description: Option<String>,
}

impl NewEndpoint {
    /// What the owner chose, with the address in its canonical form.
    pub fn into_settings(self, url: String) -> Settings {
        let Self { url: _, types, businesses, ordered, description } = self;
        Settings { url, types, businesses, ordered, description }
    }
}

/// A change of an endpoint (RFC 7396): what is absent stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"types": null, "description": "Accounting"}))]
pub struct EndpointPatch {
    /// Another address; it has to be verified before events go there.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub url: Option<String>,
    /// Other types; null for all.
    #[serde(default, deserialize_with = "given")]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub types: Option<Option<Vec<EventKind>>>,
    /// Other businesses; null for those of every mandate.
    #[serde(default, deserialize_with = "given")]
    #[validate(length(min = 1, max = 1000))]
    #[schema(min_items = 1, max_items = 1000)]
    pub businesses: Option<Option<Vec<BusinessId>>>,
    /// Whether events keep their order.
    pub ordered: Option<bool>,
    /// Another description; null for none.
    #[serde(default, deserialize_with = "given")]
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    pub description: Option<Option<String>>,
}

/// Tells null from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl EndpointPatch {
    /// The domain's command, with the address in its canonical form.
    pub fn into_command(self, url: Option<String>, expected: i64) -> SettingsChange {
        let Self { url: _, types, businesses, ordered, description } = self;
        SettingsChange { expected, url, types, businesses, ordered, description }
    }
}

/// From where on events are to be delivered again.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"after": 0}))]
pub struct ReplayRequest {
    /// A cursor of the feed, or the `sequence` of an event: events behind it are delivered again. One that deliveries
    /// have not reached changes nothing.
    #[validate(range(min = 0))]
    #[schema(minimum = 0)]
    pub after: i64,
}

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// Its id.
    pub id: WebhookId,
    /// Where deliveries go.
    #[schema(example = "https://shop.example/shlyuz")]
    pub url: String,
    /// Only events of these types; null means all.
    pub types: Option<Vec<EventKind>>,
    /// Only events of these businesses; null means those of every mandate.
    pub businesses: Option<Vec<BusinessId>>,
    /// Whether events keep their order.
    pub ordered: bool,
    /// What it is for.
    pub description: Option<String>,
    /// How it stands.
    pub state: WebhookState,
    /// Why it is disabled.
    pub disabled_reason: Option<DisabledReason>,
    /// Until when the secret before the last rotation signs too.
    pub old_secret_until: Option<Timestamp>,
    /// Counts changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// The secret that signs, in the answer that made it and never again; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub secret: Option<String>,
}

impl Versioned for WebhookView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        let Settings { url, types, businesses, ordered, description } = webhook.settings;
        Self {
            id: webhook.id,
            url,
            types,
            businesses,
            ordered,
            description,
            state: webhook.state,
            disabled_reason: webhook.disabled,
            old_secret_until: webhook.old_secret.map(|(_, until)| until),
            version: webhook.version,
            created_at: webhook.created_at,
            changed_at: webhook.changed_at,
            secret: None,
        }
    }
}

impl WebhookView {
    /// One whose secret was made just now.
    pub fn with_secret(webhook: Webhook) -> Self {
        let secret = Some(written(&webhook.secret));
        Self { secret, ..Self::from(webhook) }
    }

    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/webhooks/{}", self.id)
    }
}

/// One attempt of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    #[schema(example = 84)]
    pub latency_ms: i64,
    /// The status of the answer, if there was one.
    #[schema(example = 200)]
    pub status: Option<u16>,
    /// Why it failed; null where it did not.
    pub fault: Option<Fault>,
    /// The answer's beginning: at most 1 KiB, without control characters. Never the answer to a challenge.
    pub answer: Option<String>,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        let Attempt { at, latency_ms, status, fault, answer } = attempt;
        Self { at, latency_ms, status, fault, answer }
    }
}

/// A message on its way to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub webhook_id: WebhookId,
    /// The header `webhook-id` of every attempt: the event's id, where it is an event.
    pub message_id: EventId,
    /// The type: that of an event, or `endpoint.verify`, `endpoint.test`, `endpoint.disabled`.
    #[serde(rename = "type")]
    #[schema(example = "submission.granted")]
    pub kind: String,
    /// The event's place in the sequence; null for messages about endpoints.
    #[schema(example = 42)]
    pub sequence: Option<i64>,
    /// Whose business the event concerns.
    pub business_id: Option<BusinessId>,
    /// How it stands.
    pub state: DeliveryState,
    /// When it is sent next; null once it is finished.
    pub due_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// The latest attempts, oldest first, at most 20; in a list the last one alone.
    pub attempts: Vec<AttemptView>,
}

impl DeliveryView {
    /// With the last attempt alone, for lists.
    pub fn short(mut delivery: Delivery) -> Self {
        let last = delivery.attempts.pop();
        delivery.attempts = last.into_iter().collect();
        delivery.into()
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        let kind = delivery.subject.kind().to_owned();
        let (sequence, business_id) = match delivery.subject {
            Subject::Event { sequence, kind: _, business } => (Some(sequence), Some(business)),
            Subject::Own(..) => (None, None),
        };
        Self {
            id: delivery.id,
            webhook_id: delivery.webhook,
            message_id: delivery.message,
            kind,
            sequence,
            business_id,
            state: delivery.state,
            due_at: (delivery.state == DeliveryState::Pending).then_some(delivery.due_at),
            created_at: delivery.created_at,
            finished_at: delivery.finished_at,
            attempts: delivery.attempts.into_iter().map(AttemptView::from).collect(),
        }
    }
}
