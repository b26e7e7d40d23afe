//! What the victim has of webhooks.

use reqwest::header::{HeaderMap, IF_MATCH};
use serde_json::json;
use tests::{Client, client::text, receiver::Receiver};

use super::tour::{Call, Tour};

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

    /// The one that a parameter of a path names.
    pub fn id(&self, name: &str) -> String {
        if name == "webhook_id" { self.webhook.clone() } else { self.delivery.clone() }
    }
}

/// An endpoint through its life; a test needs it active.
pub async fn tour(tour: &Tour) {
    tour.plain("create_webhook").await;
    let verified = async || {
        for _ in 0..600 {
            if tour.plain("get_webhook").await["state"] == "active" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the endpoint echoes its challenge: {:?}", tour.world.things.webhooked.receiver.received());
    };
    verified().await;
    for id in
        ["send_webhook_test", "replay_webhook_delivery", "replay_webhook_events", "rotate_webhook_secret"]
    {
        tour.plain(id).await;
    }
    for id in ["deactivate_webhook", "activate_webhook"] {
        tour.plain(id).await;
    }
    verified().await;
    let version = &tour.plain("get_webhook").await["version"];
    let tag = format!("\"v{version}\"").parse().expect("a tag is a header");
    let headers = HeaderMap::from_iter([(IF_MATCH, tag)]);
    let body = Some(json!({ "description": "changed" }));
    tour.call("change_webhook", Call { headers, body, ..Call::default() }).await;
    tour.plain("delete_webhook").await;
}
