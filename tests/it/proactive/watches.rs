//! Word of what becomes possible: by the profile, by the law; and services that would become available.

use domain::catalogue::builtin;
use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{BY_HAND, CERTIFICATE, Filer, Office, certificate},
};

use super::{revised, told};

const LICENCE: &str = "alcohol-retail-licence";

tests::on_programs! { shared:
    a_closed_service_is_told_when_it_opens
    a_refused_need_is_told_once_something_changed
    who_no_longer_waits_is_told_nothing
    an_unknown_fact_is_a_question
}

tests::on_programs! { start:
    a_changed_law_is_told
}

async fn wait_for(filer: &Filer, body: Value) -> Value {
    filer.client.post(&filer.path("service-watches"), body).await.expect(201)
}

async fn a_closed_service_is_told_when_it_opens(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    revised(&filer, json!({ "tax_debt": "5000.00" })).await;
    let watch = wait_for(&filer, json!({ "service": LICENCE })).await;
    assert_eq!((&watch["state"], &watch["was_open"]), (&json!("waiting"), &json!(false)));
    assert_eq!(
        (&watch["unmet"][0]["code"], &watch["receipt"]["act"]),
        (&json!("no-tax-debt"), &json!("service_watched"))
    );
    revised(&filer, json!({ "tax_debt": "0.00" })).await;
    let event = told(&filer, "service.possible", LICENCE).await;
    assert_eq!((&event["subject"], &event["data"]["because"]), (&watch["id"], &json!("profile")));
    let path = filer.path(&format!("service-watches/{}", text(&watch["id"])));
    let read = filer.client.get(&path).await.expect(200);
    assert_eq!((&read["state"], read["possible_at"].is_string()), (&json!("possible"), true));
}

async fn a_refused_need_is_told_once_something_changed(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let refused = office.bring(&filer, "refused").await;
    let other = filer.lodged(BY_HAND).await;
    let body = |id: &str| json!({ "service": CERTIFICATE, "submission_id": id });
    let open = filer.client.post(&filer.path("service-watches"), body(&other)).await;
    assert_eq!(open.problem(422, "validation-failed")["violations"][0]["code"], "not-refused");
    let watch = wait_for(&filer, body(&refused)).await;
    assert_eq!((&watch["state"], &watch["was_open"]), (&json!("waiting"), &json!(true)));
    let listed = filer.client.get(&filer.path("service-watches?state=waiting")).await.expect(200);
    assert_eq!(listed["items"][0]["id"], watch["id"]);
    revised(&filer, json!({ "employees": 13 })).await;
    let event = told(&filer, "service.possible", CERTIFICATE).await;
    assert_eq!(event["data"]["submission_id"], refused.as_str());
}

async fn who_no_longer_waits_is_told_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    revised(&filer, json!({ "tax_debt": "5000.00" })).await;
    let watch = wait_for(&filer, json!({ "service": LICENCE })).await;
    let waited = wait_for(&filer, json!({ "service": LICENCE })).await;
    let path = filer.path(&format!("service-watches/{}/cancellation", text(&watch["id"])));
    assert_eq!(filer.client.act(&path).await.expect(200)["state"], "cancelled");
    filer.client.act(&path).await.problem(409, "state-conflict");
    revised(&filer, json!({ "tax_debt": "0.00" })).await;
    assert_eq!(told(&filer, "service.possible", LICENCE).await["subject"], waited["id"]);
    let events = filer.client.get("/v1/events?types=service.possible").await.expect(200);
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1), "{events:#}");
    let unknown = json!({ "service": "no-such-service" });
    let unknown = filer.client.post(&filer.path("service-watches"), unknown).await;
    assert_eq!(unknown.problem(422, "validation-failed")["violations"][0]["code"], "unknown-code");
}

async fn an_unknown_fact_is_a_question(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let standing = async || {
        let list = filer.client.get(&filer.path("services")).await.expect(200);
        let items = list["items"].as_array().expect("a list").clone();
        items.into_iter().find(|one| one["service"] == LICENCE).expect("every service is listed")
    };
    assert_eq!(standing().await["questions"], json!([]));
    revised(&filer, json!({ "tax_debt": null })).await;
    let open = standing().await;
    assert_eq!((&open["available"], &open["questions"]), (&json!(true), &json!(["tax_debt"])));
    revised(&filer, json!({ "tax_debt": "5000.00" })).await;
    let closed = standing().await;
    assert_eq!(
        (&closed["available"], &closed["conditions"][0]["code"]),
        (&json!(false), &json!("no-tax-debt"))
    );
}

async fn a_changed_law_is_told(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = filer.lodge(certificate(BY_HAND)).await;
    office.decide(&text(&id["id"]), tests::filing::refused()).await.expect(200);
    let watch = wait_for(&filer, json!({ "service": CERTIFICATE, "submission_id": id["id"] })).await;
    let document = builtin().into_iter().find(|document| document.code == CERTIFICATE);
    let document = document.expect("the program ships it").body;
    let mut changed = document;
    changed["term"]["working_days"] = json!(2);
    let path = format!("/v1/authority/services/{CERTIFICATE}");
    office.0.send(office.0.request(reqwest::Method::PUT, &path).json(&changed)).await.expect(200);
    let event = told(&filer, "service.possible", CERTIFICATE).await;
    assert_eq!((&event["subject"], &event["data"]["because"]), (&watch["id"], &json!("service")));
}
