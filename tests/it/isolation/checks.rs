//! What the victim has of self-checks, declarations, check packs and algorithms.

use serde_json::{Value, json};
use tests::{Client, client::text};

/// The ids of it.
pub struct Checks {
    /// A draft without answers.
    pub self_check: String,
    /// A completed one, with a document that was shown to the authority.
    pub shown: String,
    pub declaration: String,
    pub pack_result: String,
    pub run: String,
}

impl Checks {
    /// Makes one of each beneath the business's path.
    pub async fn make(victim: &Client, base: &str, attachment: &str) -> Self {
        let begin = json!({ "requirements": ["OT-028"] });
        let done = victim.post(&format!("{base}/self-checks"), begin.clone()).await.expect(201);
        let path = format!("{base}/self-checks/{}", text(&done["id"]));
        victim.patch(&path, 1, json!({ "answers": good() })).await.expect(200);
        victim.act(&format!("{path}/completion")).await.expect(200);
        let authority = json!({ "authority_id": "aut_fns" });
        let declaration = victim.post(&format!("{path}/declaration"), authority).await.expect(201);
        let self_check = victim.post(&format!("{base}/self-checks"), begin).await.expect(201);
        let shown = shown(victim, base, attachment).await;
        let passed = ["receipts-equal-revenue", "payments-equal-receipts", "shifts-closed", "all-sent"];
        let report = json!({ "pack": "cash-register-daily", "version": 1,
            "period": { "from": "2026-11-01", "to": "2026-11-01" },
            "verdicts": passed.map(|rule| json!({ "rule": rule, "outcome": "pass" })) });
        let pack_result = victim.post(&format!("{base}/check-pack-results"), report).await.expect(201);
        let step = json!({ "algorithm": "ALG-210", "step": "buy", "proof": { "kind": "none" } });
        let run = victim.post(&format!("{base}/algorithm-confirmations"), step).await.expect(201);
        Self {
            self_check: text(&self_check["id"]),
            shown,
            declaration: text(&declaration["id"]),
            pack_result: text(&pack_result["id"]),
            run: text(&run["id"]),
        }
    }
}

/// A completed self-check whose questions for documents are answered by the attachment.
async fn shown(victim: &Client, base: &str, attachment: &str) -> String {
    let begun = json!({ "requirements": ["OT-001"] });
    let begun = victim.post(&format!("{base}/self-checks"), begun).await.expect(201);
    let path = format!("{base}/self-checks/{}", text(&begun["id"]));
    let mut answers = json!({ "OT-001/met": { "answer": "yes" } });
    for question in begun["questions"].as_array().expect("a list").iter().skip(1) {
        answers[text(&question["key"])] = json!({ "attachment_id": attachment });
    }
    victim.patch(&path, 1, json!({ "answers": answers })).await.expect(200);
    victim.act(&format!("{path}/completion")).await.expect(200);
    text(&begun["id"])
}

/// Good answers to the checklist of OT-028.
pub fn good() -> Value {
    let yes = json!({ "answer": "yes" });
    json!({ "OT-028/registers": { "value": "2" }, "OT-028/registered": yes, "OT-028/operator": yes,
        "OT-028/address": yes, "OT-028/unsent": { "value": "0" }, "OT-028/receipts": yes,
        "OT-028/corrections": yes, "OT-028/drive": yes })
}
