//! Requests for access: asked for by number, deduplicated, answered in time.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    papers,
    representatives::{Representative, named},
};

use super::{Scene, advance};

tests::on_programs! { shared:
    an_approved_request_is_a_mandate
    a_request_is_made_once
    a_request_tells_nothing_of_whether_the_business_is_known
    what_cannot_be_asked_for_is_refused
    a_rejected_request_says_why_and_is_over
    a_request_passed_on_is_answered_by_the_business_alone
}

tests::on_programs! { start:
    a_request_that_nobody_answers_is_over_in_its_term
}

const REQUESTS: &str = "/v1/access-requests";

async fn ask(scene: &Scene, scope: Value) -> Value {
    let mut body = named(&scene.own, &scene.base).await;
    for (name, value) in scope.as_object().expect("an object") {
        body[name] = value.clone();
    }
    scene.agent.client.post(REQUESTS, body).await.expect(201)
}

fn asked(scene: &Scene, request: &Value, act: &str) -> String {
    scene.path(&format!("access-requests/{}{act}", text(&request["id"])))
}

async fn an_approved_request_is_a_mandate(program: &Program) {
    let scene = Scene::new(program).await;
    let request = ask(&scene, json!({ "powers": ["2_FNS03", "2_FNS22"], "sub_delegation": true })).await;
    assert_eq!((&request["status"], &request["business_id"]), (&json!("open"), &Value::Null));
    let events = scene.own.get("/v1/events?types=access.requested").await.expect(200);
    assert_eq!(events["items"][0]["subject"], request["id"]);
    let listed = scene.own.get(&scene.path("access-requests")).await.expect(200);
    assert_eq!(
        (&listed["items"][0]["id"], &listed["items"][0]["application_name"]),
        (&request["id"], &json!("agent"))
    );
    scene.own.get(&asked(&scene, &request, "")).await.expect(200);
    let more = scene.own.post(&asked(&scene, &request, "/approval"), json!({ "powers": ["2_FNS99"] })).await;
    assert_eq!(more.problem(422, "validation-failed")["violations"][0]["code"], "power-not-asked-for");
    let approval = json!({ "powers": ["2_FNS22"], "valid_until": "2100-01-01T00:00:00Z" });
    let approved = scene.own.post(&asked(&scene, &request, "/approval"), approval).await.expect(200);
    assert_eq!(
        (&approved["status"], &approved["mandate"]["powers"]),
        (&json!("approved"), &json!(["2_FNS22"]))
    );
    assert_eq!(
        (&approved["mandate"]["sub_delegation"], &approved["mandate"]["receipt"]["act"]),
        (&json!(false), &json!("representative_granted"))
    );
    papers::draft(&scene.agent.client, &scene.business).await;
    let own = scene.agent.client.get(&format!("{REQUESTS}/{}", text(&request["id"]))).await.expect(200);
    assert_eq!(
        (&own["business_id"], &own["mandate_id"]),
        (&json!(scene.business), &approved["mandate"]["id"])
    );
    let again = scene.own.post(&asked(&scene, &request, "/approval"), json!({})).await;
    assert_eq!(again.problem(409, "state-conflict")["state"], "approved");
}

async fn a_request_is_made_once(program: &Program) {
    let scene = Scene::new(program).await;
    let first = ask(&scene, json!({ "reference": "a" })).await;
    assert_eq!(ask(&scene, json!({ "reference": "a" })).await["id"], first["id"], "the same reference");
    assert_eq!(
        ask(&scene, json!({ "reference": "b" })).await["id"],
        first["id"],
        "one to the same business waits"
    );
    let mine = scene.agent.client.get(REQUESTS).await.expect(200);
    assert_eq!(mine["items"].as_array().map(Vec::len), Some(1));
    scene.own.post(&asked(&scene, &first, "/rejection"), json!({})).await.expect(200);
    assert_ne!(ask(&scene, json!({ "reference": "b" })).await["id"], first["id"]);
    let others = Representative::register(&scene.own, "other").await;
    let body = named(&scene.own, &scene.base).await;
    assert_ne!(others.client.post(REQUESTS, body).await.expect(201)["id"], first["id"]);
}

