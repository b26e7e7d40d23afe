//! What businesses say of a draft, what is told of it, and what its developer reads.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer, own::authority};

use super::{opine, opinion, published};

tests::on_programs! { shared:
    an_opinion_is_revised_and_its_history_stays
    an_opinion_is_taken_back_and_given_anew
    an_opinion_that_does_not_hold_is_refused
    an_opinion_names_what_it_would_cost
    opinions_are_told_by_the_rules_of_assessments
    a_developer_reads_identities_by_consent_alone
    another_s_opinion_is_not_found
}

async fn an_opinion_is_revised_and_its_history_stays(program: &Program) {
    let (cafe, office) = (Filer::new(program, "cafe").await, authority(program).await);
    let draft = published(&office, json!({})).await;
    let first = opine(&cafe, &draft, opinion(4)).await;
    assert_eq!(first["receipt"]["act"], "opined");
    let second = opine(&cafe, &draft, opinion(2)).await;
    assert_eq!((&second["id"], &second["revision"]), (&first["id"], &json!(2)));
    assert_eq!(second["earlier"][0]["content"]["clarity"], 4);
    let listed = cafe.client.get(&cafe.path(&format!("opinions?draft_act={draft}"))).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "one opinion for each discussion");
    cafe.until(&text(&first["id"]), "opinion.given").await;
}

async fn an_opinion_is_taken_back_and_given_anew(program: &Program) {
    let (cafe, office) = (Filer::new(program, "cafe").await, authority(program).await);
    let draft = published(&office, json!({})).await;
    let given = opine(&cafe, &draft, opinion(4)).await;
    let path = cafe.path(&format!("opinions/{}/withdrawal", text(&given["id"])));
    let taken = cafe.client.act(&path).await.expect(200);
    assert_eq!(
        (&taken["state"], &taken["receipt"]["act"]),
        (&json!("withdrawn"), &json!("opinion_withdrawn"))
    );
    assert_eq!(cafe.client.act(&path).await.problem(409, "state-conflict")["state"], "withdrawn");
    let export = format!("/v1/authority/draft-acts/{draft}/opinions");
    assert_eq!(office.get(&export).await.expect(200)["items"], json!([]));
    let consider = format!("{export}/{}/consideration", text(&given["id"]));
    office.post(&consider, json!({ "state": "received" })).await.problem(409, "state-conflict");
    let again = opine(&cafe, &draft, opinion(5)).await;
    assert_eq!((&again["state"], &again["revision"]), (&json!("given"), &json!(3)));
}

async fn an_opinion_that_does_not_hold_is_refused(program: &Program) {
    let (cafe, office) = (Filer::new(program, "cafe").await, authority(program).await);
    let draft = published(&office, json!({})).await;
    let path = cafe.path(&format!("draft-acts/{draft}/opinions"));
    for (body, pointer, code) in [
        (json!({ "discussion": "notice" }), "", "empty-opinion"),
        (
            json!({ "discussion": "notice", "alternatives": [{ "alternative": "x", "merits": "y" }] }),
            "/alternatives/0/alternative",
            "unknown-alternative",
        ),
        (json!({ "discussion": "notice", "duplicates": ["NO-1"] }), "/duplicates/0", "unknown-requirement"),
        (json!({ "discussion": "notice", "cost_estimate": "cst_1" }), "/cost_estimate", "unknown-estimate"),
        (json!({ "discussion": "notice", "clarity": 6 }), "/clarity", "range"),
        (json!({ "discussion": "public_discussion", "clarity": 3 }), "/discussion", "no-such-discussion"),
    ] {
        let refused = cafe.client.post(&path, body).await.problem(422, "validation-failed");
        let first = &refused["violations"][0];
        assert_eq!((&first["pointer"], &first["code"]), (&json!(pointer), &json!(code)));
    }
    let nowhere = cafe.path("draft-acts/dra_01KAZ8Q3V5T2N4W6Y8B0D2F4H6/opinions");
    cafe.client.post(&nowhere, opinion(3)).await.problem(404, "not-found");
}

