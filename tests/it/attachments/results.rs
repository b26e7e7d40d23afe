//! Result documents: given by the authority, read by the business.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office, granted, refused},
};

use super::{PDF, declaration, digest, piece, stored, with_attachments};

tests::on_programs! { shared:
    a_result_document_comes_with_the_decision
    a_refusal_may_carry_a_document
    a_decision_names_whole_documents_only
    the_authority_reads_what_the_submission_names_alone
    the_authority_does_not_upload_for_the_business
    a_stranger_does_not_read_a_result_document
}

async fn result(office: &Office, submission: &str) -> String {
    let path = format!("/v1/authority/submissions/{submission}/attachments");
    let answer = office.0.post(&path, declaration(PDF)).await;
    let location = answer.header("location").to_owned();
    assert_eq!(answer.expect(201)["submission_id"], submission);
    location
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().expect("a path has an end")
}

fn naming(mut decision: Value, document: &str) -> Value {
    decision["documents"] = json!([document]);
    decision
}

async fn a_result_document_comes_with_the_decision(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let submission = office.bring(&filer, "in_review").await;
    let path = result(&office, &submission).await;
    piece(&office.0, &path, 0, &PDF[..12]).await.expect(204);
    piece(&office.0, &path, 12, &PDF[12..]).await.expect(204);
    office.decide(&submission, naming(granted(), id_of(&path))).await.expect(200);
    let document = filer.read(&submission).await["outcome"]["documents"][0].clone();
    assert_eq!((&document["id"], &document["digest"]), (&json!(id_of(&path)), &json!(digest(PDF))));
    let own = filer.path(&format!("attachments/{}", text(&document["id"])));
    assert_eq!(filer.client.get(&own).await.expect(200)["submission_id"], submission);
    assert_eq!(filer.client.get(&format!("{own}/content")).await.bytes, PDF);
    assert_eq!(office.0.get(&format!("{path}/content")).await.bytes, PDF);
}

async fn a_refusal_may_carry_a_document(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let submission = office.bring(&filer, "in_review").await;
    let path = result(&office, &submission).await;
    piece(&office.0, &path, 0, PDF).await.expect(204);
    office.decide(&submission, naming(refused(), id_of(&path))).await.expect(200);
    assert_eq!(filer.read(&submission).await["outcome"]["documents"][0]["id"], id_of(&path));
}

async fn a_decision_names_whole_documents_only(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let submission = office.bring(&filer, "in_review").await;
    let path = result(&office, &submission).await;
    piece(&office.0, &path, 0, &PDF[..12]).await.expect(204);
    let decision = naming(granted(), id_of(&path));
    office.decide(&submission, decision).await.problem(422, "attachment-not-ready");
    assert_eq!(filer.read(&submission).await["state"], "in_review");
}

async fn the_authority_reads_what_the_submission_names_alone(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let (named, unnamed) = (stored(&filer, PDF).await, stored(&filer, PDF).await);
    let lodged = filer.create(with_attachments(&[&named])).await.expect(201);
    let path =
        |id: &str| format!("/v1/authority/submissions/{}/attachments/{id}/content", text(&lodged["id"]));
    assert_eq!(office.0.get(&path(&named)).await.bytes, PDF);
    office.0.get(&path(&unnamed)).await.problem(404, "not-found");
}

async fn the_authority_does_not_upload_for_the_business(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = stored(&filer, PDF).await;
    let lodged = filer.create(with_attachments(&[&id])).await.expect(201);
    let path = format!("/v1/authority/submissions/{}/attachments/{id}", text(&lodged["id"]));
    piece(&office.0, &path, 0, PDF).await.problem(404, "not-found");
}

async fn a_stranger_does_not_read_a_result_document(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let stranger = Filer::new(program, "cafe").await;
    let submission = office.bring(&filer, "in_review").await;
    let path = result(&office, &submission).await;
    piece(&office.0, &path, 0, PDF).await.expect(204);
    let foreign = stranger.path(&format!("attachments/{}/content", id_of(&path)));
    stranger.client.get(&foreign).await.problem(404, "not-found");
    let request = stranger.client.request(Method::GET, &format!("{path}/content"));
    assert_eq!(request.send().await.expect("an answer").status(), 403);
}
