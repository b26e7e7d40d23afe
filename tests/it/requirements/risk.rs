//! The risk profile and incentives.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office},
};

use super::self_checks::places;

tests::on_programs! { shared:
    the_profile_names_category_facts_and_what_is_unknown
    the_profile_is_cut_by_supervisor_activity_and_requirement
    good_faith_follows_the_business_s_own_record
    good_faith_counts_what_complies_and_what_was_reviewed
    a_self_check_counts_for_each_supervisor_by_its_own_requirements
    incentives_follow_profile_and_record
    a_requirement_declared_inapplicable_weighs_nothing
}

async fn profile(filer: &Filer, query: &str) -> Value {
    filer.client.get(&filer.path(&format!("risk-profile{query}"))).await.expect(200)
}

fn kind<'p>(profile: &'p Value, code: &str) -> &'p Value {
    let kinds = profile["control_kinds"].as_array().expect("a list");
    kinds.iter().find(|kind| kind["code"] == code).unwrap_or_else(|| panic!("no {code} in {profile:#}"))
}

fn codes(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|one| text(&one["code"])).collect()
}

pub(super) async fn patch(filer: &Filer, body: Value) {
    let known = filer.client.get(&filer.path("profile")).await.expect(200);
    let version = known["version"].as_i64().expect("a number");
    filer.client.patch(&filer.path("profile"), version, body).await.expect(200);
}

async fn the_profile_names_category_facts_and_what_is_unknown(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let found = profile(&filer, "").await;
    let sanitary = kind(&found, "sanitary");
    // Catering is medium; with 12 employees it is not significant, and both are known.
    assert_eq!((&sanitary["category"], &sanitary["certain"]), (&json!("medium"), &json!(true)));
    assert_eq!(sanitary["because"][0]["fact"], "activities");
    assert!(text(&sanitary["frequency"]["en"]).contains("5 years"));
    assert!(codes(&sanitary["requirements"]).contains(&"OT-021".to_owned()));
    let worst = sanitary["activities"].as_array().expect("a list");
    let by = |code: &str| worst.iter().find(|one| one["activity"] == code).map(|one| one["category"].clone());
    assert_eq!((by("56.10"), by("47.25")), (Some(json!("medium")), Some(json!("low"))));
    // Nothing is known of the premises: the hall and the gas could raise the category.
    let fire = kind(&found, "fire");
    assert_eq!((&fire["category"], &fire["certain"]), (&json!("low"), &json!(false)));
    assert_eq!(fire["could_be"][0]["waits_for"][0]["fact"], "objects");
    patch(&filer, json!({ "objects": ["dining_hall", "kitchen"] })).await;
    let found = profile(&filer, "").await;
    let fire = kind(&found, "fire");
    assert_eq!((&fire["category"], &fire["certain"]), (&json!("moderate"), &json!(true)));
    let order = ["extreme", "high", "significant", "medium", "moderate", "low"];
    let ranks: Vec<usize> = found["control_kinds"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|kind| order.iter().position(|category| kind["category"] == *category).expect("a category"))
        .collect();
    assert!(ranks.is_sorted(), "the highest first: {ranks:?}");
}

async fn the_profile_is_cut_by_supervisor_activity_and_requirement(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let rpn = profile(&filer, "?supervisor=aut_rpn").await;
    assert_eq!(codes(&rpn["control_kinds"]), ["sanitary", "consumer"]);
    let others = rpn["uncategorised"].as_array().expect("a list");
    assert!(
        others.iter().all(|one| one["supervisors"].as_array().expect("a list").contains(&json!("aut_rpn")))
    );
    let about = profile(&filer, "?requirement=OT-021").await;
    assert_eq!(codes(&about["control_kinds"]), ["sanitary"]);
    let trade = profile(&filer, "?activity=47.25").await;
    assert_eq!(kind(&trade, "sanitary")["category"], "low");
    assert!(
        !codes(&kind(&trade, "sanitary")["requirements"]).contains(&"OT-021".to_owned()),
        "not for trade alone"
    );
    let path = filer.path("risk-profile?activity=62.01");
    assert_eq!(
        places(&filer.client.get(&path).await.problem(422, "validation-failed")),
        ["?activity not-carried-on"]
    );
}

/// Whether a measure is earned with the tax service.
async fn measure(filer: &Filer, code: &str) -> (Value, u64) {
    let found = profile(filer, "").await;
    let faith = kind(&found, "tax-cash")["good_faith"].clone();
    let measures = faith["measures"].as_array().expect("a list");
    let one = measures.iter().find(|measure| measure["code"] == code).expect("it is a measure");
    (one["state"].clone(), faith["earned"].as_u64().expect("a number"))
}

async fn good_faith_follows_the_business_s_own_record(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let (state, before) = measure(&filer, "no-cautions").await;
    assert_eq!(state, "earned");
    let caution = json!({ "business_id": filer.business, "requirement": "OT-001",
        "ground": { "ru": "Адрес устарел", "en": "The address is out of date" },
        "measures": { "ru": "Обновите адрес", "en": "Update the address" } });
    let caution = office.0.post("/v1/authority/cautions", caution).await.expect(201);
    assert_eq!(measure(&filer, "no-cautions").await, (json!("open"), before - 10));
    let found = profile(&filer, "").await;
    let elsewhere = &kind(&found, "sanitary")["good_faith"];
    assert_eq!(elsewhere["earned"], before, "another supervisor's record is its own");
    let notice = filer.path(&format!("cautions/{}/notice", text(&caution["id"])));
    filer.client.post(&notice, json!({ "statement": "Адрес обновлён." })).await.expect(200);
    assert_eq!(measure(&filer, "no-cautions").await, (json!("earned"), before));
    assert_eq!(measure(&filer, "remote-access").await.0, "not_seen");
}

