//! Preventive visits: offered, asked for, booked by who comes first, held.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Timestamp;
use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::{fresh_key, text},
    filing::{Filer, Office},
};

use super::self_checks::places;

tests::on_programs! { shared:
    a_slot_goes_to_who_comes_first
    a_mandatory_visit_is_not_declined_and_not_put_off
    what_is_offered_lies_ahead_and_is_secure
    a_business_asks_for_a_visit
    a_request_names_one_supervisor
}

tests::on_programs! { start:
    a_visit_is_held_once_its_time_has_come
    an_unanswered_request_is_told_once
}

/// So many hours from now.
fn hours(hours: i64) -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set").as_micros();
    let micros = i64::try_from(now).expect("this century") + hours * 3_600_000_000;
    Timestamp::from_micros(micros).expect("this century")
}

/// A desk that no other test uses.
fn slot(from: i64, to: i64) -> Value {
    json!({ "from": hours(from), "to": hours(to), "desk": fresh_key() })
}

fn offer(filer: &Filer, kind: &str, slots: &[Value]) -> Value {
    json!({ "business_id": filer.business, "kind": kind, "topic": "Сведения в реестре", "requirements": ["OT-001"],
        "video_link": "https://video.example.test/room-7", "slots": slots })
}

async fn offered(office: &Office, body: Value) -> Value {
    office.0.post("/v1/authority/preventive-visits", body).await.expect(201)
}

async fn step(filer: &Filer, visit: &Value, act: &str, body: Value) -> Answer {
    filer.client.post(&filer.path(&format!("preventive-visits/{}/{act}", text(&visit["id"]))), body).await
}

async fn office_step(office: &Office, visit: &Value, act: &str, body: Value) -> Answer {
    office.0.post(&format!("/v1/authority/preventive-visits/{}/{act}", text(&visit["id"])), body).await
}

