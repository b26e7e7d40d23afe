//! The evidence map: what the state's resources hold, disputes, supplies, and the supervisor's reading.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::text,
    filing::{Filer, Office},
};

tests::on_programs! { shared:
    before_an_inquiry_nothing_is_known
    an_inquiry_fills_the_map
    an_inquiry_that_brings_nothing_new_is_no_change
    an_inquiry_takes_requirements_of_the_list_alone
    the_map_is_cut_and_read_page_by_page
    the_business_disputes_and_the_supervisor_judges
    the_business_supplies_evidence_of_its_own
    a_supply_that_does_not_hold_is_refused
    a_supervisor_reads_without_contact_and_the_business_sees_it
}

tests::on_programs! { start:
    what_a_resource_said_grows_stale
    a_resource_that_is_down_is_asked_again
    the_scripted_resources_are_documented
}

async fn row(filer: &Filer, code: &str) -> Value {
    filer.client.get(&filer.path(&format!("requirements/{code}/evidence"))).await.expect(200)
}

/// The state of a requirement's piece that a resource tracks.
async fn state(filer: &Filer, code: &str) -> String {
    let row = row(filer, code).await;
    let pieces = row["pieces"].as_array().expect("a list");
    let tracked =
        pieces.iter().find(|piece| !piece["resource"].is_null()).expect("a resource tracks a piece");
    text(&tracked["state"])
}

async fn inquire(filer: &Filer, body: Value) -> Answer {
    filer.client.post(&filer.path("evidence/inquiries"), body).await
}

