//! The positive control: each operation, called by those who may, succeeds. What the walk refuses is refused for want
//! of the right alone.

use std::collections::BTreeSet;

use reqwest::{
    Method,
    header::{HeaderMap, IF_MATCH},
};
use serde_json::{Value, json};
use tests::{
    Client, Engine,
    client::text,
    on_both_engines, papers,
    representatives::{Representative, named},
};

use super::{
    proactive, supervised,
    tour::{Call, Tour},
    webhooked,
    world::{CONTENT, upload},
};

async fn oauth(tour: &Tour) {
    let client = &tour.world.own.client();
    let asked = json!({ "client_name": "tour", "token_endpoint_auth_method": "client_secret_basic" });
    let made = tour.call("register_client", Call::with(asked)).await;
    let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
    let token = client.log_in(&id, &secret).await.token().expect("logged in").to_owned();
    for operation in ["introspect", "revoke"] {
        let url = format!("{}/oauth2/{operation}", client.base_url());
        let request = client.http().post(url).basic_auth(&id, Some(&secret)).form(&[("token", &token)]);
        assert_eq!(client.send(request).await.status.as_u16(), 200);
    }
    let forms = ["issue_token", "introspect_token", "revoke_token"];
    tour.called.borrow_mut().extend(forms.map(str::to_owned));
}

async fn open_things(tour: &Tour) {
    let public = tour.operations.iter().filter(|operation| operation.scope.is_none());
    for operation in public.filter(|operation| operation.method == Method::GET) {
        if LOGGED.contains(&operation.id.as_str()) {
            continue;
        }
        if operation.path == "/docs" {
            // It only leads on, and the client follows it out of the document.
            let page = tour.world.victim.request(Method::GET, "/docs").send().await.expect("it answers");
            assert_eq!((page.status().as_u16(), page.url().path()), (200, "/docs/"));
            tour.called.borrow_mut().insert(operation.id.clone());
            continue;
        }
        let query = match operation.id.as_str() {
            "search_catalogue" => "?q=%D0%BA%D0%B0%D1%81%D1%81%D0%B0",
            "get_assessment_summary" | "get_opinion_summary" => "?dimension=level&value=federal",
            _ => "",
        };
        tour.call(&operation.id, Call { query, ..Call::default() }).await;
    }
    tour.plain("create_test_business").await;
}

async fn business_reads(tour: &Tour) {
    let guarded = tour.operations.iter().filter(|operation| operation.scope.is_some());
    for operation in guarded.filter(|operation| operation.method == Method::GET && !operation.is_authority())
    {
        let query = match operation.id.as_str() {
            "get_receipt_proof" => continue,
            "find_receipts" => "?idempotency_key=none",
            "stream_events" => {
                stream(tour).await;
                continue;
            }
            _ => "",
        };
        tour.call(&operation.id, Call { query, ..Call::default() }).await;
    }
}

/// What asks for a receipt that the log holds.
const LOGGED: [&str; 3] = ["prove_inclusion", "prove_consistency", "get_log_tile"];

/// The log, once it holds the victim's receipt.
async fn logged(tour: &Tour) {
    let client = &tour.world.victim;
    tests::merkle::grown_to(client, 1).await;
    let receipt = client.get(&format!("/v1/receipts/{}", tour.world.things.receipt)).await.expect(200);
    let leaf = tests::merkle::leaf(text(&receipt["jws"]).as_bytes());
    let leaf: String = leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    let query = format!("?leaf_hash=sha-256:{leaf}&sequence={}", receipt["sequence"]);
    client.get(&format!("/v1/log/proofs/inclusion{query}")).await.expect(200);
    tour.called.borrow_mut().insert("prove_inclusion".into());
    tour.call("prove_consistency", Call { query: "?first=1&second=1", ..Call::default() }).await;
    tour.plain("get_log_tile").await;
    tour.plain("get_receipt_proof").await;
}

/// A stream does not end: its head is enough.
async fn stream(tour: &Tour) {
    let response = tour.world.victim.request(Method::GET, "/v1/events/stream").send().await;
    let response = response.expect("the gateway answers");
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    tour.called.borrow_mut().insert("stream_events".into());
}

