//! Algorithms carried out step by step, with proof.

use serde_json::{Value, json};
use tests::{Answer, Program, client::text, filing::Filer};

use super::self_checks::places;

tests::on_programs! { shared:
    an_algorithm_is_carried_out_and_fulfils_every_requirement_it_serves
    a_step_takes_its_own_proof_and_once
    the_algorithms_are_those_that_suit_the_business
}

/// An algorithm for three requirements of fire safety.
const FIRE: &str = "ALG-263";

async fn confirm(filer: &Filer, algorithm: &str, step: &str, proof: Value) -> Answer {
    let body = json!({ "algorithm": algorithm, "step": step, "proof": proof });
    filer.client.post(&filer.path("algorithm-confirmations"), body).await
}

/// How far the business has come with that algorithm, as the requirement shows it.
async fn progress(filer: &Filer, code: &str) -> Value {
    let path = filer.path(&format!("requirements/{code}/algorithms"));
    let offered = filer.client.get(&path).await.expect(200);
    let mut all = offered["items"].as_array().expect("a list").iter();
    all.find(|one| one["code"] == FIRE).expect("it serves the requirement")["progress"].clone()
}

async fn an_algorithm_is_carried_out_and_fulfils_every_requirement_it_serves(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let attachment = filer.attach("act", "application/pdf", b"%PDF-1.7 act").await;
    let attached = json!({ "kind": "attachment", "attachment_id": attachment });
    let day = json!({ "kind": "value", "value": "2026-11-20" });
    let kept = json!({ "kind": "document", "digest": domain::digest::Digest::of(b"instruction") });
    // Any order.
    let steps = [
        ("repeat", &day),
        ("brief", &attached),
        ("walk", &day),
        ("instructions", &kept),
        ("extinguishers", &attached),
    ];
    let mut run = Value::Null;
    for (place, (step, proof)) in steps.into_iter().enumerate() {
        run = confirm(&filer, FIRE, step, proof.clone()).await.expect(201);
        assert_eq!(
            (&run["confirmed"], &run["receipt"]["act"]),
            (&json!(place + 1), &json!("step_confirmed"))
        );
        let state = if place == 4 { "completed" } else { "open" };
        assert_eq!((&run["state"], &run["version"]), (&json!(state), &json!(place + 1)));
    }
    assert_eq!(run["requirements"], json!(["OT-030", "OT-031", "OT-032"]));
    let event = filer.until(&text(&run["id"]), "algorithm.completed").await;
    assert_eq!(event["data"]["requirements"], run["requirements"]);
    for code in ["OT-030", "OT-031", "OT-032"] {
        let progress = progress(&filer, code).await;
        assert_eq!((&progress["run_id"], &progress["state"]), (&run["id"], &json!("completed")));
    }
    let read = filer.path(&format!("algorithm-confirmations/{}", text(&run["id"])));
    assert_eq!(filer.client.get(&read).await.expect(200)["steps"], run["steps"]);
    // What is done again begins a run of its own.
    let next = confirm(&filer, FIRE, "walk", day).await.expect(201);
    assert_ne!(next["id"], run["id"]);
    let open = filer.client.get(&filer.path("algorithm-confirmations?state=open")).await.expect(200);
    assert_eq!((&open["items"][0]["id"], open["items"].as_array().map(Vec::len)), (&next["id"], Some(1)));
}

async fn a_step_takes_its_own_proof_and_once(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let value = |value: &str| json!({ "kind": "value", "value": value });
    let none = json!({ "kind": "attachment", "attachment_id": "att_none" });
    let table = [
        ("ALG-000", "walk", value("x"), "/algorithm unknown-algorithm"),
        ("ALG-191", "insurer", value("x"), "/algorithm not-for-this-business"),
        (FIRE, "dance", value("x"), "/step unknown-step"),
        (FIRE, "walk", json!({ "kind": "none" }), "/proof/kind proof-kind"),
        (FIRE, "walk", value(" "), "/proof/value length"),
        (FIRE, "walk", value(&"x".repeat(201)), "/proof/value length"),
        (FIRE, "brief", none, "/proof/attachment_id attachment-not-ready"),
    ];
    for (algorithm, step, proof, expected) in table {
        let problem = confirm(&filer, algorithm, step, proof).await.problem(422, "validation-failed");
        assert_eq!(places(&problem), [expected]);
    }
    confirm(&filer, FIRE, "walk", value("да")).await.expect(201);
    let problem = confirm(&filer, FIRE, "walk", value("да")).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/step confirmed-already"]);
    for proof in
        [json!({}), json!({ "kind": "oath" }), json!({ "kind": "value", "value": "x", "digest": "y" })]
    {
        confirm(&filer, FIRE, "repeat", proof).await.problem(422, "validation-failed");
    }
}

async fn the_algorithms_are_those_that_suit_the_business(program: &Program) {
    let codes = async |profile: &str| {
        let filer = Filer::new(program, profile).await;
        let list = filer.client.get(&filer.path("requirements/OT-045/algorithms")).await.expect(200);
        let items = list["items"].as_array().expect("a list").clone();
        assert!(items.iter().all(|one| one["progress"].is_null() && one["certain"] == true));
        items.iter().map(|one| text(&one["code"])).collect::<Vec<_>>()
    };
    assert_eq!(codes("cafe").await, ["ALG-045"]);
    assert_eq!(codes("sole-trader-it").await, ["ALG-191", "ALG-045"]);
    let filer = Filer::new(program, "cafe").await;
    filer.client.get(&filer.path("requirements/OT-000/algorithms")).await.problem(404, "not-found");
}
