//! Receipts: given for every accepted act, found again by what the business knows, verified without the gateway.

use domain::digest::Digest;
use serde_json::{Value, json};
use tests::{
    Program,
    client::{fresh_key, text},
    filing::{BY_HAND, CERTIFICATE, Filer, Office, certificate},
};

mod offline;

tests::on_programs! { shared:
    every_act_has_its_receipt
    a_receipt_is_found_by_its_id
    a_receipt_is_found_by_the_digest_of_the_document
    a_receipt_is_found_by_the_digest_of_the_body
    a_receipt_is_found_by_ones_own_key
    a_corrected_document_has_a_digest_of_its_own
    a_receipt_names_the_place_of_its_event
    what_was_refused_has_no_receipt
    another_tenants_receipts_are_not_found
    a_query_names_exactly_one_thing
}

/// The digest that the business computes for itself (RFC 8785).
fn document_digest(form: &Value) -> String {
    let document = json!({ "service": CERTIFICATE, "form": form, "attachments": [] });
    let canonical = serde_json_canonicalizer::to_vec(&document).expect("JSON has a canonical form");
    Digest::of(&canonical).to_string()
}

async fn find(filer: &Filer, query: &str) -> Vec<Value> {
    let found = filer.client.get(&format!("/v1/receipts?{query}")).await.expect(200);
    found["items"].as_array().expect("a list").clone()
}

async fn every_act_has_its_receipt(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let correction = json!({ "reason": "опечатка", "form": { "purpose": "tender" } });
    filer.step(&id, "corrections", correction).await.expect(200);
    let asked = office.ask(&id).await;
    let answer = json!({ "request_id": asked["requests"][0]["id"], "text": "вот" });
    filer.step(&id, "responses", answer).await.expect(200);
    office.decide(&id, tests::filing::granted()).await.expect(200);
    filer.step(&id, "rating", json!({ "satisfaction": 4, "ease": 4 })).await.expect(200);
    let list = filer.client.get(&filer.at(&id, "/receipts")).await.expect(200);
    let receipts = list["items"].as_array().expect("a list");
    let acts: Vec<&Value> = receipts.iter().map(|receipt| &receipt["act"]).collect();
    assert_eq!(acts, ["lodged", "corrected", "responded", "rated"]);
    let places: Vec<i64> = receipts.iter().filter_map(|receipt| receipt["sequence"].as_i64()).collect();
    assert!(places.is_sorted() && places.len() == 4, "{places:?}");
}

async fn a_receipt_is_found_by_its_id(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let receipt = filer.lodge(certificate(BY_HAND)).await["receipt"].clone();
    let mut found = filer.client.get(&format!("/v1/receipts/{}", text(&receipt["id"]))).await.expect(200);
    // The log may hold it by now, or not.
    found.as_object_mut().expect("an object").remove("leaf_index");
    assert_eq!(found, receipt);
}

async fn a_receipt_is_found_by_the_digest_of_the_document(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let form = certificate("digest@example.test");
    let receipt = filer.lodge(form.clone()).await["receipt"].clone();
    assert_eq!(receipt["digest"], document_digest(&form));
    assert_eq!(find(&filer, &format!("digest={}", document_digest(&form))).await, [receipt]);
}

async fn a_receipt_is_found_by_the_digest_of_the_body(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let body = json!({ "lodge": true, "service": CERTIFICATE, "form": certificate(BY_HAND) });
    // Spaces and all: the digest is over the bytes that were sent.
    let bytes = serde_json::to_string_pretty(&body).expect("JSON is a text");
    let request = filer
        .client
        .request(reqwest::Method::POST, &filer.path("submissions"))
        .header("Idempotency-Key", fresh_key())
        .header("Content-Type", "application/json")
        .body(bytes.clone());
    let receipt = filer.client.send(request).await.expect(201)["receipt"].clone();
    let digest = Digest::of(bytes.as_bytes()).to_string();
    assert_eq!(receipt["body_digest"], digest);
    assert_eq!(find(&filer, &format!("digest={digest}")).await, [receipt]);
}

async fn a_receipt_is_found_by_ones_own_key(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let key = fresh_key();
    assert_eq!(find(&filer, &format!("idempotency_key={key}")).await, [Value::Null; 0]);
    let body = json!({ "service": CERTIFICATE, "form": certificate(BY_HAND), "lodge": true });
    let answer = filer.client.post_keyed(&filer.path("submissions"), &key, body).await;
    let receipt = answer.expect(201)["receipt"].clone();
    assert_eq!(receipt["idempotency_key"], key);
    assert_eq!(find(&filer, &format!("idempotency_key={key}")).await, [receipt]);
}

async fn a_corrected_document_has_a_digest_of_its_own(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let lodged = filer.lodge(certificate(BY_HAND)).await;
    let correction = json!({ "reason": "опечатка", "form": { "purpose": "tender" } });
    let corrected = filer.step(&text(&lodged["id"]), "corrections", correction).await.expect(200);
    assert_eq!(corrected["receipt"]["digest"], document_digest(&corrected["form"]));
    assert_ne!(corrected["receipt"]["digest"], lodged["receipt"]["digest"]);
}

async fn a_receipt_names_the_place_of_its_event(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let lodged = filer.lodge(certificate(BY_HAND)).await;
    let event = filer.until(&text(&lodged["id"]), "submission.lodged").await;
    let place: i64 = text(&event["sequence"]).parse().expect("a number");
    assert_eq!(lodged["receipt"]["sequence"], place);
    assert_eq!(lodged["receipt"]["at"], event["time"]);
}

async fn what_was_refused_has_no_receipt(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let form = json!({ "delivery": "electronic" });
    let body = json!({ "service": CERTIFICATE, "form": form, "lodge": true });
    let key = fresh_key();
    let answer = filer.client.post_keyed(&filer.path("submissions"), &key, body).await;
    answer.problem(422, "validation-failed");
    assert_eq!(find(&filer, &format!("idempotency_key={key}")).await, [Value::Null; 0]);
    assert_eq!(find(&filer, &format!("digest={}", document_digest(&form))).await, [Value::Null; 0]);
}

async fn another_tenants_receipts_are_not_found(program: &Program) {
    let (filer, stranger) = (Filer::new(program, "cafe").await, Filer::new(program, "cafe").await);
    let lodged = filer.lodge(certificate("secret@example.test")).await;
    let receipt = &lodged["receipt"];
    let by_id = format!("/v1/receipts/{}", text(&receipt["id"]));
    stranger.client.get(&by_id).await.problem(404, "not-found");
    for query in [
        format!("digest={}", text(&receipt["digest"])),
        format!("digest={}", text(&receipt["body_digest"])),
        format!("idempotency_key={}", text(&receipt["idempotency_key"])),
    ] {
        assert_eq!(find(&stranger, &query).await, [Value::Null; 0], "{query}");
    }
    let of_subject = stranger.at(&text(&lodged["id"]), "/receipts");
    stranger.client.get(&of_subject).await.problem(404, "not-found");
}

async fn a_query_names_exactly_one_thing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let digest = document_digest(&json!({}));
    for query in [String::new(), format!("digest={digest}&idempotency_key=k"), "digest=sha-256:00".to_owned()]
    {
        let answer = filer.client.get(&format!("/v1/receipts?{query}")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{query}: {}", answer.status);
        assert!(!text(&answer.json()["code"]).is_empty());
    }
}
