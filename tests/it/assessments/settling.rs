//! The operator of the registry settles the rules of assessment while the gateway runs.

use domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, Program, filing::Filer, own::authority};

use super::{REGISTERED_FACTS, give, scored};
use crate::requirements::self_checks::places;

tests::on_programs! { start:
    rules_settled_hold_from_their_day_on
    what_was_told_by_earlier_rules_stays
    rules_that_have_begun_stay_as_they_are
    rules_are_settled_at_the_version_that_was_seen
    rules_out_of_bounds_are_refused_with_their_places
}

const RULES: &str = "/v1/authority/assessment-rules";
const SUMMARY: &str = "/v1/requirements/OT-001/assessments/summary";

async fn settle(office: &Client, version: i64, body: &Value) -> Answer {
    let request = office.request(Method::PUT, RULES).header("If-Match", format!("\"v{version}\""));
    office.send(request.json(body)).await
}

/// The rules as they are, with one more that begins so many days after today, and their version.
async fn with_another(office: &Client, days: i64, change: Value) -> (i64, Value) {
    let held = office.get(RULES).await.expect(200);
    let mut another = held["rules"][0].clone();
    another["valid_from"] = json!(day(office, days).await);
    for (name, value) in change.as_object().expect("members") {
        another[name] = value.clone();
    }
    let rules: Vec<Value> =
        held["rules"].as_array().expect("a list").iter().cloned().chain([another]).collect();
    (held["version"].as_i64().expect("a number"), json!({ "procedures": held["procedures"], "rules": rules }))
}

/// So many days after today, by the sandbox's clock.
async fn day(office: &Client, days: i64) -> String {
    let now = office.get("/sandbox/clock").await.expect(200)["now"].clone();
    let now: Timestamp = serde_json::from_value(now).expect("a moment");
    let then = Timestamp::from_micros(now.micros() + days * 86_400_000_000).expect("this century");
    then.moscow_date().to_string()
}

async fn in_force(program: &Program) -> Value {
    program.client().get("/v1/assessments/parameters").await.expect(200)["rule"].clone()
}

async fn tomorrow(office: &Client) {
    office.post("/sandbox/clock", json!({ "advance_s": 86_400 })).await.expect(200);
}

async fn assessed(program: &Program, scores: &[u8]) {
    for score in scores {
        give(&Filer::new(program, "cafe").await, scored(REGISTERED_FACTS, *score, 3)).await;
    }
}

async fn rules_settled_hold_from_their_day_on(program: &Program) {
    let office = authority(program).await;
    let (version, mut body) =
        with_another(&office, 1, json!({ "least_businesses": 3, "remind_pause_days": 60 })).await;
    body["procedures"][0]["title"]["en"] = json!("Assessment of regulation");
    let settled = settle(&office, version, &body).await.expect(200);
    assert_eq!((&settled["version"], &settled["rules"]), (&json!(version + 1), &body["rules"]));
    assert_eq!(office.get(RULES).await.expect(200), settled);
    let parameters = program.client().get("/v1/assessments/parameters").await.expect(200);
    assert_eq!(parameters["procedures"][0]["title"]["en"], "Assessment of regulation");
    assert_eq!(in_force(program).await["least_businesses"], 5, "not before its day");
    assessed(program, &[4, 4]).await;
    tomorrow(&office).await;
    assert_eq!(in_force(program).await, body["rules"][1]);
    assert_eq!(program.client().get(SUMMARY).await.expect(200)["total"]["clarity"], Value::Null);
    assessed(program, &[1]).await;
    assert_eq!(program.client().get(SUMMARY).await.expect(200)["total"]["clarity"]["n"], 3);
    let versions = program.client().get("/v1/assessments/rules/versions").await.expect(200);
    let newest = &versions["items"][0];
    assert_eq!((&newest["version"], &newest["brought_by"]), (&settled["version"], &json!("aut_fns")));
    assert_eq!(versions["items"][1]["brought_by"], Value::Null, "the first came with the program");
}

