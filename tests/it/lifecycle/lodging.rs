//! Lodging: the whole way to a decision, preflight, and what is refused on the way.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{BY_HAND, CERTIFICATE, Filer, certificate},
};

tests::on_programs! { shared:
    a_submission_goes_from_a_draft_to_a_decision
    a_submission_is_lodged_at_once
    lodging_names_the_version_that_was_seen
    a_draft_that_does_not_hold_stays_a_draft
    what_cannot_be_lodged_at_once_leaves_nothing
    a_lodged_submission_is_not_lodged_again
    preflight_predicts_the_decision_and_creates_nothing
    preflight_tells_every_violation_and_creates_nothing
    preflight_tells_the_rule_that_would_refuse
    preflight_finds_the_twin
    the_same_document_is_not_lodged_twice
    a_withdrawn_document_may_be_lodged_again
    the_term_ends_after_the_services_working_days
}

async fn preflight(filer: &Filer, service: &str, form: Value) -> Value {
    let body = json!({ "service": service, "form": form });
    let path = filer.path("submissions/preflight");
    let request = filer.client.request(reqwest::Method::POST, &path).json(&body);
    filer.client.send(request).await.expect(200)
}

async fn count(filer: &Filer) -> usize {
    let list = filer.client.get(&filer.path("submissions")).await.expect(200);
    list["items"].as_array().expect("a list").len()
}

async fn a_submission_goes_from_a_draft_to_a_decision(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({ "delivery": "electronic" })).await;
    let patch = json!({ "form": { "contact": { "email": "granted@magic.test" }, "purpose": "loan" } });
    let draft = filer.client.patch(&filer.at(&id, ""), 1, patch).await.expect(200);
    let forecast = preflight(&filer, CERTIFICATE, draft["form"].clone()).await;
    assert_eq!((&forecast["lodgeable"], &forecast["predicted_decision"]), (&json!(true), &json!("granted")));

    let lodged = filer.act(&id, "lodge").await.expect(200);
    assert_eq!(lodged["state"], "lodged");
    assert_eq!(lodged["next_step"]["owed_by"], "authority");
    assert_eq!((&lodged["receipt"]["act"], &lodged["receipt"]["subject"]), (&json!("lodged"), &json!(id)));
    assert_eq!(lodged["receipt"]["at"], lodged["lodged_at"]);

    filer.until(&id, "submission.granted").await;
    let decided = filer.read(&id).await;
    assert_eq!((&decided["state"], &decided["outcome"]["kind"]), (&json!("granted"), &json!("granted")));
    assert!(text(&decided["number"]).ends_with(id.trim_start_matches("sub_")));
    assert!(decided.get("receipt").is_none(), "a plain read has no receipt");
    let status = filer.client.get(&filer.at(&id, "/status")).await.expect(200);
    assert_eq!((&status["state"], &status["version"]), (&decided["state"], &decided["version"]));
    assert_eq!(status["next_step"]["step"], "rate");
    assert_eq!(
        timeline(&filer, &id).await,
        [
            "submission.granted",
            "submission.in_review",
            "submission.registered",
            "submission.lodged",
            "submission.drafted",
        ]
    );
}

async fn timeline(filer: &Filer, id: &str) -> Vec<String> {
    let timeline = filer.client.get(&filer.at(id, "/timeline")).await.expect(200);
    timeline["items"].as_array().expect("a list").iter().map(|event| text(&event["type"])).collect()
}

async fn a_submission_is_lodged_at_once(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let lodged = filer.lodge(certificate(BY_HAND)).await;
    assert_eq!(lodged["state"], "lodged");
    assert_eq!(lodged["created_at"], lodged["lodged_at"]);
    assert_eq!(lodged["expires_at"], Value::Null);
    assert_eq!(lodged["authority_id"], "aut_fns");
    assert_eq!(lodged["receipt"]["business_id"], json!(filer.business));
}

async fn lodging_names_the_version_that_was_seen(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(certificate(BY_HAND)).await;
    let lodge = |tag: &str| {
        let request = filer.client.request(reqwest::Method::POST, &filer.at(&id, "/lodge"));
        request.header("Idempotency-Key", tests::client::fresh_key()).header("If-Match", tag.to_owned())
    };
    let stale = filer.client.send(lodge("\"v7\"")).await.problem(412, "stale-version");
    assert_eq!(stale["current_version"], 1);
    assert_eq!(filer.client.send(lodge("\"v1\"")).await.expect(200)["state"], "lodged");
}

