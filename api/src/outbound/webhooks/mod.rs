//! Brings events to applications' endpoints: every replica makes deliveries of what lies behind the endpoints' cursors,
//! leases them and sends them; what is sent is settled together with the lease of the next.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use domain::{
    ids::WebhookId,
    ports::store::{StoreError, Tx},
    time::Timestamp,
    webhook::{
        Webhook,
        delivery::{Delivery, Verdict},
        dispatch::{self, Contents, Held, Hold},
        gather::{Gathered, look, take_over},
        terms::terms,
    },
};
use jiff::SignedDuration;
use metrics::{counter, gauge, histogram};

use self::{
    bulkhead::{Bulkhead, Slot},
    message::{body, signatures},
    post::{Letter, Post, Sent},
};
use crate::gateway::Gateway;

mod bulkhead;
pub mod message;
mod post;

/// How much longer than an attempt may take a lease lasts.
const SLACK: Duration = Duration::from_secs(10);
/// How many deliveries one courier carries before it gives its room back.
const ROUNDS: usize = 100;
/// How far a cursor may lie behind what was looked at and found empty.
const FAR: i64 = 10_000;
/// How often what is old is forgotten.
const FORGETTING: Duration = Duration::from_secs(60);
/// How much one unit of work forgets.
const FORGOTTEN_AT_ONCE: u32 = 500;

/// Brings events to endpoints.
pub struct Dispatcher {
    gateway: Arc<Gateway>,
    post: Post,
    bulkhead: Arc<Bulkhead>,
    lease: SignedDuration,
    /// Per endpoint, its cursor and up to where there was nothing for it behind it.
    looked: Mutex<HashMap<WebhookId, (i64, i64)>>,
    forgot: Mutex<Instant>,
}

impl Dispatcher {
    /// Makes a dispatcher; nothing is sent yet. An attempt may take `timeout`.
    ///
    /// # Errors
    /// Where no client can be made, such as without certificates to trust.
    pub fn new(gateway: Arc<Gateway>, timeout: Duration) -> Result<Arc<Self>, reqwest::Error> {
        let post = Post::new(gateway.guard.clone(), timeout, &gateway.base_url)?;
        let lease = SignedDuration::try_from(timeout + SLACK).unwrap_or(SignedDuration::from_mins(1));
        let (bulkhead, looked) = (Bulkhead::new(), Mutex::default());
        Ok(Arc::new(Self { gateway, post, bulkhead, lease, looked, forgot: Mutex::new(Instant::now()) }))
    }

    /// Makes deliveries of what is new, sends couriers with what is due, and forgets what is old. Waits for no receiver.
    ///
    /// # Errors
    /// What the store says; the rest stays due.
    pub async fn turn(self: &Arc<Self>) -> Result<(), StoreError> {
        while self.gather().await? {}
        let (now, wall) = (self.gateway.clock.now(), self.gateway.wall_clock.now());
        for webhook in self.gateway.store.read(move |tx| tx.webhooks().waiting(now, wall)).await? {
            self.start(webhook);
        }
        self.forget(now).await
    }

    /// Makes deliveries; true where there may be more to make.
    async fn gather(&self) -> Result<bool, StoreError> {
        let looked = self.looked.lock().expect("nobody panics while holding it").clone();
        let now = self.gateway.clock.now();
        let mut more = false;
        for found in self.gateway.store.read(move |tx| behind(tx, &looked, now)).await? {
            if found.events.is_empty() && found.reached - found.cursor < FAR {
                let mut looked = self.looked.lock().expect("nobody panics while holding it");
                looked.insert(found.webhook, (found.cursor, found.reached));
                continue;
            }
            more |= found.more;
            let stamp = self.gateway.stamp();
            self.gateway.store.write(move |tx| take_over(tx, &found, stamp.clone())).await?;
        }
        Ok(more)
    }

    /// Starts a courier for an endpoint if there is room.
    fn start(self: &Arc<Self>, webhook: Webhook) {
        if self.gateway.feed.is_closed() {
            return;
        }
        if let Some(slot) = self.bulkhead.enter(&webhook) {
            tokio::spawn(Arc::clone(self).courier(webhook, slot));
        }
    }

    async fn courier(self: Arc<Self>, webhook: Webhook, _slot: Slot) {
        if let Err(error) = self.carry_all(&webhook).await {
            tracing::warn!(%error, webhook = %webhook.id, "a delivery is not settled, it comes again");
        }
    }

