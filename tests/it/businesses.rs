//! Businesses: who they are, what is known of them, and what is offered to them.

use serde_json::{Value, json};
use tests::{Answer, Program, client::text, filing::Filer};

tests::on_programs! { shared:
    an_application_lists_its_own_businesses
    a_strangers_business_is_not_found
    a_business_is_who_its_register_says
    a_profile_is_merged_from_the_version_that_was_seen
    a_profile_from_a_stale_version_is_refused
    a_profile_without_if_match_is_refused
    an_identity_is_not_changed_here
    a_fact_that_does_not_hold_is_refused
    every_version_of_a_profile_is_kept
    services_are_offered_with_the_conditions_that_are_not_met
    a_met_condition_makes_a_service_available
    a_prefill_of_an_unknown_service_is_not_found
}

async fn revise(filer: &Filer, version: i64, patch: Value) -> Answer {
    filer.client.patch(&filer.path("profile"), version, patch).await
}

async fn profile(filer: &Filer) -> Value {
    filer.client.get(&filer.path("profile")).await.expect(200)
}

async fn an_application_lists_its_own_businesses(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let sibling = filer.sibling("shop").await;
    Filer::new(program, "cafe").await;
    let list = filer.client.get("/v1/businesses").await.expect(200);
    let listed: Vec<String> =
        list["items"].as_array().expect("a list").iter().map(|business| text(&business["id"])).collect();
    let mut own = [filer.business.clone(), sibling.business];
    own.sort();
    assert_eq!(listed, own);
    let page = filer.client.get("/v1/businesses?limit=1").await.expect(200);
    assert_eq!(page["items"][0]["id"], own[0]);
    let next = format!("/v1/businesses?limit=1&cursor={}", text(&page["next_cursor"]));
    assert_eq!(filer.client.get(&next).await.expect(200)["items"][0]["id"], own[1]);
}

async fn a_strangers_business_is_not_found(program: &Program) {
    let (filer, stranger) = (Filer::new(program, "cafe").await, Filer::new(program, "cafe").await);
    for rest in
        ["", "/profile", "/profile/versions", "/services", "/services/microloan/prefill", "/interactions"]
    {
        let path = format!("/v1/businesses/{}{rest}", stranger.business);
        filer.client.get(&path).await.problem(404, "not-found");
    }
    let path = stranger.path("profile");
    filer.client.patch(&path, 1, json!({ "employees": 3 })).await.problem(404, "not-found");
    assert_eq!(profile(&stranger).await["version"], 1);
}

async fn a_business_is_who_its_register_says(program: &Program) {
    let filer = Filer::new(program, "sole-trader-it").await;
    let answer = filer.client.get(&format!("/v1/businesses/{}", filer.business)).await;
    assert_eq!(answer.header("etag"), "\"v1\"");
    let business = answer.expect(200);
    let facts = profile(&filer).await["facts"].clone();
    assert_eq!(business["kind"], "sole_trader");
    assert_eq!((&business["inn"], &business["name"]), (&facts["inn"], &facts["name"]));
    assert_eq!(text(&business["inn"]).len(), 12);
}

async fn a_profile_is_merged_from_the_version_that_was_seen(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let before = profile(&filer).await;
    let patch = json!({ "employees": 13, "contact": { "phone": null, "email": "office@example.test" } });
    let answer = revise(&filer, 1, patch).await;
    assert_eq!(answer.header("etag"), "\"v2\"");
    let revised = answer.expect(200);
    assert_eq!(revised["facts"]["employees"], 13);
    assert_eq!(revised["facts"]["contact"], json!({ "email": "office@example.test" }));
    assert_eq!(revised["facts"]["bank"], before["facts"]["bank"]);
    assert_eq!(profile(&filer).await, revised);
    let event = filer.until(&filer.business, "profile.changed").await;
    assert_eq!(event["data"], json!({ "version": 2, "source": "given" }));
}

async fn a_profile_from_a_stale_version_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    revise(&filer, 1, json!({ "employees": 13 })).await.expect(200);
    let problem = revise(&filer, 1, json!({ "employees": 14 })).await.problem(412, "stale-version");
    assert_eq!(problem["current_version"], 2);
    assert_eq!(profile(&filer).await["facts"]["employees"], 13);
}