async fn a_slot_goes_to_who_comes_first(program: &Program) {
    let (one, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let two = Filer::new(program, "shop").await;
    let (slot, spare) = (slot(24, 25), slot(26, 27));
    let mut overlapping = slot.clone();
    overlapping["from"] = json!(hours(23));
    let first = offered(&office, offer(&one, "voluntary", std::slice::from_ref(&slot))).await;
    let second =
        offered(&office, offer(&two, "voluntary", &[slot.clone(), overlapping.clone(), spare.clone()])).await;
    let wanted = json!({ "slot": slot });
    let (a, b) = tokio::join!(
        step(&one, &first, "booking", wanted.clone()),
        step(&two, &second, "booking", wanted.clone())
    );
    let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
    let won = won.expect(200);
    assert_eq!(
        (&won["state"], &won["booked"], &won["receipt"]["act"]),
        (&json!("booked"), &slot, &json!("visit_booked"))
    );
    assert_eq!(places(&lost.problem(422, "validation-failed")), ["/slot slot-taken"]);
    let (loser, visit) =
        if won["business_id"] == one.business.as_str() { (&two, &second) } else { (&one, &first) };
    if loser.business == two.business {
        let beside = step(loser, visit, "booking", json!({ "slot": overlapping })).await;
        assert_eq!(places(&beside.problem(422, "validation-failed")), ["/slot slot-taken"]);
        step(loser, visit, "booking", json!({ "slot": spare })).await.expect(200);
    } else {
        step(loser, visit, "booking", wanted).await.problem(422, "validation-failed");
    }
}

async fn a_mandatory_visit_is_not_declined_and_not_put_off(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let far = offer(&filer, "mandatory", &[slot(24, 25), slot(24 * 40, 24 * 40 + 1)]);
    let problem =
        office.0.post("/v1/authority/preventive-visits", far).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/slots/1 too-far-ahead"]);
    let slot = slot(24, 25);
    let visit = offered(&office, offer(&filer, "mandatory", std::slice::from_ref(&slot))).await;
    let conflict = step(&filer, &visit, "decline", json!({})).await.problem(409, "state-conflict");
    assert_eq!(conflict["allowed"], json!(["book"]));
    step(&filer, &visit, "booking", json!({ "slot": slot })).await.expect(200);
    step(&filer, &visit, "decline", json!({})).await.problem(409, "state-conflict");
    let voluntary = offered(&office, offer(&filer, "voluntary", &[self::slot(30, 31)])).await;
    let declined =
        step(&filer, &voluntary, "decline", json!({ "reason": "Вопрос решён." })).await.expect(200);
    assert_eq!(
        (&declined["state"], &declined["receipt"]["act"]),
        (&json!("declined"), &json!("visit_declined"))
    );
    filer.until(&text(&voluntary["id"]), "visit.declined").await;
}

async fn what_is_offered_lies_ahead_and_is_secure(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let past = json!([{ "from": hours(-2), "to": hours(-1) }]);
    let turned = json!([{ "from": hours(3), "to": hours(2) }]);
    let nameless = json!([{ "from": hours(2), "to": hours(3), "desk": "" }]);
    let table = [
        ("slots", past, "/slots/0/from not-ahead"),
        ("slots", turned, "/slots/0/to ends-before-it-begins"),
        ("slots", nameless, "/slots length"),
        ("slots", json!([]), "/slots length"),
        ("video_link", json!("http://video.example.test/"), "/video_link format"),
        ("video_link", json!("javascript:alert(1)"), "/video_link format"),
        ("requirements", json!(["OT-001", "OT-021"]), "/requirements/1 not-supervisor"),
        ("requirements", json!([]), "/requirements length"),
        ("business_id", json!("biz_nobody"), "/business_id unknown-business"),
    ];
    for (field, value, expected) in table {
        let mut body = offer(&filer, "voluntary", &[slot(2, 3)]);
        body[field] = value;
        let problem =
            office.0.post("/v1/authority/preventive-visits", body).await.problem(422, "validation-failed");
        assert_eq!(places(&problem), [expected]);
    }
    let visit = offered(&office, offer(&filer, "voluntary", &[slot(2, 3)])).await;
    let other = step(&filer, &visit, "booking", json!({ "slot": slot(2, 3) })).await;
    assert_eq!(places(&other.problem(422, "validation-failed")), ["/slot not-offered"]);
}

async fn a_business_asks_for_a_visit(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let asked = json!({ "topic": "Как сообщать об изменениях", "requirements": ["OT-001"],
        "preferred": [{ "from": hours(48), "to": hours(50) }] });
    let visit = filer.client.post(&filer.path("preventive-visits"), asked.clone()).await.expect(201);
    assert_eq!((&visit["state"], &visit["authority_id"]), (&json!("requested"), &json!("aut_fns")));
    assert!(visit["answer_due_at"].is_string() && visit["receipt"]["act"] == "visit_requested");
    let slot = slot(48, 49);
    let answer =
        json!({ "outcome": "offered", "slots": [slot], "video_link": "https://video.example.test/7" });
    let answered = office_step(&office, &visit, "answer", answer.clone()).await.expect(200);
    assert_eq!(answered["state"], "offered");
    filer.until(&text(&visit["id"]), "visit.offered").await;
    office_step(&office, &visit, "answer", answer).await.problem(409, "state-conflict");
    assert_eq!(step(&filer, &visit, "booking", json!({ "slot": slot })).await.expect(200)["state"], "booked");
    let refused = filer.client.post(&filer.path("preventive-visits"), asked).await.expect(201);
    let no = json!({ "outcome": "refused", "reason": { "ru": "Вопрос разъяснён на сайте", "en": "Explained on the site" } });
    assert_eq!(office_step(&office, &refused, "answer", no).await.expect(200)["state"], "refused");
    let listed = filer.client.get(&filer.path("preventive-visits?state=refused")).await.expect(200);
    assert_eq!(listed["items"][0]["id"], refused["id"]);
}

async fn a_request_names_one_supervisor(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("preventive-visits");
    let ask = async |codes: Value, authority: Value| {
        let body = json!({ "topic": "Вопрос", "requirements": codes, "authority_id": authority });
        filer.client.post(&path, body).await
    };
    let none = ask(json!(["OT-001", "OT-021"]), Value::Null).await.problem(422, "validation-failed");
    assert_eq!(places(&none), ["/authority_id which-supervisor"]);
    let wrong = ask(json!(["OT-001"]), json!("aut_rpn")).await.problem(422, "validation-failed");
    assert_eq!(wrong["violations"][0]["fix"]["allowed"], json!(["aut_fns"]));
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    let version = profile["version"].as_i64().expect("a number");
    filer
        .client
        .patch(&filer.path("profile"), version, json!({ "msp_category": "medium" }))
        .await
        .expect(200);
    let large = ask(json!(["OT-001"]), Value::Null).await.problem(422, "validation-failed");
    assert_eq!(places(&large), [" not-entitled"]);
}

async fn a_visit_is_held_once_its_time_has_come(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let slot = slot(24, 25);
    let visit = offered(&office, offer(&filer, "voluntary", std::slice::from_ref(&slot))).await;
    step(&filer, &visit, "booking", json!({ "slot": slot })).await.expect(200);
    let record = json!({ "recommendations": { "ru": "Сообщайте об изменениях в срок", "en": "Report changes in time" } });
    let early =
        office_step(&office, &visit, "record", record.clone()).await.problem(422, "validation-failed");
    assert_eq!(places(&early), [" not-yet"]);
    filer.client.post("/sandbox/clock", json!({ "advance_s": 88_000 })).await.expect(200);
    let held = office_step(&office, &visit, "record", record).await.expect(200);
    assert_eq!((&held["state"], held["held_at"].is_string()), (&json!("held"), true));
    filer.until(&text(&visit["id"]), "visit.held").await;
    let late = offered(&office, offer(&filer, "voluntary", &[self::slot(72, 73)])).await;
    filer.client.post("/sandbox/clock", json!({ "advance_s": 3 * 86_400 })).await.expect(200);
    let gone = step(&filer, &late, "booking", json!({ "slot": late["slots"][0] })).await;
    assert_eq!(places(&gone.problem(422, "validation-failed")), ["/slot not-offered"]);
}

async fn an_unanswered_request_is_told_once(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let asked = json!({ "topic": "Вопрос", "requirements": ["OT-001"] });
    let visit = filer.client.post(&filer.path("preventive-visits"), asked).await.expect(201);
    // Thirty days hold ten working days even over New Year.
    filer.client.post("/sandbox/clock", json!({ "advance_s": 30 * 86_400 })).await.expect(200);
    filer.until(&text(&visit["id"]), "visit.overdue").await;
    let seen = office.0.get("/v1/authority/preventive-visits?state=requested").await.expect(200);
    assert_eq!((&seen["items"][0]["id"], &seen["items"][0]["answer_overdue"]), (&visit["id"], &json!(true)));
    filer.client.post("/sandbox/clock", json!({ "advance_s": 86_400 })).await.expect(200);
    let events = filer.client.get("/v1/events?types=visit.overdue").await.expect(200);
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1));
}
