//! Authorities filling the registry: row by row judged, as one edition in force. Each test has a gateway of its own,
//! because the registry is one for all.

use std::sync::LazyLock;

use domain::requirement::{builtin::builtin, document::RegistryDocument};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Answer, Engine, Program,
    client::{fresh_key, text},
    filing::{Filer, Office},
    on_both_engines,
};

tests::on_programs! { start:
    what_an_authority_brings_is_in_force_with_the_answer
    a_second_version_replaces_the_first_and_both_are_told_of
    a_refused_row_harms_no_other_and_says_why
    a_repeat_answers_the_same_and_changes_nothing
    many_rows_come_in_one_call
    what_is_no_body_of_rows_is_refused
}

async fn bring_keyed(office: &Office, key: &str, body: String) -> Answer {
    let request = office.0.request(Method::POST, "/v1/authority/registry").header("Idempotency-Key", key);
    office.0.send(request.header("Content-Type", "application/x-ndjson").body(body)).await
}

pub(super) async fn bring(office: &Office, rows: &[Value]) -> Value {
    bring_keyed(office, &fresh_key(), lines(rows)).await.expect(200)
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

pub(super) fn row(kind: &str, document: Value) -> Value {
    json!({ "kind": kind, "code": document["code"], "document": document })
}

fn shipped(code: &str) -> Value {
    static DOCUMENTS: LazyLock<Vec<RegistryDocument>> = LazyLock::new(builtin);
    DOCUMENTS.iter().find(|document| document.code == code).expect("the program ships it").body.clone()
}

fn act(code: &str) -> Value {
    json!({ "code": code, "kind": "ministry_order", "level": "federal", "number": "ЕД-7-14/1@", "date": "2026-06-01",
        "title": { "ru": "Приказ о проверке реестра", "en": "Order on testing the registry" },
        "developer": "aut_fns", "as_of": "2026-11-01" })
}

/// A requirement of the tax service beneath [`act`].
fn requirement(code: &str, act: &str) -> Value {
    let mut body = shipped("OT-001");
    body["code"] = json!(code);
    body["act"] = json!(act);
    body["title"] = json!({ "ru": "Хранить абракадабру", "en": "Keep the gibberish" });
    body["valid_from"] = json!("2026-09-01");
    body["valid_until"] = json!("2032-08-31");
    body
}

fn algorithm(code: &str, requirements: &[&str]) -> Value {
    json!({ "code": code, "title": { "ru": "Как хранить", "en": "How to keep it" }, "requirements": requirements,
        "when": null, "minutes": 5, "steps": [
            { "id": "keep", "title": { "ru": "Положите на полку", "en": "Put it on a shelf" }, "proof": "none", "minutes": 5 }] })
}

pub(super) fn outcomes(report: &Value) -> Vec<String> {
    let rows = report["rows"].as_array().expect("a list");
    rows.iter().map(|row| text(&row["outcome"])).collect()
}

async fn what_an_authority_brings_is_in_force_with_the_answer(program: &Program) {
    let (office, reader) = (Office::of(program).await, program.client());
    let before = reader.get("/v1/requirements?limit=1000").await;
    let tag = before.header("etag").to_owned();
    let rows = [
        row("algorithm", algorithm("ALG-T-1", &["T-1"])),
        row("requirement", requirement("T-1", "t-act")),
        row("act", act("t-act")),
    ];
    let report = bring(&office, &rows).await;
    assert_eq!(outcomes(&report), ["created", "created", "created"], "{report:#}");
    assert_eq!((&report["edition"], &report["created"]), (&json!(2), &json!(3)));
    assert!(
        report["rows"].as_array().expect("a list").iter().all(|row| row["warnings"].is_null()),
        "{report:#}"
    );
    let found = reader.get("/v1/requirements/T-1").await.expect(200);
    assert_eq!((&found["version"], &found["edition"]), (&json!(1), &json!(2)));
    assert_eq!(
        (&found["set_by"]["code"], &found["algorithms"][0]["code"]),
        (&json!("t-act"), &json!("ALG-T-1"))
    );
    let hits = reader.get("/v1/requirements?q=абракадабры").await.expect(200);
    assert_eq!(hits["items"][0]["code"], "T-1", "the search is of the same edition");
    let request = reader.request(Method::GET, "/v1/requirements?limit=1000").header("If-None-Match", tag);
    assert_eq!(reader.send(request).await.status.as_u16(), 200, "the list has changed");
}

async fn a_second_version_replaces_the_first_and_both_are_told_of(program: &Program) {
    let (office, reader) = (Office::of(program).await, program.client());
    bring(&office, &[row("act", act("t-act")), row("requirement", requirement("T-1", "t-act"))]).await;
    let mut second = requirement("T-1", "t-act");
    second["status"] = json!("repealed");
    let report = bring(&office, &[row("requirement", second), row("act", act("t-act"))]).await;
    assert_eq!(outcomes(&report), ["updated", "unchanged"]);
    assert_eq!((&report["rows"][0]["version"], &report["edition"]), (&json!(2), &json!(3)));
    let found = reader.get("/v1/requirements/T-1").await.expect(200);
    assert_eq!((&found["version"], &found["is_in_force"]), (&json!(2), &json!(false)));
    let history = reader.get("/v1/requirements/T-1/versions").await.expect(200);
    let told: Vec<_> = history["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["version"].clone(), one["brought_by"].clone()))
        .collect();
    assert_eq!(told, [(json!(2), json!("aut_fns")), (json!(1), json!("aut_fns"))]);
    assert_eq!(history["items"][1]["document"]["status"], "in_force");
    let same = bring(&office, &[row("act", act("t-act"))]).await;
    assert_eq!(
        (&same["unchanged"], &same["edition"]),
        (&json!(1), &json!(3)),
        "nothing new is no new edition"
    );
}

/// A body of sound and unsound rows.
fn mixed() -> String {
    let mut unknown_fact = requirement("T-2", "t-act");
    unknown_fact["applies_when"] = json!({ "fact": "shoe_size", "at_least": 40 });
    let rows = [
        row("act", act("t-act")).to_string(),
        "not json".to_owned(),
        row("requirement", unknown_fact).to_string(),
        row("requirement", requirement("T-3", "no-such-act")).to_string(),
        row("requirement", shipped("OT-019")).to_string(),
        row("act", act("t-act")).to_string(),
        json!({ "kind": "risk", "code": "risk", "document": {} }).to_string(),
        row("requirement", requirement("T-4", "t-act")).to_string(),
    ];
    rows.join("\n")
}

async fn a_refused_row_harms_no_other_and_says_why(program: &Program) {
    let office = Office::of(program).await;
    let report = bring_keyed(&office, &fresh_key(), mixed()).await.expect(200);
    let expected = ["created", "refused", "refused", "refused", "refused", "refused", "refused", "created"];
    assert_eq!(outcomes(&report), expected, "{report:#}");
    let why = |line: usize| {
        let violation = &report["rows"][line - 1]["violations"][0];
        assert!(
            !text(&violation["detail"]["ru"]).is_empty() && !text(&violation["fix"]["text"]["en"]).is_empty()
        );
        (text(&violation["pointer"]), text(&violation["code"]))
    };
    let pair = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(why(2), pair("", "syntax"));
    assert_eq!(why(3), pair("/document/applies_when", "unanswerable-condition"));
    assert_eq!(why(4), pair("/document/act", "unknown-act"));
    assert_eq!(why(5), pair("", "not-yours"));
    assert_eq!(why(6), pair("/code", "repeated"));
    assert_eq!(why(7), pair("/kind", "unknown-value"));
    let warned: Vec<_> = report["rows"][7]["warnings"]
        .as_array()
        .expect("it has no algorithm")
        .iter()
        .map(|one| text(&one["code"]))
        .collect();
    assert_eq!(warned, ["no-algorithm"]);
    program.client().get("/v1/requirements/T-2").await.problem(404, "not-found");
    program.client().get("/v1/requirements/T-4").await.expect(200);
    let insider = Office(Filer::new(program, "cafe").await.client);
    bring_keyed(&insider, &fresh_key(), String::new()).await.problem(403, "insufficient-scope");
}

async fn a_repeat_answers_the_same_and_changes_nothing(program: &Program) {
    let office = Office::of(program).await;
    let (key, body) = (fresh_key(), lines(&[row("act", act("t-act"))]));
    let first = bring_keyed(&office, &key, body.clone()).await.expect(200);
    let repeat = bring_keyed(&office, &key, body).await;
    assert_eq!(repeat.header("idempotent-replayed"), "true");
    assert_eq!(repeat.expect(200), first);
    let other = bring_keyed(&office, &key, lines(&[row("act", act("t-other"))])).await;
    other.problem(422, "idempotency-key-reused");
    program.client().get("/v1/acts/t-other").await.problem(404, "not-found");
}

async fn many_rows_come_in_one_call(program: &Program) {
    let office = Office::of(program).await;
    let mut rows = vec![row("act", act("t-act"))];
    let codes: Vec<String> = (0..1200).map(|number| format!("T-{number:05}")).collect();
    rows.extend(codes.iter().map(|code| row("requirement", requirement(code, "t-act"))));
    let named: Vec<&str> = codes.iter().map(String::as_str).collect();
    rows.push(row("algorithm", algorithm("ALG-T", &named)));
    let report = bring(&office, &rows).await;
    assert_eq!(
        (&report["created"], &report["refused"], &report["edition"]),
        (&json!(1202), &json!(0), &json!(2))
    );
    let page = program.client().get("/v1/requirements?act=t-act&limit=1000").await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1000));
    assert_eq!(bring(&office, &rows).await["unchanged"], 1202);
}

