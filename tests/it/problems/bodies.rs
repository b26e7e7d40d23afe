//! Bodies that are no JSON, or JSON that two readers could read in two ways, and bodies of the wrong kind.

use reqwest::Method;
use serde_json::json;
use tests::{Answer, Client, Engine, Program, client::fresh_key, on_both_engines, papers};

/// The path of submissions of a fresh business.
async fn applicant(engine: Engine) -> Option<(Client, String)> {
    let client = Program::shared(engine)?.client().register("bodies").await;
    let business = client.business("cafe").await;
    Some((client, format!("/v1/businesses/{business}/submissions")))
}

async fn send(client: &Client, path: &str, media: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = client.request(Method::POST, path).header("Idempotency-Key", fresh_key());
    client.send(request.header("Content-Type", media).body(body.into())).await
}

fn nested(levels: usize) -> String {
    // The form is the first level, the body around it another one.
    let inner = levels - 2;
    format!(r#"{{"service":"x","form":{{"a":{}{}}}}}"#, "[".repeat(inner), "]".repeat(inner))
}

async fn ambiguous_json_is_a_malformed_request(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let table: [(&str, Vec<u8>); 15] = [
        ("nothing", Vec::new()),
        ("an open object", b"{".into()),
        ("a duplicate key", br#"{"service":"a","service":"b"}"#.into()),
        ("a duplicate key in disguise", br#"{"service":"a","serv\u0069ce":"b"}"#.into()),
        ("a duplicate key within", br#"{"service":"a","form":{"x":1,"x":2}}"#.into()),
        ("33 levels", nested(33).into()),
        ("1000 levels", nested(1000).into()),
        ("the character NUL", br#"{"service":"a\u0000b"}"#.into()),
        ("a byte order mark", "\u{feff}{\"service\":\"a\"}".into()),
        ("a number beyond all bounds", br#"{"service":"a","form":{"x":1e400}}"#.into()),
        ("a number that would be rounded", br#"{"service":"a","form":{"x":9007199254740993.0}}"#.into()),
        ("a lone surrogate", br#"{"service":"\ud800"}"#.into()),
        ("bytes that are no UTF-8", b"{\"service\":\"\xff\"}".into()),
        ("something behind the end", br#"{"service":"a"} {"service":"b"}"#.into()),
        ("a number that is none", br#"{"service":"a","form":{"x":NaN}}"#.into()),
    ];
    for (what, body) in table {
        let answer = send(&client, &path, "application/json", body).await;
        assert_eq!(answer.status.as_u16(), 400, "{what}: {}", String::from_utf8_lossy(&answer.bytes));
        answer.problem(400, "malformed-request");
    }
}

async fn thirty_two_levels_are_read(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    send(&client, &path, "application/json", nested(32)).await.problem(422, "validation-failed");
}

async fn a_duplicate_key_is_pointed_at(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let body = r#"{"service":"a","form":{"contact":{"email":"a","email":"b"}}}"#;
    let problem = send(&client, &path, "application/json", body).await.problem(400, "malformed-request");
    assert_eq!(problem["violations"][0]["pointer"], "/form/contact/email");
    assert_eq!(problem["violations"][0]["code"], "duplicate-key");
}

async fn an_unknown_member_is_refused_and_named(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let mut body = papers::certificate("office@example.test", false);
    body["colour"] = json!("red");
    let problem = client.post(&path, body).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/colour");
    assert_eq!(problem["violations"][0]["code"], "unknown-field");
}

async fn another_media_type_is_refused(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let body = papers::certificate("office@example.test", false).to_string();
    let others = [
        "text/plain",
        "text/json",
        "application/xml",
        "application/merge-patch+json",
        "application/json; charset=windows-1251",
        "application/jsonx",
        "",
    ];
    for media in others {
        send(&client, &path, media, body.clone()).await.problem(415, "unsupported-media-type");
    }
    send(&client, &path, "Application/JSON; charset=\"UTF-8\"", body).await.expect(201);
}

async fn a_change_is_taken_as_a_merge_patch_alone(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let draft = client.post(&path, papers::certificate("office@example.test", false)).await.expect(201);
    let path = format!("{path}/{}", draft["id"].as_str().expect("an id"));
    let request = client.request(Method::PATCH, &path).header("If-Match", "\"v1\"").json(&json!({}));
    client.send(request).await.problem(415, "unsupported-media-type");
}

async fn an_encoded_body_is_refused(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    for encoding in ["gzip", "deflate", "br", "identity", "gzip, gzip"] {
        let request = client.request(Method::POST, &path).header("Idempotency-Key", fresh_key());
        let request =
            request.header("Content-Encoding", encoding).json(&papers::certificate("a@b.test", false));
        client.send(request).await.problem(415, "unsupported-media-type");
    }
}

async fn all_that_is_wrong_with_a_form_is_told_at_once(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let mut body = papers::certificate("no address", true);
    body["form"]["purpose"] = json!("fun");
    body["form"]["delivery"] = json!("pigeon");
    let problem = client.post(&path, body).await.problem(422, "validation-failed");
    let violations = problem["violations"].as_array().expect("violations");
    for pointer in ["/form/contact/email", "/form/purpose", "/form/delivery"] {
        assert!(violations.iter().any(|one| one["pointer"] == pointer), "{pointer} in {problem:#}");
    }
}

on_both_engines! {
    ambiguous_json_is_a_malformed_request,
    thirty_two_levels_are_read,
    a_duplicate_key_is_pointed_at,
    an_unknown_member_is_refused_and_named,
    another_media_type_is_refused,
    a_change_is_taken_as_a_merge_patch_alone,
    an_encoded_body_is_refused,
    all_that_is_wrong_with_a_form_is_told_at_once,
}
