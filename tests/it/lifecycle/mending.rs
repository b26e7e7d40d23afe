//! Mending: corrections keep the date of lodging, answers to the authority's questions go into the form.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office, granted, returned},
};

tests::on_programs! { shared:
    a_correction_keeps_the_date_of_lodging
    a_submission_is_corrected_in_every_state_before_the_decision
    a_correction_is_refused_where_nothing_is_to_be_corrected
    a_correction_that_breaks_the_form_changes_nothing
    a_correction_that_breaks_a_rule_changes_nothing
    a_returned_submission_is_corrected_and_granted
    an_information_request_is_answered_and_granted
    an_answer_without_a_request_is_refused
    an_answer_to_another_request_is_refused
    an_answer_that_breaks_the_form_changes_nothing
    a_request_must_give_at_least_a_working_day
}

fn correction(form: Value) -> Value {
    json!({ "reason": "Опечатка", "form": form })
}

async fn a_correction_keeps_the_date_of_lodging(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let before = filer.read(&id).await;
    let patch = json!({ "purpose": "tender", "contact": { "phone": "+79990000007" } });
    let corrected = filer.step(&id, "corrections", correction(patch.clone())).await.expect(200);
    assert_eq!(corrected["lodged_at"], before["lodged_at"]);
    assert_eq!(corrected["decision_due_at"], before["decision_due_at"]);
    assert_eq!((&corrected["form"]["purpose"], &corrected["state"]), (&json!("tender"), &json!("lodged")));
    assert_eq!(corrected["form"]["contact"]["email"], before["form"]["contact"]["email"]);
    assert_eq!(corrected["corrections"][0]["reason"], "Опечатка");
    assert_eq!(corrected["corrections"][0]["form"], patch);
    assert_eq!(corrected["receipt"]["act"], "corrected");
    assert_ne!(corrected["updated_at"], before["updated_at"]);
}

async fn a_submission_is_corrected_in_every_state_before_the_decision(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for (state, after) in [
        ("lodged", "lodged"),
        ("registered", "registered"),
        ("in_review", "in_review"),
        ("returned", "in_review"),
    ] {
        let id = office.bring(&filer, state).await;
        let answer = filer.step(&id, "corrections", correction(json!({ "purpose": "tender" }))).await;
        assert_eq!(answer.expect(200)["state"], after, "from {state}");
    }
}

async fn a_correction_is_refused_where_nothing_is_to_be_corrected(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for state in ["draft", "information_requested", "granted", "refused", "withdrawn"] {
        let id = office.bring(&filer, state).await;
        let answer = filer.step(&id, "corrections", correction(json!({ "purpose": "tender" }))).await;
        assert_eq!(answer.problem(409, "state-conflict")["state"], state);
        assert_eq!(filer.read(&id).await["corrections"], json!([]));
    }
}

async fn a_correction_that_breaks_the_form_changes_nothing(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let before = filer.read(&id).await;
    let answer = filer.step(&id, "corrections", correction(json!({ "delivery": null }))).await;
    let problem = answer.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/form/delivery");
    assert_eq!(filer.read(&id).await, before);
}

async fn a_correction_that_breaks_a_rule_changes_nothing(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "in_review").await;
    let before = filer.read(&id).await;
    let answer = filer.step(&id, "corrections", correction(json!({ "on_date": "2022-05-01" }))).await;
    let problem = answer.problem(422, "rule-violated");
    assert_eq!(problem["violations"][0]["code"], "taxpayer-on-date");
    assert_eq!(filer.read(&id).await, before);
}

async fn a_returned_submission_is_corrected_and_granted(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "in_review").await;
    let lodged_at = filer.read(&id).await["lodged_at"].clone();
    office.decide(&id, returned()).await.expect(200);
    let given_back = filer.read(&id).await;
    assert_eq!(given_back["outcome"]["reasons"][0]["pointer"], "/contact/phone");
    assert_eq!(
        (&given_back["next_step"]["owed_by"], &given_back["next_step"]["step"]),
        (&json!("business"), &json!("correct"))
    );
    assert_eq!(given_back["next_step"]["due_at"], given_back["expires_at"]);
    let mended = correction(json!({ "contact": { "phone": "+79990000007" } }));
    let corrected = filer.step(&id, "corrections", mended).await.expect(200);
    assert_eq!((&corrected["outcome"], &corrected["expires_at"]), (&Value::Null, &Value::Null));
    assert_eq!(corrected["lodged_at"], lodged_at);
    office.decide(&id, granted()).await.expect(200);
    assert_eq!(filer.read(&id).await["lodged_at"], lodged_at);
}

async fn an_information_request_is_answered_and_granted(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "information_requested").await;
    let asked = filer.read(&id).await;
    let request = &asked["requests"][0];
    assert_eq!(request["fields"], json!(["/contact/phone"]));
    assert_eq!(
        (&asked["next_step"]["step"], &asked["next_step"]["due_at"]),
        (&json!("respond"), &request["due_at"])
    );
    let answer = json!({ "request_id": request["id"], "text": "Вот он",
        "form": { "contact": { "phone": "+79990000007" } } });
    let responded = filer.step(&id, "responses", answer).await.expect(200);
    assert_eq!((&responded["state"], &responded["expires_at"]), (&json!("in_review"), &Value::Null));
    assert_eq!(responded["requests"][0]["response"]["text"], "Вот он");
    assert_eq!(responded["form"]["contact"]["phone"], "+79990000007");
    assert_eq!(responded["receipt"]["act"], "responded");
    let addressed = office.0.get(&format!("/v1/authority/submissions/{id}")).await.expect(200);
    assert_eq!(addressed["requests"], responded["requests"]);
    assert_eq!(office.decide(&id, granted()).await.expect(200)["state"], "granted");
}

async fn an_answer_without_a_request_is_refused(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for state in ["lodged", "in_review", "granted"] {
        let id = office.bring(&filer, state).await;
        let answer = json!({ "request_id": "req_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "text": "?" });
        let problem = filer.step(&id, "responses", answer).await.problem(409, "state-conflict");
        assert_eq!(problem["state"], state);
    }
}

async fn an_answer_to_another_request_is_refused(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "information_requested").await;
    let answer = json!({ "request_id": "req_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "text": "?" });
    let refused = filer.step(&id, "responses", answer).await.problem(422, "validation-failed");
    assert_eq!(refused["violations"][0]["pointer"], "/request_id");
    assert_eq!(filer.read(&id).await["state"], "information_requested");
}

async fn an_answer_that_breaks_the_form_changes_nothing(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "information_requested").await;
    let before = filer.read(&id).await;
    let answer =
        json!({ "request_id": before["requests"][0]["id"], "form": { "contact": { "phone": "нет" } } });
    let problem = filer.step(&id, "responses", answer).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/form/contact/phone");
    assert_eq!(filer.read(&id).await, before);
}

async fn a_request_must_give_at_least_a_working_day(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "in_review").await;
    let body = json!({ "question": { "ru": "?", "en": "?" }, "answer_in_working_days": 0 });
    let path = format!("/v1/authority/submissions/{id}/information-requests");
    let problem = office.0.post(&path, body).await.problem(422, "validation-failed");
    assert_eq!(text(&problem["violations"][0]["pointer"]), "/answer_in_working_days");
}