async fn an_opinion_names_what_it_would_cost(program: &Program) {
    let (cafe, office) = (Filer::new(program, "cafe").await, authority(program).await);
    let draft = published(&office, json!({ "requirements": [{ "code": "OT-001" }] })).await;
    let element = json!({ "name": "Отчёт", "hours": "1", "hourly_wage": "500", "times_per_year": "4" });
    let estimate = json!({ "requirement": "OT-001", "elements": [element] });
    let estimate = cafe.client.post(&cafe.path("cost-estimates"), estimate).await.expect(201);
    let linked = json!({ "discussion": "notice", "cost_estimate": estimate["id"] });
    let given = opine(&cafe, &draft, linked).await;
    assert_eq!(given["content"]["costs"]["total"]["amount"], "2604.00");
    let reckoned = json!({ "discussion": "notice", "costs": { "elements": [element] } });
    let given = opine(&cafe, &draft, reckoned).await;
    assert_eq!(given["content"]["costs"]["total"]["amount"], "2604.00");
}

async fn opinions_are_told_by_the_rules_of_assessments(program: &Program) {
    let office = authority(program).await;
    let draft = published(&office, json!({})).await;
    let path = format!("/v1/draft-acts/{draft}/opinions/summary");
    let mut filers = Vec::new();
    for score in [4, 4, 4, 4] {
        let filer = Filer::new(program, "cafe").await;
        opine(&filer, &draft, opinion(score)).await;
        filers.push(filer);
    }
    let told = program.client().get(&path).await.expect(200);
    assert_eq!(told["discussions"][0]["summary"]["clarity"], Value::Null, "four are too few");
    let fifth = Filer::new(program, "cafe").await;
    opine(&fifth, &draft, opinion(5)).await;
    let told = program.client().get(&path).await.expect(200);
    let clarity = &told["discussions"][0]["summary"]["clarity"];
    assert_eq!((&clarity["n"], &clarity["mean"]), (&json!(5), &json!(4.2)));
    assert_eq!(clarity["interval"]["half_width"], 0.5553);
    assert_eq!(told["terms"]["notice"]["days"], 15);
    opine(&filers[0], &draft, opinion(1)).await;
    let after = program.client().get(&path).await.expect(200);
    assert_eq!(after, told, "one business moves nothing");
}

async fn a_developer_reads_identities_by_consent_alone(program: &Program) {
    let (shy, open) = (Filer::new(program, "cafe").await, Filer::new(program, "cafe").await);
    let office = authority(program).await;
    let draft = published(&office, json!({})).await;
    opine(&shy, &draft, opinion(1)).await;
    let mut named = opinion(2);
    named["disclose_identity"] = json!(true);
    let named = opine(&open, &draft, named).await;
    let export = format!("/v1/authority/draft-acts/{draft}/opinions");
    let page = office.get(&export).await.expect(200);
    let text_of = page.to_string();
    assert!(text_of.contains(&open.business) && !text_of.contains(&shy.business), "{page:#}");
    let rows = page["items"].as_array().expect("a list");
    let row = rows.iter().find(|row| row["id"] == named["id"]).expect("it stands");
    assert_eq!(row["identity"]["business_id"], open.business.as_str());
    let none = office.get(&format!("{export}?discussion=other")).await.expect(200);
    assert_eq!(none["items"], json!([]));
    for (accept, head) in [("application/x-ndjson", "{\"id\":\"opn_"), ("text/csv", "\"id\",\"business_id\"")]
    {
        let request = office.request(Method::GET, &format!("{export}?limit=1")).header("Accept", accept);
        let answer = office.send(request).await;
        assert!(answer.header("content-type").starts_with(accept) && !answer.header("link").is_empty());
        assert!(String::from_utf8_lossy(&answer.bytes).starts_with(head));
    }
}

async fn another_s_opinion_is_not_found(program: &Program) {
    let (cafe, other) = (Filer::new(program, "cafe").await, Filer::new(program, "cafe").await);
    let office = authority(program).await;
    let draft = published(&office, json!({})).await;
    let given = opine(&cafe, &draft, opinion(4)).await;
    let id = text(&given["id"]);
    other.client.get(&other.path(&format!("opinions/{id}"))).await.problem(404, "not-found");
    other.client.act(&other.path(&format!("opinions/{id}/withdrawal"))).await.problem(404, "not-found");
    let transfer = text(&given["transfer"]["id"]);
    other.client.get(&other.path(&format!("transfers/{transfer}"))).await.problem(404, "not-found");
    let elsewhere = published(&office, json!({})).await;
    let path = format!("/v1/authority/draft-acts/{elsewhere}/opinions/{id}/consideration");
    office.post(&path, json!({ "state": "received" })).await.problem(404, "not-found");
}