async fn business_acts(tour: &Tour) {
    let world = &tour.world;
    let draft = text(
        &tour.call("create_submission", Call::with(papers::certificate("a@example.test", false))).await["id"],
    );
    tour.call("revise_submission", Call::default().on(&draft, world)).await;
    tour.call("lodge_submission", Call::default().on(&draft, world)).await;
    tour.plain("preflight_submission").await;
    tour.plain("try_profile_change").await;
    let version = &tour.plain("get_profile").await["version"];
    let tag = format!("\"v{version}\"").parse().expect("a tag is a header");
    let headers = HeaderMap::from_iter([(IF_MATCH, tag)]);
    tour.call("revise_profile", Call { headers, ..Call::default() }).await;
    let item = json!({ "business_id": world.things.business, "idempotency_key": "tour-1",
        "submission": papers::certificate("b@example.test", true) });
    tour.call("create_submission_batch", Call::with(json!({ "items": [item] }))).await;
    let ids = json!({ "ids": [world.things.submission] });
    assert_eq!(
        tour.call("query_submission_statuses", Call::with(ids)).await["items"][0]["id"],
        world.things.submission.as_str()
    );
    let declared = tour.call("declare_attachment", Call::with(pdf())).await;
    let attachment = text(&declared["id"]);
    tour.call("get_upload_offset", Call::default().attached(&attachment, world)).await;
    tour.call("upload_attachment", Call::default().attached(&attachment, world)).await;
    let other = tour.lodged(1).await;
    tour.call("withdraw_submission", Call::default().on(&other, world)).await;
    tour.call("move_clock", Call::with(json!({ "advance_s": 1 }))).await;
}

fn pdf() -> Value {
    use sha2::{Digest, Sha256};
    let digest: String = Sha256::digest(CONTENT).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "name": "справка.pdf", "content_type": "application/pdf", "size": CONTENT.len(),
        "digest": format!("sha-256:{digest}") })
}

async fn authority_acts(tour: &Tour) {
    let world = &tour.world;
    let lease = json!({ "lease_id": world.things.lease });
    tour.call("lease_tasks", Call::default()).await;
    tour.plain("bring_registry_documents").await;
    tour.plain("get_recomputation").await;
    tour.call("get_addressed_submission", Call::default()).await;
    tour.call("download_addressed_attachment", Call::default()).await;
    tour.call("acknowledge_task", Call::with(lease)).await;
    release(tour).await;
    tour.plain("register_submission").await;
    tour.plain("begin_review").await;
    let asked = tour.plain("request_information").await;
    let request = &asked["requests"][0]["id"];
    let answer = json!({ "request_id": request, "text": "Уточнили." });
    tour.call("respond_to_request", Call::with(answer)).await;
    let document = text(&tour.call("declare_result_document", Call::with(pdf())).await["id"]);
    tour.call("upload_result_document", Call::default().attached(&document, world)).await;
    tour.plain("decide_submission").await;
    tour.plain("rate_submission").await;
    let mended = tour.lodged(2).await;
    let reason = json!({ "code": "phone", "text": { "ru": "Нет", "en": "No" }, "legal_ground": "НК РФ",
        "fix": { "ru": "Добавьте", "en": "Add" } });
    let back = json!({ "outcome": "returned", "reasons": [reason] });
    tour.call("decide_submission", Call::with(back).on(&mended, world)).await;
    tour.call("correct_submission", Call::default().on(&mended, world)).await;
}

async fn release(tour: &Tour) {
    let fresh = tour.lodged(3).await;
    let tasks = tour.plain("lease_tasks").await;
    let all = tasks["items"].as_array().expect("a list");
    let task = all.iter().find(|task| task["submission_id"] == fresh.as_str()).expect("it is in the inbox");
    let mut call = Call::with(json!({ "lease_id": task["lease_id"] }));
    call.instead.push((tour.world.things.task.clone(), text(&task["id"])));
    tour.call("release_task", call).await;
}

