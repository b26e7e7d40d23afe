//! What the victim has of assessments and costs.

use serde_json::json;
use tests::{Client, client::text};

/// The ids of it.
pub struct Assessed {
    pub assessment: String,
    /// The same as authorities name it.
    pub reference: String,
    pub estimate: String,
    pub report: String,
}

impl Assessed {
    /// Makes one of each beneath the business's path.
    pub async fn make(victim: &Client, authority: &Client, base: &str) -> Self {
        let body = json!({ "requirement": "OT-005", "procedure": "disclosure", "clarity": 3 });
        let assessment = victim.post(&format!("{base}/assessments"), body).await.expect(201);
        let query = "requirement=OT-005&procedure=disclosure";
        let page = authority.get(&format!("/v1/authority/assessments?{query}")).await.expect(200);
        let element = json!({ "name": "Отчёт", "hours": "1", "hourly_wage": "500", "times_per_year": "1" });
        let body = json!({ "requirement": "OT-005", "elements": [element] });
        let estimate = victim.post(&format!("{base}/cost-estimates"), body).await.expect(201);
        let body = json!({ "requirement": "OT-005", "amount": "100.00",
            "period": { "from": "2026-01-01", "until": "2026-01-31" } });
        let report = victim.post(&format!("{base}/cost-reports"), body).await.expect(201);
        Self {
            assessment: text(&assessment["id"]),
            reference: text(&page["items"][0]["reference"]),
            estimate: text(&estimate["id"]),
            report: text(&report["id"]),
        }
    }
}
