//! Withdrawing: possible until the decision, and nothing follows it.

use serde_json::{Value, json};
use tests::{
    Program,
    filing::{Filer, Office, granted},
};

tests::on_programs! { shared:
    a_submission_is_withdrawn_in_every_open_state
    a_closed_submission_is_not_withdrawn
    a_withdrawn_submission_cannot_be_decided
    a_withdrawn_submission_allows_nothing_to_its_business
    a_withdrawn_draft_never_reaches_the_authority
}

async fn a_submission_is_withdrawn_in_every_open_state(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for state in ["draft", "lodged", "registered", "in_review", "information_requested", "returned"] {
        let id = office.bring(&filer, state).await;
        let withdrawn = filer.act(&id, "withdraw").await.expect(200);
        assert_eq!(withdrawn["state"], "withdrawn", "from {state}");
        assert_eq!(withdrawn["next_step"], Value::Null, "from {state}");
        assert_eq!(withdrawn["expires_at"], Value::Null, "from {state}");
        assert_eq!(withdrawn["receipt"]["act"], "withdrawn", "from {state}");
        filer.until(&id, "submission.withdrawn").await;
    }
}

async fn a_closed_submission_is_not_withdrawn(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for (state, allowed) in
        [("granted", json!(["rate"])), ("refused", json!(["rate"])), ("withdrawn", json!([]))]
    {
        let id = office.bring(&filer, state).await;
        let before = filer.read(&id).await;
        let problem = filer.act(&id, "withdraw").await.problem(409, "state-conflict");
        assert_eq!((&problem["state"], &problem["allowed"]), (&json!(state), &allowed));
        assert_eq!(filer.read(&id).await, before);
    }
}

async fn a_withdrawn_submission_cannot_be_decided(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "withdrawn").await;
    office.decide(&id, granted()).await.problem(409, "state-conflict");
    office.act(&id, "registration").await.problem(409, "state-conflict");
    office.act(&id, "review").await.problem(409, "state-conflict");
    assert_eq!(filer.read(&id).await["state"], "withdrawn");
}

async fn a_withdrawn_submission_allows_nothing_to_its_business(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "withdrawn").await;
    let correction = json!({ "reason": "поздно", "form": {} });
    filer.step(&id, "corrections", correction).await.problem(409, "state-conflict");
    let rating = json!({ "satisfaction": 1, "ease": 1 });
    filer.step(&id, "rating", rating).await.problem(409, "state-conflict");
    filer.act(&id, "lodge").await.problem(409, "state-conflict");
}

async fn a_withdrawn_draft_never_reaches_the_authority(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "draft").await;
    filer.act(&id, "withdraw").await.expect(200);
    office.0.get(&format!("/v1/authority/submissions/{id}")).await.problem(404, "not-found");
}
