//! Self-checks: questions, partial answers, the signed result, and what a supervisor learns of it.

use domain::{digest::Digest, receipt::document_digest};
use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::text,
    filing::{Filer, Office},
};

tests::on_programs! { shared:
    a_checklist_is_public_and_made_where_none_is_written
    a_draft_keeps_partial_answers_and_asks_what_they_open
    a_wrong_answer_is_named_with_its_place
    what_cannot_be_examined_is_named
    a_completed_self_check_is_scored_signed_and_told
    a_checklist_for_several_requirements_is_asked_once
    a_critical_no_decides
    documents_go_to_their_supervisor
    a_self_check_without_documents_is_nobody_else_s
    self_checks_are_listed_by_state
}

/// Good answers to the checklist of OT-028.
pub fn good() -> Value {
    let yes = json!({ "answer": "yes" });
    json!({ "OT-028/registers": { "value": "2" }, "OT-028/registered": yes, "OT-028/operator": yes,
        "OT-028/address": yes, "OT-028/unsent": { "value": "0" }, "OT-028/receipts": yes,
        "OT-028/corrections": yes, "OT-028/drive": yes })
}

/// Begins a self-check.
pub async fn begun(filer: &Filer, requirements: &[&str]) -> Value {
    filer.client.post(&filer.path("self-checks"), json!({ "requirements": requirements })).await.expect(201)
}

fn address(filer: &Filer, check: &Value) -> String {
    filer.path(&format!("self-checks/{}", text(&check["id"])))
}

async fn answer(filer: &Filer, check: &Value, answers: Value) -> Answer {
    let version = check["version"].as_i64().expect("a version is a number");
    filer.client.patch(&address(filer, check), version, json!({ "answers": answers })).await
}

/// Answers and completes a self-check.
pub async fn completed(filer: &Filer, requirements: &[&str], answers: Value) -> Value {
    let check = begun(filer, requirements).await;
    answer(filer, &check, answers).await.expect(200);
    filer.client.act(&format!("{}/completion", address(filer, &check))).await.expect(200)
}

/// The places and codes of a refusal's violations.
pub fn places(problem: &Value) -> Vec<String> {
    let all = problem["violations"].as_array().expect("a refusal names its violations");
    all.iter().map(|one| format!("{} {}", text(&one["pointer"]), text(&one["code"]))).collect()
}

async fn a_checklist_is_public_and_made_where_none_is_written(program: &Program) {
    let nobody = program.client();
    let written = nobody.get("/v1/requirements/OT-028/checklist").await;
    let etag = written.header("etag").to_owned();
    let written = written.expect(200);
    assert_eq!((&written["code"], &written["made"]), (&json!("CHK-204"), &json!(false)));
    assert!(text(&written["formula"]["en"]).contains("Score = 100"));
    assert_eq!(written["terms"]["declare_from"], "90");
    let again = nobody.request(reqwest::Method::GET, "/v1/requirements/OT-028/checklist");
    assert_eq!(nobody.send(again.header("If-None-Match", etag)).await.status.as_u16(), 304);
    let made = nobody.get("/v1/requirements/OT-001/checklist").await.expect(200);
    assert_eq!((&made["code"], &made["made"]), (&json!("OT-001"), &json!(true)));
    let [met, document] = [0, 1].map(|place| &made["questions"][place]);
    assert!(text(&met["text"]["ru"]).starts_with("Выполняется ли: ") && met["critical"] == true);
    assert_eq!((&document["kind"], &document["when"]["question"]), (&json!("document"), &json!("met")));
    nobody.get("/v1/requirements/OT-000/checklist").await.problem(404, "not-found");
}

async fn a_draft_keeps_partial_answers_and_asks_what_they_open(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let draft = begun(&filer, &["OT-021"]).await;
    assert_eq!(
        (&draft["state"], &draft["asked"], &draft["answered"]),
        (&json!("draft"), &json!(4), &json!(0))
    );
    let hidden = json!({ "OT-021/thermometers": { "answer": "yes" } });
    let problem = answer(&filer, &draft, hidden).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/answers/OT-021~1thermometers question-hidden"]);
    let opened = json!({ "OT-021/fridges": { "answer": "yes" }, "OT-021/thermometers": { "answer": "yes" } });
    let partial = answer(&filer, &draft, opened).await.expect(200);
    assert_eq!((&partial["asked"], &partial["answered"]), (&json!(7), &json!(2)));
    answer(&filer, &draft, json!({})).await.problem(412, "stale-version");
    // What is read later is what was kept, and null takes an answer back.
    let read = filer.client.get(&address(&filer, &draft)).await;
    assert_eq!(read.header("etag"), "\"v2\"");
    assert_eq!(read.expect(200), partial);
    let back = answer(&filer, &partial, json!({ "OT-021/fridges": null })).await.expect(200);
    assert_eq!((&back["asked"], &back["answered"]), (&json!(4), &json!(0)));
    assert_eq!(back["answers"]["OT-021/thermometers"]["answer"], "yes");
}