async fn a_request_tells_nothing_of_whether_the_business_is_known(program: &Program) {
    let scene = Scene::new(program).await;
    let known = ask(&scene, json!({ "reference": "known" })).await;
    let mut body = named(&scene.own, &scene.base).await;
    (body["inn"], body["ogrn"]) = (json!("7707083893"), json!("1027700132195"));
    let unknown = scene.agent.client.post(REQUESTS, body.clone()).await.expect(201);
    // The right INN with another's OGRN reaches nobody.
    body["inn"] = known["inn"].clone();
    let other = Representative::register(&scene.own, "guesser").await;
    let guessed = other.client.post(REQUESTS, body).await.expect(201);
    let shape = |request: &Value| {
        let mut shape = request.clone();
        for name in [
            "id",
            "application_id",
            "application_name",
            "inn",
            "ogrn",
            "reference",
            "created_at",
            "expires_at",
        ] {
            shape[name] = Value::Null;
        }
        shape
    };
    assert_eq!(shape(&known), shape(&unknown));
    assert_eq!(shape(&known), shape(&guessed));
    let listed = scene.own.get(&scene.path("access-requests")).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed:#}");
}

async fn what_cannot_be_asked_for_is_refused(program: &Program) {
    let scene = Scene::new(program).await;
    let mut body = named(&scene.own, &scene.base).await;
    (body["inn"], body["ogrn"], body["powers"]) =
        (json!("7707083894"), json!("1027700132190"), json!(["NO_SUCH"]));
    let problem = scene.agent.client.post(REQUESTS, body).await.problem(422, "validation-failed");
    let pointers: Vec<&Value> =
        problem["violations"].as_array().expect("a list").iter().map(|one| &one["pointer"]).collect();
    assert_eq!(pointers, ["/powers/0", "/inn", "/ogrn"]);
}

async fn a_rejected_request_says_why_and_is_over(program: &Program) {
    let scene = Scene::new(program).await;
    let request = ask(&scene, json!({})).await;
    let reason = json!({ "reason": { "ru": "Договора нет.", "en": "There is no contract." } });
    let rejected = scene.own.post(&asked(&scene, &request, "/rejection"), reason.clone()).await.expect(200);
    assert_eq!(
        (&rejected["status"], &rejected["receipt"]["act"]),
        (&json!("rejected"), &json!("access_rejected"))
    );
    let own = scene.agent.client.get(&format!("{REQUESTS}/{}", text(&request["id"]))).await.expect(200);
    assert_eq!((&own["status"], &own["reason"]), (&json!("rejected"), &reason["reason"]));
    scene.agent.client.get(&scene.base).await.problem(404, "not-found");
}

async fn a_request_passed_on_is_answered_by_the_business_alone(program: &Program) {
    let scene = Scene::new(program).await;
    let chief = Representative::register(&scene.own, "chief").await;
    let scope = json!({ "powers": ["2_FNS22"], "sub_delegation": true });
    tests::representatives::granted(&scene.own, &scene.base, &chief, scope).await;
    let request = ask(&scene, json!({})).await;
    let passed = chief.client.post(&asked(&scene, &request, "/escalation"), json!({})).await.expect(200);
    assert_eq!(passed["status"], "escalated");
    let refused = chief.client.post(&asked(&scene, &request, "/approval"), json!({})).await;
    refused.problem(403, "power-insufficient");
    scene.own.post(&asked(&scene, &request, "/approval"), json!({})).await.expect(200);
    scene.agent.client.get(&scene.base).await.expect(200);
}

async fn a_request_that_nobody_answers_is_over_in_its_term(program: &Program) {
    let scene = Scene::new(program).await;
    let request = ask(&scene, json!({ "reference": "a" })).await;
    advance(&scene.own, 21 * 86_400 - 60).await;
    let own = format!("{REQUESTS}/{}", text(&request["id"]));
    assert_eq!(scene.agent.client.get(&own).await.expect(200)["status"], "open");
    advance(&scene.own, 61).await;
    assert_eq!(scene.agent.client.get(&own).await.expect(200)["status"], "expired");
    let late = scene.own.post(&asked(&scene, &request, "/approval"), json!({})).await;
    assert_eq!(late.problem(409, "state-conflict")["state"], "expired");
    assert_ne!(ask(&scene, json!({ "reference": "b" })).await["id"], request["id"]);
}
