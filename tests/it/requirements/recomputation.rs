//! Lists follow the registry and the calendar by themselves, and neither a change nor its event is lost or doubled when
//! the gateway is killed meanwhile.

use std::time::{Duration, Instant};

use domain::{
    event::EventKind,
    ports::store::{StoreError, Tx},
    requirement::{builtin::builtin, registry::Registry},
};
use serde_json::{Value, json};
use tests::{
    Client, Engine, Own, Program,
    client::{fresh_key, text},
    filing::{Filer, Office},
    multitude::{self, Kept},
    on_both_engines,
};

tests::on_programs! { start:
    a_change_of_the_registry_reaches_every_list
    a_day_on_which_a_requirement_begins_reaches_every_list
}

on_both_engines! { a_kill_in_the_middle_loses_and_doubles_nothing }

/// How many businesses live through the kills.
const BUSINESSES: u32 = 1500;

/// A requirement of the tax service that binds every company from a day on.
fn requirement(code: &str, from: &str, title: &str) -> Value {
    let shipped = builtin().into_iter().find(|document| document.code == "OT-001").expect("it is shipped");
    let mut body = shipped.body;
    body["code"] = json!(code);
    body["title"] = json!({ "ru": title, "en": title });
    body["valid_from"] = json!(from);
    body
}

/// Brings one requirement; returns the edition that holds then.
async fn bring(office: &Client, document: Value) -> i64 {
    let row = json!({ "kind": "requirement", "code": document["code"], "document": document });
    let request = office.request(reqwest::Method::POST, "/v1/authority/registry");
    let request =
        request.header("Idempotency-Key", fresh_key()).header("Content-Type", "application/x-ndjson");
    let report = office.send(request.body(format!("{row}\n"))).await.expect(200);
    assert!(matches!(report["rows"][0]["outcome"].as_str(), Some("created" | "updated")), "{report:#}");
    report["edition"].as_i64().expect("a number")
}

async fn state(office: &Client) -> Value {
    office.get("/v1/authority/registry/recomputation").await.expect(200)
}

/// Waits until at most so many lists are behind.
async fn until_behind(office: &Client, most: i64) -> Value {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let state = state(office).await;
        if state["behind"].as_i64().expect("a number") <= most {
            return state;
        }
        assert!(Instant::now() < deadline, "the lists do not catch up: {state:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn told(filer: &Filer, kind: &str) -> Vec<Value> {
    let feed = filer.client.get(&format!("/v1/events?after=0&limit=1000&types={kind}")).await.expect(200);
    feed["items"].as_array().expect("a list").clone()
}

async fn a_change_of_the_registry_reaches_every_list(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    until_behind(&office.0, 0).await;
    assert_eq!(told(&filer, "requirements.listed").await.len(), 1, "the worker draws a new business's list");
    let edition = bring(&office.0, requirement("NEW-1", "2026-01-01", "Новое требование")).await;
    let caught_up = until_behind(&office.0, 0).await;
    assert_eq!((&caught_up["edition"], &caught_up["done"]), (&json!(edition), &caught_up["total"]));
    assert!(caught_up["per_second"].is_number() && caught_up["started_at"].is_string(), "{caught_up:#}");
    let changed = told(&filer, "requirements.changed").await;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["data"]["cause"], "registry");
    assert_eq!(changed[0]["data"]["added"], json!({ "count": 1, "codes": ["NEW-1"] }));
    bring(&office.0, requirement("NEW-1", "2026-01-01", "Новое требование, яснее")).await;
    until_behind(&office.0, 0).await;
    let changed = told(&filer, "requirements.changed").await;
    assert_eq!(changed.len(), 2);
    assert_eq!(changed[1]["data"]["changed"], json!({ "count": 1, "codes": ["NEW-1"] }));
    let row = filer.client.get(&filer.path("requirements/NEW-1")).await.expect(200);
    assert_eq!((&row["version"], &row["verdict"]), (&json!(2), &json!("applies")));
}

