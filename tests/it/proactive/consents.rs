//! Consents: given in both forms, replaced, withdrawn, expired.

use domain::catalogue::builtin;
use serde_json::json;
use tests::{
    Program,
    client::{now, text},
    filing::{CERTIFICATE, Filer, Office},
};

use super::{consent, consented, offered};

tests::on_programs! { shared:
    a_consent_is_given_in_both_forms
    a_consent_names_the_text_in_force
    a_newer_consent_replaces_the_older
    a_withdrawn_consent_carries_nothing
}

tests::on_programs! { start:
    a_consent_ends_with_its_term
    a_pre_order_waits_until_the_service_is_ready
}

async fn a_consent_is_given_in_both_forms(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("consents");
    let situation = filer.client.post(&path, consent("life_situation", "start-business", "offer")).await;
    let situation = situation.expect(201);
    assert_eq!((&situation["state"], &situation["valid_until"]), (&json!("in_force"), &json!(null)));
    assert_eq!(situation["receipt"]["act"], "consent_given");
    let form = json!({ "delivery": "electronic" });
    let service = consented(&filer, CERTIFICATE, "provide", form.clone()).await;
    assert_eq!((&service["form"], &service["pre_order"]), (&form, &json!(false)));
    let listed = filer.client.get(&filer.path("consents?state=in_force")).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));
    let one = filer.client.get(&format!("{path}/{}", text(&service["id"]))).await.expect(200);
    assert_eq!((&one["mode"], one["receipt"].is_null()), (&json!("provide"), true));
    let texts = program.client().get("/v1/consent-texts").await.expect(200);
    let known = texts["items"].as_array().expect("a list");
    assert!(known.iter().any(|text| text["version"] == service["text_version"]), "{texts:#}");
}

async fn a_consent_names_the_text_in_force(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("consents");
    let mut body = consent("service", CERTIFICATE, "offer");
    body["text_version"] = json!("service-offer-0");
    body["valid_until"] = json!("2020-01-01T00:00:00Z");
    body["form"] = json!({ "delivery": "by pigeon" });
    let problem = filer.client.post(&path, body).await.problem(422, "validation-failed");
    let places: Vec<&str> = problem["violations"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["pointer"].as_str())
        .collect();
    assert_eq!(places, ["/text_version", "/valid_until", "/form/delivery"]);
    assert_eq!(problem["violations"][0]["fix"]["allowed"], json!(["service-offer-1"]));
    for (subject, code) in [("service", "no-such-service"), ("life_situation", CERTIFICATE)] {
        let unknown = filer.client.post(&path, consent(subject, code, "offer")).await;
        assert_eq!(unknown.problem(422, "validation-failed")["violations"][0]["code"], "unknown-code");
    }
    let mut body = consent("life_situation", "open-cafe", "offer");
    body["form"] = json!({ "delivery": "electronic" });
    let misplaced = filer.client.post(&path, body).await.problem(422, "validation-failed");
    assert_eq!(misplaced["violations"][0]["code"], "no-form-here");
}

async fn a_newer_consent_replaces_the_older(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let older = consented(&filer, CERTIFICATE, "offer", json!({ "delivery": "electronic" })).await;
    let lapsing = offered(&filer, "offer.made", CERTIFICATE).await;
    let newer = consented(&filer, CERTIFICATE, "offer", json!({})).await;
    let read = async |path: String| filer.client.get(&filer.path(&path)).await.expect(200);
    let older = read(format!("consents/{}", text(&older["id"]))).await;
    assert_eq!((&older["state"], older["ended_at"].is_string()), (&json!("replaced"), true));
    let lapsed = read(format!("offers/{}", text(&lapsing["id"]))).await;
    assert_eq!(lapsed["state"], "lapsed");
    filer.until(&text(&lapsing["id"]), "offer.lapsed").await;
    for _ in 0..50 {
        let open = read(format!("offers?state=open&service={CERTIFICATE}")).await;
        if open["items"][0]["consent_id"] == newer["id"] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the newer consent led to no offer");
}

async fn a_withdrawn_consent_carries_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let given = consented(&filer, CERTIFICATE, "offer", json!({ "delivery": "electronic" })).await;
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    let path = filer.path(&format!("consents/{}/withdrawal", text(&given["id"])));
    let withdrawn = filer.client.post(&path, json!({ "reason": "Не нужно." })).await.expect(200);
    assert_eq!(
        (&withdrawn["state"], &withdrawn["reason"], &withdrawn["receipt"]["act"]),
        (&json!("withdrawn"), &json!("Не нужно."), &json!("consent_withdrawn"))
    );
    let accept = filer.path(&format!("offers/{}/acceptance", text(&offer["id"])));
    filer.client.post(&accept, json!({})).await.problem(409, "state-conflict");
    filer.client.post(&path, json!({})).await.problem(409, "state-conflict");
    let listed = filer.client.get("/v1/events?types=consent.given,consent.withdrawn").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2), "{listed:#}");
}

async fn a_consent_ends_with_its_term(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let until = jiff_text(now() + 3600);
    let mut body = consent("service", CERTIFICATE, "offer");
    body["valid_until"] = json!(until);
    let given = filer.client.post(&filer.path("consents"), body).await.expect(201);
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    filer.client.post("/sandbox/clock", json!({ "advance_s": 4000 })).await.expect(200);
    filer.until(&text(&given["id"]), "consent.expired").await;
    filer.until(&text(&offer["id"]), "offer.lapsed").await;
    let over = filer.client.get(&filer.path(&format!("consents/{}", text(&given["id"])))).await.expect(200);
    assert_eq!(over["state"], "expired");
}

/// Seconds since 1970 in RFC 3339.
fn jiff_text(seconds: i64) -> String {
    domain::time::Timestamp::from_micros(seconds * 1_000_000).expect("this century").to_string()
}

async fn a_pre_order_waits_until_the_service_is_ready(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let document = builtin().into_iter().find(|document| document.code == CERTIFICATE);
    let mut document = document.expect("the program ships it").body;
    let publish = async |document: &serde_json::Value| {
        let path = format!("/v1/authority/services/{CERTIFICATE}");
        office.0.send(office.0.request(reqwest::Method::PUT, &path).json(document)).await.expect(200)
    };
    document["stage"] = json!("alpha");
    publish(&document).await;
    let given = consented(&filer, CERTIFICATE, "offer", json!({ "delivery": "electronic" })).await;
    assert_eq!(given["pre_order"], true);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let none = filer.client.get(&filer.path("offers")).await.expect(200);
    assert_eq!(none["items"], json!([]), "a service in development is not offered");
    document["stage"] = json!("stable");
    publish(&document).await;
    let offer = offered(&filer, "offer.made", CERTIFICATE).await;
    assert_eq!((&offer["consent_id"], &offer["state"]), (&given["id"], &json!("open")));
}
