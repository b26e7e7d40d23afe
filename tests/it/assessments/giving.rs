//! Giving and revising assessments, and reading them back.

use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

use super::{REGISTERED_FACTS, give, scored};

tests::on_programs! { shared:
    an_assessment_is_receipted_and_told
    a_second_assessment_in_the_year_revises_the_first
    every_instrument_reads_back
    what_does_not_hold_is_refused_with_its_place
    a_history_is_cut_and_paged
    consent_to_be_named_is_given_and_withdrawn
    another_business_s_assessment_is_not_found
}

async fn an_assessment_is_receipted_and_told(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let answer = filer.client.post(&filer.path("assessments"), scored(REGISTERED_FACTS, 4, 3)).await;
    let location = answer.header("location").to_owned();
    let made = answer.expect(201);
    assert_eq!((&made["version"], &made["content"]["clarity"]), (&json!(1), &json!(4)));
    assert_eq!((&made["receipt"]["act"], &made["receipt"]["subject"]), (&json!("assessed"), &made["id"]));
    let answer = filer.client.get(&location).await;
    assert_eq!(answer.header("etag"), "\"v1\"");
    let read = answer.expect(200);
    assert_eq!((&read["id"], &read["content"]), (&made["id"], &made["content"]));
    let event = filer.until(&text(&made["id"]), "assessment.given").await;
    assert_eq!(event["data"]["requirement"], REGISTERED_FACTS);
    assert!(event["authorityid"].is_null(), "an authority's feed would name the business");
}

async fn a_second_assessment_in_the_year_revises_the_first(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let first = give(&filer, scored(REGISTERED_FACTS, 2, 2)).await;
    let second = give(&filer, scored(REGISTERED_FACTS, 5, 2)).await;
    assert_eq!((&second["id"], &second["version"]), (&first["id"], &json!(2)));
    let mut other = scored(REGISTERED_FACTS, 1, 1);
    other["procedure"] = json!("enforcement");
    assert_ne!(give(&filer, other).await["id"], first["id"], "another procedure is another assessment");
    let path = filer.path(&format!("assessments/{}/versions", text(&first["id"])));
    let versions = filer.client.get(&path).await.expect(200);
    let told: Vec<(&Value, &Value)> = versions["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["version"], &one["content"]["clarity"]))
        .collect();
    assert_eq!(told, [(&json!(2), &json!(5)), (&json!(1), &json!(2))]);
}

async fn every_instrument_reads_back(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let element = json!({ "name": "Отчёт", "hours": "4", "hourly_wage": "500", "times_per_year": "4",
        "purchases": [{ "name": "Программа", "price": "2000" }] });
    let whole = json!({
        "requirement": REGISTERED_FACTS, "procedure": "regulatory_impact", "clarity": 1, "feasibility": 5,
        "duplicates": ["OT-005"],
        "contradictions": [{ "act": "129-ФЗ от 08.08.2001", "provision": "ст. 5", "explanation": "Сроки разные." }],
        "costs": { "elements": [element] },
        "proposal": { "text": "Один срок.", "reasons": "Два срока путают." },
        "disclose_identity": true,
    });
    let made = give(&filer, whole.clone()).await;
    let content = &made["content"];
    for name in ["clarity", "feasibility", "duplicates", "contradictions", "proposal", "disclose_identity"] {
        assert_eq!(content[name], whole[name], "{name}");
    }
    assert_eq!(content["costs"]["total"], json!({ "amount": "18416.00", "currency": "RUB" }));
}

async fn what_does_not_hold_is_refused_with_its_place(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let with = |member: &str, value: Value| {
        let mut body = scored(REGISTERED_FACTS, 3, 3);
        body[member] = value;
        body
    };
    let both = json!([{ "provision": "ст. 1", "explanation": "Так." }]);
    let cases = [
        (json!({ "requirement": REGISTERED_FACTS, "procedure": "other" }), "", "empty-assessment"),
        (with("clarity", json!(6)), "/clarity", "range"),
        (with("clarity", json!(0)), "/clarity", "range"),
        (with("procedure", json!("astrology")), "/procedure", "enum"),
        (with("requirement", json!("OT-999")), "/requirement", "unknown-requirement"),
        (with("requirement", json!("OT-015")), "/requirement", "not-on-list"),
        (with("duplicates", json!([REGISTERED_FACTS])), "/duplicates/0", "unknown-requirement"),
        (with("duplicates", json!(["OT-002", "OT-002"])), "/duplicates/1", "unknown-requirement"),
        (with("contradictions", both), "/contradictions/0", "contradicts-nothing"),
        (with("cost_estimate", json!("cst_none")), "/cost_estimate", "unknown-estimate"),
        (with("costs", json!({ "elements": [] })), "/costs/elements", "range"),
    ];
    for (body, pointer, code) in cases {
        let problem =
            filer.client.post(&filer.path("assessments"), body).await.problem(422, "validation-failed");
        let first = &problem["violations"][0];
        assert_eq!(first["pointer"], pointer, "{problem:#}");
        assert!(code == "enum" || first["code"] == code, "{problem:#}");
        assert!(!text(&first["fix"]["text"]).is_empty());
    }
}

async fn a_history_is_cut_and_paged(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    for requirement in ["OT-001", "OT-005", "OT-006"] {
        give(&filer, scored(requirement, 3, 3)).await;
    }
    let read =
        async |query: &str| filer.client.get(&filer.path(&format!("assessments?{query}"))).await.expect(200);
    let first = read("limit=2").await;
    assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
    let rest = read(&format!("limit=2&cursor={}", text(&first["next_cursor"]))).await;
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next_cursor"]), (Some(1), &Value::Null));
    assert_eq!(read("requirement=OT-005").await["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(read("procedure=disclosure").await["items"], json!([]));
    assert_eq!(read("year=2001").await["items"], json!([]));
}

async fn consent_to_be_named_is_given_and_withdrawn(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    let mut body = scored(REGISTERED_FACTS, 3, 4);
    body["disclose_identity"] = json!(true);
    let made = give(&filer, body).await;
    let row = super::addressed(&office, &filer.business).await;
    assert!(text(&row["identity"]["inn"]).len() >= 10);
    let path = filer.path(&format!("assessments/{}/identity-disclosure", text(&made["id"])));
    let withdrawn = filer.client.post(&path, json!({ "disclose_identity": false })).await.expect(200);
    assert_eq!(withdrawn["content"]["disclose_identity"], false);
    assert_eq!(withdrawn["receipt"]["act"], "disclosure_changed");
    let page = office.get("/v1/authority/assessments?limit=1000").await.expect(200);
    assert!(!page.to_string().contains(&filer.business), "whoever does not agree is not named");
    assert!(page.to_string().contains(&text(&row["reference"])), "the assessment is still read");
}

async fn another_business_s_assessment_is_not_found(program: &Program) {
    let (filer, stranger) = (Filer::new(program, "cafe").await, Filer::new(program, "shop").await);
    let made = give(&filer, scored(REGISTERED_FACTS, 3, 3)).await;
    let foreign = stranger.path(&format!("assessments/{}", text(&made["id"])));
    stranger.client.get(&foreign).await.problem(404, "not-found");
    let path = filer.path(&format!("assessments/{}", text(&made["id"])));
    stranger.client.get(&path).await.problem(404, "not-found");
}