async fn what_was_told_by_earlier_rules_stays(program: &Program) {
    let office = authority(program).await;
    assessed(program, &[1, 2, 3, 4, 5]).await;
    let before = program.client().get(SUMMARY).await.expect(200);
    assert_eq!(before["total"]["clarity"]["n"], 5);
    let (version, body) = with_another(&office, 1, json!({ "least_businesses": 7 })).await;
    settle(&office, version, &body).await.expect(200);
    assert_eq!(program.client().get(SUMMARY).await.expect(200), before);
    tomorrow(&office).await;
    assessed(program, &[5, 5, 5, 5, 5]).await;
    let after = program.client().get(SUMMARY).await.expect(200);
    assert_eq!((&after["total"], &after["procedures"]), (&before["total"], &before["procedures"]));
    assert_eq!(after["rule"]["least_businesses"], 7, "five are too few now");
    assessed(program, &[5, 5]).await;
    assert_eq!(program.client().get(SUMMARY).await.expect(200)["total"]["clarity"]["n"], 12);
}

async fn rules_that_have_begun_stay_as_they_are(program: &Program) {
    let office = authority(program).await;
    let refused = async |version: i64, body: &Value| {
        places(&settle(&office, version, body).await.problem(422, "validation-failed"))
    };
    let (version, body) = with_another(&office, 0, json!({})).await;
    assert_eq!(
        refused(version, &body).await,
        ["/rules/1/valid_from rules-in-force"],
        "from tomorrow at the earliest"
    );
    let mut changed = body.clone();
    changed["rules"] = json!([body["rules"][0]]);
    changed["rules"][0]["least_businesses"] = json!(6);
    let places = refused(version, &changed).await;
    assert_eq!(places, ["/rules/0/valid_from rules-in-force", "/rules rules-in-force"]);
    // What has not begun may still be changed, and given up.
    let (version, later) = with_another(&office, 2, json!({ "least_businesses": 6 })).await;
    settle(&office, version, &later).await.expect(200);
    let mut only = later.clone();
    only["rules"] = json!([later["rules"][0]]);
    let settled = settle(&office, version + 1, &only).await.expect(200);
    assert_eq!(settled["rules"].as_array().map(Vec::len), Some(1));
}

async fn rules_are_settled_at_the_version_that_was_seen(program: &Program) {
    let office = authority(program).await;
    let (version, body) = with_another(&office, 3, json!({})).await;
    let refused = settle(&office, version + 1, &body).await.problem(412, "stale-version");
    assert_eq!(refused["current_version"].as_i64(), Some(version), "{refused:#}");
    office.send(office.request(Method::PUT, RULES).json(&body)).await.problem(428, "precondition-required");
    let etag = office.get(RULES).await;
    assert_eq!(etag.header("etag"), format!("\"v{version}\""));
    settle(&office, version, &body).await.expect(200);
    settle(&office, version, &body).await.problem(412, "stale-version");
}

async fn rules_out_of_bounds_are_refused_with_their_places(program: &Program) {
    let office = authority(program).await;
    for (change, place) in [
        (json!({ "least_businesses": 1 }), "/rules/1/least_businesses range"),
        (json!({ "assess_every_days": 366 }), "/rules/1/assess_every_days range"),
        (json!({ "remind_pause_days": 0 }), "/rules/1/remind_pause_days range"),
        (json!({ "source": { "ru": "Решение", "en": " " } }), "/rules/1/source range"),
        (
            json!({ "significance": { "least": 1, "half_width": "0.5", "confidence": "0.95" } }),
            "/rules/1/significance/least range",
        ),
        (
            json!({ "significance": { "least": 30, "half_width": "0", "confidence": "0.95" } }),
            "/rules/1/significance/half_width range",
        ),
        (
            json!({ "significance": { "least": 30, "half_width": "0.5", "confidence": "1" } }),
            "/rules/1/significance/confidence range",
        ),
    ] {
        let (version, body) = with_another(&office, 1, change).await;
        let refused = settle(&office, version, &body).await.problem(422, "validation-failed");
        assert_eq!(places(&refused), [place]);
    }
    let (version, mut body) = with_another(&office, 1, json!({})).await;
    body["procedures"].as_array_mut().expect("a list").pop();
    let twice = body["rules"][1].clone();
    body["rules"].as_array_mut().expect("a list").push(twice);
    let refused = settle(&office, version, &body).await.problem(422, "validation-failed");
    assert_eq!(places(&refused), ["/rules repeated", "/procedures unnamed-procedure"]);
}
