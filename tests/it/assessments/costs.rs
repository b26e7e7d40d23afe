//! The cost calculator over HTTP, and reports of costs borne.

use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

use super::{REGISTERED_FACTS, give};

tests::on_programs! { shared:
    an_estimate_shows_formula_inputs_and_every_intermediate
    an_assessment_names_an_estimate
    bad_numbers_are_refused_with_their_places
    a_report_of_costs_is_kept_and_listed
}

fn element() -> Value {
    json!({ "name": "Квартальный отчёт", "hours": "4", "hourly_wage": "500",
        "purchases": [{ "name": "Программа", "price": "2000" }], "times_per_year": "4" })
}

fn estimate() -> Value {
    json!({ "requirement": REGISTERED_FACTS, "elements": [element()] })
}

async fn an_estimate_shows_formula_inputs_and_every_intermediate(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let answer = filer.client.post(&filer.path("cost-estimates"), estimate()).await;
    let location = answer.header("location").to_owned();
    let made = answer.expect(201);
    let costing = &made["costing"];
    assert_eq!(costing["total"], json!({ "amount": "18416.00", "currency": "RUB" }));
    let part = &costing["elements"][0];
    let shown =
        ["wage_per_hour", "labour", "purchases_total", "once", "per_year"].map(|name| text(&part[name]));
    assert_eq!(shown, ["651", "2604", "2000", "4604", "18416"]);
    assert_eq!(part["given"]["hours"], "4");
    assert_eq!(
        (&costing["defaults"][0]["name"], &costing["defaults"][0]["value"]),
        (&json!("contributions"), &json!("0.302"))
    );
    assert!(text(&costing["formula"]["ru"]).contains("(T·W + A)·q"));
    assert_eq!(made["receipt"]["act"], "cost_estimated");
    assert_eq!(filer.client.get(&location).await.expect(200)["costing"], *costing);
    let listed = filer.client.get(&filer.path("cost-estimates?requirement=OT-001")).await.expect(200);
    assert_eq!(listed["items"][0]["id"], made["id"]);
}

async fn an_assessment_names_an_estimate(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let made = filer.client.post(&filer.path("cost-estimates"), estimate()).await.expect(201);
    let body =
        json!({ "requirement": REGISTERED_FACTS, "procedure": "actual_impact", "cost_estimate": made["id"] });
    assert_eq!(give(&filer, body.clone()).await["content"]["costs"], made["costing"]);
    let mut twice = body;
    twice["costs"] = json!({ "elements": [element()] });
    let problem =
        filer.client.post(&filer.path("assessments"), twice).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["code"], "one-costing");
}

async fn bad_numbers_are_refused_with_their_places(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let cases = [
        ("hours", json!("100001"), "/elements/0/hours"),
        ("hours", json!("-1"), "/elements/0/hours"),
        ("hours", json!(4), "/elements/0/hours"),
        ("hourly_wage", json!("1e9"), "/elements/0/hourly_wage"),
        ("hourly_wage", json!("10000001"), "/elements/0/hourly_wage"),
        ("monthly_wage", json!("1"), "/elements/0"),
        ("times_per_year", json!("999999999999999"), "/elements/0/times_per_year"),
        ("contributions", json!("6"), "/elements/0/contributions"),
        ("name", json!(""), "/elements/0/name"),
        (
            "purchases",
            json!([{ "name": "x", "price": "1", "service_life_years": "0" }]),
            "/elements/0/purchases/0/service_life_years",
        ),
    ];
    for (member, value, pointer) in cases {
        let mut body = estimate();
        body["elements"][0][member] = value;
        let problem =
            filer.client.post(&filer.path("cost-estimates"), body).await.problem(422, "validation-failed");
        assert_eq!(problem["violations"][0]["pointer"], pointer, "{problem:#}");
    }
}

async fn a_report_of_costs_is_kept_and_listed(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let body = json!({ "requirement": REGISTERED_FACTS, "amount": "9208.5",
        "period": { "from": "2026-01-01", "until": "2026-06-30" } });
    let answer = filer.client.post(&filer.path("cost-reports"), body.clone()).await;
    let location = answer.header("location").to_owned();
    let made = answer.expect(201);
    assert_eq!(made["amount"], json!({ "amount": "9208.50", "currency": "RUB" }));
    assert_eq!(filer.client.get(&location).await.expect(200)["id"], made["id"]);
    let listed = filer.client.get(&filer.path("cost-reports")).await.expect(200);
    assert_eq!(listed["items"][0]["period"], body["period"]);
    for period in [
        json!({ "from": "2026-02-01", "until": "2026-01-01" }),
        json!({ "from": "2026-01-01", "until": "2199-01-01" }),
    ] {
        let mut bad = body.clone();
        bad["period"] = period;
        let problem =
            filer.client.post(&filer.path("cost-reports"), bad).await.problem(422, "validation-failed");
        assert_eq!(problem["violations"][0]["pointer"], "/period");
    }
}
