//! Declaring that a requirement does not apply: two grounds, at once, until a fact changes or the term is over.

use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::text,
    filing::{Filer, Office},
};

tests::on_programs! { shared:
    a_declaration_works_at_once_and_is_receipted
    there_are_exactly_two_grounds
    a_ground_must_name_all_on_which_the_requirement_rests
    what_is_declared_already_is_not_declared_twice
    a_declaration_lapses_when_a_fact_it_rests_on_changes
    a_declaration_is_withdrawn
    the_supervisor_accepts_or_contests
}

tests::on_programs! { start:
    a_declaration_ends_with_its_term
}

/// Rests on a till, of which the sandbox's cafés say nothing; supervised by the tax service.
const TILL: &str = "OT-029";

fn no_till() -> Value {
    json!({ "ground": "objects_not_used", "objects": ["cash_register"], "statement": "Кассы нет." })
}

async fn declare(filer: &Filer, code: &str, body: Value) -> Answer {
    filer.client.post(&filer.path(&format!("requirements/{code}/inapplicability")), body).await
}

async fn read(filer: &Filer, declared: &Value) -> Value {
    filer.client.get(&filer.path(&format!("inapplicabilities/{}", text(&declared["id"])))).await.expect(200)
}

async fn learn(filer: &Filer, facts: Value) {
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    let version = profile["version"].as_i64().expect("a version");
    filer.client.patch(&filer.path("profile"), version, facts).await.expect(200);
}

async fn a_declaration_works_at_once_and_is_receipted(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let answer = declare(&filer, TILL, no_till()).await;
    let location = answer.header("location").to_owned();
    let declared = answer.expect(201);
    assert_eq!((&declared["state"], &declared["named"]), (&json!("declared"), &json!(["cash_register"])));
    assert_eq!(
        (&declared["supervisor"], &declared["rests_on"]["objects"]),
        (&json!("aut_fns"), &Value::Null)
    );
    assert_eq!(declared["receipt"]["act"], "declared_inapplicable");
    let mut read = filer.client.get(&location).await.expect(200);
    read["receipt"] = declared["receipt"].clone();
    assert_eq!(read, declared);
    let row = filer.client.get(&filer.path(&format!("requirements/{TILL}"))).await.expect(200);
    assert_eq!(row["standing"]["state"], "declared_inapplicable");
    let event = Filer { client: office.0.clone(), business: filer.business.clone() };
    let event = event.until(&text(&declared["id"]), "inapplicability.declared").await;
    assert_eq!((&event["authorityid"], &event["data"]["requirement"]), (&json!("aut_fns"), &json!(TILL)));
    let list =
        filer.client.get(&filer.path(&format!("inapplicabilities?requirement={TILL}"))).await.expect(200);
    assert_eq!(list["items"][0]["id"], declared["id"]);
}

async fn there_are_exactly_two_grounds(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let mut body = no_till();
    body["ground"] = json!("too_expensive");
    let problem = declare(&filer, TILL, body).await.problem(422, "validation-failed");
    let allowed = &problem["violations"][0]["fix"]["allowed"];
    assert_eq!(*allowed, json!(["no_such_activity", "objects_not_used"]));
    let activity = json!({ "ground": "no_such_activity", "activities": ["56"], "statement": "Нет." });
    let problem = declare(&filer, TILL, activity).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["code"], "ground-not-available");
    let both = json!({ "ground": "objects_not_used", "objects": ["cash_register"], "activities": ["56"],
        "statement": "Нет." });
    let problem = declare(&filer, TILL, both).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/activities");
}

async fn a_ground_must_name_all_on_which_the_requirement_rests(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let ground =
        |codes: Value| json!({ "ground": "no_such_activity", "activities": codes, "statement": "Нет." });
    for (codes, code) in [
        (json!([]), "required"),
        (json!(["62.01"]), "not-beneath"),
        // The café serves drinks, too (56.30): without cooking it is still under the sanitary rules.
        (json!(["56.10"]), "still-applies"),
    ] {
        let problem = declare(&filer, "OT-019", ground(codes)).await.problem(422, "validation-failed");
        assert_eq!(problem["violations"][0]["code"], code, "{problem:#}");
    }
    declare(&filer, "OT-019", ground(json!(["56"]))).await.expect(201);
    let far = json!({ "ground": "objects_not_used", "objects": ["cash_register"], "statement": "Нет.",
        "until": "2100-01-01" });
    let problem = declare(&filer, TILL, far).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/until");
}