async fn incentives_follow_profile_and_record(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let read = async |code: &str| {
        let list = filer.client.get(&filer.path("incentives")).await.expect(200);
        let items = list["items"].as_array().expect("a list").clone();
        items.into_iter().find(|one| one["code"] == code).expect("it is an incentive")
    };
    let visit = read("visit-on-request").await;
    assert_eq!((&visit["state"], &visit["because"][0]["value"]), (&json!("earned"), &json!("micro")));
    let published = read("declaration-publication").await;
    assert_eq!(published["state"], "within_reach");
    assert!(!text(&published["missing"][0]["en"]).is_empty() && text(&published["basis"]).contains("248-ФЗ"));
    patch(&filer, json!({ "msp_category": "none" })).await;
    let visit = read("visit-on-request").await;
    assert_eq!((&visit["state"], &visit["missing"]), (&json!("not_available"), &json!([])));
    patch(&filer, json!({ "msp_category": null })).await;
    assert_eq!(read("visit-on-request").await["state"], "within_reach");
}

async fn a_requirement_declared_inapplicable_weighs_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let weighs = async || {
        let found = profile(&filer, "").await;
        let kinds = found["control_kinds"].as_array().expect("a list").clone();
        kinds.iter().any(|kind| codes(&kind["requirements"]).contains(&"OT-019".to_owned()))
    };
    assert!(weighs().await);
    let body = json!({ "ground": "no_such_activity", "activities": ["56"], "statement": "Кафе закрыто." });
    filer.client.post(&filer.path("requirements/OT-019/inapplicability"), body).await.expect(201);
    assert!(!weighs().await);
}

/// The tills are in order, the kitchen is not: only who supervises the kitchen holds it against the business.
async fn a_self_check_counts_for_each_supervisor_by_its_own_requirements(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let result = checked(&filer, &["OT-028", "OT-206"], json!({ "OT-206/met": { "answer": "no" } })).await;
    assert_eq!(result["verdict"], "not_compliant");
    assert_eq!(measure(&filer, "self-check").await.0, "earned");
    let found = profile(&filer, "").await;
    let sanitary = kind(&found, "sanitary")["good_faith"]["measures"].as_array().expect("a list").clone();
    let measure = sanitary.iter().find(|measure| measure["code"] == "self-check").expect("it is a measure");
    assert_eq!((&measure["state"], &measure["record"]), (&json!("open"), &Value::Null));
}

/// A self-check of the tills with everything in order but these answers.
async fn self_checked(filer: &Filer, unmet: Value) -> Value {
    checked(filer, &["OT-028"], unmet).await
}

async fn checked(filer: &Filer, requirements: &[&str], unmet: Value) -> Value {
    let begun = filer.client.post(&filer.path("self-checks"), json!({ "requirements": requirements })).await;
    let path = filer.path(&format!("self-checks/{}", text(&begun.expect(201)["id"])));
    let mut answers = crate::requirements::self_checks::good();
    for (key, answer) in unmet.as_object().expect("answers by key") {
        answers[key] = answer.clone();
    }
    filer.client.patch(&path, 1, json!({ "answers": answers })).await.expect(200);
    filer.client.act(&format!("{path}/completion")).await.expect(200)["result"].clone()
}

async fn good_faith_counts_what_complies_and_what_was_reviewed(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    // 24 of 28 is more than 80, and yet something critical is not met.
    let result = self_checked(&filer, json!({ "OT-028/operator": { "answer": "no" } })).await;
    assert_eq!((&result["score"], &result["verdict"]), (&json!("85.71"), &json!("not_compliant")));
    assert_eq!(measure(&filer, "self-check").await.0, "open");
    self_checked(&filer, json!({})).await;
    assert_eq!(measure(&filer, "self-check").await.0, "earned");
    let nothing = format!("sha-256:{}", "0".repeat(64));
    let supply = json!({ "requirement": "OT-001", "evidence": "change-application", "as_of": "2026-01-15",
        "digest": nothing });
    let supply =
        async || filer.client.post(&filer.path("evidence/supplies"), supply.clone()).await.expect(201);
    let review = async |supplied: &Value, outcome: &str| {
        let path = format!("/v1/authority/evidence-supplies/{}/review", text(&supplied["id"]));
        let reason = json!({ "ru": "Проверено", "en": "Checked" });
        office.0.post(&path, json!({ "outcome": outcome, "reason": reason })).await
    };
    let supplied = supply().await;
    assert_eq!(
        (&supplied["state"], measure(&filer, "evidence").await.0),
        (&json!("supplied"), json!("open"))
    );
    assert_eq!(review(&supplied, "refused").await.expect(200)["state"], "refused");
    assert_eq!(measure(&filer, "evidence").await.0, "open");
    let (other, before) = (supply().await, measure(&filer, "evidence").await.1);
    assert_eq!(review(&other, "accepted").await.expect(200)["review"]["accepted"], true);
    assert_eq!(measure(&filer, "evidence").await, (json!("earned"), before + 10));
    review(&other, "refused").await.problem(409, "state-conflict");
    let event = filer.until(&text(&other["id"]), "evidence.reviewed").await;
    assert_eq!(event["data"]["state"], "accepted");
}
