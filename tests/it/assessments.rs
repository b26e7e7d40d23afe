//! Assessments of requirements: given, revised, told as summaries, considered, reminded of.

use serde_json::{Value, json};
use tests::{Client, Program, client::text, filing::Filer, own};

mod considering;
mod costs;
pub mod counting;
mod giving;
mod reminding;
mod settling;

/// A requirement of every company, supervised by the sandbox's authority.
pub const REGISTERED_FACTS: &str = "OT-001";

/// An assessment with both scales.
pub fn scored(requirement: &str, clarity: u8, feasibility: u8) -> Value {
    json!({ "requirement": requirement, "procedure": "actual_impact", "clarity": clarity,
        "feasibility": feasibility })
}

/// Gives an assessment that must be accepted.
pub async fn give(filer: &Filer, body: Value) -> Value {
    filer.client.post(&filer.path("assessments"), body).await.expect(201)
}

/// The authority's row about a business that agreed to be named.
pub async fn addressed(office: &Client, business: &str) -> Value {
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/authority/assessments?requirement={REGISTERED_FACTS}&limit=1000{cursor}");
        let page = office.get(&path).await.expect(200);
        let rows = page["items"].as_array().expect("a list");
        if let Some(found) = rows.iter().find(|row| row["identity"]["business_id"] == business) {
            return found.clone();
        }
        cursor = format!("&cursor={}", text(&page["next_cursor"]));
    }
}

/// The back office of the sandbox's authority.
pub async fn office(program: &Program) -> Client {
    own::authority(program).await
}
