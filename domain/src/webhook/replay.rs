//! Deliveries asked for by their owner: again, since a point, or as a test.

use super::{
    Webhook, WebhookState,
    delivery::{Delivery, DeliveryState, OwnKind},
    manage::{self, Named},
};
use crate::{
    compliance::Refusal,
    ids::DeliveryId,
    ports::store::Tx,
    time::{Stamp, Timestamp},
};

/// A delivery of the application's endpoint.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn find(tx: &mut dyn Tx, named: &Named, id: &DeliveryId) -> Result<Delivery, Refusal> {
    let webhook = manage::find(tx, named)?;
    tx.deliveries().find(&webhook.id, id)?.ok_or(Refusal::NotFound)
}

/// Sends one again, with the same message id: at once, with all its attempts before it.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn replay(tx: &mut dyn Tx, named: &Named, id: &DeliveryId, now: Timestamp) -> Result<Delivery, Refusal> {
    let mut delivery = find(tx, named, id)?;
    match delivery.state {
        DeliveryState::Pending => delivery.due_at = delivery.due_at.min(now),
        DeliveryState::Delivered | DeliveryState::Parked | DeliveryState::Dropped => delivery.again(now),
    }
    tx.deliveries().update(&delivery)?;
    Ok(delivery)
}

/// Sets the cursor back to a place of the sequence: every event behind it is delivered, again where it was delivered.
/// A place that the cursor has not reached changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn replay_since(tx: &mut dyn Tx, named: &Named, after: i64, now: Timestamp) -> Result<Webhook, Refusal> {
    let mut webhook = manage::find(tx, named)?;
    if after < webhook.cursor {
        webhook.cursor = after;
        webhook.change(now);
        tx.webhooks().update(&webhook)?;
    }
    Ok(webhook)
}

/// Sends a test message.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::State`] where the endpoint is not active.
pub fn test(tx: &mut dyn Tx, named: &Named, mut stamp: Stamp) -> Result<Delivery, Refusal> {
    let webhook = manage::find(tx, named)?;
    match webhook.state {
        WebhookState::Active => {
            let delivery = Delivery::own(&webhook, OwnKind::Test, &webhook.id, &mut stamp);
            tx.deliveries().insert(&delivery)?;
            Ok(delivery)
        }
        WebhookState::PendingVerification | WebhookState::Disabled => {
            Err(manage::conflict(&webhook, "test", "activate"))
        }
    }
}
