//! Sending: a delivery is leased, read, sent outside any unit of work, and settled.

use jiff::SignedDuration;

use super::{
    DisabledReason, Webhook, WebhookState, audience,
    delivery::{Attempt, Delivery, DeliveryState, OwnKind, Subject, Verdict},
    terms::terms,
};
use crate::{
    event::{Audience, Event},
    ids::{DeliveryId, LeaseId, WebhookId},
    inbox::Lease,
    page::PageRequest,
    ports::store::{StoreError, Tx},
    time::{Stamp, Timestamp},
};

/// How many parked deliveries of a line a verified endpoint gets again.
const RESUMED: u32 = 100;

/// For how long a delivery is held, by the real clock: the sandbox's clock moves while a receiver answers.
#[derive(Debug, Clone, Copy)]
pub struct Hold {
    /// The real time.
    pub wall: Timestamp,
    /// How long nobody else sends it.
    pub term: SignedDuration,
}

/// A delivery under a lease.
#[derive(Debug, Clone)]
pub struct Held {
    /// The endpoint.
    pub webhook: WebhookId,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The lease.
    pub lease: LeaseId,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// An event, as the feed shows it now.
    Event(Box<Event>),
    /// A message about an endpoint.
    Own(OwnKind, WebhookId),
    /// Nothing: nobody is to have it any more.
    Nothing,
}

/// Takes the endpoint's next delivery: messages about endpoints first, then events; where the line is held, only its
/// first. None where there is nothing to send now.
///
/// # Errors
/// What the store says.
pub fn lease(
    tx: &mut dyn Tx,
    id: &WebhookId,
    hold: Hold,
    stamp: &mut Stamp,
) -> Result<Option<Held>, StoreError> {
    let Some(webhook) = tx.webhooks().by_id(id)? else { return Ok(None) };
    let application = tx.applications().find(&webhook.application)?;
    if application.is_none_or(|one| audience(&one, &webhook.settings, stamp.now).is_none()) {
        return Ok(None);
    }
    let Some(mut delivery) = next(tx, &webhook, stamp.now, hold.wall)? else { return Ok(None) };
    let lease: LeaseId = stamp.id();
    delivery.lease = Some(Lease { id: lease.clone(), until: hold.wall.plus(hold.term) });
    tx.deliveries().update(&delivery)?;
    Ok(Some(Held { webhook: webhook.id, delivery: delivery.id, lease }))
}

fn next(
    tx: &mut dyn Tx,
    webhook: &Webhook,
    now: Timestamp,
    wall: Timestamp,
) -> Result<Option<Delivery>, StoreError> {
    let mut own = tx.deliveries().own(&webhook.id)?.into_iter().filter(|one| one.is_free(now, wall));
    match webhook.state {
        WebhookState::Disabled => Ok(None),
        WebhookState::PendingVerification => Ok(own.find(Delivery::is_challenge)),
        WebhookState::Active => match own.next() {
            Some(found) => Ok(Some(found)),
            None if webhook.settings.ordered => {
                let first = tx.deliveries().first_in_line(&webhook.id)?;
                Ok(first.filter(|one| one.is_free(now, wall)))
            }
            None => tx.deliveries().first_due(&webhook.id, now, wall),
        },
    }
}

/// Reads what a held delivery is, as the application's feed shows it at this moment.
///
/// # Errors
/// What the store says.
pub fn read(
    tx: &mut dyn Tx,
    held: &Held,
    now: Timestamp,
) -> Result<Option<(Webhook, Delivery, Contents)>, StoreError> {
    let Some(webhook) = tx.webhooks().by_id(&held.webhook)? else { return Ok(None) };
    let Some(delivery) = tx.deliveries().find(&webhook.id, &held.delivery)? else { return Ok(None) };
    let contents = match &delivery.subject {
        Subject::Own(kind, about) => Contents::Own(*kind, about.clone()),
        Subject::Event { sequence, kind, business } => {
            let application = tx.applications().find(&webhook.application)?;
            let audience = application.and_then(|one| audience(&one, &webhook.settings, now));
            let audience = audience.filter(|_| webhook.wants(kind, business)).map(|whole| match whole {
                Audience::Application { holder, businesses: _ } => {
                    Audience::Application { holder, businesses: Some(vec![business.clone()]) }
                }
                Audience::Authority(authority) => Audience::Authority(authority),
            });
            shown(tx, audience, *sequence, kind)?
        }
    };
    Ok(Some((webhook, delivery, contents)))
}

fn shown(
    tx: &mut dyn Tx,
    audience: Option<Audience>,
    sequence: i64,
    kind: &str,
) -> Result<Contents, StoreError> {
    let Some(audience) = audience else { return Ok(Contents::Nothing) };
    let found = tx.events().after(&audience, sequence - 1, &[kind], 1)?.pop();
    let found = found.filter(|event| event.sequence == sequence);
    Ok(found.map_or(Contents::Nothing, |event| Contents::Event(Box::new(event))))
}