    async fn carry_all(self: &Arc<Self>, webhook: &Webhook) -> Result<(), StoreError> {
        let (id, hold, stamp) = (webhook.id.clone(), self.hold(), self.gateway.stamp());
        let leasing = move |tx: &mut dyn Tx| dispatch::lease(tx, &id, hold, &mut stamp.clone());
        let mut next = self.gateway.store.write(leasing).await?;
        for round in 1.. {
            let Some(held) = next else { break };
            // There is something, so there may be more: a colleague looks for it.
            self.start(webhook.clone());
            next = self.carry(held, round < ROUNDS).await?;
        }
        Ok(())
    }

    /// Sends one delivery and settles it; with `go_on`, returns the next one where this one arrived.
    async fn carry(&self, held: Held, go_on: bool) -> Result<Option<Held>, StoreError> {
        let (now, asked) = (self.gateway.clock.now(), held.clone());
        let found = self.gateway.store.read(move |tx| dispatch::read(tx, &asked, now)).await?;
        let Some((webhook, delivery, contents)) = found else { return Ok(None) };
        let sent = self.send(&webhook, &delivery, contents).await;
        let (attempt, verdict) = match sent {
            Some(sent) => (Some(sent.attempt), sent.verdict),
            None => (None, Verdict::Dropped),
        };
        count(&verdict);
        let random = u16::from_le_bytes(self.gateway.random_bytes());
        let (stamp, hold) = (self.gateway.stamp(), self.hold());
        let go_on = go_on && matches!(verdict, Verdict::Accepted | Verdict::Dropped);
        let settling = move |tx: &mut dyn Tx| {
            let mut stamp = stamp.clone();
            dispatch::settle(tx, &held, (attempt.as_ref(), &verdict), random, &mut stamp)?;
            if go_on { dispatch::lease(tx, &held.webhook, hold, &mut stamp) } else { Ok(None) }
        };
        self.gateway.store.write(settling).await
    }

    async fn send(&self, webhook: &Webhook, delivery: &Delivery, contents: Contents) -> Option<Sent> {
        let now = self.gateway.clock.now();
        if let (Contents::Event(event), true) = (&contents, delivery.attempts.is_empty()) {
            histogram!("webhook_first_attempt_lag_seconds").record(now.since(event.event.at).as_secs_f64());
        }
        let body = body(contents, webhook, delivery, &self.gateway.base_url)?;
        // Receivers hold the timestamp against their own clocks, whatever the sandbox's clock says.
        let seconds = self.gateway.wall_clock.now().seconds();
        let letter = Letter {
            url: webhook.settings.url.clone(),
            id: delivery.message.to_string(),
            seconds,
            signatures: signatures(webhook.secrets(now), delivery.message.as_str(), seconds, &body),
            body,
            challenge: delivery.is_challenge().then(|| webhook.challenge.clone()),
        };
        gauge!("webhook_attempts_in_flight").increment(1);
        let sent = self.post.send(letter, now).await;
        gauge!("webhook_attempts_in_flight").decrement(1);
        histogram!("webhook_attempt_duration_seconds").record(sent.took.as_secs_f64());
        self.bulkhead.took(&webhook.id, sent.took);
        Some(sent)
    }

    fn hold(&self) -> Hold {
        Hold { wall: self.gateway.wall_clock.now(), term: self.lease }
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let due = |forgot: &mut Instant| {
            let due = forgot.elapsed() >= FORGETTING;
            if due {
                *forgot = Instant::now();
            }
            due
        };
        if !due(&mut self.forgot.lock().expect("nobody panics while holding it")) {
            return Ok(());
        }
        let before = now.plus(-terms(now).kept());
        let forgetting = move |tx: &mut dyn Tx| tx.deliveries().forget(before, FORGOTTEN_AT_ONCE);
        while self.gateway.store.write(forgetting).await? > 0 {}
        self.gateway.store.write(|tx| tx.webhooks().forget_removed()).await.map(drop)
    }
}

/// What lies behind the cursors of the endpoints that have not been looked at up to the head.
fn behind(
    tx: &mut dyn Tx,
    looked: &HashMap<WebhookId, (i64, i64)>,
    now: Timestamp,
) -> Result<Vec<Gathered>, StoreError> {
    let head = tx.events().head()?;
    let mut all = Vec::new();
    for webhook in tx.webhooks().behind(head)? {
        let known = looked.get(&webhook.id).filter(|(cursor, _)| *cursor == webhook.cursor);
        let from = known.map_or(webhook.cursor, |(_, reached)| *reached);
        if from < head
            && let Some(found) = look(tx, &webhook, from, now)?
        {
            all.push(found);
        }
    }
    Ok(all)
}

fn count(verdict: &Verdict) {
    let outcome = match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Failed(_) => "failed",
        Verdict::Gone => "gone",
        Verdict::Dropped => "dropped",
    };
    counter!("webhook_attempts_total", "outcome" => outcome).increment(1);
}
