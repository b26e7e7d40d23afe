//! Drafts: kept however partial, changed from the version that was seen, filled from the profile.

use serde_json::{Value, json};
use tests::{
    Program,
    filing::{BY_HAND, CERTIFICATE, Filer, certificate},
};

tests::on_programs! { shared:
    a_draft_may_be_empty
    a_draft_of_an_unknown_service_is_refused
    a_draft_is_merged_from_the_version_that_was_seen
    a_draft_forgets_what_is_patched_to_null
    a_patch_from_a_stale_version_is_refused
    a_patch_without_if_match_is_refused
    a_patch_with_an_unknown_member_is_refused
    a_lodged_submission_is_no_longer_patched
    a_held_etag_answers_not_modified
    a_form_is_prefilled_from_the_profile
    what_a_lodged_form_says_prefills_the_next_one
    what_is_only_drafted_teaches_nothing
}

async fn a_draft_may_be_empty(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let answer = filer.create(json!({ "service": CERTIFICATE })).await;
    let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
    let draft = answer.expect(201);
    assert_eq!(draft["state"], "draft");
    assert_eq!(draft["form"], json!({}));
    assert_eq!(draft["next_step"]["owed_by"], "business");
    assert_eq!(draft["next_step"]["step"], "lodge");
    assert_eq!(draft["next_step"]["due_at"], draft["expires_at"]);
    assert!(draft.get("receipt").is_none(), "a draft is no accepted act");
    assert_eq!(location, filer.at(draft["id"].as_str().expect("an id"), ""));
    assert_eq!(etag, "\"v1\"");
}

async fn a_draft_of_an_unknown_service_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let answer = filer.create(json!({ "service": "no-such-service" })).await;
    assert!(answer.status.is_client_error());
    let left = filer.client.get(&filer.path("submissions")).await.expect(200);
    assert_eq!(left["items"], json!([]));
}

async fn a_draft_is_merged_from_the_version_that_was_seen(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({ "delivery": "electronic" })).await;
    let patch = json!({ "form": { "contact": { "email": BY_HAND } }, "life_situation": "open-cafe" });
    let answer = filer.client.patch(&filer.at(&id, ""), 1, patch).await;
    assert_eq!(answer.header("etag"), "\"v2\"");
    let draft = answer.expect(200);
    assert_eq!(draft["version"], 2);
    assert_eq!(draft["form"], json!({ "delivery": "electronic", "contact": { "email": BY_HAND } }));
    assert_eq!(draft["life_situation"], "open-cafe");
    assert_eq!(filer.read(&id).await["form"], draft["form"]);
}

async fn a_draft_forgets_what_is_patched_to_null(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(certificate(BY_HAND)).await;
    let patch = json!({ "form": { "purpose": null }, "life_situation": null });
    let draft = filer.client.patch(&filer.at(&id, ""), 1, patch).await.expect(200);
    assert_eq!(draft["form"], json!({ "delivery": "electronic", "contact": { "email": BY_HAND } }));
    assert_eq!(draft["life_situation"], Value::Null);
}

async fn a_patch_from_a_stale_version_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({})).await;
    let patch = |purpose: &str| json!({ "form": { "purpose": purpose } });
    filer.client.patch(&filer.at(&id, ""), 1, patch("loan")).await.expect(200);
    let problem = filer.client.patch(&filer.at(&id, ""), 1, patch("tender")).await;
    assert_eq!(problem.problem(412, "stale-version")["current_version"], 2);
    assert_eq!(filer.read(&id).await["form"]["purpose"], "loan");
}

async fn a_patch_without_if_match_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({})).await;
    let request = filer
        .client
        .request(reqwest::Method::PATCH, &filer.at(&id, ""))
        .header("Content-Type", "application/merge-patch+json")
        .body(r#"{"form":{"purpose":"loan"}}"#);
    filer.client.send(request).await.problem(428, "precondition-required");
    assert_eq!(filer.read(&id).await["version"], 1);
}

async fn a_patch_with_an_unknown_member_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({})).await;
    let answer = filer.client.patch(&filer.at(&id, ""), 1, json!({ "state": "granted" })).await;
    answer.problem(422, "validation-failed");
    assert_eq!(filer.read(&id).await["version"], 1);
}

async fn a_lodged_submission_is_no_longer_patched(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let lodged = filer.lodge(certificate(BY_HAND)).await;
    let (id, version) =
        (lodged["id"].as_str().expect("an id"), lodged["version"].as_i64().expect("a number"));
    let patch = json!({ "form": { "purpose": null } });
    let problem = filer.client.patch(&filer.at(id, ""), version, patch).await.problem(409, "state-conflict");
    assert_eq!(problem["state"], "lodged");
    assert_eq!(problem["allowed"], json!(["correct", "withdraw", "register"]));
}

async fn a_held_etag_answers_not_modified(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({})).await;
    for rest in ["", "/status"] {
        let etag = filer.client.get(&filer.at(&id, rest)).await.header("etag").to_owned();
        let again = filer.client.request(reqwest::Method::GET, &filer.at(&id, rest));
        let answer = filer.client.send(again.header("If-None-Match", &etag)).await;
        assert_eq!((answer.status.as_u16(), answer.bytes.len()), (304, 0), "{rest}");
    }
}

async fn a_form_is_prefilled_from_the_profile(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    let prefill = filer.client.get(&filer.path("services/microloan/prefill")).await.expect(200);
    assert_eq!(prefill["profile_version"], profile["version"]);
    assert_eq!(prefill["form"]["contact"], profile["facts"]["contact"]);
    assert_eq!(prefill["form"]["bank"], profile["facts"]["bank"]);
    let missing = prefill["missing"].as_array().expect("a list");
    assert!(missing.contains(&json!("/amount")) && !missing.contains(&json!("/contact")), "{missing:?}");
}

async fn what_a_lodged_form_says_prefills_the_next_one(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let before = filer.client.get(&filer.path("profile")).await.expect(200);
    let contact = json!({ "email": "learned@example.test", "phone": "+79990000042" });
    let form = json!({ "delivery": "electronic", "contact": contact });
    let lodged = filer.lodge(form).await;
    let prefill = filer.client.get(&filer.path("services/microloan/prefill")).await.expect(200);
    assert_eq!(prefill["form"]["contact"], contact);
    let versions = filer.client.get(&filer.path("profile/versions")).await.expect(200);
    assert_eq!(versions["items"][0]["source"], lodged["id"]);
    assert_eq!(versions["items"][0]["facts"]["contact"], contact);
    assert_eq!(versions["items"][1]["version"], before["version"]);
}

async fn what_is_only_drafted_teaches_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    filer.draft(certificate("drafted@example.test")).await;
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    assert_eq!(profile["version"], 1);
    assert_eq!(profile["facts"]["contact"]["email"], "granted@magic.test");
}
