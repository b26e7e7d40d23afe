//! Good faith that a supervisor recognises: incentives granted, measures counted, terms changed, taken back.

use domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office},
};

use super::{risk::patch, self_checks::places};

tests::on_programs! { start:
    a_granted_incentive_is_seen_and_lowers_the_category
    a_measure_that_the_supervisor_alone_sees_earns_its_points
    the_terms_of_a_recognition_are_changed_at_the_version_that_was_seen
    a_withdrawn_recognition_is_gone_and_stays_so
    what_cannot_be_recognised_is_named
    a_recognition_holds_from_its_first_day_to_its_last
}

const RECOGNITIONS: &str = "/v1/authority/recognitions";

fn incentive(filer: &Filer) -> Value {
    json!({ "business_id": filer.business, "kind": "incentive", "code": "good-faith-recognition",
        "control_kind": "tax-cash", "lower_by": 1,
        "ground": { "ru": "Год без нарушений", "en": "A year without violations" } })
}

fn measure(filer: &Filer) -> Value {
    json!({ "business_id": filer.business, "kind": "measure", "code": "remote-access", "control_kind": "tax-cash",
        "ground": { "ru": "Доступ открыт", "en": "Access was given" } })
}

async fn recognised(office: &Office, body: Value) -> Value {
    office.0.post(RECOGNITIONS, body).await.expect(201)
}

async fn recognition(filer: &Filer) -> Value {
    let list = filer.client.get(&filer.path("incentives")).await.expect(200);
    let items = list["items"].as_array().expect("a list").clone();
    items.into_iter().find(|one| one["code"] == "good-faith-recognition").expect("it is an incentive")
}

async fn risk(filer: &Filer, kind: &str) -> Value {
    let found = filer.client.get(&filer.path("risk-profile")).await.expect(200);
    let kinds = found["control_kinds"].as_array().expect("a list").clone();
    kinds.into_iter().find(|one| one["code"] == kind).expect("it is a kind of control")
}

/// A measure of good faith under a kind of control, and the points earned in all.
async fn earned(filer: &Filer, kind: &str, code: &str) -> (Value, u64) {
    let faith = risk(filer, kind).await["good_faith"].clone();
    let measures = faith["measures"].as_array().expect("a list").clone();
    let one = measures.into_iter().find(|one| one["code"] == code).expect("it is a measure");
    (one, faith["earned"].as_u64().expect("a number"))
}

async fn a_granted_incentive_is_seen_and_lowers_the_category(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    patch(&filer, json!({ "accepts_payments_from_individuals": true, "objects": ["kitchen"] })).await;
    assert_eq!(recognition(&filer).await["state"], "within_reach");
    let before = risk(&filer, "tax-cash").await;
    assert_eq!((&before["category"], &before["granted"]), (&json!("medium"), &json!([])));
    assert_eq!(before["considered_category"], "medium");
    let granted = recognised(&office, incentive(&filer)).await;
    let id = text(&granted["id"]);
    assert_eq!(office.0.get(&format!("{RECOGNITIONS}/{id}")).await.expect(200), granted);
    let own = filer.client.get(&filer.path(&format!("recognitions/{id}"))).await.expect(200);
    assert_eq!(own, granted, "both sides read the same");
    let event = filer.until(&id, "recognition.granted").await;
    assert_eq!((&event["data"]["lower_by"], &event["data"]["control_kind"]), (&json!(1), &json!("tax-cash")));
    let seen = recognition(&filer).await;
    assert_eq!((&seen["state"], &seen["missing"]), (&json!("earned"), &json!([])));
    assert_eq!(seen["granted"][0]["ground"]["en"], "A year without violations");
    let after = risk(&filer, "tax-cash").await;
    assert_eq!((&after["category"], &after["considered_category"]), (&json!("medium"), &json!("moderate")));
    assert_eq!((&after["granted"][0]["id"], &after["granted"][0]["lower_by"]), (&granted["id"], &json!(1)));
    assert_eq!(risk(&filer, "sanitary").await["granted"], json!([]), "under its own kind of control alone");
}

async fn a_measure_that_the_supervisor_alone_sees_earns_its_points(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let (unseen, before) = earned(&filer, "tax-cash", "remote-access").await;
    assert_eq!((&unseen["state"], &unseen["record"]), (&json!("not_seen"), &Value::Null));
    let counted = recognised(&office, measure(&filer)).await;
    assert_eq!((&counted["kind"], &counted["lower_by"]), (&json!("measure"), &Value::Null));
    let (seen, points) = earned(&filer, "tax-cash", "remote-access").await;
    assert_eq!((&seen["state"], &seen["record"]), (&json!("earned"), &counted["id"]));
    assert_eq!(points, before + seen["points"].as_u64().expect("a number"));
    let elsewhere = earned(&filer, "sanitary", "remote-access").await.0;
    assert_eq!(elsewhere["state"], "not_seen", "another supervisor has not counted it");
    // 20 and 20 points reach the step of 30: what the supervisor saw lowers the category that is considered.
    assert_eq!(risk(&filer, "tax-cash").await["good_faith"]["lower_by"], 1);
    let withdrawal = format!("{RECOGNITIONS}/{}/withdrawal", text(&counted["id"]));
    let reason = json!({ "reason": { "ru": "Доступ закрыт", "en": "Access was closed" } });
    office.0.post(&withdrawal, reason).await.expect(200);
    assert_eq!(earned(&filer, "tax-cash", "remote-access").await.1, before);
}