async fn a_profile_without_if_match_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let request = filer
        .client
        .request(reqwest::Method::PATCH, &filer.path("profile"))
        .header("Content-Type", "application/merge-patch+json")
        .body(r#"{"employees":13}"#);
    filer.client.send(request).await.problem(428, "precondition-required");
    assert_eq!(profile(&filer).await["version"], 1);
}

async fn an_identity_is_not_changed_here(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let before = profile(&filer).await;
    for name in ["kind", "inn", "ogrn", "kpp", "name"] {
        let problem =
            revise(&filer, 1, json!({ name: "7707083893" })).await.problem(422, "validation-failed");
        let violation = &problem["violations"][0];
        assert_eq!(violation["pointer"], format!("/{name}"), "{problem}");
        assert_eq!(violation["code"], "read-only");
        assert_eq!(violation["fix"]["patch"][0]["op"], "remove");
    }
    assert_eq!(profile(&filer).await, before);
}

async fn a_fact_that_does_not_hold_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let patch = json!({ "employees": -1, "region": "00", "contact": { "email": "nowhere" } });
    let problem = revise(&filer, 1, patch).await.problem(422, "validation-failed");
    let found = problem["violations"].as_array().expect("a list");
    let pointers: Vec<String> = found.iter().map(|violation| text(&violation["pointer"])).collect();
    assert_eq!(pointers, ["/contact/email", "/employees", "/region"]);
    assert!(found.iter().all(|violation| !text(&violation["fix"]["text"]).is_empty()));
    assert_eq!(profile(&filer).await["version"], 1);
}

async fn every_version_of_a_profile_is_kept(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    revise(&filer, 1, json!({ "employees": 13 })).await.expect(200);
    revise(&filer, 2, json!({ "employees": 14 })).await.expect(200);
    let list = filer.client.get(&filer.path("profile/versions")).await.expect(200);
    let versions: Vec<(&Value, &Value)> = list["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|version| (&version["version"], &version["facts"]["employees"]))
        .collect();
    assert_eq!(versions, [(&json!(3), &json!(14)), (&json!(2), &json!(13)), (&json!(1), &json!(12))]);
    assert_eq!(list["items"][0]["source"], "given");
    assert!(list["items"][0]["application_id"].is_string());
}

async fn offer(filer: &Filer, service: &str) -> Value {
    let offers = filer.client.get(&filer.path("services")).await.expect(200);
    let mut items = offers["items"].as_array().expect("a list").iter();
    items.find(|offer| offer["service"] == service).expect("every service is offered").clone()
}

async fn services_are_offered_with_the_conditions_that_are_not_met(program: &Program) {
    let filer = Filer::new(program, "sole-trader-it").await;
    let all = program.client().get("/v1/services").await.expect(200);
    let offers = filer.client.get(&filer.path("services")).await.expect(200);
    assert_eq!(offers["items"].as_array().map(Vec::len), all["items"].as_array().map(Vec::len));
    let licence = offer(&filer, "alcohol-retail-licence").await;
    assert_eq!(licence["available"], false);
    let conditions = licence["conditions"].as_array().expect("a list");
    assert!(conditions.iter().any(|condition| condition["code"] == "legal-entity-only"), "{conditions:?}");
    for condition in conditions {
        let told = [&condition["message"]["ru"], &condition["fix"]["en"], &condition["legal_basis"]];
        assert!(told.iter().all(|part| !text(part).is_empty()), "{condition}");
    }
}

async fn a_met_condition_makes_a_service_available(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    assert_eq!(offer(&filer, "microloan").await["available"], true);
    revise(&filer, 1, json!({ "tax_debt": "900000.00" })).await.expect(200);
    let indebted = offer(&filer, "microloan").await;
    assert_eq!(indebted["available"], false);
    assert_eq!(indebted["conditions"][0]["code"], "no-arrears");
    revise(&filer, 2, json!({ "tax_debt": "0.00" })).await.expect(200);
    assert_eq!(offer(&filer, "microloan").await["available"], true);
}

async fn a_prefill_of_an_unknown_service_is_not_found(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    filer.client.get(&filer.path("services/no-such-service/prefill")).await.problem(404, "not-found");
}
