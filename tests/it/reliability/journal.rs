//! Load that remembers: every key before it is sent, every answer once it has arrived whole.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Client,
    client::{fresh_key, text},
    document::document,
};
use tokio::{sync::watch, task::JoinSet};

/// An address that the scripted authority grants at once.
const SCRIPTED: &str = "granted@magic.test";
/// An address that no script knows: the task waits in the inbox.
const BY_HAND: &str = "office@example.test";

/// One submission as the caller remembers it.
#[derive(Clone)]
pub struct Entry {
    /// Its Idempotency-Key.
    pub key: String,
    /// What was sent.
    pub body: Value,
    /// The acknowledgement, where one arrived.
    pub accepted: Option<Value>,
}

impl Entry {
    /// Whether the scripted authority acts on it.
    pub fn is_scripted(&self) -> bool {
        self.body["form"]["contact"]["email"] == SCRIPTED
    }

    /// The submission's id.
    pub fn id(&self) -> String {
        text(&self.accepted.as_ref().expect("it was acknowledged")["id"])
    }

    /// The submission as it was acknowledged.
    pub fn view(&self) -> &Value {
        self.accepted.as_ref().expect("it was acknowledged")
    }
}

/// Everything a caller remembers.
pub struct Journal {
    entries: Mutex<BTreeMap<String, Entry>>,
    drawn: AtomicUsize,
    acknowledged: watch::Sender<usize>,
}

impl Journal {
    /// An empty journal.
    pub fn new() -> Arc<Self> {
        let acknowledged = watch::Sender::new(0);
        Arc::new(Self { entries: Mutex::default(), drawn: AtomicUsize::new(0), acknowledged })
    }

    /// A submission like no other, remembered before it is sent; every second one is for the scripted authority.
    pub fn next(&self) -> Entry {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        let email = if number.is_multiple_of(2) { SCRIPTED } else { BY_HAND };
        let form = json!({ "purpose": "other", "purpose_note": format!("Сверка № {number}"),
            "delivery": "electronic", "contact": { "email": email } });
        let body = json!({ "service": "tax-balance-certificate", "form": form, "lodge": true });
        let entry = Entry { key: fresh_key(), body, accepted: None };
        self.entries().insert(entry.key.clone(), entry.clone());
        entry
    }

    /// Remembers an acknowledgement.
    pub fn accept(&self, key: &str, view: Value) {
        let mut entries = self.entries();
        let entry = entries.get_mut(key).expect("only what was sent is acknowledged");
        entry.accepted = Some(view);
        drop(entries);
        self.acknowledged.send_modify(|count| *count += 1);
    }

    /// Returns when so many acknowledgements have arrived altogether.
    pub async fn reaches(&self, count: usize) {
        let mut acknowledged = self.acknowledged.subscribe();
        acknowledged.wait_for(|reached| *reached >= count).await.expect("the journal lives");
    }

    /// How many acknowledgements have arrived.
    pub fn count(&self) -> usize {
        *self.acknowledged.borrow()
    }

    /// What was acknowledged.
    pub fn known(&self) -> Vec<Entry> {
        self.entries().values().filter(|entry| entry.accepted.is_some()).cloned().collect()
    }

    /// What was sent without an answer.
    pub fn unknown(&self) -> Vec<Entry> {
        self.entries().values().filter(|entry| entry.accepted.is_none()).cloned().collect()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a request.
pub enum Sent {
    /// It was lodged.
    Accepted(Value),
    /// The gateway refused it: the problem, and the seconds of Retry-After.
    Refused(Value, Option<u64>),
    /// Nobody listens any more.
    Unreachable,
    /// The line broke before the answer was whole.
    Broken(String),
}

/// An application that lodges for one business.
#[derive(Clone)]
pub struct Load {
    /// Its client.
    pub client: Client,
    /// The business.
    pub business: String,
}

impl Load {
    /// Registers an application and makes a business for it.
    pub async fn new(client: &Client) -> Self {
        let client = client.register("Учёт под нагрузкой").await;
        let business = client.business("cafe").await;
        Self { client, business }
    }

    /// The path of the business's submissions.
    pub fn path(&self) -> String {
        format!("/v1/businesses/{}/submissions", self.business)
    }

    /// Sends an entry; an answer that arrives is held against the document.
    pub async fn send(&self, entry: &Entry) -> Sent {
        let path = self.path();
        let request = self.client.request(Method::POST, &path).header("Idempotency-Key", &entry.key);
        let response = match request.json(&entry.body).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Sent::Unreachable,
            Err(error) => return Sent::Broken(format!("{error:?}")),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let bytes = match response.bytes().await {
            Ok(bytes) => bytes,
            Err(error) => return Sent::Broken(format!("{error:?}")),
        };
        document().check("POST", &path, status, header("content-type"), &bytes);
        let body: Value = serde_json::from_slice(&bytes).expect("a whole answer is JSON");
        match status {
            201 => Sent::Accepted(body),
            _ => Sent::Refused(body, header("retry-after").parse().ok()),
        }
    }

    /// So many tasks that lodge one after the other until something else than an acceptance comes, which they return.
    pub fn run(&self, journal: &Arc<Journal>, tasks: usize) -> JoinSet<Sent> {
        let mut running = JoinSet::new();
        for _ in 0..tasks {
            let (load, journal) = (self.clone(), Arc::clone(journal));
            running.spawn(async move {
                loop {
                    let entry = journal.next();
                    match load.send(&entry).await {
                        Sent::Accepted(view) => journal.accept(&entry.key, view),
                        ended @ (Sent::Refused(..) | Sent::Unreachable | Sent::Broken(_)) => return ended,
                    }
                }
            });
        }
        running
    }

    /// Every event of the application from the beginning, in order, and the cursor reached.
    pub async fn events(&self) -> (Vec<Value>, i64) {
        let (mut all, mut cursor) = (Vec::new(), "0".to_owned());
        loop {
            let path = format!("/v1/events?limit=1000&after={cursor}");
            let batch = self.client.get(&path).await.expect(200);
            cursor = text(&batch["next_cursor"]);
            let items = batch["items"].as_array().expect("a list");
            if items.is_empty() {
                return (all, cursor.parse().expect("a cursor of the feed is a number"));
            }
            all.extend(items.iter().cloned());
        }
    }

    /// The ids of every submission of the business.
    pub async fn ids(&self) -> Vec<String> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{}?limit=1000{cursor}", self.path());
            let page = self.client.get(&path).await.expect(200);
            let items = page["items"].as_array().expect("a list");
            all.extend(items.iter().map(|submission| text(&submission["id"])));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
}
