//! What authorities read and do, and what the business sees of it.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

use super::{REGISTERED_FACTS, give, scored};

tests::on_programs! { shared:
    an_authority_says_what_became_of_an_assessment
    a_decision_is_reasoned_and_final
    what_is_said_anew_is_considered_anew
    a_respondent_has_one_name_for_one_requirement
    an_export_comes_as_lines_and_as_a_table
    assessments_are_cut_by_every_parameter
    an_authority_reads_only_its_own_requirements
}

async fn disclosed(filer: &Filer, requirement: &str) -> Value {
    let mut body = scored(requirement, 2, 3);
    body["disclose_identity"] = json!(true);
    give(filer, body).await
}

async fn an_authority_says_what_became_of_an_assessment(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    let made = disclosed(&filer, REGISTERED_FACTS).await;
    let address = filer.path(&format!("assessments/{}/consideration", text(&made["id"])));
    assert_eq!(filer.client.get(&address).await.expect(200)["steps"], json!([]));
    let row = super::addressed(&office, &filer.business).await;
    let path = format!("/v1/authority/assessments/{}/consideration", text(&row["reference"]));
    office.post(&path, json!({ "state": "received" })).await.expect(200);
    let used = json!({ "state": "used", "reason": { "ru": "Срок изменён", "en": "The term is changed" },
        "act": { "number": "1500", "date": "2026-12-01", "title": "О внесении изменений" } });
    office.post(&path, used.clone()).await.expect(200);
    let answer = filer.client.get(&address).await;
    assert_eq!(answer.header("etag"), "\"v2\"");
    let seen = answer.expect(200);
    let last = &seen["steps"][1];
    for member in ["state", "reason", "act"] {
        assert_eq!(last[member], used[member]);
    }
    assert_eq!((&last["authority"], &last["version"]), (&json!("aut_fns"), &json!(1)));
    let event = filer.until(&text(&made["id"]), "assessment.considered").await;
    assert_eq!(event["data"]["authority"], "aut_fns");
}

async fn a_decision_is_reasoned_and_final(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    disclosed(&filer, REGISTERED_FACTS).await;
    let row = super::addressed(&office, &filer.business).await;
    let path = format!("/v1/authority/assessments/{}/consideration", text(&row["reference"]));
    let bare = office.post(&path, json!({ "state": "refused" })).await.problem(422, "validation-failed");
    assert_eq!(bare["violations"][0]["pointer"], "/reason");
    let refused = json!({ "state": "refused", "reason": { "ru": "Уже учтено", "en": "It is so already" } });
    office.post(&path, refused).await.expect(200);
    let late = office.post(&path, json!({ "state": "considered" })).await.problem(409, "state-conflict");
    assert_eq!((&late["state"], &late["allowed"]), (&json!("refused"), &json!([])));
}

async fn a_respondent_has_one_name_for_one_requirement(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    for (requirement, procedure) in [("OT-001", "other"), ("OT-001", "disclosure"), ("OT-005", "other")] {
        let body = json!({ "requirement": requirement, "procedure": procedure, "clarity": 1, "disclose_identity": true });
        give(&filer, body).await;
    }
    let page = office.get("/v1/authority/assessments?limit=1000").await.expect(200);
    let own = |row: &&Value| row["identity"]["business_id"] == filer.business.as_str();
    let names: Vec<(String, String)> = page["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(own)
        .map(|row| (text(&row["requirement"]), text(&row["respondent"])))
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(names[0], names[1]);
    assert_ne!(names[0].1, names[2].1, "nothing joins two requirements");
}

async fn an_export_comes_as_lines_and_as_a_table(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    disclosed(&filer, REGISTERED_FACTS).await;
    let read = async |accept: &str| {
        let request = office.request(Method::GET, "/v1/authority/assessments?limit=1");
        let answer = office.send(request.header("Accept", accept)).await;
        assert_eq!(answer.status.as_u16(), 200);
        let media = answer.header("content-type").to_owned();
        (media, String::from_utf8(answer.bytes).expect("text"))
    };
    let (media, lines) = read("application/x-ndjson").await;
    assert!(media.starts_with("application/x-ndjson"), "{media}");
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 1);
    let (media, table) = read("text/csv").await;
    assert!(media.starts_with("text/csv"), "{media}");
    assert!(
        table.starts_with("\"reference\",\"respondent\"") && table.contains(&text(&rows[0]["reference"]))
    );
}

