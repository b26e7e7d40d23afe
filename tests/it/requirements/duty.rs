//! Information duties: the calendar of the law, sufficient terms, what an event or an authority started.

use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::text,
    filing::{Filer, Office},
};

use super::self_checks::places;

tests::on_programs! { shared:
    the_calendar_holds_what_the_law_makes_recur
    the_calendar_is_cut_and_paged
    an_event_of_the_business_starts_a_term
    an_authority_s_demand_gets_a_sufficient_term
    a_duty_is_answered_with_a_receipt
    a_recurring_duty_is_fulfilled_period_by_period
    a_period_that_cannot_be_fulfilled_is_named
}

tests::on_programs! { start:
    a_duty_is_recalled_and_its_end_is_told_each_once
}

fn demand(filer: &Filer) -> Value {
    json!({ "business_id": filer.business, "requirement": "OT-001",
        "what": { "ru": "Сведения об адресе", "en": "Information on the address" } })
}

async fn demanded(office: &Office, body: Value) -> Answer {
    office.0.post("/v1/authority/information-duties", body).await
}

async fn calendar(filer: &Filer, query: &str) -> Vec<Value> {
    let path = filer.path(&format!("information-duties?{query}"));
    filer.client.get(&path).await.expect(200)["items"].as_array().expect("a list").clone()
}

async fn a_year(filer: &Filer) -> Vec<Value> {
    calendar(filer, "from=2026-12-01&to=2027-11-30&limit=1000").await
}

async fn the_calendar_holds_what_the_law_makes_recur(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let all = a_year(&filer).await;
    let days = |duty: &str| -> Vec<String> {
        all.iter().filter(|one| one["duty"] == duty).map(|one| text(&one["due_on"])).collect()
    };
    // 25 March 2027 is a Thursday; 25 April a Sunday; 28 March a Sunday.
    assert_eq!(days("usn-return-company"), ["2027-03-25"]);
    assert!(days("usn-return-sole-trader").is_empty(), "the café is a company");
    assert_eq!(days("rsv"), ["2027-01-25", "2027-04-26", "2027-07-26", "2027-10-25"]);
    let sums = days("sums-notice");
    assert_eq!((sums.len(), sums[0].as_str(), sums[1].as_str()), (12, "2026-12-25", "2027-01-25"));
    let usn = all.iter().find(|one| one["duty"] == "usn-return-company").expect("it is there");
    assert_eq!(
        (&usn["origin"], &usn["id"], &usn["authority_id"]),
        (&json!("law"), &Value::Null, &json!("aut_fns"))
    );
    assert_eq!((&usn["requirement"], &usn["certain"]), (&json!("OT-003"), &json!(true)));
    assert!(
        usn["because"].as_array().is_some_and(|facts| facts.iter().any(|fact| fact["fact"] == "tax_regime"))
    );
    // The base of ten days and five for a micro business: fifteen working days before 25 March, over 8 March.
    assert_eq!((&usn["term"]["working_days"], &usn["prepare_from"]), (&json!(15), &json!("2027-03-03")));
    for duty in &all {
        let parts = duty["term"]["parts"].as_array().expect("parts").iter();
        let sum: i64 = parts.map(|part| part["working_days"].as_i64().expect("a number")).sum();
        assert_eq!(Some(sum), duty["term"]["working_days"].as_i64(), "{duty:#}");
        assert!(text(&duty["prepare_from"]) <= text(&duty["due_on"]));
    }
    assert!(all.is_sorted_by(|a, b| text(&a["due_on"]) <= text(&b["due_on"])), "the nearest first");
}

async fn the_calendar_is_cut_and_paged(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let all = a_year(&filer).await;
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = format!("information-duties?from=2026-12-01&to=2027-11-30&limit=7{cursor}");
        let page = filer.client.get(&filer.path(&query)).await.expect(200);
        paged.extend(page["items"].as_array().expect("a list").clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, all);
    let one = calendar(&filer, "from=2026-12-01&to=2027-11-30&requirement=OT-003").await;
    assert!(one.len() == 1 && one[0]["requirement"] == "OT-003");
    let social = calendar(&filer, "from=2026-12-01&to=2027-11-30&authority=aut_sfr").await;
    assert!(!social.is_empty() && social.iter().all(|duty| duty["authority_id"] == "aut_sfr"));
    let past = calendar(&filer, "from=2026-03-01&to=2026-03-31&requirement=OT-003").await;
    assert_eq!((&past[0]["due_on"], &past[0]["state"]), (&json!("2026-03-25"), &json!("unknown")));
    for (query, expected) in
        [("from=2026-12-02&to=2026-12-01", "?to range"), ("from=2026-01-01&to=2027-03-01", "?to range")]
    {
        let path = filer.path(&format!("information-duties?{query}"));
        assert_eq!(places(&filer.client.get(&path).await.problem(422, "validation-failed")), [expected]);
    }
    filer.client.get(&filer.path("information-duties?from=soon")).await.problem(400, "malformed-request");
}

