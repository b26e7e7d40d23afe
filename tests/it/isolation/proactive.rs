//! What the victim has of proactive service.

use serde_json::{Value, json};
use tests::{Client, client::text};

use super::tour::{Call, Tour};
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

    /// The one that a parameter of a path names.
    pub fn id(&self, name: &str) -> String {
        let id = match name {
            "consent_id" => &self.consent,
            "offer_id" => &self.offer,
            _ => &self.watch,
        };
        id.clone()
    }
}

/// An offer that rests on a law.
pub fn offer(business: &str) -> Value {
    json!({ "business_id": business, "service": "register-extract", "form": { "subject": "self" },
        "why": { "ru": "Сведения изменились", "en": "The register has changed" },
        "legal_ground": { "ru": "129-ФЗ, ст. 6", "en": "Law No. 129-FZ, art. 6" } })
}

/// Consents, offers, and word of what becomes possible.
pub async fn tour(tour: &Tour) {
    let business = &tour.world.things.business;
    for id in ["accept_offer", "give_consent", "withdraw_consent", "watch_service", "cancel_service_watch"] {
        tour.plain(id).await;
    }
    let made = tour.call("make_offer", Call::with(offer(business))).await;
    let instead = vec![(tour.world.things.proactive.offer.clone(), text(&made["id"]))];
    tour.call("decline_offer", Call { instead, ..Call::default() }).await;
    tour.plain("list_made_offers").await;
}
