//! What the victim has of webhooks.

use serde_json::json;
use tests::{Client, client::text, receiver::Receiver};

/// The ids of it, and the receiver, which takes everything while it lives.
pub struct Webhooked {
    pub webhook: String,
    pub delivery: String,
    pub receiver: Receiver,
}

impl Webhooked {
    /// Makes an endpoint; its challenge is its first delivery.
    pub async fn make(victim: &Client) -> Self {
        let receiver = Receiver::start().await;
        let made = victim.post("/v1/webhooks", json!({ "url": receiver.url() })).await.expect(201);
        let webhook = text(&made["id"]);
        let page = victim.get(&format!("/v1/webhooks/{webhook}/deliveries")).await.expect(200);
        let delivery = text(&page["items"][0]["id"]);
        Self { webhook, delivery, receiver }
    }
}
