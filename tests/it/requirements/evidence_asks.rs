//! A supervisor asks the state's resources of its own accord.

use serde_json::{Value, json};
use tests::{
    Client, Program,
    client::text,
    filing::{Filer, Office},
};

use super::self_checks::places;

tests::on_programs! { shared:
    a_supervisor_asks_about_many_businesses_in_one_call
    a_supervisor_asks_about_its_own_requirements_alone
    who_is_not_supervised_is_named_and_nobody_is_asked
}

const INQUIRIES: &str = "/v1/authority/evidence-inquiries";

/// An inquiry, once it has been round the resources.
async fn gone_round(client: &Client, path: &str) -> Value {
    for _ in 0..100 {
        let inquiry = client.get(path).await.expect(200);
        if inquiry["rounds"] != 0 {
            return inquiry;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("nobody asked the resources");
}

async fn a_supervisor_asks_about_many_businesses_in_one_call(program: &Program) {
    let office = Office::of(program).await;
    let (first, second) = (Filer::new(program, "cafe").await, Filer::new(program, "cafe").await);
    let known = format!("/v1/authority/businesses/{}/evidence?proof=untold&limit=1000", first.business);
    let before = office.0.get(&known).await.expect(200)["items"].as_array().expect("a list").len();
    let body = json!({ "business_ids": [first.business, second.business] });
    let made = office.0.post(INQUIRIES, body).await.expect(200);
    let made = made["items"].as_array().expect("a list");
    assert_eq!(made.len(), 2);
    for (inquiry, filer) in made.iter().zip([&first, &second]) {
        assert_eq!(
            (&inquiry["business_id"], &inquiry["authority_id"]),
            (&json!(filer.business), &json!("aut_fns"))
        );
        let id = text(&inquiry["id"]);
        let gone = gone_round(&office.0, &format!("{INQUIRIES}/{id}")).await;
        let own = filer.client.get(&filer.path(&format!("evidence/inquiries/{id}"))).await.expect(200);
        assert_eq!(own["id"], gone["id"], "the business reads who asked and what");
        filer.until(&id, "evidence.inquired").await;
        filer.until(&id, "evidence.changed").await;
    }
    let after = office.0.get(&known).await.expect(200)["items"].as_array().expect("a list").len();
    assert!(after < before, "{after} of {before} are still untold: the resources said something");
    let listed = office.0.get(&format!("{INQUIRIES}?limit=1000")).await.expect(200);
    let listed = listed["items"].as_array().expect("a list");
    assert!(made.iter().all(|one| listed.iter().any(|own| own["id"] == one["id"])));
}

async fn a_supervisor_asks_about_its_own_requirements_alone(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let made = office.0.post(INQUIRIES, json!({ "business_ids": [filer.business] })).await.expect(200);
    let open = made["items"][0]["open"].as_array().expect("a list").clone();
    assert!(!open.is_empty());
    for wanted in &open {
        let code = text(&wanted["requirement"]);
        let requirement = filer.client.get(&format!("/v1/requirements/{code}")).await.expect(200);
        let supervisors = requirement["supervisors"].as_array().expect("a list").clone();
        assert!(supervisors.contains(&json!("aut_fns")), "{code}: {supervisors:?}");
    }
    let body = json!({ "business_ids": [filer.business], "requirements": ["OT-001"] });
    let one = office.0.post(INQUIRIES, body).await.expect(200);
    let asked = one["items"][0]["open"].as_array().expect("a list").clone();
    assert!(asked.iter().all(|wanted| wanted["requirement"] == "OT-001") && asked.len() < open.len());
    filer
        .client
        .get(&format!("{INQUIRIES}/{}", text(&one["items"][0]["id"])))
        .await
        .problem(403, "insufficient-scope");
}

async fn who_is_not_supervised_is_named_and_nobody_is_asked(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let refused =
        async |body: Value| places(&office.0.post(INQUIRIES, body).await.problem(422, "validation-failed"));
    let strangers = json!({ "business_ids": [filer.business, "biz_none"] });
    assert_eq!(refused(strangers).await, ["/business_ids/1 not-supervisor"]);
    // Another authority supervises the kitchen.
    let kitchen = json!({ "business_ids": [filer.business], "requirements": ["OT-021"] });
    assert_eq!(refused(kitchen).await, ["/business_ids/0 not-supervisor"]);
    let events = filer.client.get("/v1/events?types=evidence.inquired&limit=1000").await.expect(200);
    assert_eq!(events["items"], json!([]), "{events:#}");
}