/// Notes an attempt and what follows from it; `random` spreads the next one. False where the lease was lost: then whoever
/// holds the delivery decides.
///
/// # Errors
/// What the store says.
pub fn settle(
    tx: &mut dyn Tx,
    held: &Held,
    (attempt, verdict): (Option<&Attempt>, &Verdict),
    random: u16,
    stamp: &mut Stamp,
) -> Result<bool, StoreError> {
    let Some(mut webhook) = tx.webhooks().by_id(&held.webhook)? else { return Ok(false) };
    let delivery = tx.deliveries().find(&webhook.id, &held.delivery)?;
    let ours = |one: &Delivery| one.lease.as_ref().is_some_and(|lease| lease.id == held.lease);
    let Some(mut delivery) = delivery.filter(ours) else { return Ok(false) };
    delivery.lease = None;
    if let Some(attempt) = attempt {
        delivery.remember(attempt.clone());
    }
    match verdict {
        Verdict::Accepted => accepted(tx, &mut webhook, &mut delivery, stamp.now)?,
        Verdict::Failed(pause) => failed(tx, &mut webhook, &mut delivery, (*pause, random), stamp)?,
        Verdict::Gone => gone(tx, &mut webhook, &mut delivery, stamp)?,
        Verdict::Dropped => delivery.finish(DeliveryState::Dropped, stamp.now),
    }
    tx.deliveries().update(&delivery)?;
    Ok(true)
}

fn accepted(
    tx: &mut dyn Tx,
    webhook: &mut Webhook,
    delivery: &mut Delivery,
    now: Timestamp,
) -> Result<(), StoreError> {
    delivery.finish(DeliveryState::Delivered, now);
    let proven = delivery.is_challenge() && webhook.state == WebhookState::PendingVerification;
    if proven {
        webhook.stand(WebhookState::Active, None, now);
        tx.webhooks().update(webhook)?;
        return resume(tx, webhook, now);
    }
    if webhook.failing_since.take().is_some() {
        tx.webhooks().update(webhook)?;
    }
    Ok(())
}

/// A line goes on where it was held.
fn resume(tx: &mut dyn Tx, webhook: &Webhook, now: Timestamp) -> Result<(), StoreError> {
    if !webhook.settings.ordered {
        return Ok(());
    }
    let page = PageRequest { after: None, limit: RESUMED };
    let parked = tx.deliveries().list(&webhook.id, Some(DeliveryState::Parked), &page)?.items;
    for mut parked in parked.into_iter().filter(Delivery::is_event) {
        parked.again(now);
        tx.deliveries().update(&parked)?;
    }
    Ok(())
}

fn failed(
    tx: &mut dyn Tx,
    webhook: &mut Webhook,
    delivery: &mut Delivery,
    (pause, random): (Option<SignedDuration>, u16),
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    delivery.tries += 1;
    let tries = usize::try_from(delivery.tries).unwrap_or(usize::MAX);
    match terms(stamp.now).pause(tries, pause, random) {
        Some(pause) => delivery.due_at = stamp.now.plus(pause),
        None => delivery.finish(DeliveryState::Parked, stamp.now),
    }
    if delivery.is_challenge() {
        return Ok(());
    }
    let since = *webhook.failing_since.get_or_insert(stamp.now);
    let is_line = webhook.settings.ordered && delivery.is_event();
    if is_line && delivery.state == DeliveryState::Parked {
        disable(tx, webhook, DisabledReason::LineHeld, stamp)
    } else if stamp.now.since(since) >= terms(stamp.now).patience() {
        disable(tx, webhook, DisabledReason::Failing, stamp)
    } else {
        tx.webhooks().update(webhook)
    }
}

/// 410: the endpoint is disabled, and the message waits for it, unless it was the challenge.
fn gone(
    tx: &mut dyn Tx,
    webhook: &mut Webhook,
    delivery: &mut Delivery,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    if delivery.is_challenge() {
        delivery.finish(DeliveryState::Parked, stamp.now);
    }
    disable(tx, webhook, DisabledReason::Gone, stamp)
}

/// Disables an endpoint and tells its owner by its other ones.
fn disable(
    tx: &mut dyn Tx,
    webhook: &mut Webhook,
    reason: DisabledReason,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    if webhook.state == WebhookState::Disabled {
        return Ok(());
    }
    webhook.stand(WebhookState::Disabled, Some(reason), stamp.now);
    tx.webhooks().update(webhook)?;
    let page = PageRequest { after: None, limit: terms(stamp.now).most_endpoints };
    let others = tx.webhooks().list(&webhook.application, &page)?.items;
    for other in others.iter().filter(|other| other.state == WebhookState::Active) {
        let told = Delivery::own(other, OwnKind::Disabled, &webhook.id, stamp);
        tx.deliveries().insert(&told)?;
    }
    Ok(())
}
