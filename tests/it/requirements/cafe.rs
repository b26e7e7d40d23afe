//! A new café in Moscow over HTTP: its exact list, row by row explained, and how hiring, a second region and beer change
//! it, each time as foretold.

use serde_json::{Value, json};
use tests::{Program, client::text, filing::Filer};

tests::on_programs! { start:
    a_new_cafe_gets_exactly_its_list_and_every_change_of_it
    what_if_says_what_then_happens
}

/// A company that sells food at tables: 56.10, nobody hired yet, no alcohol.
const FOUNDED: [&str; 39] = [
    "OT-001", "OT-002", "OT-003", "OT-005", "OT-006", "OT-007", "OT-009", "OT-010", "OT-011", "OT-012",
    "OT-013", "OT-018", "OT-019", "OT-020", "OT-021", "OT-022", "OT-024", "OT-027", "OT-028", "OT-029",
    "OT-030", "OT-032", "OT-033", "OT-034", "OT-035", "OT-038", "OT-044", "OT-062", "OT-063", "OT-064",
    "OT-104", "OT-105", "OT-106", "OT-201", "OT-204", "OT-206", "OT-212", "OT-214", "OT-218",
];

/// What the first employment contracts bring.
const HIRING: [&str; 22] = [
    "OT-023", "OT-031", "OT-045", "OT-046", "OT-047", "OT-048", "OT-049", "OT-050", "OT-051", "OT-052",
    "OT-053", "OT-054", "OT-055", "OT-057", "OT-059", "OT-060", "OT-112", "OT-113", "OT-114", "OT-115",
    "OT-116", "OT-118",
];

/// A place in another region is a separate unit of the company.
const SECOND_REGION: [&str; 1] = ["OT-008"];

const BEER: [&str; 7] = ["OT-026", "OT-040", "OT-042", "OT-202", "OT-203", "OT-213", "OT-215"];

/// Everything that the registry asks about the café, so that nothing is left open.
fn facts() -> Value {
    json!({
        "okved_main": "56.10", "okved_additional": [], "region": "77", "employees": 0,
        "annual_revenue": "6000000.00", "msp_category": "micro", "tax_regime": "usn_income",
        "activity_regions": ["77"], "sells": ["food"], "handles": ["animal_products"],
        "objects": ["premises", "dining_hall", "kitchen", "refrigeration", "cash_register", "scales"],
        "accepts_payments_from_individuals": true, "processes_personal_data": true,
        "advertises_online": false, "employs_foreigners": false, "employs_minors": false, "exports": false,
        "exports_eaeu": false, "imports": false, "has_harmful_conditions": false, "has_separate_units": false,
        "in_statistics_sample": false, "licensed_activity": false, "sells_online": false, "has_website": false,
        "pays_dividends": false, "conscripts_among_staff": false,
    })
}

fn codes(rows: &Value) -> Vec<String> {
    rows.as_array().expect("a list").iter().map(|row| text(row.get("code").unwrap_or(row))).collect()
}

async fn read(filer: &Filer) -> Value {
    filer.client.get(&filer.path("requirements?limit=1000")).await.expect(200)
}

async fn suppose(filer: &Filer, patch: &Value) -> Value {
    let body = json!({ "profile": patch });
    let request = filer.client.request(reqwest::Method::POST, &filer.path("requirements/what-if"));
    filer.client.send(request.json(&body)).await.expect(200)
}

async fn change(filer: &Filer, patch: &Value) {
    let profile = filer.client.get(&filer.path("profile")).await.expect(200);
    let version = profile["version"].as_i64().expect("a number");
    filer.client.patch(&filer.path("profile"), version, patch.clone()).await.expect(200);
}

async fn latest_change(filer: &Filer) -> Value {
    let changes = filer.client.get(&filer.path("requirements/changes")).await.expect(200);
    changes["items"][0].clone()
}

