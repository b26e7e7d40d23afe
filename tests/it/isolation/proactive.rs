//! What the victim has of proactive service.

use serde_json::{Value, json};
use tests::{Client, client::text};

use crate::proactive::consent;

/// The ids of it.
pub struct Proactive {
    pub consent: String,
    pub offer: String,
    pub watch: String,
}

impl Proactive {
    /// Makes one of each beneath the business's path.
    pub async fn make(victim: &Client, authority: &Client, business: &str) -> Self {
        let base = format!("/v1/businesses/{business}");
        let given = consent("service", "trademark-registration", "offer");
        let given = victim.post(&format!("{base}/consents"), given).await.expect(201);
        // Closed to a company for good, so that nothing ends the wait.
        let watched = json!({ "service": "ip-registration" });
        let watched = victim.post(&format!("{base}/service-watches"), watched).await.expect(201);
        let offer = authority.post("/v1/authority/offers", offer(business)).await.expect(201);
        Self { consent: text(&given["id"]), offer: text(&offer["id"]), watch: text(&watched["id"]) }
    }
}

/// An offer that rests on a law.
pub fn offer(business: &str) -> Value {
    json!({ "business_id": business, "service": "register-extract", "form": { "subject": "self" },
        "why": { "ru": "Сведения изменились", "en": "The register has changed" },
        "legal_ground": { "ru": "129-ФЗ, ст. 6", "en": "Law No. 129-FZ, art. 6" } })
}
