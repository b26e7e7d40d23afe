//! Expiring: what waits too long for its business is closed by the virtual clock. Each test has a gateway of its own.

use serde_json::{Value, json};
use tests::{
    Program,
    filing::{Filer, Office, certificate},
};

tests::on_programs! { start:
    a_forgotten_draft_expires_after_thirty_days
    a_changed_draft_waits_anew
    an_unanswered_request_expires
    an_uncorrected_return_expires
    what_the_authority_owes_never_expires
}

const DAY: u32 = 86_400;

async fn pass(filer: &Filer, seconds: u32) {
    filer.client.post("/sandbox/clock", json!({ "advance_s": seconds })).await.expect(200);
}

async fn a_forgotten_draft_expires_after_thirty_days(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(certificate("draft@example.test")).await;
    pass(&filer, 29 * DAY).await;
    assert_eq!(filer.read(&id).await["state"], "draft");
    pass(&filer, 2 * DAY).await;
    let expired = filer.read(&id).await;
    assert_eq!((&expired["state"], &expired["next_step"]), (&json!("expired"), &Value::Null));
    let event = filer.until(&id, "submission.expired").await;
    assert_eq!((&event["data"]["was"], &event["touchpoint"]), (&json!("draft"), &json!("gateway")));
    for act in ["lodge", "withdraw"] {
        let problem = filer.act(&id, act).await.problem(409, "state-conflict");
        assert_eq!((&problem["state"], &problem["allowed"]), (&json!("expired"), &json!([])));
    }
}

async fn a_changed_draft_waits_anew(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({})).await;
    pass(&filer, 20 * DAY).await;
    filer.client.patch(&filer.at(&id, ""), 1, json!({ "form": { "purpose": "loan" } })).await.expect(200);
    pass(&filer, 20 * DAY).await;
    assert_eq!(filer.read(&id).await["state"], "draft");
    pass(&filer, 11 * DAY).await;
    assert_eq!(filer.read(&id).await["state"], "expired");
}

async fn an_unanswered_request_expires(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "information_requested").await;
    let asked = filer.read(&id).await;
    pass(&filer, DAY).await;
    assert_eq!(filer.read(&id).await["state"], "information_requested");
    pass(&filer, 30 * DAY).await;
    assert_eq!(filer.read(&id).await["state"], "expired");
    let event = filer.until(&id, "submission.expired").await;
    assert_eq!(event["data"]["was"], "information_requested");
    let answer = json!({ "request_id": asked["requests"][0]["id"], "text": "поздно" });
    filer.step(&id, "responses", answer).await.problem(409, "state-conflict");
}

async fn an_uncorrected_return_expires(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "returned").await;
    pass(&filer, 31 * DAY).await;
    assert_eq!(filer.read(&id).await["state"], "expired");
    let correction = json!({ "reason": "поздно", "form": {} });
    filer.step(&id, "corrections", correction).await.problem(409, "state-conflict");
}

async fn what_the_authority_owes_never_expires(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let mut waiting = Vec::new();
    for state in ["lodged", "registered", "in_review"] {
        waiting.push((state, office.bring(&filer, state).await));
    }
    pass(&filer, 200 * DAY).await;
    for (state, id) in waiting {
        assert_eq!(filer.read(&id).await["state"], state);
    }
}
