//! What is due, and the yearly reminder, under a clock that can be moved.

use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

use super::{REGISTERED_FACTS, give, scored};

tests::on_programs! { start:
    a_year_later_the_requirement_is_due_and_the_business_is_reminded
    who_wishes_is_reminded_at_once_and_who_does_not_is_left_alone
    what_is_declared_inapplicable_is_not_due
}

async fn due(filer: &Filer) -> Vec<String> {
    let page = filer.client.get(&filer.path("assessments/due?limit=1000")).await.expect(200);
    let rows = page["items"].as_array().expect("a list");
    rows.iter().map(|row| text(&row["requirement"])).collect()
}

async fn later(filer: &Filer, days: i64) {
    let request = filer.client.request(reqwest::Method::POST, "/sandbox/clock");
    filer.client.send(request.json(&json!({ "advance_s": days * 86_400 }))).await.expect(200);
}

async fn a_year_later_the_requirement_is_due_and_the_business_is_reminded(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    assert!(due(&filer).await.contains(&REGISTERED_FACTS.to_owned()), "what was never assessed is due");
    let made = give(&filer, scored(REGISTERED_FACTS, 3, 3)).await;
    assert!(!due(&filer).await.contains(&REGISTERED_FACTS.to_owned()));
    let reminder = filer.client.get(&filer.path("assessments/reminder")).await.expect(200);
    assert_eq!(reminder["remind"], true, "whoever assesses is reminded from then on");
    later(&filer, 366).await;
    assert!(due(&filer).await.contains(&REGISTERED_FACTS.to_owned()));
    let event = filer.until(&filer.business, "assessment.reminded").await;
    let named = event["data"]["requirements"].as_array().expect("a list");
    assert!(named.contains(&json!(REGISTERED_FACTS)), "{event:#}");
    let again = give(&filer, scored(REGISTERED_FACTS, 4, 4)).await;
    assert_ne!(again["id"], made["id"], "another year, another assessment");
    let history = filer.client.get(&filer.path("assessments?requirement=OT-001")).await.expect(200);
    assert_eq!(history["items"].as_array().map(Vec::len), Some(2));
}

async fn who_wishes_is_reminded_at_once_and_who_does_not_is_left_alone(program: &Program) {
    let (filer, silent) = (Filer::new(program, "cafe").await, Filer::new(program, "shop").await);
    let path = "assessments/reminder";
    let wish = filer.client.post(&filer.path(path), json!({ "remind": true })).await.expect(200);
    assert_eq!((&wish["remind"], &wish["receipt"]["act"]), (&json!(true), &json!("reminder_changed")));
    filer.until(&filer.business, "assessment.reminded").await;
    give(&silent, scored(REGISTERED_FACTS, 3, 3)).await;
    let off = silent.client.post(&silent.path(path), json!({ "remind": false })).await.expect(200);
    assert_eq!((&off["remind"], &off["next_at"]), (&json!(false), &Value::Null));
    later(&filer, 365).await;
    give(&filer, scored(REGISTERED_FACTS, 3, 3)).await;
    let feed = silent.client.get("/v1/events?after=0&types=assessment.reminded").await.expect(200);
    assert_eq!(feed["items"], json!([]));
}

async fn what_is_declared_inapplicable_is_not_due(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    let version = profile["version"].as_i64().expect("a version");
    let facts = json!({ "objects": ["cash_register"] });
    filer.client.patch(&filer.path("profile"), version, facts).await.expect(200);
    let code = "OT-029".to_owned();
    assert!(due(&filer).await.contains(&code), "it applies and was never assessed");
    let no_till =
        json!({ "ground": "objects_not_used", "objects": ["cash_register"], "statement": "Кассы нет." });
    let path = filer.path("requirements/OT-029/inapplicability");
    let declared = filer.client.post(&path, no_till).await.expect(201);
    let decision = format!("/v1/authority/inapplicabilities/{}/decision", text(&declared["id"]));
    let accepted = json!({ "outcome": "accepted", "reason": { "ru": "Кассы нет", "en": "No till" } });
    office.post(&decision, accepted).await.expect(200);
    assert!(!due(&filer).await.contains(&code), "what does not bind is not asked about");
}
