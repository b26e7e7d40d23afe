//! The authority's side: its inbox under leases, its view of what is addressed to it, and the wall between the sides.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office, certificate, granted},
};

mod inbox;

tests::on_programs! { shared:
    the_authority_reads_the_whole_submission
    the_authority_moves_a_submission_step_by_step
    a_step_out_of_turn_is_refused
    a_repeated_decision_is_replayed
    a_business_cannot_act_as_the_authority
    the_authority_cannot_act_as_a_business
    what_is_addressed_elsewhere_is_not_found
    the_authority_reads_the_events_addressed_to_it
}

async fn the_authority_reads_the_whole_submission(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let answer = office.0.get(&format!("/v1/authority/submissions/{id}")).await;
    let (etag, seen) = (answer.header("etag").to_owned(), answer.expect(200));
    assert_eq!(etag, format!("\"v{}\"", seen["version"]));
    assert_eq!(seen, filer.read(&id).await);
}

async fn the_authority_moves_a_submission_step_by_step(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let registered = office.act(&id, "registration").await.expect(200);
    assert_eq!(registered["state"], "registered");
    assert!(!text(&registered["number"]).is_empty());
    assert_eq!(office.act(&id, "review").await.expect(200)["state"], "in_review");
    let decided = office.decide(&id, granted()).await.expect(200);
    assert_eq!((&decided["state"], &decided["number"]), (&json!("granted"), &registered["number"]));
    assert_eq!(filer.read(&id).await, decided);
}

async fn a_step_out_of_turn_is_refused(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    for (state, act) in [
        ("registered", "registration"),
        ("in_review", "registration"),
        ("in_review", "review"),
        ("information_requested", "review"),
        ("returned", "review"),
        ("granted", "review"),
    ] {
        let id = office.bring(&filer, state).await;
        assert_eq!(office.act(&id, act).await.problem(409, "state-conflict")["state"], state, "{act}");
    }
    for state in ["information_requested", "returned"] {
        let id = office.bring(&filer, state).await;
        assert_eq!(office.decide(&id, granted()).await.problem(409, "state-conflict")["state"], state);
    }
}

async fn a_repeated_decision_is_replayed(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "in_review").await;
    let (path, key) = (format!("/v1/authority/submissions/{id}/decision"), tests::client::fresh_key());
    let first = office.0.post_keyed(&path, &key, granted()).await;
    let again = office.0.post_keyed(&path, &key, granted()).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    assert_eq!(first.expect(200)["state"], "granted");
}

async fn a_business_cannot_act_as_the_authority(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let insider = Office(filer.client.clone());
    insider.act(&id, "registration").await.problem(403, "insufficient-scope");
    insider.decide(&id, granted()).await.problem(403, "insufficient-scope");
    insider.0.get(&format!("/v1/authority/submissions/{id}")).await.problem(403, "insufficient-scope");
    let lease = json!({ "limit": 1, "lease_s": 5 });
    insider.0.post("/v1/authority/inbox/leases", lease).await.problem(403, "insufficient-scope");
    assert_eq!(filer.read(&id).await["state"], "lodged");
}

async fn the_authority_cannot_act_as_a_business(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let outsider = Filer { client: office.0.clone(), business: filer.business.clone() };
    outsider.client.get(&outsider.at(&id, "")).await.problem(403, "insufficient-scope");
    outsider.act(&id, "withdraw").await.problem(403, "insufficient-scope");
    let body = json!({ "service": tests::filing::CERTIFICATE, "form": certificate("a@example.test") });
    outsider.create(body).await.problem(403, "insufficient-scope");
    assert_eq!(filer.read(&id).await["state"], "lodged");
}

async fn what_is_addressed_elsewhere_is_not_found(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let form = program.client().get("/v1/services/microloan/form").await.expect(200);
    let mut form = form["examples"][0]["form"].clone();
    form["contact"]["email"] = json!("elsewhere@example.test");
    let lodged =
        filer.create(json!({ "service": "microloan", "form": form, "lodge": true })).await.expect(201);
    assert_ne!(lodged["authority_id"], "aut_fns");
    let id = text(&lodged["id"]);
    for id in [id.as_str(), "sub_01KAZ8Q3V5T2N4W6Y8B0D2F4H6"] {
        office.0.get(&format!("/v1/authority/submissions/{id}")).await.problem(404, "not-found");
        office.act(id, "registration").await.problem(404, "not-found");
        office.act(id, "review").await.problem(404, "not-found");
        office.decide(id, granted()).await.problem(404, "not-found");
    }
    let seen: Value = filer.read(&id).await;
    assert_eq!((&seen["state"], &seen["version"]), (&json!("lodged"), &lodged["version"]));
}

async fn the_authority_reads_the_events_addressed_to_it(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let reader = Filer { client: office.0.clone(), business: filer.business.clone() };
    let event = reader.until(&id, "submission.lodged").await;
    assert_eq!((&event["authorityid"], &event["businessid"]), (&json!("aut_fns"), &json!(filer.business)));
}
