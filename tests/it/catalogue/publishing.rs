//! Publishing a service: a new version in force at once, or every fault named. Each test has a gateway of its own,
//! because the catalogue is one for all.

use domain::catalogue::builtin;
use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::text,
    filing::{BY_HAND, CERTIFICATE, Filer, Office, certificate},
};

tests::on_programs! { start:
    a_published_version_is_in_force_at_once
    what_was_lodged_keeps_its_version
    a_new_service_is_added
    every_fault_of_a_document_is_named
    another_authoritys_service_is_not_found
    a_document_names_its_own_place
    a_business_does_not_publish
    every_publication_is_a_new_version
}

fn shipped(code: &str) -> Value {
    let document = builtin().into_iter().find(|document| document.code == code);
    document.expect("the program ships it").body
}

async fn publish(office: &Office, code: &str, document: &Value) -> Answer {
    let request = office.0.request(reqwest::Method::PUT, &format!("/v1/authority/services/{code}"));
    office.0.send(request.json(document)).await
}

/// The shipped certificate with one more field that must be filled in.
fn stricter() -> Value {
    let mut document = shipped(CERTIFICATE);
    document["form"]["properties"]["copies"] = json!({ "type": "integer", "title": "Копий", "minimum": 1 });
    document["form"]["required"].as_array_mut().expect("a list").push(json!("copies"));
    document["hints"]["/copies"] =
        json!({ "hint": { "ru": "Сколько копий выдать.", "en": "How many copies." } });
    for example in document["examples"].as_array_mut().expect("a list") {
        example["form"]["copies"] = json!(1);
    }
    document
}

async fn a_published_version_is_in_force_at_once(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let published = publish(&office, CERTIFICATE, &stricter()).await.expect(200);
    assert_eq!(published["version"], 2);
    let form = program.client().get(&format!("/v1/services/{CERTIFICATE}/form")).await.expect(200);
    assert_eq!(form["version"], 2);
    let body = json!({ "service": CERTIFICATE, "form": certificate(BY_HAND), "lodge": true });
    let problem = filer.create(body.clone()).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/form/copies");
    let mut mended = body;
    mended["form"]["copies"] = json!(2);
    assert_eq!(filer.create(mended).await.expect(201)["service_version"], 2);
}

async fn what_was_lodged_keeps_its_version(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = filer.lodged(BY_HAND).await;
    publish(&office, CERTIFICATE, &stricter()).await.expect(200);
    let before = filer.read(&id).await;
    assert_eq!(before["service_version"], 1);
    let decided = office.decide(&id, tests::filing::granted()).await.expect(200);
    assert_eq!((&decided["state"], &decided["service_version"]), (&json!("granted"), &json!(1)));
}

async fn a_new_service_is_added(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let mut document = shipped(CERTIFICATE);
    document["code"] = json!("second-certificate");
    document["form"]["$id"] = json!("urn:shlyuz:form:second-certificate:1");
    let published = publish(&office, "second-certificate", &document).await.expect(200);
    assert_eq!((&published["version"], &published["authority_id"]), (&json!(1), &json!("aut_fns")));
    let body = json!({ "service": "second-certificate", "form": certificate(BY_HAND), "lodge": true });
    assert_eq!(filer.create(body).await.expect(201)["authority_id"], "aut_fns");
}

async fn every_fault_of_a_document_is_named(program: &Program) {
    let office = Office::of(program).await;
    let mut document = shipped(CERTIFICATE);
    document["life_situations"][0] = json!("no-such-situation");
    document["segments"][0] = json!("no-such-segment");
    document["rules"][0]["require"] = json!("(((");
    document["examples"][0]["form"] = json!({});
    let problem = publish(&office, CERTIFICATE, &document).await.problem(422, "validation-failed");
    let violations = problem["violations"].as_array().expect("a list");
    for pointer in ["/life_situations/0", "/segments/0", "/rules/0/require", "/examples/0"] {
        let named = violations.iter().find(|violation| violation["pointer"] == pointer);
        let named = named.unwrap_or_else(|| panic!("{pointer} is not in {violations:#?}"));
        assert!(!text(&named["detail"]).is_empty() && !text(&named["fix"]["text"]).is_empty());
    }
    let service = program.client().get(&format!("/v1/services/{CERTIFICATE}")).await.expect(200);
    assert_eq!(service["version"], 1);
}

async fn another_authoritys_service_is_not_found(program: &Program) {
    let office = Office::of(program).await;
    let mut document = shipped("microloan");
    document["authority_id"] = json!("aut_fns");
    publish(&office, "microloan", &document).await.problem(404, "not-found");
    let service = program.client().get("/v1/services/microloan").await.expect(200);
    assert_eq!((&service["version"], &service["authority_id"]), (&json!(1), &json!("aut_region")));
}

async fn a_document_names_its_own_place(program: &Program) {
    let office = Office::of(program).await;
    let certificate = shipped(CERTIFICATE);
    let problem = publish(&office, "other-code", &certificate).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/code");
    let foreign =
        publish(&office, "microloan", &shipped("microloan")).await.problem(422, "validation-failed");
    assert_eq!(foreign["violations"][0]["pointer"], "/authority_id");
}

async fn a_business_does_not_publish(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let insider = Office(filer.client);
    publish(&insider, CERTIFICATE, &shipped(CERTIFICATE)).await.problem(403, "insufficient-scope");
}

async fn every_publication_is_a_new_version(program: &Program) {
    let office = Office::of(program).await;
    publish(&office, CERTIFICATE, &stricter()).await.expect(200);
    let again = publish(&office, CERTIFICATE, &stricter()).await.expect(200);
    assert_eq!(again["version"], 3);
}