async fn a_day_on_which_a_requirement_begins_reaches_every_list(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let now = program.client().get("/sandbox/clock").await.expect(200);
    let now: jiff_day::Day = text(&now["now"]).as_str().into();
    bring(&office.0, requirement("NEW-2", &now.after(3), "Требование с будущей даты")).await;
    let row = filer.client.get(&filer.path("requirements/NEW-2")).await.expect(200);
    assert_eq!((&row["verdict"], &row["because"][0]["fact"]), (&json!("does_not_apply"), &json!("in_force")));
    until_behind(&office.0, 0).await;
    let before = told(&filer, "requirements.changed").await.len();
    let moved = filer.client.request(reqwest::Method::POST, "/sandbox/clock");
    filer.client.send(moved.json(&json!({ "advance_s": 3 * 86_400 }))).await.expect(200);
    let changed = told(&filer, "requirements.changed").await;
    assert_eq!(changed.len(), before + 1, "when the clock has moved, the lists have followed");
    assert_eq!(changed[before]["data"]["cause"], "date");
    assert_eq!(changed[before]["data"]["added"], json!({ "count": 1, "codes": ["NEW-2"] }));
    let row = filer.client.get(&filer.path("requirements/NEW-2")).await.expect(200);
    assert_eq!(row["verdict"], "applies");
}

/// Days, counted without a clock.
mod jiff_day {
    use domain::time::Timestamp;

    pub struct Day(Timestamp);

    impl From<&str> for Day {
        fn from(text: &str) -> Self {
            Self(text.parse().expect("RFC 3339"))
        }
    }

    impl Day {
        /// The day in Moscow so many days later.
        pub fn after(&self, days: i64) -> String {
            let micros = self.0.micros() + days * 86_400_000_000;
            Timestamp::from_micros(micros).expect("in range").moscow_date().to_string()
        }
    }
}

async fn a_kill_in_the_middle_loses_and_doubles_nothing(engine: Engine) {
    let Some(mut own) = Own::start(engine, &[("SHLYUZ_BASE_URL", "http://shlyuz.test")]) else { return };
    stop(&mut own);
    let people = {
        let opened = multitude::open(own.url());
        let now = "2026-01-01T00:00:00Z".parse().expect("RFC 3339");
        multitude::people(&opened.store, BUSINESSES, None, now).await
    };
    own.program.restart();
    let mut interrupted = killed_at(&mut own, 70).await;
    let office = own.authority().await;
    until_behind(&office, 0).await;
    for round in 1..=3 {
        let title = format!("Требование, редакция {round}");
        bring(&own.authority().await, requirement("NEW-3", "2026-01-01", &title)).await;
        for percent in [80, 40] {
            interrupted += killed_at(&mut own, percent).await;
        }
        until_behind(&own.authority().await, 0).await;
    }
    assert!(interrupted > 0, "every kill came too late");
    stop(&mut own);
    let opened = multitude::open(own.url());
    let reading = |tx: &mut dyn Tx| -> Result<_, StoreError> {
        Ok((tx.registry().edition()?, tx.registry().current()?))
    };
    let (edition, documents) = opened.store.read(reading).await.expect("the store reads");
    let registry = Registry::compile(edition, &documents).expect("the registry holds together");
    for business in &people {
        let kept = Kept::read(&opened.store, business).await;
        assert_eq!(kept.list, multitude::fresh(&opened.store, &registry, &kept.list).await);
        told_once_each(&kept);
    }
}

/// Every version of the list has one change and one event: the first drawing, and one for each edition.
fn told_once_each(kept: &Kept) {
    let versions: Vec<i64> = kept.changes.iter().map(|change| change.version).collect();
    assert_eq!(versions, (1..=kept.list.version).rev().collect::<Vec<_>>());
    assert_eq!(kept.list.version, 4, "one for the first drawing and one for each edition");
    let expected: Vec<_> = versions
        .iter()
        .map(|version| match version {
            1 => (EventKind::RequirementsListed, json!(1)),
            later => (EventKind::RequirementsChanged, json!(later)),
        })
        .collect();
    assert_eq!(kept.told, expected);
}

/// Kills the gateway when so many of a hundred lists are behind still, and starts it again. Returns how many were.
async fn killed_at(own: &mut Own, percent: i64) -> i64 {
    let office = own.authority().await;
    let state = until_behind(&office, i64::from(BUSINESSES) * percent / 100).await;
    own.program.signal("KILL");
    assert_eq!(own.program.wait(), None, "a signal ended it");
    own.program.restart();
    state["behind"].as_i64().expect("a number")
}

fn stop(own: &mut Own) {
    own.program.signal("TERM");
    assert_eq!(own.program.wait(), Some(0));
}