async fn assessments_are_cut_by_every_parameter(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    disclosed(&filer, REGISTERED_FACTS).await;
    let parameters = program.client().get("/v1/assessments/parameters").await.expect(200);
    assert_eq!(parameters["procedures"].as_array().map(Vec::len), Some(6));
    let known = |name: &str, value: &str| {
        let values = parameters[name].as_array().expect("a list");
        values.iter().any(|one| one == value || one["code"] == value)
    };
    let own = [
        ("life_situations", "start-business"),
        ("keywords", "егрюл"),
        ("acts", "129-fz-2001"),
        ("requirements", "OT-001"),
        ("levels", "federal"),
        ("act_kinds", "federal_law"),
        ("developers", "aut_minfin"),
    ];
    assert!(own.iter().all(|(name, value)| known(name, value)), "{parameters:#}");
    for (query, holds) in [
        ("requirement=OT-001", true),
        ("procedure=actual_impact&requirement=OT-001", true),
        ("procedure=anti_corruption&level=municipal", false),
        ("life_situation=start-business", true),
        ("life_situation=no-such", false),
        ("keyword=ЕГРЮЛ", true),
        ("keyword=no-such", false),
        ("level=federal", true),
        ("level=municipal", false),
        ("act_kind=federal_law", true),
        ("act_kind=municipal_act", false),
        ("act=129-fz-2001&developer=aut_minfin", true),
        ("act=no-such", false),
        ("developer=aut_none", false),
    ] {
        let page = office.get(&format!("/v1/authority/assessments?limit=1000&{query}")).await.expect(200);
        let found = page.to_string().contains(&filer.business);
        assert_eq!(found, holds, "{query}");
    }
}

async fn an_authority_reads_only_its_own_requirements(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    let list = program.client().get("/v1/requirements?limit=1000").await.expect(200);
    let foreign = json!(["OT-019", "OT-020"]);
    assert!(list["items"].as_array().is_some_and(|items| items.len() > 100));
    for requirement in foreign.as_array().expect("a list") {
        let body = json!({ "requirement": requirement, "procedure": "other", "clarity": 1, "disclose_identity": true });
        filer.client.post(&filer.path("assessments"), body).await.expect(201);
    }
    let page = office.get("/v1/authority/assessments?limit=1000").await.expect(200);
    assert!(!page.to_string().contains(&filer.business), "they are supervised by another authority");
}

async fn what_is_said_anew_is_considered_anew(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, super::office(program).await);
    let made = disclosed(&filer, REGISTERED_FACTS).await;
    let row = super::addressed(&office, &filer.business).await;
    let path = format!("/v1/authority/assessments/{}/consideration", text(&row["reference"]));
    let refused = json!({ "state": "refused", "reason": { "ru": "Уже учтено", "en": "It is so already" } });
    office.post(&path, refused).await.expect(200);
    let consent = filer.path(&format!("assessments/{}/identity-disclosure", text(&made["id"])));
    for disclose in [false, true] {
        filer.client.post(&consent, json!({ "disclose_identity": disclose })).await.expect(200);
    }
    office.post(&path, json!({ "state": "received" })).await.problem(409, "state-conflict");
    let revised = disclosed(&filer, REGISTERED_FACTS).await;
    assert_eq!(revised["id"], made["id"], "the same year, the same assessment");
    office.post(&path, json!({ "state": "received" })).await.expect(200);
    let used = json!({ "state": "used", "reason": { "ru": "Срок изменён", "en": "The term is changed" } });
    office.post(&path, used).await.expect(200);
    let address = filer.path(&format!("assessments/{}/consideration", text(&made["id"])));
    let seen = filer.client.get(&address).await.expect(200);
    let steps = seen["steps"].as_array().expect("a list").iter();
    let steps: Vec<(String, i64)> =
        steps.map(|step| (text(&step["state"]), step["version"].as_i64().expect("a number"))).collect();
    assert_eq!(steps, [("refused".to_owned(), 1), ("received".to_owned(), 4), ("used".to_owned(), 4)]);
}
