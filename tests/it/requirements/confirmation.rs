//! Confirming what was assigned to a business.

use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

tests::on_programs! { shared:
    the_business_confirms_what_was_assigned_to_it
    a_situation_that_cannot_be_the_business_s_is_not_offered
    the_newest_answer_counts_and_the_earlier_ones_stay
    an_unknown_code_is_refused_with_those_that_are_known
    a_repeated_confirmation_is_replayed
}

async fn awaited(filer: &Filer, subject: &str) -> Vec<String> {
    let list = filer.client.get(&filer.path("confirmations/awaited")).await.expect(200);
    let items = list["items"].as_array().expect("a list").iter();
    items.filter(|item| item["subject"] == subject).map(|item| text(&item["code"])).collect()
}

fn confirmation(subject: &str, code: &str, answer: &str) -> Value {
    json!({ "subject": subject, "code": code, "answer": answer })
}

async fn the_business_confirms_what_was_assigned_to_it(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("confirmations");
    for subject in ["life_situation", "segment", "requirement"] {
        let waiting = awaited(&filer, subject).await;
        let code = waiting.first().unwrap_or_else(|| panic!("no {subject} awaits confirmation"));
        let answer = filer.client.post(&path, confirmation(subject, code, "confirmed")).await;
        let location = answer.header("location").to_owned();
        let given = answer.expect(201);
        let mut read = filer.client.get(&location).await.expect(200);
        read["receipt"] = given["receipt"].clone();
        assert_eq!(read, given);
        assert_eq!((&given["subject"], &given["code"]), (&json!(subject), &json!(code)));
        assert_eq!(
            (&given["receipt"]["act"], &given["receipt"]["subject"]),
            (&json!("confirmed"), &given["id"])
        );
        assert!(!awaited(&filer, subject).await.contains(code));
        let event = filer.until(&text(&given["id"]), "confirmation.given").await;
        assert_eq!(event["data"], confirmation(subject, code, "confirmed"));
    }
}

async fn the_newest_answer_counts_and_the_earlier_ones_stay(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("confirmations");
    for answer in ["confirmed", "declined"] {
        filer.client.post(&path, confirmation("requirement", "OT-001", answer)).await.expect(201);
    }
    filer.client.post(&path, confirmation("life_situation", "open-cafe", "confirmed")).await.expect(201);
    let list = async |query: &str| {
        let list = filer.client.get(&format!("{path}{query}")).await.expect(200);
        let items = list["items"].as_array().expect("a list").iter();
        items.map(|item| format!("{} {}", text(&item["code"]), text(&item["answer"]))).collect::<Vec<_>>()
    };
    assert_eq!(list("").await, ["open-cafe confirmed", "OT-001 declined", "OT-001 confirmed"]);
    assert_eq!(list("?current=true").await, ["OT-001 declined", "open-cafe confirmed"]);
    assert_eq!(list("?subject=requirement&code=OT-001").await, ["OT-001 declined", "OT-001 confirmed"]);
    assert_eq!(list("?code=open-cafe").await, ["open-cafe confirmed"]);
    assert_eq!(list("?subject=segment").await, Vec::<String>::new());
    let first = filer.client.get(&format!("{path}?current=true&limit=1")).await.expect(200);
    let cursor = text(&first["next_cursor"]);
    assert_eq!(list(&format!("?current=true&limit=1&cursor={cursor}")).await, ["open-cafe confirmed"]);
    let answer = filer.client.get(&format!("{path}?cursor={cursor}")).await;
    assert!(answer.status.as_u16() < 500, "a cursor of the other order breaks nothing");
}

async fn an_unknown_code_is_refused_with_those_that_are_known(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("confirmations");
    for subject in ["life_situation", "segment", "requirement"] {
        let answer = filer.client.post(&path, confirmation(subject, "no-such", "confirmed")).await;
        let problem = answer.problem(422, "validation-failed");
        assert_eq!(problem["violations"][0]["pointer"], "/code", "{problem:#}");
    }
    let problem = filer.client.post(&path, confirmation("kitchen", "x", "confirmed")).await;
    problem.problem(422, "validation-failed");
}

async fn a_repeated_confirmation_is_replayed(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let (path, key) = (filer.path("confirmations"), tests::client::fresh_key());
    let body = confirmation("requirement", "OT-001", "confirmed");
    let first = filer.client.post_keyed(&path, &key, body.clone()).await;
    let again = filer.client.post_keyed(&path, &key, body).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.bytes, again.bytes);
    let list = filer.client.get(&path).await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
}

async fn a_situation_that_cannot_be_the_business_s_is_not_offered(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let offered = async || {
        let list = filer.client.get(&filer.path("confirmations/awaited")).await.expect(200);
        let items = list["items"].as_array().expect("a list").iter();
        let situations = items.filter(|item| item["subject"] == "life_situation");
        situations.map(|item| (text(&item["code"]), item["questions"].clone())).collect::<Vec<_>>()
    };
    let abroad = ("transport-and-export".to_owned(), json!(["exports", "exports_eaeu"]));
    let known = |code: &str| (code.to_owned(), json!([]));
    let sure = [known("start-business"), known("open-cafe"), known("open-shop"), known("hire-employees")];
    let before = offered().await;
    assert!(before.contains(&abroad), "what is not known asks: {before:?}");
    assert!(sure.iter().all(|one| before.contains(one)), "{before:?}");
    let names = before.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>();
    for foreign in ["provide-accommodation", "personal-services", "start-production"] {
        assert!(!names.contains(&foreign), "a café is not {foreign}");
    }
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    let version = profile["version"].as_i64().expect("a version");
    let told = json!({ "exports": false, "exports_eaeu": false, "employees": 0 });
    filer.client.patch(&filer.path("profile"), version, told).await.expect(200);
    let after = offered().await;
    assert!(!after.contains(&abroad) && !after.contains(&known("hire-employees")), "{after:?}");
}
