//! What the victim said of its requirements, and what the state's resources hold of it.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Client, client::text};

/// The ids.
pub struct Evidenced {
    pub inapplicability: String,
    pub inquiry: String,
    pub dispute: String,
    pub supply: String,
    pub confirmation: String,
}

impl Evidenced {
    /// Declares, asks, disputes and supplies, all before the sandbox's authority.
    pub async fn make(victim: &Client, base: &str, attachment: &str) -> Self {
        let no_till =
            json!({ "ground": "objects_not_used", "objects": ["cash_register"], "statement": "Кассы нет." });
        let path = format!("{base}/requirements/OT-029/inapplicability");
        let declared = victim.post(&path, no_till).await.expect(201);
        let inquiry = asked(victim, base).await;
        let dispute =
            json!({ "requirement": "OT-028", "evidence": "fiscal-documents", "statement": "Чеки есть." });
        let disputed = victim.post(&format!("{base}/evidence/disputes"), dispute).await.expect(201);
        let supply = json!({ "requirement": "OT-001", "evidence": "change-application",
            "attachment_id": attachment, "as_of": "2026-01-15" });
        let supplied = victim.post(&format!("{base}/evidence/supplies"), supply).await.expect(201);
        let confirmed = json!({ "subject": "requirement", "code": "OT-005", "answer": "confirmed" });
        let confirmed = victim.post(&format!("{base}/confirmations"), confirmed).await.expect(201);
        Self {
            confirmation: text(&confirmed["id"]),
            inapplicability: text(&declared["id"]),
            inquiry,
            dispute: text(&disputed["id"]),
            supply: text(&supplied["id"]),
        }
    }
}

/// Asks the resources and waits until they have been round.
async fn asked(victim: &Client, base: &str) -> String {
    let made = victim.post(&format!("{base}/evidence/inquiries"), json!({})).await.expect(201);
    let id = text(&made["id"]);
    for _ in 0..100 {
        let inquiry: Value = victim.get(&format!("{base}/evidence/inquiries/{id}")).await.expect(200);
        if inquiry["rounds"] != 0 {
            return id;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody asked the resources");
}