async fn a_wrong_answer_is_named_with_its_place(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let draft = begun(&filer, &["OT-021"]).await;
    let table = [
        (json!({ "OT-021/x": { "answer": "yes" } }), "/answers/OT-021~1x unknown-question"),
        (json!({ "OT-021/fridges": { "answer": "maybe" } }), "/answers/OT-021~1fridges answer-kind"),
        (json!({ "OT-021/fridges": { "value": "1" } }), "/answers/OT-021~1fridges answer-kind"),
        (json!({ "OT-021/fridges": "yes" }), "/answers/OT-021~1fridges answer-kind"),
        (json!({ "OT-021/fridges": [] }), "/answers/OT-021~1fridges answer-kind"),
        (json!({ "OT-021/log-file": {} }), "/answers/OT-021~1log-file answer-kind"),
        (
            json!({ "OT-021/log-file": { "attachment_id": "att_none" } }),
            "/answers/OT-021~1log-file attachment-not-ready",
        ),
    ];
    for (answers, expected) in table {
        let problem = answer(&filer, &draft, answers).await.problem(422, "validation-failed");
        assert_eq!(places(&problem), [expected]);
    }
    let attachment = filer.attach("log", "application/pdf", b"%PDF-1.7 log").await;
    let other = json!({ "attachment_id": attachment, "digest": Digest::of(b"another") });
    let problem = answer(&filer, &draft, json!({ "OT-021/log-file": other })).await;
    let problem = problem.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/answers/OT-021~1log-file digest-mismatch"]);
    assert_eq!(filer.client.get(&address(&filer, &draft)).await.expect(200)["version"], 1);
}

async fn what_cannot_be_examined_is_named(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let body = json!({ "requirements": ["OT-028", "OT-000", "x"] });
    let problem = filer.client.post(&filer.path("self-checks"), body).await.problem(422, "validation-failed");
    assert_eq!(
        places(&problem),
        ["/requirements/1 unknown-requirement", "/requirements/2 unknown-requirement"]
    );
    for body in [json!({ "requirements": [] }), json!({ "requirements": vec!["OT-028"; 51] }), json!({})] {
        filer.client.post(&filer.path("self-checks"), body).await.problem(422, "validation-failed");
    }
}

async fn a_completed_self_check_is_scored_signed_and_told(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let draft = begun(&filer, &["OT-028"]).await;
    let completion = format!("{}/completion", address(&filer, &draft));
    let problem = filer.client.act(&completion).await.problem(422, "validation-failed");
    assert_eq!(places(&problem).len(), 8);
    assert!(places(&problem).contains(&"/answers/OT-028~1registers required".to_owned()));
    let mut answers = good();
    answers["OT-028/address"] = json!({ "answer": "no" });
    answer(&filer, &draft, answers).await.expect(200);
    let done = filer.client.act(&completion).await.expect(200);
    // The weights are 1, 5, 4, 4, 4, 5, 2 and 3; the address weighs 4: 100 · 24 / 28.
    let result = &done["result"];
    assert_eq!((&result["score"], &result["verdict"]), (&json!("85.71"), &json!("partly")));
    assert_eq!((&result["weight_met"], &result["weight_applicable"]), (&json!(24), &json!(28)));
    assert_eq!(result["requirements"][0]["code"], "OT-028");
    // Anybody can reckon again what the receipt signs.
    let signed = json!({ "self_check": done["id"], "requirements": done["requirements"],
        "answers": done["answers"], "result": result });
    assert_eq!(done["receipt"]["digest"], json!(document_digest(&signed)));
    assert_eq!(done["receipt"]["act"], "self_checked");
    let event = filer.until(&text(&done["id"]), "self_check.completed").await;
    assert_eq!((&event["data"]["score"], &event["data"]["evidence"]), (&json!("85.71"), &json!([])));
    let again = answer(&filer, &done, json!({})).await.problem(409, "state-conflict");
    assert_eq!(again["state"], "completed");
    filer.client.act(&completion).await.problem(409, "state-conflict");
}

