//! What the victim has of draft acts: an opinion on its authority's draft, on its way to the portal.

use serde_json::{Value, json};
use tests::{Client, client::text};

use crate::draft_acts::{opinion, published};

/// The ids of it.
pub struct Drafted {
    pub draft: String,
    pub opinion: String,
    pub transfer: String,
}

impl Drafted {
    /// Publishes a draft and gives an opinion on it beneath the business's path.
    pub async fn make(victim: &Client, authority: &Client, base: &str) -> Self {
        let draft = published(authority, json!({})).await;
        let given = format!("{base}/draft-acts/{draft}/opinions");
        let given: Value = victim.post(&given, opinion(3)).await.expect(201);
        Self { draft, opinion: text(&given["id"]), transfer: text(&given["transfer"]["id"]) }
    }
}
