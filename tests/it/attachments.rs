//! Attachments: declared, uploaded in pieces over broken lines, judged when whole, read back by who may.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Answer, Client, Program,
    client::text,
    filing::{CERTIFICATE, Filer, certificate},
};

mod results;
mod uploads;

/// A document's bytes.
const PDF: &[u8] = b"%PDF-1.7 a document of some length, cut in pieces on its way";

/// Their digest, as declarations write it.
fn digest(bytes: &[u8]) -> String {
    domain::digest::Digest::of(bytes).to_string()
}

fn declaration(bytes: &[u8]) -> Value {
    json!({ "name": "устав.pdf", "content_type": "application/pdf", "size": bytes.len(), "digest": digest(bytes) })
}

/// Declares an attachment of the business and returns its path.
async fn declared(filer: &Filer, declaration: Value) -> String {
    let answer = filer.client.post(&filer.path("attachments"), declaration).await;
    let location = answer.header("location").to_owned();
    assert_eq!(answer.expect(201)["state"], "uploading");
    location
}

/// Sends a piece to an attachment's path.
async fn piece(client: &Client, path: &str, offset: usize, bytes: &[u8]) -> Answer {
    let request = client
        .request(Method::PATCH, &format!("{path}/content"))
        .header("Content-Type", "application/octet-stream")
        .header("Upload-Offset", offset)
        .body(bytes.to_vec());
    client.send(request).await
}

/// An attachment of the business, whole; returns its id.
async fn stored(filer: &Filer, bytes: &[u8]) -> String {
    let path = declared(filer, declaration(bytes)).await;
    piece(&filer.client, &path, 0, bytes).await.expect(204);
    path.rsplit('/').next().expect("a path has an end").to_owned()
}

async fn state(filer: &Filer, path: &str) -> Value {
    filer.client.get(path).await.expect(200)["state"].clone()
}

/// A certificate to lodge with these attachments.
fn with_attachments(ids: &[&str]) -> Value {
    json!({ "service": CERTIFICATE, "form": certificate("office@example.test"), "attachments": ids, "lodge": true })
}

tests::on_programs! { shared:
    a_submission_names_a_stored_attachment
    an_unfinished_attachment_is_named_at_lodging
    an_unknown_attachment_is_named_at_lodging
    an_attachment_of_another_business_is_unknown
    another_tenants_attachment_is_not_found
    attachments_are_listed_newest_first
}

async fn a_submission_names_a_stored_attachment(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = stored(&filer, PDF).await;
    let lodged = filer.create(with_attachments(&[&id])).await.expect(201);
    let named = &lodged["attachments"][0];
    assert_eq!((&named["id"], &named["digest"]), (&json!(id), &json!(digest(PDF))));
    filer.until(&id, "attachment.stored").await;
}

async fn an_unfinished_attachment_is_named_at_lodging(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = declared(&filer, declaration(PDF)).await;
    piece(&filer.client, &path, 0, &PDF[..10]).await.expect(204);
    let id = path.rsplit('/').next().expect("a path has an end");
    let problem = filer.create(with_attachments(&[id])).await.problem(422, "attachment-not-ready");
    let violation = &problem["violations"][0];
    assert!(text(&violation["pointer"]).starts_with("/attachments"), "{violation}");
    assert!(violation.to_string().contains(id), "{violation}");
    let left = filer.client.get(&filer.path("submissions")).await.expect(200);
    assert_eq!(left["items"], json!([]));
}

async fn an_unknown_attachment_is_named_at_lodging(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let unknown = "att_01KAZ8Q3V5T2N4W6Y8B0D2F4H6";
    let problem = filer.create(with_attachments(&[unknown])).await.problem(422, "attachment-not-ready");
    assert!(problem["violations"].to_string().contains(unknown), "{problem}");
}

async fn an_attachment_of_another_business_is_unknown(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = stored(&filer.sibling("shop").await, PDF).await;
    filer.create(with_attachments(&[&id])).await.problem(422, "attachment-not-ready");
    let body = json!({ "service": CERTIFICATE, "form": certificate("a@example.test"), "attachments": [id] });
    let request = filer.client.request(Method::POST, &filer.path("submissions/preflight")).json(&body);
    let forecast = filer.client.send(request).await.expect(200);
    assert_eq!(forecast["unusable_attachments"], json!([id]));
}

async fn another_tenants_attachment_is_not_found(program: &Program) {
    let (filer, stranger) = (Filer::new(program, "cafe").await, Filer::new(program, "cafe").await);
    let id = stored(&filer, PDF).await;
    for path in [filer.path(&format!("attachments/{id}")), stranger.path(&format!("attachments/{id}"))] {
        stranger.client.get(&path).await.problem(404, "not-found");
        stranger.client.get(&format!("{path}/content")).await.problem(404, "not-found");
        piece(&stranger.client, &path, 0, PDF).await.problem(404, "not-found");
        let head = stranger.client.request(Method::HEAD, &format!("{path}/content"));
        assert_eq!(head.send().await.expect("an answer").status(), 404);
    }
}

async fn attachments_are_listed_newest_first(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let (first, second) = (stored(&filer, PDF).await, declared(&filer, declaration(PDF)).await);
    let list = filer.client.get(&filer.path("attachments")).await.expect(200);
    assert!(second.ends_with(&text(&list["items"][0]["id"])));
    assert_eq!(
        (&list["items"][0]["state"], &list["items"][1]["state"]),
        (&json!("uploading"), &json!("stored"))
    );
    assert_eq!(list["items"][1]["id"], json!(first));
    let page = filer.client.get(&filer.path("attachments?limit=1")).await.expect(200);
    let next = filer.path(&format!("attachments?limit=1&cursor={}", text(&page["next_cursor"])));
    assert_eq!(filer.client.get(&next).await.expect(200)["items"][0]["id"], json!(first));
}
