//! Representatives and their mandates (4.6.10): granted, judged at every act, changed, handed on, ended.

mod access;
mod dismissal;
mod granting;
mod journal;
mod many;
mod terms;

use serde_json::{Value, json};
use tests::{Client, Program, client::text, representatives::Representative};

/// A business, by its own application, and a representative.
struct Scene {
    own: Client,
    business: String,
    base: String,
    agent: Representative,
}

impl Scene {
    async fn new(program: &Program) -> Self {
        let own = program.client().register("own").await;
        let business = own.business("cafe").await;
        let agent = Representative::register(&own, "agent").await;
        Self { base: format!("/v1/businesses/{business}"), own, business, agent }
    }

    /// A mandate for the scene's representative; returns the answer.
    async fn grant(&self, scope: Value) -> Value {
        tests::representatives::granted(&self.own, &self.base, &self.agent, scope).await
    }

    fn path(&self, rest: &str) -> String {
        format!("{}/{rest}", self.base)
    }

    fn at(&self, mandate: &Value, rest: &str) -> String {
        self.path(&format!("representatives/{}{rest}", text(&mandate["id"])))
    }

    async fn dismiss(&self, mandate: &Value) -> Value {
        self.own.post(&self.at(mandate, "/dismissal"), json!({})).await.expect(200)
    }
}

/// Moves the sandbox's clock.
async fn advance(client: &Client, seconds: i64) {
    client.post("/sandbox/clock", json!({ "advance_s": seconds })).await.expect(200);
}

/// The gateway's time.
async fn now(client: &Client) -> domain::time::Timestamp {
    text(&client.get("/sandbox/clock").await.expect(200)["now"]).parse().expect("a moment")
}

/// A moment so many seconds after another.
fn later(moment: domain::time::Timestamp, seconds: i64) -> domain::time::Timestamp {
    domain::time::Timestamp::from_micros(moment.micros() + seconds * 1_000_000).expect("in range")
}