/// Asks the resources and waits until they have been round once.
async fn asked(filer: &Filer) -> Value {
    let made = inquire(filer, json!({})).await.expect(201);
    let path = filer.path(&format!("evidence/inquiries/{}", text(&made["id"])));
    for _ in 0..100 {
        let inquiry = filer.client.get(&path).await.expect(200);
        if inquiry["rounds"] != 0 {
            return inquiry;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("nobody asked the resources");
}

async fn advance(filer: &Filer, seconds: u32) {
    let body = json!({ "advance_s": seconds });
    let request = filer.client.request(Method::POST, "/sandbox/clock").json(&body);
    filer.client.send(request).await.expect(200);
}

async fn before_an_inquiry_nothing_is_known(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let map = filer.client.get(&filer.path("evidence")).await.expect(200);
    let items = map["items"].as_array().expect("a list");
    assert!(items.len() > 10, "the café's list is longer");
    for piece in items.iter().flat_map(|row| row["pieces"].as_array().expect("a list")) {
        let expected = if piece["resource"].is_null() { "not_tracked" } else { "unknown" };
        assert_eq!(piece["state"], expected, "{piece:#}");
        assert!(piece["checked_at"].is_null() && piece["as_of"].is_null());
    }
    assert!(items.iter().all(|row| row["proof"] == "untold"));
}

async fn an_inquiry_fills_the_map(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let inquiry = asked(&filer).await;
    assert_eq!(inquiry["state"], "asking", "one resource is down: {inquiry:#}");
    let open = inquiry["open"].as_array().expect("a list");
    assert!(open.contains(&json!({ "requirement": "OT-005", "evidence": "account-balance" })), "{inquiry:#}");
    for (code, expected, proof) in [
        ("OT-001", "present", "confirmed"),
        ("OT-005", "unreachable", "untold"),
        ("OT-006", "stale", "untold"),
        ("OT-028", "absent", "doubtful"),
        ("OT-029", "present", "doubtful"),
    ] {
        assert_eq!(state(&filer, code).await, expected, "{code}");
        assert_eq!(row(&filer, code).await["proof"], proof, "{code}");
    }
    let found = row(&filer, "OT-001").await["pieces"][0].clone();
    assert_eq!(found["confirms"], true);
    assert!(text(&found["fresh_until"]) > text(&found["as_of"]), "{found:#}");
    assert!(!row(&filer, "OT-005").await["pieces"][1]["retry_at"].is_null());
    let event = filer.until(&text(&inquiry["id"]), "evidence.changed").await;
    assert!(event["data"]["changed"].as_u64() > Some(5), "{event:#}");
}

async fn an_inquiry_that_brings_nothing_new_is_no_change(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let first = asked(&filer).await;
    filer.until(&text(&first["id"]), "evidence.changed").await;
    let second = asked(&filer).await;
    let history = filer.client.get(&filer.path("interactions?limit=1000")).await.expect(200);
    let items = history["items"].as_array().expect("a list").iter();
    let changes: Vec<&Value> = items.filter(|event| event["type"] == "evidence.changed").collect();
    assert!(changes.iter().all(|event| event["subject"] != second["id"]), "{changes:#?}");
    assert_eq!(changes.len(), 1);
}

async fn an_inquiry_takes_requirements_of_the_list_alone(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let body = json!({ "requirements": ["OT-001", "OT-016", "nonsense"] });
    let problem = inquire(&filer, body).await.problem(422, "validation-failed");
    let pointers: Vec<&Value> =
        problem["violations"].as_array().expect("a list").iter().map(|one| &one["pointer"]).collect();
    assert_eq!(pointers, ["/requirements/1", "/requirements/2"]);
    inquire(&filer, json!({ "requirements": [] })).await.problem(422, "validation-failed");
    let made = inquire(&filer, json!({ "requirements": ["OT-001"] })).await.expect(201);
    assert_eq!((&made["pieces"], &made["state"]), (&json!(1), &json!("asking")));
    let untracked = inquire(&filer, json!({ "requirements": ["OT-007"] })).await.expect(201);
    assert_eq!((&untracked["pieces"], &untracked["state"]), (&json!(0), &json!("answered")));
    let unknown = filer.path("evidence/inquiries/inq_01KAZ8Q3V5T2N4W6Y8B0D2F4H6");
    filer.client.get(&unknown).await.problem(404, "not-found");
}

async fn the_map_is_cut_and_read_page_by_page(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    asked(&filer).await;
    let whole = filer.client.get(&filer.path("evidence?limit=1000")).await.expect(200);
    let (mut read, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = filer.client.get(&filer.path(&format!("evidence?limit=7{cursor}"))).await.expect(200);
        read.extend(page["items"].as_array().expect("a list").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(json!(read), whole["items"]);
    let doubtful = filer.client.get(&filer.path("evidence?proof=doubtful")).await.expect(200);
    let doubtful = doubtful["items"].as_array().expect("a list");
    assert!(!doubtful.is_empty() && doubtful.iter().all(|row| row["proof"] == "doubtful"));
    let stale = filer.client.get(&filer.path("evidence?state=stale")).await.expect(200);
    assert!(stale["items"].as_array().expect("a list").iter().any(|row| row["requirement"] == "OT-006"));
}

async fn the_business_disputes_and_the_supervisor_judges(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let path = filer.path("evidence/disputes");
    let dispute =
        json!({ "requirement": "OT-028", "evidence": "fiscal-documents", "statement": "Чеки есть." });
    let early = filer.client.post(&path, dispute.clone()).await.problem(409, "state-conflict");
    assert_eq!((&early["state"], &early["allowed"]), (&json!("unknown"), &json!(["inquire", "supply"])));
    asked(&filer).await;
    let lodged = filer.client.post(&path, dispute.clone()).await.expect(201);
    assert_eq!((&lodged["disputed"], &lodged["state"]), (&json!("absent"), &json!("lodged")));
    assert_eq!(lodged["receipt"]["act"], "evidence_disputed");
    assert_eq!(filer.client.post(&path, dispute).await.problem(409, "state-conflict")["state"], "disputed");
    assert_eq!(
        row(&filer, "OT-028").await["pieces"][0]["dispute"],
        json!({ "id": lodged["id"], "state": "lodged" })
    );
    let listed = office.0.get("/v1/authority/evidence-disputes?state=lodged&limit=1000").await.expect(200);
    assert!(listed["items"].as_array().expect("a list").iter().any(|one| one["id"] == lodged["id"]));
    let decision = format!("/v1/authority/evidence-disputes/{}/decision", text(&lodged["id"]));
    let body =
        json!({ "outcome": "upheld", "reason": { "ru": "Чеки найдены", "en": "The receipts are found" } });
    assert_eq!(office.0.post(&decision, body.clone()).await.expect(200)["state"], "upheld");
    office.0.post(&decision, body).await.problem(409, "state-conflict");
    let seen = filer
        .client
        .get(&filer.path(&format!("evidence/disputes/{}", text(&lodged["id"]))))
        .await
        .expect(200);
    assert_eq!((&seen["state"], &seen["reason"]["en"]), (&json!("upheld"), &json!("The receipts are found")));
    filer.until(&text(&lodged["id"]), "evidence.dispute_decided").await;
    let list = filer.client.get(&path).await.expect(200);
    assert_eq!(list["items"][0]["id"], lodged["id"]);
    assert_eq!(row(&filer, "OT-028").await["pieces"][0]["dispute"]["state"], "upheld");
}

async fn the_business_supplies_evidence_of_its_own(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let bytes = b"%PDF-1.7\napplication";
    let attachment = filer.attach("evidence", "application/pdf", bytes).await;
    let body = json!({ "requirement": "OT-001", "evidence": "change-application", "attachment_id": attachment,
        "as_of": "2026-01-15", "statement": "Заявление о смене адреса." });
    let supplied = filer.client.post(&filer.path("evidence/supplies"), body).await.expect(201);
    assert_eq!(supplied["digest"], json!(domain::digest::Digest::of(bytes)));
    assert_eq!(
        (&supplied["supervisor"], &supplied["receipt"]["act"]),
        (&json!("aut_fns"), &json!("evidence_supplied"))
    );
    let piece = row(&filer, "OT-001").await["pieces"][1].clone();
    assert_eq!((&piece["supply"]["id"], &piece["state"]), (&supplied["id"], &json!("not_tracked")));
    let id = text(&supplied["id"]);
    let listed = office.0.get("/v1/authority/evidence-supplies?limit=1000").await.expect(200);
    assert!(listed["items"].as_array().expect("a list").iter().any(|one| one["id"] == supplied["id"]));
    let content = office.0.get(&format!("/v1/authority/evidence-supplies/{id}/content")).await;
    assert_eq!((content.status.as_u16(), content.bytes.as_slice()), (200, bytes.as_slice()));
    let seen = filer.until(&id, "evidence.document_read").await;
    assert_eq!(seen["data"], json!({ "requirements": ["OT-001"], "attachment_id": attachment }));
    let reader = Filer { client: office.0.clone(), business: filer.business.clone() };
    assert_eq!(reader.until(&id, "evidence.supplied").await["data"]["evidence"], "change-application");
    let mut own = filer.client.get(&filer.path(&format!("evidence/supplies/{id}"))).await.expect(200);
    own["receipt"] = supplied["receipt"].clone();
    assert_eq!(own, supplied);
    let list = filer.client.get(&filer.path("evidence/supplies")).await.expect(200);
    assert_eq!(list["items"][0]["id"], supplied["id"]);
}

async fn a_supply_that_does_not_hold_is_refused(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let stranger = filer.sibling("shop").await;
    let foreign = stranger.attach("evidence", "application/pdf", b"%PDF-1.7\n").await;
    let digest = json!(domain::digest::Digest::of(b"x"));
    let good = json!({ "requirement": "OT-001", "evidence": "change-application", "as_of": "2026-01-15", "digest": digest });
    for (member, value, pointer) in [
        ("requirement", json!("OT-000"), "/requirement"),
        ("evidence", json!("no-such"), "/evidence"),
        ("as_of", json!("2999-01-01"), "/as_of"),
        ("attachment_id", json!(foreign), ""),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let problem =
            filer.client.post(&filer.path("evidence/supplies"), body).await.problem(422, "validation-failed");
        assert_eq!(problem["violations"][0]["pointer"], pointer, "{problem:#}");
    }
    let mut body = good.clone();
    body["attachment_id"] = json!(foreign);
    body.as_object_mut().expect("an object").remove("digest");
    let problem =
        filer.client.post(&filer.path("evidence/supplies"), body).await.problem(422, "validation-failed");
    assert_eq!(
        problem["violations"][0]["code"], "attachment-not-ready",
        "another business's attachment is not its own"
    );
    let kept = filer.client.post(&filer.path("evidence/supplies"), good).await.expect(201);
    let content = format!("/v1/authority/evidence-supplies/{}/content", text(&kept["id"]));
    office.0.get(&content).await.problem(404, "not-found");
}

async fn a_supervisor_reads_without_contact_and_the_business_sees_it(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    asked(&filer).await;
    let path = format!("/v1/authority/businesses/{}/evidence?limit=1000", filer.business);
    let map = office.0.get(&path).await.expect(200);
    let rows = map["items"].as_array().expect("a list");
    assert!(!rows.is_empty());
    let own = filer.client.get(&filer.path("evidence?limit=1000")).await.expect(200);
    let own = own["items"].as_array().expect("a list");
    assert!(rows.len() < own.len(), "other supervisors' requirements are left out");
    let is_supervised =
        |row: &&Value| row["supervisors"].as_array().is_some_and(|all| all.contains(&json!("aut_fns")));
    assert_eq!(rows.iter().collect::<Vec<_>>(), own.iter().filter(is_supervised).collect::<Vec<_>>());
    let event = filer.until(&filer.business, "evidence.read").await;
    assert_eq!((&event["authorityid"], &event["touchpoint"]), (&json!("aut_fns"), &json!("authority_api")));
    assert_eq!(event["data"]["requirements"], rows.len());
    let nobody = "/v1/authority/businesses/biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6/evidence";
    office.0.get(nobody).await.problem(404, "not-found");
}

async fn what_a_resource_said_grows_stale(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    asked(&filer).await;
    assert_eq!(state(&filer, "OT-001").await, "present");
    advance(&filer, 29 * 86_400).await;
    assert_eq!(state(&filer, "OT-001").await, "present");
    advance(&filer, 2 * 86_400).await;
    let old = row(&filer, "OT-001").await;
    assert_eq!((&old["pieces"][0]["state"], &old["proof"]), (&json!("stale"), &json!("untold")));
    asked(&filer).await;
    assert_eq!(state(&filer, "OT-001").await, "present");
}

async fn a_resource_that_is_down_is_asked_again(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let inquiry = asked(&filer).await;
    assert_eq!(state(&filer, "OT-005").await, "unreachable");
    advance(&filer, 3_601).await;
    assert_ne!(state(&filer, "OT-005").await, "unreachable");
    let path = filer.path(&format!("evidence/inquiries/{}", text(&inquiry["id"])));
    let over = filer.client.get(&path).await.expect(200);
    assert_eq!((&over["state"], &over["open"], &over["rounds"]), (&json!("answered"), &json!([]), &json!(2)));
}

async fn the_scripted_resources_are_documented(program: &Program) {
    let scenarios = program.client().get("/sandbox/scenarios").await.expect(200);
    let rules = scenarios["state_resources"].as_array().expect("a list");
    let digits: String =
        rules.iter().map(|rule| text(&rule["value"])).filter(|value| !value.contains('-')).collect();
    assert!((0..=9).all(|digit: u8| digits.contains(&digit.to_string())), "{digits}");
    assert!(rules.iter().any(|rule| rule["value"] == "fns-ens"));
}
