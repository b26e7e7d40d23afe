//! Webhooks: endpoints verified before they get anything, deliveries signed, repeated, visible, replayed.

mod addresses;
mod endpoints;
mod failing;
mod line;
mod replicas;
mod sending;
mod signing;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Client, Program, client::text, papers, receiver::Receiver};

/// An application with a business, and a receiver that its endpoint names.
struct Scene {
    client: Client,
    business: String,
    receiver: Receiver,
}

impl Scene {
    async fn new(program: &Program) -> Self {
        let client = program.client().register("webhooks").await;
        let business = client.business("cafe").await;
        Self { client, business, receiver: Receiver::start().await }
    }

    /// Makes an endpoint at the scene's receiver; `more` says what else.
    async fn create(&self, more: Value) -> Value {
        let mut body = json!({ "url": self.receiver.url(), "types": ["submission.drafted"] });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        self.client.post("/v1/webhooks", body).await.expect(201)
    }

    /// As [`Self::create`], once it is active.
    async fn active(&self, more: Value) -> Hook {
        let made = self.create(more).await;
        let hook =
            Hook { path: format!("/v1/webhooks/{}", text(&made["id"])), secret: text(&made["secret"]) };
        self.stands(&hook, "active").await;
        hook
    }

    /// Waits until an endpoint stands so.
    async fn stands(&self, hook: &Hook, state: &str) -> Value {
        let read = async || self.client.get(&hook.path).await.expect(200);
        eventually(read, |webhook| webhook["state"] == state).await
    }

    async fn draft(&self) -> String {
        papers::draft(&self.client, &self.business).await
    }

    /// The endpoint's deliveries of drafts, oldest first.
    async fn deliveries(&self, hook: &Hook) -> Vec<Value> {
        let page = self.client.get(&format!("{}/deliveries?limit=1000", hook.path)).await.expect(200);
        let mut all = page["items"].as_array().expect("a list").clone();
        all.retain(|one| !text(&one["type"]).starts_with("endpoint."));
        all.reverse();
        all
    }

    /// Waits until the endpoint's first delivery of a draft fits, and returns it whole.
    async fn first_delivery(&self, hook: &Hook, fits: impl Fn(&Value) -> bool) -> Value {
        let read = async || match self.deliveries(hook).await.first() {
            None => Value::Null,
            Some(first) => {
                let path = format!("{}/deliveries/{}", hook.path, text(&first["id"]));
                self.client.get(&path).await.expect(200)
            }
        };
        eventually(read, fits).await
    }
}

/// An endpoint that was made.
struct Hook {
    path: String,
    secret: String,
}

/// Reads until it fits.
async fn eventually(read: impl AsyncFn() -> Value, fits: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let found = read().await;
        if fits(&found) {
            return found;
        }
        assert!(Instant::now() < deadline, "it never came to fit: {found:#}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Moves the sandbox's clock.
async fn advance(client: &Client, seconds: i64) {
    let body = json!({ "advance_s": seconds });
    let request = client.request(reqwest::Method::POST, "/sandbox/clock").json(&body);
    client.send(request).await.expect(200);
}