async fn a_new_cafe_gets_exactly_its_list_and_every_change_of_it(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    change(&filer, &facts()).await;
    let founded = read(&filer).await;
    assert_eq!(codes(&founded["items"]), FOUNDED);
    assert_eq!((&founded["applies"], &founded["needs_answer"]), (&json!(39), &json!(0)));
    every_row_is_explained(&founded);
    let steps: [(Value, &[&str]); 3] = [
        (json!({ "employees": 3 }), &HIRING),
        (json!({ "activity_regions": ["77", "50"], "has_separate_units": true }), &SECOND_REGION),
        (json!({ "sells": ["food", "beer"] }), &BEER),
    ];
    let mut expected = FOUNDED.map(str::to_owned).to_vec();
    let mut version = founded["version"].as_i64().expect("a number");
    for (patch, added) in steps {
        let foretold = suppose(&filer, &patch).await;
        assert_eq!(codes(&foretold["added"]), added, "{patch}");
        assert_eq!((&foretold["removed"], &foretold["changed"]), (&json!([]), &json!([])), "{patch}");
        change(&filer, &patch).await;
        expected.extend(added.iter().map(|code| (*code).to_owned()));
        expected.sort();
        version += 1;
        let now = read(&filer).await;
        assert_eq!(codes(&now["items"]), expected, "{patch}");
        assert_eq!(now["version"], version);
        every_row_is_explained(&now);
        let told = latest_change(&filer).await;
        assert_eq!((&told["version"], &told["cause"]), (&json!(version), &json!("profile")));
        assert_eq!(codes(&told["added"]), added);
        told_by_an_event(&filer, version, added).await;
    }
}

fn every_row_is_explained(list: &Value) {
    for row in list["items"].as_array().expect("a list") {
        let because = row["because"].as_array().expect("reasons");
        assert!(!because.is_empty(), "nothing explains {}", row["code"]);
        for reason in because {
            assert!(reason["holds"].is_boolean() && !reason["value"].is_null(), "{row:#}");
            assert!(!text(&reason["text"]["ru"]).is_empty() && !text(&reason["text"]["en"]).is_empty());
        }
    }
}

async fn told_by_an_event(filer: &Filer, version: i64, added: &[&str]) {
    let feed = filer.client.get("/v1/events?after=0&limit=1000&types=requirements.changed").await.expect(200);
    let events = feed["items"].as_array().expect("a list");
    let told: Vec<&Value> = events.iter().filter(|event| event["data"]["version"] == version).collect();
    assert_eq!(told.len(), 1, "{feed:#}");
    let data = &told[0]["data"];
    assert_eq!((&data["cause"], &data["added"]["count"]), (&json!("profile"), &json!(added.len())));
    assert_eq!(codes(&data["added"]["codes"]), added[..added.len().min(20)]);
}

async fn what_if_says_what_then_happens(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    for patch in patches() {
        let before = read(&filer).await;
        let foretold = suppose(&filer, &patch).await;
        assert_eq!(foretold["version"], before["version"]);
        change(&filer, &patch).await;
        let after = read(&filer).await;
        let (added, removed) = (codes(&foretold["added"]), codes(&foretold["removed"]));
        let mut expected = codes(&before["items"]);
        expected.retain(|code| !removed.contains(code));
        expected.extend(added.clone());
        expected.sort();
        assert_eq!(codes(&after["items"]), expected, "{patch}");
        let unchanged = foretold["unchanged"].as_u64().expect("a number") as usize;
        let changed = foretold["changed"].as_array().expect("a list");
        assert_eq!(unchanged + added.len() + changed.len(), expected.len(), "{patch}");
        let happened = latest_change(&filer).await;
        if added.is_empty() && removed.is_empty() && changed.is_empty() {
            assert_eq!(after["version"], before["version"], "{patch}");
            continue;
        }
        assert_eq!(happened["version"], after["version"]);
        assert_eq!((codes(&happened["added"]), codes(&happened["removed"])), (added, removed), "{patch}");
        let rows: Vec<&Value> = changed.iter().map(|one| &one["row"]).collect();
        assert_eq!(codes(&happened["changed"]), codes(&json!(rows)), "{patch}");
        let asked = filer.client.get(&filer.path("requirements/questions")).await.expect(200);
        assert_eq!(foretold["unanswered"], asked["items"], "{patch}");
    }
}

/// Some tens of changes that follow one another: values of every type given, changed and taken away.
fn patches() -> Vec<Value> {
    let mut patches = Vec::new();
    for (name, values) in [
        ("employees", json!([0, 1, 16, 101, null, 3])),
        ("tax_regime", json!(["osn", "psn", null, "usn_income_expense"])),
        ("sells", json!([["beer"], ["alcohol", "food"], [], null, ["food"]])),
        ("activity_regions", json!([["77", "50"], null, ["16"]])),
        ("objects", json!([["kitchen"], ["hotel_rooms", "lift"], null])),
        ("okved_main", json!(["47.11", "10.71", null, "55.10", "56.10"])),
        ("okved_additional", json!([[], ["49.41"], null, ["96.02", "47.25"]])),
        ("annual_revenue", json!(["900000000.00", null, "1000.00"])),
        ("exports", json!([true, false, null])),
        ("processes_personal_data", json!([false, true])),
    ] {
        let values = values.as_array().expect("a list");
        patches.extend(values.iter().map(|value| json!({ name: value })));
    }
    patches
}
