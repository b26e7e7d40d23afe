//! Opinions and assessments on their way to the regulation portal of the sandbox.

use serde_json::{Value, json};
use tests::{Engine, Own, Program, client::text, filing::Filer, on_both_engines, own::authority};

use super::{opine, opinion, published};

tests::on_programs! { start:
    a_portal_that_is_down_gets_it_when_it_is_back
    a_slow_portal_is_asked_again
}

tests::on_programs! { shared:
    a_portal_accepts_or_refuses
    a_withdrawal_is_passed_on_too
    an_assessment_is_passed_on_when_its_business_asks
}

on_both_engines! { what_is_on_its_way_outlives_a_kill }

fn saying(word: &str) -> Value {
    let mut body = opinion(3);
    body["risks"] = json!(format!("Без связи не работает. {word}"));
    body
}

/// Waits until the transfer came to the state, which an event tells.
async fn until(filer: &Filer, transfer: &str, state: &str) -> Value {
    for _ in 0..100 {
        let seen = filer.client.get(&filer.path(&format!("transfers/{transfer}"))).await.expect(200);
        if seen["state"] == state {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{transfer} did not become {state}");
}

async fn passed(filer: &Filer, program: &Program, body: Value) -> String {
    let draft = published(&authority(program).await, json!({})).await;
    text(&opine(filer, &draft, body).await["transfer"]["id"])
}

async fn an_hour(filer: &Filer) {
    filer.client.post("/sandbox/clock", json!({ "advance_s": 3601 })).await.expect(200);
}

fn states(transfer: &Value) -> Vec<String> {
    transfer["steps"].as_array().expect("steps").iter().map(|step| text(&step["state"])).collect()
}

async fn a_portal_accepts_or_refuses(program: &Program) {
    let cafe = Filer::new(program, "cafe").await;
    let taken = passed(&cafe, program, opinion(3)).await;
    let seen = until(&cafe, &taken, "accepted").await;
    assert_eq!(states(&seen), ["pending", "accepted"]);
    assert_eq!(seen["steps"][1]["number"], format!("SANDBOX-{taken}.1"));
    let event = cafe.until(&taken, "transfer.moved").await;
    assert_eq!(event["data"]["state"], "accepted");
    let refused = passed(&cafe, program, saying("portal:refused")).await;
    let seen = until(&cafe, &refused, "refused").await;
    assert!(seen["steps"][1]["reason"]["ru"].is_string() && seen["next_at"].is_null(), "{seen:#}");
    let listed = cafe.client.get(&cafe.path("transfers?state=refused")).await.expect(200);
    assert_eq!(listed["items"][0]["id"], refused.as_str());
}

async fn a_portal_that_is_down_gets_it_when_it_is_back(program: &Program) {
    let cafe = Filer::new(program, "cafe").await;
    let id = passed(&cafe, program, saying("portal:down")).await;
    let tried = async || {
        let seen = cafe.client.get(&cafe.path(&format!("transfers/{id}"))).await.expect(200);
        seen["attempts"].as_i64().expect("a number")
    };
    for _ in 0..100 {
        if tried().await > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let seen = cafe.client.get(&cafe.path(&format!("transfers/{id}"))).await.expect(200);
    assert_eq!((&seen["state"], &seen["attempts"]), (&json!("pending"), &json!(1)), "{seen:#}");
    an_hour(&cafe).await;
    let seen = until(&cafe, &id, "accepted").await;
    assert_eq!(states(&seen), ["pending", "accepted"]);
}

async fn a_slow_portal_is_asked_again(program: &Program) {
    let cafe = Filer::new(program, "cafe").await;
    let id = passed(&cafe, program, saying("portal:slow")).await;
    until(&cafe, &id, "sent").await;
    an_hour(&cafe).await;
    let seen = until(&cafe, &id, "accepted").await;
    assert_eq!(states(&seen), ["pending", "sent", "accepted"]);
}

async fn a_withdrawal_is_passed_on_too(program: &Program) {
    let cafe = Filer::new(program, "cafe").await;
    let draft = published(&authority(program).await, json!({})).await;
    let given = opine(&cafe, &draft, saying("portal:refused")).await;
    let id = text(&given["transfer"]["id"]);
    until(&cafe, &id, "refused").await;
    cafe.client.act(&cafe.path(&format!("opinions/{}/withdrawal", text(&given["id"])))).await.expect(200);
    // What was taken back has no content any more, so the word is gone, too.
    let seen = until(&cafe, &id, "accepted").await;
    assert_eq!(
        (&seen["revision"], &seen["steps"][3]["number"]),
        (&json!(2), &json!(format!("SANDBOX-{id}.2")))
    );
}

async fn an_assessment_is_passed_on_when_its_business_asks(program: &Program) {
    let cafe = Filer::new(program, "cafe").await;
    let body = |clarity: u8| json!({ "requirement": "OT-001", "procedure": "other", "clarity": clarity });
    let given = cafe.client.post(&cafe.path("assessments"), body(3)).await.expect(201);
    let none = cafe.client.get(&cafe.path("transfers")).await.expect(200);
    assert_eq!(none["items"], json!([]), "nobody asked");
    let path = cafe.path(&format!("assessments/{}/transfer", text(&given["id"])));
    let asked = cafe.client.act(&path).await.expect(200);
    assert_eq!(
        (&asked["subject"]["kind"], &asked["receipt"]["act"]),
        (&json!("assessment"), &json!("transfer_asked"))
    );
    let id = text(&asked["id"]);
    until(&cafe, &id, "accepted").await;
    assert_eq!(cafe.client.act(&path).await.expect(200)["state"], "accepted", "nothing is new");
    cafe.client.post(&cafe.path("assessments"), body(4)).await.expect(201);
    for _ in 0..100 {
        let seen = until(&cafe, &id, "accepted").await;
        if seen["revision"] == 2 {
            return;
        }
    }
    panic!("the revision was not passed on");
}

async fn what_is_on_its_way_outlives_a_kill(engine: Engine) {
    let settings = [("SHLYUZ_BASE_URL", "http://shlyuz.test"), ("SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "900")];
    let Some(mut own) = Own::start(engine, &settings) else { return };
    let cafe = Filer::new(&own.program, "cafe").await;
    let id = passed(&cafe, &own.program, saying("portal:down")).await;
    own.program.signal("KILL");
    own.program.wait();
    own.program.restart();
    let token = cafe.client.token().expect("it was logged in");
    let cafe = Filer { client: own.client().with_token(token), business: cafe.business };
    an_hour(&cafe).await;
    let seen = until(&cafe, &id, "accepted").await;
    assert_eq!(seen["steps"][1]["number"], format!("SANDBOX-{id}.1"), "under the same name");
}
