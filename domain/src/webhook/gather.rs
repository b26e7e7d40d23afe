//! From the sequence to deliveries: what an endpoint's feed shows behind its cursor.

use super::{
    Webhook, WebhookState, audience,
    delivery::{Delivery, Subject},
    terms::terms,
};
use crate::{
    event::{Event, EventKind},
    ids::WebhookId,
    ports::store::{StoreError, Tx},
    time::{Stamp, Timestamp},
};

/// How many events one unit of work turns into deliveries.
const AT_ONCE: u32 = 100;

/// What was found for an endpoint.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// The endpoint.
    pub webhook: WebhookId,
    /// Its cursor when it was looked for.
    pub cursor: i64,
    /// The events.
    pub events: Vec<Event>,
    /// Up to where they are all that there is.
    pub reached: i64,
    /// Whether the sequence may hold more behind it.
    pub more: bool,
}

/// Looks behind `from` for what the endpoint is to get; None where it may get nothing now: its application may not read
/// the feed, or as much waits for the endpoint as may wait.
///
/// # Errors
/// What the store says.
pub fn look(
    tx: &mut dyn Tx,
    webhook: &Webhook,
    from: i64,
    now: Timestamp,
) -> Result<Option<Gathered>, StoreError> {
    let application = tx.applications().find(&webhook.application)?;
    let audience = application.and_then(|application| audience(&application, &webhook.settings, now));
    let room = i64::from(terms(now).most_pending) - tx.deliveries().pending(&webhook.id)?;
    let limit = u32::try_from(room).unwrap_or(0).min(AT_ONCE);
    let Some(audience) = audience.filter(|_| limit > 0) else { return Ok(None) };
    let kinds = webhook.settings.types.as_deref().unwrap_or_default();
    let kinds: Vec<&str> = kinds.iter().map(|kind: &EventKind| kind.name()).collect();
    let head = tx.events().head()?;
    let mut events = tx.events().after(&audience, from, &kinds, limit)?;
    let more = events.len() >= limit as usize;
    let last = events.last().map_or(from, |event| event.sequence);
    // An authority's feed is not cut by business.
    events.retain(|event| webhook.wants(event.event.kind.name(), &event.event.business));
    let reached = if more { last } else { head.max(last) };
    Ok(Some(Gathered { webhook: webhook.id.clone(), cursor: webhook.cursor, events, reached, more }))
}

/// Makes deliveries of what was found and moves the cursor; what was delivered before is delivered again, because a
/// cursor moves back at its owner's wish alone. False where the endpoint changed meanwhile: then nothing happens.
///
/// # Errors
/// What the store says.
pub fn take_over(tx: &mut dyn Tx, found: &Gathered, mut stamp: Stamp) -> Result<bool, StoreError> {
    let webhook = tx.webhooks().by_id(&found.webhook)?;
    let fits = |webhook: &Webhook| webhook.cursor == found.cursor && webhook.state == WebhookState::Active;
    let Some(mut webhook) = webhook.filter(fits) else { return Ok(false) };
    for event in &found.events {
        deliver(tx, &webhook, event, &mut stamp)?;
    }
    webhook.cursor = found.reached;
    tx.webhooks().update(&webhook)?;
    Ok(true)
}

fn deliver(tx: &mut dyn Tx, webhook: &Webhook, event: &Event, stamp: &mut Stamp) -> Result<(), StoreError> {
    let (sequence, event) = (event.sequence, &event.event);
    if let Some(mut known) = tx.deliveries().of_message(&webhook.id, &event.id)? {
        known.again(stamp.now);
        return tx.deliveries().update(&known);
    }
    let kind = event.kind.name().to_owned();
    let subject = Subject::Event { sequence, kind, business: event.business.clone() };
    let delivery = Delivery::new(webhook, event.id.clone(), subject, stamp);
    tx.deliveries().insert(&delivery)
}