async fn what_is_no_body_of_rows_is_refused(program: &Program) {
    let office = Office::of(program).await;
    let send = async |media: &str, body: String| {
        let request = office.0.request(Method::POST, "/v1/authority/registry").header("Content-Type", media);
        office.0.send(request.header("Idempotency-Key", fresh_key()).body(body)).await
    };
    send("application/json", "{}".into()).await.problem(415, "unsupported-media-type");
    send("application/x-ndjson", "{}\n".repeat(20_001)).await.problem(413, "payload-too-large");
    let empty = send("application/x-ndjson", String::new()).await.expect(200);
    assert_eq!((&empty["edition"], &empty["rows"]), (&json!(1), &json!([])));
    let unkeyed = office
        .0
        .request(Method::POST, "/v1/authority/registry")
        .header("Content-Type", "application/x-ndjson");
    office.0.send(unkeyed.body("")).await.problem(400, "idempotency-key-required");
}

/// A call that breaks off between its units of work leaves nothing in force; its repeat finishes it.
async fn what_a_broken_call_left_is_not_in_force_until_it_is_repeated(engine: Engine) {
    let Some(own) = tests::Own::start(engine, &[]) else { return };
    let office = Office(own.authority().await);
    let client = text(&own.program.credentials()["authority"]["client_id"]);
    // What the first units of such a call store: the next edition, which is not in force.
    let body = act("t-act").to_string().replace('\'', "''");
    own.sql(&format!(
        "INSERT INTO registry_documents (kind, code, version, edition, application_id, body, at) \
         VALUES ('act', 't-act', 1, 2, '{client}', '{body}', 1)"
    ));
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    own.client().get("/v1/acts/t-act").await.problem(404, "not-found");
    let report = bring(&office, &[row("act", act("t-act"))]).await;
    assert_eq!(
        (outcomes(&report), &report["edition"]),
        (vec!["created".to_owned()], &json!(2)),
        "{report:#}"
    );
    own.client().get("/v1/acts/t-act").await.expect(200);
}

/// Another gateway over the same store takes an edition over by itself.
async fn a_changed_registry_reaches_other_gateways(engine: Engine) {
    let Some(own) = tests::Own::start(engine, &[]) else { return };
    let body = act("t-act").to_string().replace('\'', "''");
    own.sql(&format!(
        "INSERT INTO registry_documents (kind, code, version, edition, body, at) \
         VALUES ('act', 't-act', 1, 2, '{body}', 1); UPDATE registry SET edition = 2"
    ));
    for _ in 0..100 {
        if own.client().get("/v1/acts/t-act").await.status.as_u16() == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the new edition was not taken over");
}

on_both_engines! {
    what_a_broken_call_left_is_not_in_force_until_it_is_repeated,
    a_changed_registry_reaches_other_gateways,
}