async fn an_event_of_the_business_starts_a_term(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("information-duties");
    let event = json!({ "requirement": "OT-001", "duty": "register-change", "happened_on": "2026-04-30" });
    let duty = filer.client.post(&path, event.clone()).await.expect(201);
    // Seven working days from Thursday, 30 April 2026: 4 to 8 and, 11 May being off, 12 and 13 May.
    assert_eq!((&duty["due_on"], &duty["started_by"]), (&json!("2026-05-13"), &json!("business")));
    assert_eq!((&duty["term"]["working_days"], &duty["receipt"]["act"]), (&json!(7), &json!("duty_started")));
    let found = calendar(&filer, "from=2026-05-01&to=2026-05-31&requirement=OT-001").await;
    assert_eq!((&found[0]["id"], &found[0]["origin"]), (&duty["id"], &json!("business")));
    let table = [
        ("happened_on", json!("2999-01-01"), "/happened_on not-yet"),
        ("duty", json!("usn-return-company"), "/duty not-started-by-event"),
        ("requirement", json!("OT-none"), "/requirement unknown-requirement"),
        ("requirement", json!("OT-103"), "/requirement not-on-list"),
    ];
    for (field, value, expected) in table {
        let mut body = event.clone();
        body[field] = value;
        let problem = filer.client.post(&path, body).await.problem(422, "validation-failed");
        assert_eq!(places(&problem), [expected]);
    }
    let mut other = event;
    other["duty"] = json!("x");
    let problem = filer.client.post(&path, other).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["fix"]["allowed"], json!(["register-change"]));
}

async fn an_authority_s_demand_gets_a_sufficient_term(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    // The base of ten working days, one for the extract, five for a micro business, within what the law allows.
    let table = [
        (Value::Null, Value::Null, 16, "base micro-business"),
        (json!(20), Value::Null, 20, "base micro-business legal-minimum"),
        (json!(5), json!(12), 12, "base micro-business legal-maximum"),
        (json!(30), json!(30), 30, "base micro-business legal-minimum"),
    ];
    for (least, most, expected, named) in table {
        let mut body = demand(&filer);
        (body["legal_min_working_days"], body["legal_max_working_days"]) = (least, most);
        let duty = demanded(&office, body).await.expect(201);
        let parts = duty["term"]["parts"].as_array().expect("parts").iter();
        let codes: Vec<String> =
            parts.filter(|part| part["code"] != "evidence").map(|part| text(&part["code"])).collect();
        assert_eq!(
            (&duty["term"]["working_days"], codes.join(" ").as_str()),
            (&json!(expected), named),
            "{duty:#}"
        );
        filer.until(&text(&duty["id"]), "duty.started").await;
    }
    let mut body = demand(&filer);
    (body["legal_min_working_days"], body["legal_max_working_days"]) = (json!(20), json!(10));
    let problem = demanded(&office, body).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/legal_max_working_days below-minimum"]);
    let mut foreign = demand(&filer);
    foreign["requirement"] = json!("OT-021");
    let problem = demanded(&office, foreign).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/requirement not-supervisor"]);
}

async fn a_duty_is_answered_with_a_receipt(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let duty = demanded(&office, demand(&filer)).await.expect(201);
    let path = filer.path(&format!("information-duties/{}", text(&duty["id"])));
    let respond = format!("{path}/response");
    let empty = filer.client.post(&respond, json!({})).await.problem(422, "validation-failed");
    assert_eq!(places(&empty), [" empty"]);
    let attachment = filer.attach("extract", "application/pdf", b"%PDF-1.7 address").await;
    let answer = json!({ "statement": "Адрес прежний.", "attachments": [attachment] });
    let done = filer.client.post(&respond, answer.clone()).await.expect(200);
    assert_eq!((&done["state"], &done["receipt"]["act"]), (&json!("fulfilled"), &json!("duty_fulfilled")));
    assert_eq!(done["response"]["late"], false);
    assert_eq!(filer.client.get(&path).await.header("etag"), "\"v2\"");
    let seen = format!("/v1/authority/information-duties/{}", text(&duty["id"]));
    assert_eq!(office.0.get(&seen).await.expect(200)["response"], done["response"]);
    let listed =
        office.0.get("/v1/authority/information-duties?state=fulfilled&limit=1000").await.expect(200);
    assert!(listed["items"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == duty["id"])));
    filer.client.post(&respond, answer).await.problem(409, "state-conflict");
    filer.until(&text(&duty["id"]), "duty.fulfilled").await;
}

