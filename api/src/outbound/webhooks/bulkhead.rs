//! Room for attempts: whoever is slow or dead takes it from its like alone.
//!
//! An endpoint that answers promptly sends from the main room, a few at once; one that fails or was slow, or has yet to
//! prove itself, one at a time from a room of its kind. In either, an application has a small part of the room. So the dead
//! wait for each other, and nobody waits for them longer than until their first failure is known.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{
    ids::{ApplicationId, WebhookId},
    webhook::{Webhook, WebhookState},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many attempts at once.
struct Room {
    all: usize,
    application: usize,
    endpoint: usize,
}

/// For endpoints that answer promptly.
const PROMPT: Room = Room { all: 256, application: 16, endpoint: 4 };
/// For all others.
const SUSPECT: Room = Room { all: 256, application: 4, endpoint: 1 };
/// An answer that takes longer makes its endpoint slow.
const SLOW: Duration = Duration::from_secs(2);

pub(super) struct Bulkhead {
    prompt: Arc<Semaphore>,
    suspect: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    endpoints: HashMap<WebhookId, usize>,
    /// By application and room: true for the suspects'.
    applications: HashMap<(ApplicationId, bool), usize>,
    slow: HashSet<WebhookId>,
}

/// Room for one attempt after the other; it is given back when this value goes.
pub(super) struct Slot {
    bulkhead: Arc<Bulkhead>,
    endpoint: WebhookId,
    application: (ApplicationId, bool),
    _permit: OwnedSemaphorePermit,
}

impl Bulkhead {
    pub(super) fn new() -> Arc<Self> {
        let room = |room: Room| Arc::new(Semaphore::new(room.all));
        Arc::new(Self { prompt: room(PROMPT), suspect: room(SUSPECT), state: Mutex::default() })
    }

    /// Room for an endpoint, if there is some now.
    pub(super) fn enter(self: &Arc<Self>, webhook: &Webhook) -> Option<Slot> {
        let mut state = self.state.lock().expect("nobody panics while holding it");
        let suspect = webhook.state != WebhookState::Active
            || webhook.failing_since.is_some()
            || state.slow.contains(&webhook.id);
        let (room, all) = if suspect { (SUSPECT, &self.suspect) } else { (PROMPT, &self.prompt) };
        let most = if webhook.settings.ordered { 1 } else { room.endpoint };
        let (endpoint, application) = (webhook.id.clone(), (webhook.application.clone(), suspect));
        let full = running(&state.endpoints, &endpoint) >= most
            || running(&state.applications, &application) >= room.application;
        let permit = Arc::clone(all).try_acquire_owned().ok().filter(|_| !full)?;
        *state.endpoints.entry(endpoint.clone()).or_default() += 1;
        *state.applications.entry(application.clone()).or_default() += 1;
        Some(Slot { bulkhead: Arc::clone(self), endpoint, application, _permit: permit })
    }

    /// Remembers how long an endpoint took.
    pub(super) fn took(&self, webhook: &WebhookId, time: Duration) {
        let mut state = self.state.lock().expect("nobody panics while holding it");
        if time > SLOW {
            state.slow.insert(webhook.clone());
        } else {
            state.slow.remove(webhook);
        }
    }
}

fn running<K: Eq + Hash>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

/// One less; what has come to nothing is forgotten.
fn leave<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    match counts.get_mut(key) {
        Some(count) if *count > 1 => *count -= 1,
        Some(_) | None => drop(counts.remove(key)),
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.bulkhead.state.lock().expect("nobody panics while holding it");
        leave(&mut state.endpoints, &self.endpoint);
        leave(&mut state.applications, &self.application);
    }
}