async fn the_terms_of_a_recognition_are_changed_at_the_version_that_was_seen(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let granted = recognised(&office, incentive(&filer)).await;
    let path = format!("{RECOGNITIONS}/{}", text(&granted["id"]));
    let terms = json!({ "lower_by": 2, "valid_until": "2046-12-31",
        "ground": { "ru": "Два года без нарушений", "en": "Two years without violations" } });
    let put = async |version: Option<i64>, body: &Value| {
        let mut request = office.0.request(Method::PUT, &path).json(body);
        if let Some(version) = version {
            request = request.header("If-Match", format!("\"v{version}\""));
        }
        office.0.send(request).await
    };
    put(None, &terms).await.problem(428, "precondition-required");
    put(Some(7), &terms).await.problem(412, "stale-version");
    let changed = put(Some(1), &terms).await.expect(200);
    assert_eq!((&changed["version"], &changed["valid_from"]), (&json!(2), &granted["valid_from"]));
    filer.until(&text(&granted["id"]), "recognition.changed").await;
    let seen = &recognition(&filer).await["granted"][0];
    assert_eq!((&seen["lower_by"], &seen["valid_until"]), (&json!(2), &json!("2046-12-31")));
    let over = json!({ "valid_until": "2020-01-01", "ground": terms["ground"] });
    let refused = put(Some(2), &over).await.problem(422, "validation-failed");
    assert_eq!(places(&refused), ["/valid_until range"]);
}

async fn a_withdrawn_recognition_is_gone_and_stays_so(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let granted = recognised(&office, incentive(&filer)).await;
    let path = format!("{RECOGNITIONS}/{}/withdrawal", text(&granted["id"]));
    let reason = json!({ "reason": { "ru": "Нарушение подтверждено", "en": "A violation was confirmed" } });
    let gone = office.0.post(&path, reason.clone()).await.expect(200);
    assert_eq!((&gone["state"], &gone["version"]), (&json!("withdrawn"), &json!(2)));
    filer.until(&text(&granted["id"]), "recognition.withdrawn").await;
    assert_eq!(recognition(&filer).await["state"], "within_reach");
    let tax = risk(&filer, "tax-cash").await;
    assert_eq!((&tax["considered_category"], &tax["granted"]), (&tax["category"], &json!([])));
    let refused = office.0.post(&path, reason).await.problem(409, "state-conflict");
    assert_eq!((&refused["state"], &refused["allowed"]), (&json!("withdrawn"), &json!([])));
    let own = filer.client.get(&filer.path("recognitions?state=withdrawn")).await.expect(200);
    assert_eq!(own["items"][0]["withdrawal"]["reason"]["en"], "A violation was confirmed");
    let listed = office.0.get(&format!("{RECOGNITIONS}?state=withdrawn&limit=1000")).await.expect(200);
    assert!(listed["items"].as_array().expect("a list").iter().any(|one| one["id"] == granted["id"]));
}

async fn what_cannot_be_recognised_is_named(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let refused = async |mut body: Value, change: Value| {
        for (name, value) in change.as_object().expect("members") {
            body[name] = value.clone();
        }
        places(&office.0.post(RECOGNITIONS, body).await.problem(422, "validation-failed"))
    };
    for (change, place) in [
        (json!({ "code": "medal" }), "/code unknown-incentive"),
        (json!({ "control_kind": "sanitary" }), "/control_kind not-supervisor"),
        (json!({ "valid_from": "2020-01-01" }), "/valid_from range"),
        (json!({ "valid_until": "2020-01-01" }), "/valid_until range"),
        (json!({ "business_id": "biz_none" }), "/business_id unknown-business"),
        (json!({ "lower_by": 0 }), "/lower_by range"),
    ] {
        assert_eq!(refused(incentive(&filer), change).await, [place]);
    }
    for (change, place) in [
        // The gateway counts self-checks from the business's own record: nobody's word is in its place.
        (json!({ "code": "self-check" }), "/code unknown-measure"),
        (json!({ "lower_by": 1 }), "/lower_by not-for-measures"),
    ] {
        assert_eq!(refused(measure(&filer), change).await, [place]);
    }
    assert_eq!(recognition(&filer).await["granted"], json!([]));
}

async fn a_recognition_holds_from_its_first_day_to_its_last(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let counted = recognised(&office, measure(&filer)).await;
    let mut short = incentive(&filer);
    short["valid_until"] = counted["valid_from"].clone();
    recognised(&office, short).await;
    let now: Timestamp = text(&counted["granted_at"]).parse().expect("a moment");
    let tomorrow = Timestamp::from_micros(now.micros() + 86_400_000_000).expect("this century");
    let mut later = incentive(&filer);
    later["valid_from"] = json!(tomorrow.moscow_date().to_string());
    later["lower_by"] = json!(2);
    recognised(&office, later).await;
    let lowered = async || {
        let granted = recognition(&filer).await["granted"].as_array().expect("a list").clone();
        granted.iter().map(|one| one["lower_by"].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(lowered().await, [1]);
    filer.client.post("/sandbox/clock", json!({ "advance_s": 86_400 })).await.expect(200);
    assert_eq!(lowered().await, [2]);
}
