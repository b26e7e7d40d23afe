//! The developer's side, and the whole story of a draft.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Client, Program,
    client::{fresh_key, text},
    filing::Filer,
    own::authority,
};

use super::{later, notice, opine, opinion, published};

tests::on_programs! { start:
    a_draft_goes_from_its_notice_to_the_adopted_act
    a_withdrawn_draft_ends_its_discussion
}

tests::on_programs! { shared:
    a_draft_is_changed_at_the_version_that_was_seen
    a_stage_cannot_be_skipped_nor_a_term_cut_short
    a_draft_that_does_not_hold_is_refused
    a_further_discussion_is_opened_once
}

async fn moved(office: &Client, draft: &str, body: Value) -> Value {
    office.post(&format!("/v1/authority/draft-acts/{draft}/stage"), body).await.expect(200)
}

async fn considered(office: &Client, draft: &str, opinion: &Value, body: Value) {
    let id = text(&opinion["id"]);
    let path = format!("/v1/authority/draft-acts/{draft}/opinions/{id}/consideration");
    office.post(&path, body).await.expect(200);
}

async fn a_draft_goes_from_its_notice_to_the_adopted_act(program: &Program) {
    let (cafe, office) = (Filer::new(program, "cafe").await, authority(program).await);
    let draft = published(&office, json!({})).await;
    let event = cafe.until(&draft, "draft_act.opened").await;
    assert_eq!(
        (&event["data"]["stage"], &event["data"]["discussion"]["kind"]),
        (&json!("notice"), &json!("notice"))
    );
    let first = opine(&cafe, &draft, opinion(4)).await;
    let path = format!("/v1/authority/draft-acts/{draft}/stage");
    let early = office.post(&path, json!({ "stage": "discussion" })).await.problem(422, "validation-failed");
    assert_eq!(early["violations"][0]["code"], "discussion-open");
    later(&cafe, 40).await;
    let late = cafe.client.post(&cafe.path(&format!("draft-acts/{draft}/opinions")), opinion(5)).await;
    assert_eq!(late.problem(422, "validation-failed")["violations"][0]["code"], "discussion-over");
    moved(&office, &draft, json!({ "stage": "discussion" })).await;
    let said = json!({ "discussion": "public_discussion", "feasibility": 3, "benefits": "Порядок.", "risks": "Связь.",
        "proposals": [{ "provision": "п. 4", "text": "Допустить бумагу.", "reasons": "Связь есть не везде." }] });
    let second = opine(&cafe, &draft, said).await;
    assert_ne!(first["id"], second["id"], "each discussion has its own opinion");
    later(&cafe, 20).await;
    moved(&office, &draft, json!({ "stage": "conclusion" })).await;
    let reason = json!({ "ru": "Учтено в п. 4", "en": "Used in item 4" });
    let act = json!({ "number": "77", "date": "2027-02-01", "title": "О журналах" });
    let used = json!({ "state": "used", "reason": reason, "act": act, "provision": "п. 4" });
    considered(&office, &draft, &second, json!({ "state": "received" })).await;
    considered(&office, &draft, &second, used).await;
    considered(&office, &draft, &first, json!({ "state": "refused", "reason": reason })).await;
    let bare = office.post(&path, json!({ "stage": "adopted" })).await.problem(422, "validation-failed");
    assert_eq!(bare["violations"][0]["pointer"], "/act");
    let adopted = moved(&office, &draft, json!({ "stage": "adopted", "act": act })).await;
    assert_eq!((&adopted["adopted_as"], &adopted["version"]), (&act, &json!(4)));
    cafe.until(&draft, "draft_act.moved").await;
    let event = cafe.until(&text(&first["id"]), "opinion.considered").await;
    assert_eq!(event["data"]["state"], "refused");
    ends_well(program, &cafe, &draft, &text(&second["id"]), &act).await;
}

/// What the business and everybody else sees in the end.
async fn ends_well(program: &Program, cafe: &Filer, draft: &str, opinion: &str, act: &Value) {
    let seen = cafe.client.get(&cafe.path(&format!("opinions/{opinion}"))).await.expect(200);
    let last = &seen["considerations"][1];
    assert_eq!((&last["state"], &last["act"], &last["provision"]), (&json!("used"), act, &json!("п. 4")));
    let versions = program.client().get(&format!("/v1/draft-acts/{draft}/versions")).await.expect(200);
    let stages: Vec<&Value> =
        versions["items"].as_array().expect("a list").iter().map(|one| &one["stage"]).collect();
    assert_eq!(stages, ["conclusion", "discussion", "notice"]);
}

async fn a_withdrawn_draft_ends_its_discussion(program: &Program) {
    let (cafe, office) = (Filer::new(program, "cafe").await, authority(program).await);
    let draft = published(&office, json!({})).await;
    let path = format!("/v1/authority/draft-acts/{draft}/stage");
    let bare = office.post(&path, json!({ "stage": "withdrawn" })).await.problem(422, "validation-failed");
    assert_eq!(bare["violations"][0]["pointer"], "/reason");
    let reason = json!({ "ru": "Не нужен", "en": "Not needed" });
    moved(&office, &draft, json!({ "stage": "withdrawn", "reason": reason })).await;
    let late = cafe.client.post(&cafe.path(&format!("draft-acts/{draft}/opinions")), opinion(5)).await;
    assert_eq!(late.problem(422, "validation-failed")["violations"][0]["code"], "discussion-over");
    let dead = office.post(&path, json!({ "stage": "discussion" })).await.problem(409, "state-conflict");
    assert_eq!((&dead["state"], &dead["allowed"]), (&json!("withdrawn"), &json!([])));
    let event = cafe.until(&draft, "draft_act.moved").await;
    assert_eq!(event["data"]["stage"], "withdrawn");
}

