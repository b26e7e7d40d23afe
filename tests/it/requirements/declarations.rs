//! Declarations of compliance: from a good self-check to the public register, and out of it.

use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::text,
    filing::{Filer, Office},
};

use super::self_checks::{begun, completed, good, places};

tests::on_programs! { shared:
    a_good_self_check_is_declared_and_public
    what_is_not_good_enough_is_not_declared
    the_register_names_no_person
    the_supervisor_annuls_what_proves_wrong
}

mod own {
    tests::on_programs! { start: a_declaration_ends_with_its_term }

    use super::*;

    async fn a_declaration_ends_with_its_term(program: &Program) {
        let filer = Filer::new(program, "cafe").await;
        let declaration = declared(&filer).await;
        pass(&filer, 364).await;
        assert_eq!(register(program, &declaration).await["state"], "registered");
        pass(&filer, 2).await;
        assert_eq!(register(program, &declaration).await["state"], "expired");
        let event = filer.until(&text(&declaration["id"]), "declaration.expired").await;
        assert_eq!(event["touchpoint"], "gateway");
        let problem = annul(&Office::of(program).await, &declaration).await.problem(409, "state-conflict");
        assert_eq!(problem["state"], "expired");
    }

    async fn pass(filer: &Filer, days: u32) {
        filer.client.post("/sandbox/clock", json!({ "advance_s": days * 86_400 })).await.expect(200);
    }
}

async fn declare(filer: &Filer, check: &Value, authority: &str) -> Answer {
    let path = filer.path(&format!("self-checks/{}/declaration", text(&check["id"])));
    filer.client.post(&path, json!({ "authority_id": authority })).await
}

/// A declaration to the sandbox's authority.
async fn declared(filer: &Filer) -> Value {
    let check = completed(filer, &["OT-028", "OT-029"], good()).await;
    declare(filer, &check, "aut_fns").await.expect(201)
}

async fn register(program: &Program, declaration: &Value) -> Value {
    program.client().get(&format!("/v1/declarations/{}", text(&declaration["id"]))).await.expect(200)
}

async fn annul(office: &Office, declaration: &Value) -> Answer {
    let path = format!("/v1/authority/declarations/{}/annulment", text(&declaration["id"]));
    let reason = json!({ "ru": "Акт № 12 выявил нарушения.", "en": "Report No. 12 found violations." });
    office.0.post(&path, json!({ "ground": "violations_found", "reason": reason })).await
}

async fn a_good_self_check_is_declared_and_public(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let check = completed(&filer, &["OT-028", "OT-029"], good()).await;
    let answer = declare(&filer, &check, "aut_fns").await;
    let address = answer.header("location").to_owned();
    let declaration = answer.expect(201);
    assert_eq!((&declaration["state"], &declaration["score"]), (&json!("registered"), &json!("100")));
    assert_eq!(declaration["receipt"]["act"], "declared");
    let public = program.client().get(&address).await.expect(200);
    let business = filer.client.get(&format!("/v1/businesses/{}", filer.business)).await.expect(200);
    assert_eq!((&public["inn"], &public["state"]), (&business["inn"], &json!("registered")));
    assert!(!public.to_string().contains(&text(&business["name"])) && public.get("business_id").is_none());
    let years = |day: &Value| text(day)[..4].parse::<i32>().expect("a date begins with its year");
    assert_eq!(years(&public["valid_until"]) - years(&public["declared_on"]), 1);
    let own = filer.client.get(&filer.path("declarations?state=registered")).await.expect(200);
    assert_eq!(own["items"][0]["id"], declaration["id"]);
    let again = declare(&filer, &check, "aut_fns").await.problem(409, "state-conflict");
    assert_eq!(again["state"], "declared");
    let seen = office.0.get("/v1/authority/declarations?limit=1000").await.expect(200);
    let seen = seen["items"].as_array().expect("a list").iter().any(|one| one["id"] == declaration["id"]);
    assert!(seen, "the supervisor does not see it");
    let read = filer.path(&format!("self-checks/{}", text(&check["id"])));
    let read = filer.client.get(&read).await.expect(200);
    assert_eq!(read["declarations"][0]["declaration_id"], declaration["id"]);
}

async fn what_is_not_good_enough_is_not_declared(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let draft = begun(&filer, &["OT-028"]).await;
    assert_eq!(declare(&filer, &draft, "aut_fns").await.problem(409, "state-conflict")["state"], "draft");
    let mut answers = good();
    answers["OT-028/address"] = json!({ "answer": "no" });
    let poor = completed(&filer, &["OT-028"], answers).await;
    let problem = declare(&filer, &poor, "aut_fns").await.problem(422, "validation-failed");
    assert_eq!(places(&problem), [" score-too-low"]);
    let fine = completed(&filer, &["OT-028"], good()).await;
    let problem = declare(&filer, &fine, "aut_mchs").await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/authority_id not-the-supervisor"]);
    assert_eq!(problem["violations"][0]["fix"]["allowed"], json!(["aut_fns"]));
    let nothing = json!({ "OT-001/met": { "answer": "not_applicable" } });
    let nothing = completed(&filer, &["OT-001"], nothing).await;
    let problem = declare(&filer, &nothing, "aut_fns").await.problem(422, "validation-failed");
    assert_eq!(places(&problem), [" score-too-low"]);
}

async fn the_register_names_no_person(program: &Program) {
    let filer = Filer::new(program, "sole-trader-it").await;
    let declaration = declared(&filer).await;
    let public = register(program, &declaration).await;
    assert_eq!((&public["inn"], &public["state"]), (&Value::Null, &json!("registered")));
    program.client().get("/v1/declarations/dec_none").await.problem(404, "not-found");
}

async fn the_supervisor_annuls_what_proves_wrong(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let declaration = declared(&filer).await;
    let annulled = annul(&office, &declaration).await.expect(200);
    assert_eq!(
        (&annulled["state"], &annulled["annulment"]["ground"]),
        (&json!("annulled"), &json!("violations_found"))
    );
    let public = register(program, &declaration).await;
    assert_eq!(public["state"], "annulled");
    assert!(public["annulled_at"].is_string() && public.get("annulment").is_none());
    let event = filer.until(&text(&declaration["id"]), "declaration.annulled").await;
    assert_eq!(event["data"]["ground"], "violations_found");
    let own = filer.client.get(&filer.path("declarations?state=annulled")).await.expect(200);
    assert!(text(&own["items"][0]["annulment"]["reason"]["ru"]).contains("№ 12"));
    assert_eq!(annul(&office, &declaration).await.problem(409, "state-conflict")["state"], "annulled");
}
