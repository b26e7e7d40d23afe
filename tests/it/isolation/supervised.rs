//! What a supervisor has begun with the victim: a caution, a recognition, a preventive visit, an information duty.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Timestamp;
use serde_json::{Value, json};
use tests::{Client, client::text};

/// What the supervisor reads of it.
pub const READS: [&str; 10] = [
    "list_asked_inquiries",
    "get_asked_inquiry",
    "list_granted_recognitions",
    "get_granted_recognition",
    "list_announced_cautions",
    "get_announced_caution",
    "list_arranged_visits",
    "get_arranged_visit",
    "list_demanded_information",
    "get_demanded_information",
];

/// The ids of it.
pub struct Supervised {
    pub caution: String,
    pub inquiry: String,
    pub recognition: String,
    pub visit: String,
    pub duty: String,
    /// The time that the visit is offered at.
    pub slot: Value,
}

impl Supervised {
    /// Makes one of each for the business.
    pub async fn make(authority: &Client, business: &str) -> Self {
        let made = async |path: &str, body: Value| {
            text(&authority.post(&format!("/v1/authority/{path}"), body).await.expect(201)["id"])
        };
        let slot = tomorrow();
        Self {
            recognition: made("recognitions", recognition(business)).await,
            inquiry: asked(authority, business).await,
            caution: made("cautions", caution(business)).await,
            visit: made("preventive-visits", visit(business, &slot)).await,
            duty: made("information-duties", duty(business)).await,
            slot,
        }
    }
}

/// Asks the state's resources about the business.
async fn asked(authority: &Client, business: &str) -> String {
    let made = authority.post("/v1/authority/evidence-inquiries", inquiries(business)).await.expect(200);
    text(&made["items"][0]["id"])
}

/// An inquiry to make.
pub fn inquiries(business: &str) -> Value {
    json!({ "business_ids": [business], "requirements": ["OT-001"] })
}

/// A caution to announce.
pub fn caution(business: &str) -> Value {
    json!({ "business_id": business, "requirement": "OT-001",
        "ground": { "ru": "Адрес в реестре устарел", "en": "The address in the register is out of date" },
        "measures": { "ru": "Проверьте адрес", "en": "Check the address" } })
}

/// An incentive to grant.
pub fn recognition(business: &str) -> Value {
    json!({ "business_id": business, "kind": "incentive", "code": "good-faith-recognition", "control_kind": "tax-cash",
        "ground": { "ru": "Год без нарушений", "en": "A year without violations" } })
}

/// A voluntary visit to offer.
pub fn visit(business: &str, slot: &Value) -> Value {
    json!({ "business_id": business, "kind": "voluntary", "topic": "Сведения в реестре", "requirements": ["OT-001"],
        "video_link": "https://video.example.test/room-7", "slots": [slot] })
}

/// An hour of the day after this one.
fn tomorrow() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set").as_micros();
    let in_hours = |hours: i64| {
        let micros = i64::try_from(now).expect("this century") + hours * 3_600_000_000;
        Timestamp::from_micros(micros).expect("this century")
    };
    json!({ "from": in_hours(24), "to": in_hours(25), "desk": "inspector-7" })
}

/// A duty to start.
pub fn duty(business: &str) -> Value {
    json!({ "business_id": business, "requirement": "OT-001",
        "what": { "ru": "Сведения об адресе", "en": "Information on the address" } })
}