async fn a_duty_is_recalled_and_its_end_is_told_each_once(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let duty = demanded(&office, demand(&filer)).await.expect(201);
    let path = filer.path(&format!("information-duties/{}", text(&duty["id"])));
    let advance = async |to: &Value| {
        let now = text(&filer.client.get("/sandbox/clock").await.expect(200)["now"]);
        let at = |text: &str| text.parse::<domain::time::Timestamp>().expect("RFC 3339").seconds();
        let seconds = (at(&text(to)) - at(&now) + 1).max(1);
        filer.client.post("/sandbox/clock", json!({ "advance_s": seconds })).await.expect(200);
    };
    advance(&duty["remind_at"]).await;
    filer.until(&text(&duty["id"]), "duty.due_soon").await;
    assert_eq!(filer.client.get(&path).await.expect(200)["state"], "due_soon");
    advance(&duty["due_at"]).await;
    filer.until(&text(&duty["id"]), "duty.overdue").await;
    filer.client.post("/sandbox/clock", json!({ "advance_s": 86_400 })).await.expect(200);
    for kind in ["duty.due_soon", "duty.overdue"] {
        let told = filer.client.get(&format!("/v1/events?types={kind}")).await.expect(200);
        assert_eq!(told["items"].as_array().map(Vec::len), Some(1), "{told:#}");
    }
    let late = filer
        .client
        .post(&format!("{path}/response"), json!({ "statement": "Адрес прежний." }))
        .await
        .expect(200);
    assert_eq!((&late["state"], &late["response"]["late"]), (&json!("fulfilled"), &json!(true)));
}

async fn a_recurring_duty_is_fulfilled_period_by_period(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let path = filer.path("information-duties/fulfilments");
    let year =
        async || a_year(&filer).await.into_iter().filter(|duty| duty["duty"] == "rsv").collect::<Vec<_>>();
    let before = year().await;
    let periods: Vec<String> = before.iter().map(|duty| text(&duty["period"])).collect();
    assert_eq!(periods, ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"]);
    let body = json!({ "requirement": before[0]["requirement"], "duty": "rsv", "period": "2027-Q1",
        "statement": "Подано 20 января, принято под номером 77." });
    let done = filer.client.post(&path, body.clone()).await.expect(201);
    assert_eq!((&done["state"], &done["period"]), (&json!("fulfilled"), &json!("2027-Q1")));
    assert_eq!((&done["due_on"], &done["response"]["late"]), (&json!("2027-01-25"), &json!(false)));
    assert_eq!(done["receipt"]["act"], "duty_fulfilled");
    let after = year().await;
    let states: Vec<String> = after.iter().map(|duty| text(&duty["state"])).collect();
    assert_eq!(states, ["fulfilled", "upcoming", "upcoming", "upcoming"], "the next one is still owed");
    assert_eq!((&after[0]["id"], &after[0]["origin"]), (&done["id"], &json!("law")));
    filer.client.post(&path, body.clone()).await.problem(409, "state-conflict");
    let reader = Filer { client: office.0.clone(), business: filer.business.clone() };
    assert_eq!(reader.until(&text(&done["id"]), "duty.fulfilled").await["data"]["period"], "2027-Q1");
}

async fn a_period_that_cannot_be_fulfilled_is_named(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let path = filer.path("information-duties/fulfilments");
    let duties = a_year(&filer).await;
    let rsv = duties.iter().find(|duty| duty["duty"] == "rsv").expect("a company with employees");
    let body = json!({ "requirement": rsv["requirement"], "duty": "rsv", "period": "2027-Q2", "statement": "Подано." });
    let table = [
        ("period", json!("2027-Q9"), "/period unknown-period"),
        ("duty", json!("none"), "/duty unknown-duty"),
        ("requirement", json!("OT-none"), "/requirement unknown-requirement"),
        ("statement", Value::Null, " empty"),
    ];
    for (field, value, expected) in table {
        let mut body = body.clone();
        body[field] = value;
        assert_eq!(
            places(&filer.client.post(&path, body).await.problem(422, "validation-failed")),
            [expected]
        );
    }
    let mut law = duties.iter().filter(|duty| duty["origin"] == "law");
    assert!(law.all(|duty| !duty["period"].is_null()), "each duty of the law has its period");
}