async fn a_draft_that_does_not_hold_stays_a_draft(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({ "delivery": "pigeon" })).await;
    let problem = filer.act(&id, "lodge").await.problem(422, "validation-failed");
    let mut pointers: Vec<String> = problem["violations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|violation| text(&violation["pointer"]))
        .collect();
    pointers.sort();
    assert_eq!(pointers, ["/form/contact", "/form/delivery"]);
    let draft = filer.read(&id).await;
    assert_eq!((&draft["state"], &draft["version"]), (&json!("draft"), &json!(1)));
}

async fn what_cannot_be_lodged_at_once_leaves_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let body = json!({ "service": CERTIFICATE, "form": { "delivery": "electronic" }, "lodge": true });
    filer.create(body).await.problem(422, "validation-failed");
    assert_eq!(count(&filer).await, 0);
}

async fn a_lodged_submission_is_not_lodged_again(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged(BY_HAND).await;
    let problem = filer.act(&id, "lodge").await.problem(409, "state-conflict");
    assert_eq!(problem["state"], "lodged");
}

async fn preflight_predicts_the_decision_and_creates_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let forecast = preflight(&filer, CERTIFICATE, certificate(BY_HAND)).await;
    assert_eq!(forecast["lodgeable"], true);
    assert_eq!(forecast["predicted_decision"], "granted");
    let checks = forecast["checks"].as_array().expect("a list");
    assert_eq!(checks.len(), 7);
    assert!(checks.iter().all(|check| check["passed"] == true), "{checks:?}");
    assert_eq!(count(&filer).await, 0);
    let events = filer
        .client
        .get("/v1/events?after=0&wait=0&types=submission.drafted,submission.lodged")
        .await
        .expect(200);
    assert_eq!(events["items"], json!([]));
}

async fn preflight_tells_every_violation_and_creates_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let form = json!({ "delivery": 5, "contact": { "email": "no address" }, "colour": "red" });
    let forecast = preflight(&filer, CERTIFICATE, form).await;
    assert_eq!(
        (&forecast["lodgeable"], &forecast["predicted_decision"]),
        (&json!(false), &json!("returned"))
    );
    let found = forecast["violations"].as_array().expect("a list").iter();
    let pointers: Vec<String> = found.map(|violation| text(&violation["pointer"])).collect();
    assert_eq!(pointers, ["/form/colour", "/form/contact/email", "/form/delivery"]);
    assert_eq!(count(&filer).await, 0);
}

async fn preflight_tells_the_rule_that_would_refuse(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let form = json!({ "delivery": "electronic", "on_date": "2022-05-01", "contact": { "email": BY_HAND } });
    let forecast = preflight(&filer, CERTIFICATE, form).await;
    assert_eq!((&forecast["lodgeable"], &forecast["predicted_decision"]), (&json!(false), &json!("refused")));
    let unmet = &forecast["unmet_rules"][0];
    assert_eq!((&unmet["code"], &unmet["pointer"]), (&json!("taxpayer-on-date"), &json!("/form/on_date")));
    assert!(!text(&unmet["legal_basis"]).is_empty() && !text(&unmet["fix"]["text"]).is_empty());
}

async fn preflight_finds_the_twin(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged(BY_HAND).await;
    let forecast = preflight(&filer, CERTIFICATE, certificate(BY_HAND)).await;
    assert_eq!((&forecast["lodgeable"], &forecast["duplicate_of"]), (&json!(false), &json!(id)));
}

async fn the_same_document_is_not_lodged_twice(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged(BY_HAND).await;
    let again = json!({ "service": CERTIFICATE, "form": certificate(BY_HAND), "lodge": true });
    let problem = filer.create(again).await.problem(409, "duplicate-submission");
    assert_eq!(problem["existing_id"], json!(id));
    assert_eq!(count(&filer).await, 1);
    let sibling = filer.sibling("shop").await;
    assert_ne!(sibling.lodged(BY_HAND).await, id, "another business may file the same words");
}

async fn a_withdrawn_document_may_be_lodged_again(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.lodged(BY_HAND).await;
    filer.act(&id, "withdraw").await.expect(200);
    assert_ne!(filer.lodged(BY_HAND).await, id);
}

async fn the_term_ends_after_the_services_working_days(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let service = program.client().get(&format!("/v1/services/{CERTIFICATE}")).await.expect(200);
    assert_eq!(service["term"]["working_days"], 5);
    let lodged = filer.lodge(certificate(BY_HAND)).await;
    let moment = |name: &str| text(&lodged[name]).parse::<domain::time::Timestamp>().expect("a moment");
    let days = moment("decision_due_at").since(moment("lodged_at")).as_hours() / 24;
    assert!((5..=20).contains(&days), "five working days are {days} days");
    assert_eq!(lodged["next_step"]["due_at"], lodged["decision_due_at"]);
}
