//! What the victim has of mandates.

use serde_json::json;
use tests::{
    Client,
    client::text,
    representatives::{Representative, granted, named},
};

/// The ids of it.
pub struct Mandated {
    /// A mandate that the victim granted.
    pub mandate: String,
    /// A request that the victim made.
    pub asked: String,
    /// A request that the victim's business is asked.
    pub addressed: String,
}

impl Mandated {
    /// What stands in a path for a name: the asker's path names other requests than the business's.
    pub fn id(&self, name: &str, path: &str) -> String {
        match name {
            "mandate_id" => self.mandate.clone(),
            _ if path.contains("/businesses/") => self.addressed.clone(),
            _ => self.asked.clone(),
        }
    }

    /// Makes one of each beneath the business's path.
    pub async fn make(victim: &Client, base: &str) -> Self {
        let accountant = Representative::register(victim, "accountant").await;
        let mandate = granted(victim, base, &accountant, json!({ "powers": ["2_FNS22"] })).await;
        let mut asked = named(victim, base).await;
        let clerk = Representative::register(victim, "clerk").await;
        let addressed = clerk.client.post("/v1/access-requests", asked.clone()).await.expect(201);
        asked["reference"] = json!("the victim's own");
        let own = victim.post("/v1/access-requests", asked).await.expect(201);
        Self { mandate: text(&mandate["id"]), asked: text(&own["id"]), addressed: text(&addressed["id"]) }
    }
}
