//! Decisions: in favour or against, with everything that the business must be told, and its rating of them.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office, granted, refused, returned},
};

tests::on_programs! { shared:
    a_grant_tells_what_was_decided
    a_refusal_names_grounds_and_the_way_forward
    a_refusal_without_reasons_is_refused
    deciding_on_what_was_only_lodged_registers_it_on_the_way
    a_decision_names_the_version_that_was_seen
    what_is_decided_is_not_decided_again
    a_draft_cannot_be_decided
    a_decided_submission_is_rated_and_rated_anew
    what_is_not_decided_is_not_rated
    a_rating_keeps_to_its_scales
}

async fn a_grant_tells_what_was_decided(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "in_review").await;
    office.decide(&id, granted()).await.expect(200);
    let outcome = filer.read(&id).await["outcome"].clone();
    assert_eq!(outcome["kind"], "granted");
    assert_eq!(outcome["result_number"], "2026-000123");
    assert_eq!(outcome["summary"]["en"], "The certificate is issued");
    let event = filer.until(&id, "submission.granted").await;
    assert_eq!(event["data"]["result_number"], "2026-000123");
    assert_eq!(event["touchpoint"], "authority_api");
}

async fn a_refusal_names_grounds_and_the_way_forward(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let by_hand = office.bring(&filer, "refused").await;
    let scripted = filer.lodged("refused@magic.test").await;
    filer.until(&scripted, "submission.refused").await;
    for id in [by_hand, scripted] {
        let outcome = filer.read(&id).await["outcome"].clone();
        assert_eq!(outcome["kind"], "refused");
        assert!(!text(&outcome["way_forward"]["ru"]).is_empty());
        let reasons = outcome["reasons"].as_array().expect("a list");
        assert!(!reasons.is_empty());
        for reason in reasons {
            let told =
                [&reason["code"], &reason["legal_ground"], &reason["text"]["ru"], &reason["fix"]["en"]];
            assert!(told.iter().all(|part| !text(part).is_empty()), "{reason}");
        }
    }
}

async fn a_refusal_without_reasons_is_refused(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let mut decision = refused();
    decision["reasons"] = json!([]);
    let problem = office.decide(&id, decision).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/reasons");
    assert_eq!(filer.read(&id).await["state"], "lodged");
}

async fn deciding_on_what_was_only_lodged_registers_it_on_the_way(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let decided = office.decide(&id, granted()).await.expect(200);
    assert_eq!(decided["state"], "granted");
    let registered = filer.until(&id, "submission.registered").await;
    assert_eq!(registered["data"]["number"], decided["number"]);
}

async fn a_decision_names_the_version_that_was_seen(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "registered").await;
    let seen = filer.read(&id).await["version"].as_i64().expect("a number");
    filer
        .step(&id, "corrections", json!({ "reason": "опечатка", "form": { "purpose": "tender" } }))
        .await
        .expect(200);
    let path = format!("/v1/authority/submissions/{id}/decision");
    let request = office
        .0
        .request(reqwest::Method::POST, &path)
        .header("Idempotency-Key", tests::client::fresh_key())
        .header("If-Match", format!("\"v{seen}\""))
        .json(&granted());
    let problem = office.0.send(request).await.problem(412, "stale-version");
    assert_eq!(problem["current_version"], seen + 1);
    assert_eq!(filer.read(&id).await["state"], "registered");
}

async fn what_is_decided_is_not_decided_again(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for state in ["granted", "refused"] {
        let id = office.bring(&filer, state).await;
        for decision in [granted(), refused(), returned()] {
            let problem = office.decide(&id, decision).await.problem(409, "state-conflict");
            assert_eq!((&problem["state"], &problem["allowed"]), (&json!(state), &json!(["rate"])));
        }
    }
}

async fn a_draft_cannot_be_decided(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "draft").await;
    office.decide(&id, granted()).await.problem(404, "not-found");
    assert_eq!(filer.read(&id).await["state"], "draft");
}

async fn a_decided_submission_is_rated_and_rated_anew(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for state in ["granted", "refused"] {
        let id = office.bring(&filer, state).await;
        assert_eq!(filer.read(&id).await["next_step"]["step"], "rate");
        let first = json!({ "satisfaction": 2, "ease": 1, "comment": "Долго" });
        let rated = filer.step(&id, "rating", first).await.expect(200);
        assert_eq!((&rated["rating"]["satisfaction"], &rated["rating"]["ease"]), (&json!(2), &json!(1)));
        assert_eq!(rated["receipt"]["act"], "rated");
        assert_eq!(rated["next_step"], Value::Null);
        filer.step(&id, "rating", json!({ "satisfaction": 4, "ease": 3 })).await.expect(200);
        let rating = filer.read(&id).await["rating"].clone();
        assert_eq!((&rating["satisfaction"], &rating["comment"]), (&json!(4), &Value::Null));
    }
}

async fn what_is_not_decided_is_not_rated(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for state in ["draft", "lodged", "in_review", "returned"] {
        let id = office.bring(&filer, state).await;
        let answer = filer.step(&id, "rating", json!({ "satisfaction": 4, "ease": 4 })).await;
        assert_eq!(answer.problem(409, "state-conflict")["state"], state);
        assert_eq!(filer.read(&id).await["rating"], Value::Null);
    }
}

async fn a_rating_keeps_to_its_scales(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "granted").await;
    let answer = filer.step(&id, "rating", json!({ "satisfaction": 0, "ease": 5 })).await;
    let problem = answer.problem(422, "validation-failed");
    let found = problem["violations"].as_array().expect("a list").iter();
    let mut pointers: Vec<String> = found.map(|violation| text(&violation["pointer"])).collect();
    pointers.sort();
    assert_eq!(pointers, ["/ease", "/satisfaction"]);
}