/// A service that the authority has already, published again as it is.
async fn publishing(tour: &Tour) {
    let path = "../domain/data/catalogue/services/tax-balance-certificate.json";
    let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let service: Value =
        serde_json::from_str(&text.expect("the service's file is there")).expect("it is JSON");
    tour.call("publish_service", Call::with(service)).await;
}

/// Self-checks and what is made upon them.
async fn checks(tour: &Tour) {
    for id in ["begin_self_check", "report_check_pack", "confirm_algorithm_step"] {
        tour.plain(id).await;
    }
    let answers = super::checks::good();
    tour.call("answer_self_check", Call::with(json!({ "answers": answers }))).await;
    for id in
        ["complete_self_check", "declare_compliance", "list_addressed_declarations", "annul_declaration"]
    {
        tour.plain(id).await;
    }
}

/// Cautions, visits and information duties. Last, because a visit is held by moving the clock.
async fn supervision(tour: &Tour) {
    let (business, things) = (&tour.world.things.business, &tour.world.things.supervised);
    let on = |call: Call, old: &str, new: &Value| {
        let mut call = call;
        call.instead.push((old.to_owned(), text(new)));
        call
    };
    for id in supervised::READS {
        tour.plain(id).await;
    }
    let objection = json!({ "statement": "Адрес верен.", "attachments": [tour.world.things.attachment] });
    tour.call("object_to_caution", Call::with(objection)).await;
    for id in ["answer_objection", "download_caution_document"] {
        tour.plain(id).await;
    }
    let other = tour.call("announce_caution", Call::with(supervised::caution(business))).await;
    tour.call("notify_of_measures", on(Call::default(), &things.caution, &other["id"])).await;
    tour.call("ask_for_evidence", Call::with(supervised::inquiries(business))).await;
    tour.call("recognise_good_faith", Call::with(supervised::recognition(business))).await;
    for id in ["change_recognition", "withdraw_recognition"] {
        tour.plain(id).await;
    }
    tour.call("demand_information", Call::with(supervised::duty(business))).await;
    for id in ["start_information_duty", "fulfil_information_duty"] {
        tour.plain(id).await;
    }
    fulfil_a_period(tour).await;
    let asked = tour.plain("request_preventive_visit").await;
    tour.call("answer_visit_request", on(Call::default(), &things.visit, &asked["id"])).await;
    tour.call("decline_preventive_visit", on(Call::default(), &things.visit, &asked["id"])).await;
    tour.call("offer_preventive_visit", Call::with(supervised::visit(business, &things.slot))).await;
    tour.call("book_preventive_visit", Call::with(json!({ "slot": things.slot }))).await;
    tour.call("move_clock", Call::with(json!({ "advance_s": 86_500 }))).await;
    tour.plain("record_preventive_visit").await;
}

/// The next period of the first duty that the law makes recur, whenever this runs.
async fn fulfil_a_period(tour: &Tour) {
    let duties = tour.plain("list_information_duties").await;
    let mut all = duties["items"].as_array().expect("a list").iter();
    let next = all.find(|duty| !duty["period"].is_null()).expect("a café has duties within 90 days");
    let body = json!({ "requirement": next["requirement"], "duty": next["duty"], "period": next["period"],
        "statement": "Подано." });
    tour.call("fulfil_recurring_duty", Call::with(body)).await;
}

/// Confirmations, inapplicability and evidence.
async fn evidence(tour: &Tour) {
    for id in ["give_confirmation", "create_evidence_inquiry", "dispute_evidence", "supply_evidence"] {
        tour.plain(id).await;
    }
    for id in ["list_addressed_inapplicabilities", "list_addressed_disputes", "list_addressed_supplies"] {
        tour.plain(id).await;
    }
    for id in ["decide_inapplicability", "decide_evidence_dispute", "withdraw_inapplicability"] {
        tour.plain(id).await;
    }
    for id in [
        "download_supplied_evidence",
        "review_evidence_supply",
        "read_business_evidence",
        "read_business_self_check",
        "download_self_check_document",
    ] {
        tour.plain(id).await;
    }
    // Withdrawn just now, so it can be declared again.
    let again = vec![("OT-028".to_owned(), "OT-029".to_owned())];
    tour.call("declare_inapplicable", Call { instead: again, ..Call::default() }).await;
}

