//! Draft acts: from the notice to the adopted act, what businesses say of them, and its way to the portal.

use serde_json::{Value, json};
use tests::{Client, client::text, filing::Filer};

mod browsing;
mod drafting;
mod opining;
mod passing;
mod portal;
mod summing;

/// A notice of a draft about cafés' journals; `with` stands in for members of its content.
pub fn notice(with: Value) -> Value {
    let mut content = json!({
        "title": { "ru": "О журналах в кафе", "en": "On journals in cafés" },
        "act_kind": "ministry_order", "level": "federal", "impact": "low",
        "summary": { "ru": "Журналы ведутся в электронном виде.", "en": "Journals are kept electronically." },
        "alternatives": [{ "code": "keep", "title": { "ru": "Оставить", "en": "Leave it" } }],
        "life_situations": ["start-business"], "activities": ["56.10"], "keywords": ["Журнал"],
        "requirements": [{ "title": { "ru": "Журнал", "en": "Journal" }, "text": { "ru": "Вести.", "en": "Keep." },
            "applies_when": { "fact": "activities", "within": ["56"] } }],
    });
    for (name, value) in with.as_object().expect("members") {
        content[name] = value.clone();
    }
    json!({ "stage": "notice", "content": content })
}

/// Publishes a notice; returns the draft's id.
pub async fn published(office: &Client, with: Value) -> String {
    text(&office.post("/v1/authority/draft-acts", notice(with)).await.expect(201)["id"])
}

/// An opinion on a notice.
pub fn opinion(clarity: u8) -> Value {
    json!({ "discussion": "notice", "clarity": clarity, "feasibility": 2,
        "alternatives": [{ "alternative": "keep", "merits": "Дёшево.", "faults": "Бумага теряется." }] })
}

/// Gives an opinion that must be accepted.
pub async fn opine(filer: &Filer, draft: &str, body: Value) -> Value {
    filer.client.post(&filer.path(&format!("draft-acts/{draft}/opinions")), body).await.expect(201)
}

/// Moves the sandbox's clock.
pub async fn later(filer: &Filer, days: u32) {
    let moved = json!({ "advance_s": days * 86_400 });
    filer.client.post("/sandbox/clock", moved).await.expect(200);
}