async fn put(office: &Client, draft: &str, seen: Option<&str>, body: &Value) -> tests::Answer {
    let mut request = office.request(Method::PUT, &format!("/v1/authority/draft-acts/{draft}")).json(body);
    if let Some(seen) = seen {
        request = request.header("If-Match", seen);
    }
    office.send(request.header("Idempotency-Key", fresh_key())).await
}

async fn a_draft_is_changed_at_the_version_that_was_seen(program: &Program) {
    let office = authority(program).await;
    let draft = published(&office, json!({})).await;
    let content = &notice(json!({ "text": "1. Вести журнал." }))["content"];
    put(&office, &draft, None, content).await.problem(428, "precondition-required");
    let answer = put(&office, &draft, Some("\"v1\""), content).await;
    assert_eq!(answer.header("etag"), "\"v2\"");
    assert_eq!(answer.expect(200)["content"]["text"], "1. Вести журнал.");
    put(&office, &draft, Some("\"v1\""), content).await.problem(412, "stale-version");
    let shown = program.client().get(&format!("/v1/draft-acts/{draft}")).await.expect(200);
    assert_eq!((&shown["version"], &shown["stage"]), (&json!(2), &json!("notice")));
    let versions = program.client().get(&format!("/v1/draft-acts/{draft}/versions")).await.expect(200);
    assert_eq!(versions["items"][0]["content"]["text"], Value::Null);
}

async fn a_stage_cannot_be_skipped_nor_a_term_cut_short(program: &Program) {
    let office = authority(program).await;
    let draft = published(&office, json!({})).await;
    let path = format!("/v1/authority/draft-acts/{draft}/stage");
    let skipped = office.post(&path, json!({ "stage": "conclusion" })).await.problem(409, "state-conflict");
    assert_eq!(skipped["allowed"], json!(["discussion", "withdrawn"]));
    let mut short = notice(json!({}));
    short["last_day"] = json!("2020-01-01");
    let short = office.post("/v1/authority/draft-acts", short).await.problem(422, "validation-failed");
    assert_eq!(short["violations"][0]["code"], "term-too-short");
    let mut adopted = notice(json!({}));
    adopted["stage"] = json!("adopted");
    let adopted = office.post("/v1/authority/draft-acts", adopted).await.problem(422, "validation-failed");
    assert_eq!(adopted["violations"][0]["code"], "first-stage");
    let mut long = notice(json!({}));
    long["last_day"] = json!("2030-12-30");
    let long = office.post("/v1/authority/draft-acts", long).await.expect(201);
    assert_eq!(long["discussions"][0]["until"], "2030-12-30T21:00:00Z");
}

async fn a_draft_that_does_not_hold_is_refused(program: &Program) {
    let office = authority(program).await;
    for (with, pointer, code) in [
        (
            json!({ "requirements": [{ "code": "NO-1" }] }),
            "/content/requirements/0",
            "incomplete-requirement",
        ),
        (
            json!({ "requirements": [{ "code": "OT-001", "applies_when": { "fact": "no_such", "equals": true } }] }),
            "/content/requirements/0/applies_when",
            "unanswerable-condition",
        ),
        (json!({ "life_situations": ["none"] }), "/content/life_situations/0", "unknown-situation"),
    ] {
        let refused =
            office.post("/v1/authority/draft-acts", notice(with)).await.problem(422, "validation-failed");
        let first = &refused["violations"][0];
        assert_eq!((&first["pointer"], &first["code"]), (&json!(pointer), &json!(code)));
    }
}

async fn a_further_discussion_is_opened_once(program: &Program) {
    let (cafe, office) = (Filer::new(program, "cafe").await, authority(program).await);
    let draft = published(&office, json!({})).await;
    let path = format!("/v1/authority/draft-acts/{draft}/discussions");
    let review = json!({ "kind": "anti_corruption_review" });
    let opened = office.post(&path, review.clone()).await.expect(200);
    assert_eq!(opened["discussions"][1]["kind"], "anti_corruption_review");
    for again in [review, json!({ "kind": "public_discussion" })] {
        let refused = office.post(&path, again).await.problem(422, "validation-failed");
        assert_eq!(refused["violations"][0]["code"], "discussed-once");
    }
    let said = json!({ "discussion": "anti_corruption_review", "risks": "Широкое усмотрение.",
        "proposals": [{ "provision": "п. 2", "text": "Назвать срок.", "reasons": "Иначе усмотрение." }] });
    let given = opine(&cafe, &draft, said).await;
    assert_eq!(given["discussion"], "anti_corruption_review");
    let other = json!({ "discussion": "other", "risks": "Нет." });
    let closed = cafe.client.post(&cafe.path(&format!("draft-acts/{draft}/opinions")), other).await;
    assert_eq!(closed.problem(422, "validation-failed")["violations"][0]["code"], "no-such-discussion");
}