async fn what_is_declared_already_is_not_declared_twice(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    declare(&filer, TILL, no_till()).await.expect(201);
    let problem = declare(&filer, TILL, no_till()).await.problem(409, "state-conflict");
    assert_eq!((&problem["state"], &problem["allowed"]), (&json!("declared"), &json!(["withdraw"])));
    declare(&filer, "OT-000", no_till()).await.problem(404, "not-found");
    learn(&filer, json!({ "objects": ["kitchen"] })).await;
    let problem = declare(&filer, TILL, no_till()).await.problem(409, "state-conflict");
    assert_eq!(problem["state"], "does_not_apply");
}

async fn a_declaration_lapses_when_a_fact_it_rests_on_changes(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let declared = declare(&filer, TILL, no_till()).await.expect(201);
    learn(&filer, json!({ "employees": 13 })).await;
    assert_eq!(
        read(&filer, &declared).await["state"],
        "declared",
        "the requirement does not rest on employees"
    );
    learn(&filer, json!({ "objects": ["cash_register"] })).await;
    assert_eq!(read(&filer, &declared).await["state"], "lapsed");
    // Reading the list brings it up to date, and the lapse with it.
    filer.client.get(&filer.path("requirements")).await.expect(200);
    let event = filer.until(&text(&declared["id"]), "inapplicability.lapsed").await;
    assert_eq!(event["data"]["changed_facts"], json!(["objects"]));
    assert_eq!(read(&filer, &declared).await["changed_facts"], json!(["objects"]));
}

async fn a_declaration_is_withdrawn(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let declared = declare(&filer, TILL, no_till()).await.expect(201);
    let path = filer.path(&format!("inapplicabilities/{}/withdraw", text(&declared["id"])));
    let withdrawn = filer.client.act(&path).await.expect(200);
    assert_eq!(
        (&withdrawn["state"], &withdrawn["receipt"]["act"]),
        (&json!("withdrawn"), &json!("inapplicability_withdrawn"))
    );
    assert_eq!(filer.client.act(&path).await.problem(409, "state-conflict")["state"], "withdrawn");
    declare(&filer, TILL, no_till()).await.expect(201);
}

async fn the_supervisor_accepts_or_contests(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let decide = async |declared: &Value, outcome: &str| {
        let path = format!("/v1/authority/inapplicabilities/{}/decision", text(&declared["id"]));
        let reason = json!({ "ru": "По данным реестра касс", "en": "By the register of tills" });
        office.0.post(&path, json!({ "outcome": outcome, "reason": reason })).await
    };
    let declared = declare(&filer, TILL, no_till()).await.expect(201);
    let mut found = false;
    let mut cursor = String::new();
    while !found {
        let list = office
            .0
            .get(&format!("/v1/authority/inapplicabilities?state=declared{cursor}"))
            .await
            .expect(200);
        found = list["items"].as_array().expect("a list").iter().any(|one| one["id"] == declared["id"]);
        assert!(found || !list["next_cursor"].is_null(), "the declaration is not before its supervisor");
        cursor = format!("&cursor={}", list["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(decide(&declared, "contested").await.expect(200)["state"], "contested");
    assert_eq!(decide(&declared, "accepted").await.problem(409, "state-conflict")["state"], "contested");
    let seen = read(&filer, &declared).await;
    assert_eq!((&seen["state"], &seen["review"]["outcome"]), (&json!("contested"), &json!("contested")));
    filer.until(&text(&declared["id"]), "inapplicability.decided").await;
    let again = declare(&filer, TILL, no_till()).await.problem(409, "state-conflict");
    assert_eq!(again["state"], "contested", "the same ground on the same facts is not heard twice");
    let other = filer.sibling("cafe").await;
    let declared = declare(&other, TILL, no_till()).await.expect(201);
    assert_eq!(decide(&declared, "accepted").await.expect(200)["state"], "accepted");
    assert_eq!(read(&other, &declared).await["state"], "accepted");
}

async fn a_declaration_ends_with_its_term(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let clock = filer.client.get("/sandbox/clock").await.expect(200);
    let mut body = no_till();
    body["until"] = json!(text(&clock["now"])[..10]);
    // Near midnight in Moscow the day of UTC may be over there: then the longest term is as good a test.
    let declared = match declare(&filer, TILL, body).await {
        answer if answer.status.as_u16() == 201 => answer.expect(201),
        _ => declare(&filer, TILL, no_till()).await.expect(201),
    };
    let far = json!({ "advance_s": 31_622_400 });
    let client = &filer.client;
    client.send(client.request(reqwest::Method::POST, "/sandbox/clock").json(&far)).await.expect(200);
    assert_eq!(read(&filer, &declared).await["state"], "expired");
    let event = filer.until(&text(&declared["id"]), "inapplicability.lapsed").await;
    assert_eq!(event["data"]["state"], "expired");
    declare(&filer, TILL, no_till()).await.expect(201);
}