async fn a_checklist_for_several_requirements_is_asked_once(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let draft = begun(&filer, &["OT-029", "OT-001", "OT-028", "OT-028"]).await;
    let keys: Vec<String> =
        draft["questions"].as_array().expect("a list").iter().map(|one| text(&one["key"])).collect();
    assert_eq!(keys.iter().filter(|key| key.starts_with("OT-028/")).count(), 8);
    assert!(!keys.iter().any(|key| key.starts_with("OT-029/")));
    let mut answers = good();
    answers["OT-001/met"] = json!({ "answer": "not_applicable" });
    answer(&filer, &draft, answers).await.expect(200);
    let done = filer.client.act(&format!("{}/completion", address(&filer, &draft))).await.expect(200);
    let verdicts: Vec<String> = done["result"]["requirements"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| format!("{} {}", text(&one["code"]), text(&one["verdict"])))
        .collect();
    assert_eq!(verdicts, ["OT-001 not_applicable", "OT-028 compliant", "OT-029 compliant"]);
    assert_eq!((&done["result"]["verdict"], &done["result"]["score"]), (&json!("compliant"), &json!("100")));
}

async fn a_critical_no_decides(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let mut answers = good();
    answers["OT-028/operator"] = json!({ "answer": "no" });
    let done = completed(&filer, &["OT-028"], answers).await;
    // 100 · 24 / 28, yet the operator is critical.
    assert_eq!(
        (&done["result"]["score"], &done["result"]["verdict"]),
        (&json!("85.71"), &json!("not_compliant"))
    );
    assert_eq!(done["result"]["critical_unmet"], json!(["OT-028/operator"]));
}

async fn documents_go_to_their_supervisor(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let attachment = filer.attach("extract", "application/pdf", b"%PDF-1.7 extract").await;
    let draft = begun(&filer, &["OT-001"]).await;
    let document = draft["questions"][1]["key"].clone();
    let mut answers = json!({ "OT-001/met": { "answer": "yes" } });
    for question in draft["questions"].as_array().expect("a list").iter().skip(1) {
        answers[text(&question["key"])] = json!({ "attachment_id": attachment });
    }
    answer(&filer, &draft, answers).await.expect(200);
    let done = filer.client.act(&format!("{}/completion", address(&filer, &draft))).await.expect(200);
    let shown = &done["result"]["evidence"][0];
    assert_eq!((&shown["question"], &shown["attachment_id"]), (&document, &json!(attachment)));
    assert_eq!(shown["digest"], json!(Digest::of(b"%PDF-1.7 extract")));
    let authority = Filer { client: office.0.clone(), business: String::new() };
    let event = authority.until(&text(&done["id"]), "self_check.completed").await;
    assert_eq!(
        event["data"],
        json!({ "requirements": ["OT-001"] }),
        "the fact alone, no verdict and no score"
    );
    let base = format!("/v1/authority/businesses/{}/self-checks/{}", filer.business, text(&done["id"]));
    let read = office.0.get(&base).await.expect(200);
    assert_eq!(read["requirements"], done["result"]["requirements"]);
    assert_eq!(read["evidence"], done["result"]["evidence"]);
    let seen = filer.until(&text(&done["id"]), "evidence.document_read").await;
    assert_eq!(seen["data"], json!({ "requirements": ["OT-001"], "attachment_id": null }));
    let content = office.0.get(&format!("{base}/attachments/{attachment}")).await;
    assert_eq!((content.status.as_u16(), content.bytes.as_slice()), (200, &b"%PDF-1.7 extract"[..]));
    let other = filer.attach("other", "application/pdf", b"%PDF-1.7 other").await;
    office.0.get(&format!("{base}/attachments/{other}")).await.problem(404, "not-found");
    let feed = filer.client.get("/v1/events?after=0&types=evidence.document_read").await.expect(200);
    let reads = feed["items"].as_array().expect("a list").iter();
    assert_eq!(
        reads.filter(|event| event["subject"] == done["id"]).count(),
        2,
        "what was not given was not read"
    );
}

async fn a_self_check_without_documents_is_nobody_else_s(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let alone = completed(&filer, &["OT-028"], good()).await;
    let path = format!("/v1/authority/businesses/{}/self-checks/{}", filer.business, text(&alone["id"]));
    office.0.get(&path).await.problem(404, "not-found");
}

async fn self_checks_are_listed_by_state(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let done = completed(&filer, &["OT-028"], good()).await;
    let draft = begun(&filer, &["OT-001"]).await;
    let all = filer.client.get(&filer.path("self-checks")).await.expect(200);
    assert_eq!((&all["items"][0]["id"], &all["items"][1]["id"]), (&draft["id"], &done["id"]));
    let only = filer.client.get(&filer.path("self-checks?state=completed")).await.expect(200);
    assert_eq!(only["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&only["items"][0]["verdict"], &only["items"][0]["score"]),
        (&json!("compliant"), &json!("100"))
    );
    filer.client.get(&filer.path("self-checks?state=over")).await.problem(400, "malformed-request");
}