/// Assessments, costs, and what the authority says of them.
async fn assessments(tour: &Tour) {
    for id in ["give_assessment", "make_cost_estimate", "make_cost_report"] {
        tour.plain(id).await;
    }
    for id in [
        "set_identity_disclosure",
        "set_assessment_reminder",
        "list_addressed_assessments",
        "consider_assessment",
        "get_assessment_rules",
        "set_assessment_rules",
    ] {
        tour.plain(id).await;
    }
}

/// Draft acts and opinions on them; the draft is given up in the end.
async fn drafts(tour: &Tour) {
    for id in ["give_opinion", "pass_assessment_on", "list_addressed_opinions", "consider_opinion"] {
        tour.plain(id).await;
    }
    for id in
        ["change_draft_act", "open_discussion", "withdraw_opinion", "move_draft_act", "publish_draft_act"]
    {
        tour.plain(id).await;
    }
}

/// Mandates: granted, changed, ended.
async fn mandates(tour: &Tour) {
    let other = Representative::register(&tour.world.victim, "another").await;
    let body = json!({ "application_id": other.id, "powers": ["KLASS_2.0_PRESENT"] });
    tour.call("grant_representative", Call::with(body)).await;
    tour.plain("ask_for_access").await;
    let base = format!("/v1/businesses/{}", tour.world.things.business);
    for (act, name) in [("escalate_access", "one"), ("reject_access", "two"), ("approve_access", "three")] {
        let asker = Representative::register(&tour.world.victim, name).await;
        let asked = asker.client.post("/v1/access-requests", named(&tour.world.victim, &base).await).await;
        let instead = vec![(tour.world.things.mandated.addressed.clone(), text(&asked.expect(201)["id"]))];
        tour.call(act, Call { instead, ..Call::default() }).await;
    }
    tour.plain("change_representative").await;
    tour.plain("dismiss_representative").await;
}

async fn every_operation_succeeds_for_those_who_may(engine: Engine) {
    let Some(tour) = Tour::new(engine).await else { return };
    oauth(&tour).await;
    open_things(&tour).await;
    logged(&tour).await;
    business_reads(&tour).await;
    business_acts(&tour).await;
    authority_acts(&tour).await;
    publishing(&tour).await;
    checks(&tour).await;
    supervision(&tour).await;
    assessments(&tour).await;
    drafts(&tour).await;
    evidence(&tour).await;
    mandates(&tour).await;
    webhooked::tour(&tour).await;
    proactive::tour(&tour).await;
    let all: BTreeSet<String> = tour.operations.iter().map(|operation| operation.id.clone()).collect();
    let left: Vec<String> = all.difference(&tour.called.borrow()).cloned().collect();
    assert!(left.is_empty(), "operations without a positive control: {left:?}");
}

async fn a_stored_attachment_is_downloaded_by_both_sides(engine: Engine) {
    let Some(tour) = Tour::new(engine).await else { return };
    let things = &tour.world.things;
    let read = async |client: &Client, path: String| client.get(&path).await.bytes;
    let own = format!("/v1/businesses/{}/attachments/{}/content", things.business, things.attachment);
    let addressed =
        format!("/v1/authority/submissions/{}/attachments/{}/content", things.submission, things.attachment);
    assert_eq!(read(&tour.world.victim, own).await, CONTENT);
    assert_eq!(read(&tour.world.authority, addressed).await, CONTENT);
    let base = format!("/v1/businesses/{}", things.business);
    let unnamed = upload(&tour.world.victim, &base, CONTENT).await;
    let hidden = format!("/v1/authority/submissions/{}/attachments/{unnamed}/content", things.submission);
    tour.world.authority.get(&hidden).await.problem(404, "not-found");
}

on_both_engines! {
    every_operation_succeeds_for_those_who_may,
    a_stored_attachment_is_downloaded_by_both_sides,
}
