//! Scenarios: prepared before a word, personal afterwards, with the place on them from what really happened.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{BY_HAND, Filer, Office, certificate, granted},
};

use super::{consented, offered};

tests::on_programs! { shared:
    a_scenario_is_prepared_before_the_business_says_a_word
    the_position_follows_what_really_happened
    needs_are_confirmed_and_declined
    a_scenario_shows_the_offer_to_be_accepted
}

async fn scenario(filer: &Filer, code: &str) -> Value {
    filer.client.get(&filer.path(&format!("scenarios/{code}"))).await.expect(200)
}

fn step(scenario: &Value, number: usize) -> &Value {
    &scenario["steps"][number - 1]
}

async fn a_scenario_is_prepared_before_the_business_says_a_word(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let list = filer.client.get(&filer.path("scenarios")).await.expect(200);
    let codes: Vec<&str> = list["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["life_situation"].as_str())
        .collect();
    assert!(codes.contains(&"open-cafe") && codes.contains(&"start-business"), "{codes:?}");
    assert!(!codes.contains(&"provide-accommodation"), "a café lets no rooms: {codes:?}");
    let exporting = scenario(&filer, "transport-and-export").await;
    assert_eq!(
        exporting["questions"],
        json!(["exports", "exports_eaeu"]),
        "an unknown fact does not exclude"
    );
    let cafe = scenario(&filer, "open-cafe").await;
    assert_eq!((&cafe["kind"], &cafe["history"]), (&json!("preliminary"), &json!([])));
    assert!(cafe["segments"].as_array().is_some_and(|all| !all.is_empty()), "{cafe:#}");
    assert!(cafe["typical_needs"].as_array().is_some_and(|all| !all.is_empty()), "{cafe:#}");
    assert_eq!(step(&cafe, 1)["services"][0]["status"], "closed", "it is registered already");
    assert_eq!(cafe["position"]["done"], 0);
    filer.client.get(&filer.path("scenarios/no-such-situation")).await.problem(404, "not-found");
}

async fn the_position_follows_what_really_happened(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = text(&filer.lodge(certificate(BY_HAND)).await["id"]);
    let going = scenario(&filer, "start-business").await;
    assert_eq!((&going["kind"], &going["history"]), (&json!("personal"), &json!([id])));
    assert_eq!(step(&going, 4)["status"], "under_way");
    office.decide(&id, granted()).await.expect(200);
    let done = scenario(&filer, "start-business").await;
    assert_eq!((&step(&done, 4)["status"], &done["position"]["done"]), (&json!("done"), &json!(1)));
    let services = step(&done, 4)["services"].as_array().expect("a list");
    let told = services.iter().find(|one| one["service"] == "tax-balance-certificate").expect("it is there");
    assert_eq!((&told["status"], &told["submission_id"]), (&json!("done"), &json!(id)));
    let current = done["position"]["current"].as_u64().expect("steps are left");
    assert!(done["position"]["next"].as_u64().is_none_or(|next| next > current), "{done:#}");
}

async fn needs_are_confirmed_and_declined(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let say = async |subject: &str, code: &str, answer: &str| {
        let body = json!({ "subject": subject, "code": code, "answer": answer });
        filer.client.post(&filer.path("confirmations"), body).await
    };
    say("life_situation", "open-cafe", "confirmed").await.expect(201);
    let awaited = filer.client.get(&filer.path("confirmations/awaited")).await.expect(200);
    let needs = |list: &Value| {
        let items = list["items"].as_array().expect("a list");
        items.iter().filter(|one| one["subject"] == "need").map(|one| text(&one["code"])).collect::<Vec<_>>()
    };
    assert!(needs(&awaited).contains(&"open-cafe/4".to_owned()), "{awaited:#}");
    let before = scenario(&filer, "open-cafe").await;
    assert_eq!(before["kind"], "personal");
    say("need", "open-cafe/4", "declined").await.expect(201);
    say("need", "open-cafe/3", "confirmed").await.expect(201);
    let after = scenario(&filer, "open-cafe").await;
    assert_eq!(
        (&step(&after, 4)["status"], &step(&after, 4)["answer"]),
        (&json!("declined"), &json!("declined"))
    );
    assert_eq!(
        (&step(&after, 3)["status"], &step(&after, 3)["answer"]),
        (&json!("open"), &json!("confirmed"))
    );
    let of = |scenario: &Value| scenario["position"]["of"].as_u64().expect("a number");
    assert_eq!(of(&after), of(&before) - 1, "what is declined leaves the path");
    let awaited = filer.client.get(&filer.path("confirmations/awaited")).await.expect(200);
    assert!(!needs(&awaited).contains(&"open-cafe/4".to_owned()), "{awaited:#}");
    let unknown = say("need", "open-cafe/99", "confirmed").await.problem(422, "validation-failed");
    assert_eq!(unknown["violations"][0]["code"], "unknown-code");
    say("life_situation", "open-cafe", "declined").await.expect(201);
    let list = filer.client.get(&filer.path("scenarios")).await.expect(200);
    let items = list["items"].as_array().expect("a list");
    assert!(!items.iter().any(|one| one["life_situation"] == "open-cafe"), "{list:#}");
}

async fn a_scenario_shows_the_offer_to_be_accepted(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    consented(&filer, "register-extract", "offer", json!({ "subject": "self" })).await;
    let offer = offered(&filer, "offer.made", "register-extract").await;
    let shown = scenario(&filer, "start-business").await;
    assert_eq!(step(&shown, 4)["services"][0]["offer_id"], offer["id"]);
}
