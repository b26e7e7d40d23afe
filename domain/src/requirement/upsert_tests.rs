//! Which rows come in, and why the others do not.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    builtin::builtin,
    document::{RegistryDocument, RegistryKind},
    registry::Registry,
    upsert::{Grounds, Judged, Row, judge},
};
use crate::{
    actor::AuthorityActor,
    catalogue::{Catalogue, builtin as catalogue_documents},
};

static DOCUMENTS: LazyLock<Vec<RegistryDocument>> = LazyLock::new(builtin);
static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::compile(1, &DOCUMENTS).expect("a test of its own says what is wrong"));
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::compile(catalogue_documents()).expect("tests of its own say what is wrong"));

fn told(rows: &[Row]) -> Vec<Judged> {
    let actor = AuthorityActor {
        application: "app_1".parse().expect("an id"),
        authority: "aut_fns".parse().expect("an id"),
    };
    let grounds = Grounds { registry: &REGISTRY, catalogue: &CATALOGUE, actor: &actor };
    judge(&grounds, rows)
}

/// The places and codes of what is wrong with one row, or `fit` with what is odd.
fn one(row: Row) -> Vec<String> {
    let judged = told(&[row]).remove(0);
    match judged {
        Judged::Fit(odd) => {
            let odd = odd.iter().map(|one| one.code.clone());
            ["fit".to_owned()].into_iter().chain(odd).collect()
        }
        Judged::Unfit(wrong) => wrong.iter().map(|one| format!("{} {}", one.pointer, one.code)).collect(),
    }
}

fn row(kind: RegistryKind, body: Value) -> Row {
    Row { kind, code: body["code"].as_str().unwrap_or_default().to_owned(), body }
}

fn shipped(code: &str) -> Value {
    DOCUMENTS.iter().find(|one| one.code == code).expect("the program ships it").body.clone()
}

/// A requirement of the tax service that is not in the registry, in order by 247-ФЗ.
fn fresh() -> Value {
    let mut body = shipped("OT-001");
    assert!(body["supervisors"].as_array().expect("a list").contains(&json!("aut_fns")));
    body["code"] = json!("NEW-1");
    body["act"] = json!("new-act");
    body["valid_from"] = json!("2027-03-01");
    body["valid_until"] = json!("2033-02-28");
    body
}

fn act() -> Value {
    json!({ "code": "new-act", "kind": "ministry_order", "level": "federal", "number": "1", "date": "2026-11-01",
        "title": { "ru": "Приказ", "en": "Order" }, "developer": "aut_fns", "as_of": "2026-11-01" })
}

fn algorithm(requirement: &str) -> Value {
    json!({ "code": "NEW-ALG", "title": { "ru": "Как", "en": "How" }, "requirements": [requirement], "when": null,
        "minutes": 1, "steps": [{ "id": "do", "title": { "ru": "Сделать", "en": "Do" }, "proof": "none", "minutes": 1 }] })
}

#[test]
fn rows_refer_to_one_another_in_any_order() {
    let rows = [
        row(RegistryKind::Algorithm, algorithm("NEW-1")),
        row(RegistryKind::Requirement, fresh()),
        row(RegistryKind::Act, act()),
    ];
    assert_eq!(told(&rows), [Judged::Fit(vec![]), Judged::Fit(vec![]), Judged::Fit(vec![])]);
    assert_eq!(one(row(RegistryKind::Requirement, fresh())), ["/document/act unknown-act"]);
    let mut bad_act = act();
    bad_act["number"] = json!(" ");
    let rows = [row(RegistryKind::Requirement, fresh()), row(RegistryKind::Act, bad_act)];
    assert!(told(&rows).iter().all(|one| matches!(one, Judged::Unfit(_))), "a refused act sets nothing");
}

#[test]
fn what_is_odd_is_said_and_comes_in() {
    let mut body = fresh();
    body["act"] = json!(shipped("OT-001")["act"]);
    assert_eq!(one(row(RegistryKind::Requirement, body.clone())), ["fit", "no-algorithm"]);
    body["valid_from"] = json!("2027-04-01");
    body["valid_until"] = json!(null);
    assert_eq!(
        one(row(RegistryKind::Requirement, body)),
        ["fit", "entry-day", "lasts-too-long", "no-algorithm"]
    );
    let mut early = fresh();
    early["valid_from"] = json!("2026-11-02");
    let judged = told(&[row(RegistryKind::Act, act()), row(RegistryKind::Requirement, early)]);
    let Judged::Fit(odd) = &judged[1] else { panic!("{judged:?}") };
    assert!(odd.iter().any(|one| one.code == "entry-too-soon"), "{odd:?}");
}

#[test]
fn a_change_that_moves_no_day_is_not_remarked() {
    let mut body = shipped("OT-001");
    body["text"]["ru"] = json!("Иначе.");
    assert_eq!(one(row(RegistryKind::Requirement, body)), ["fit"]);
}

#[test]
fn nobody_writes_what_is_another_s() {
    let foreign = REGISTRY
        .requirements()
        .map(|entry| &entry.requirement)
        .find(|one| {
            let caller = "aut_fns".parse().expect("an id");
            let develops = REGISTRY.act(&one.act).is_some_and(|act| act.developer == caller);
            !one.supervisors.contains(&caller) && !develops
        })
        .expect("the tax service does not supervise everything");
    let body = shipped(&foreign.code);
    assert_eq!(one(row(RegistryKind::Requirement, body.clone())), [" not-yours"]);
    let mut taken = body;
    taken["supervisors"] = json!(["aut_fns"]);
    assert_eq!(one(row(RegistryKind::Requirement, taken)), [" not-yours"], "naming oneself does not help");
    let mut given_away = shipped("OT-001");
    given_away["supervisors"] = json!(["aut_rpn"]);
    given_away["act"] = json!(foreign.act);
    assert_eq!(one(row(RegistryKind::Requirement, given_away)), [" not-yours"]);
    assert_eq!(one(row(RegistryKind::Algorithm, algorithm(&foreign.code))), [" not-yours"]);
    let mut foreign_act = act();
    foreign_act["developer"] = json!("aut_rpn");
    assert_eq!(one(row(RegistryKind::Act, foreign_act)), [" not-yours"]);
    for kind in [RegistryKind::Risk, RegistryKind::Facts, RegistryKind::SelfCheck] {
        assert_eq!(one(row(kind, json!({ "code": "risk" }))), [" not-yours"]);
    }
}

#[test]
fn every_fault_of_a_row_is_named() {
    let mut body = shipped("OT-001");
    body["supervisors"] = json!(["aut_fns", "aut_nobody"]);
    body["life_situations"] = json!(["start-business", "fly-to-mars"]);
    body["title"]["en"] = json!("");
    body["valid_until"] = json!("1990-01-01");
    body["applies_when"] =
        json!({ "any": [{ "fact": "shoe_size", "at_least": 1 }, { "fact": "kind", "one_of": ["ghost"] }] });
    let wrong = one(row(RegistryKind::Requirement, body));
    for expected in [
        "/document/supervisors/1 unknown-authority",
        "/document/life_situations/1 unknown-life-situation",
        "/document/title/en empty",
        "/document/valid_until range",
        "/document/applies_when unanswerable-condition",
    ] {
        assert!(wrong.contains(&expected.to_owned()), "{expected} is not in {wrong:?}");
    }
    let mut shapeless = shipped("OT-001");
    shapeless["evidence"] = json!([{ "code": 7 }]);
    assert_eq!(one(row(RegistryKind::Requirement, shapeless)), ["/document/evidence/0/code shape"]);
    let mut lost = algorithm("OT-001");
    lost["requirements"] = json!(["OT-001", "NO-SUCH"]);
    lost["steps"] = json!([]);
    assert_eq!(
        one(row(RegistryKind::Algorithm, lost)),
        ["/document/requirements/1 unknown-requirement", "/document/steps empty"]
    );
}

#[test]
fn codes_are_well_formed_single_and_told_twice_alike() {
    let mut body = act();
    body["code"] = json!("facts");
    assert_eq!(one(row(RegistryKind::Act, body)), ["/code format"]);
    let mut body = act();
    body["code"] = json!("с пробелом");
    assert_eq!(one(row(RegistryKind::Act, body)), ["/code format"]);
    let differing = Row { code: "other".into(), ..row(RegistryKind::Act, act()) };
    assert_eq!(one(differing), ["/document/code code-differs"]);
    let judged = told(&[row(RegistryKind::Act, act()), row(RegistryKind::Act, act())]);
    assert!(matches!(judged[0], Judged::Fit(_)) && matches!(judged[1], Judged::Unfit(_)), "{judged:?}");
}

/// What only the whole registry knows is refused, too: here a second checklist for one requirement.
#[test]
fn a_row_that_would_break_the_registry_does_not_come_in() {
    let held = DOCUMENTS.iter().find(|one| {
        one.kind == RegistryKind::Checklist
            && one.body["requirements"].as_array().is_some_and(|codes| {
                codes.iter().filter_map(Value::as_str).all(|code| {
                    let own = "aut_fns".parse().expect("an id");
                    let entry = REGISTRY.requirement(code).expect("it is in the registry");
                    entry.requirement.supervisors.contains(&own)
                })
            })
    });
    let mut body = held.expect("the tax service has a checklist").body.clone();
    body["code"] = json!("NEW-CHK");
    let sound = row(RegistryKind::Act, act());
    let judged = told(&[row(RegistryKind::Checklist, body), sound]);
    let Judged::Unfit(wrong) = &judged[0] else { panic!("{judged:?}") };
    assert_eq!(wrong[0].code, "registry-does-not-hold");
    assert_eq!(judged[1], Judged::Fit(vec![]), "it harms no other");
}

fn digest() -> Value {
    json!({ "code": "FNS-2025", "kind": "digest", "authority": "aut_fns",
        "title": { "ru": "Обобщение", "en": "Digest" }, "text": { "ru": "Текст", "en": "Text" },
        "requirements": ["OT-001"], "activities": ["56.10"],
        "period": { "from": "2025-01-01", "until": "2025-12-31" }, "published_on": "2026-03-01",
        "link": "https://www.nalog.gov.ru/practice" })
}

#[test]
fn practice_is_published_in_one_s_own_name_about_what_one_supervises() {
    let told = |change: &[(&str, Value)]| {
        let mut body = digest();
        for (place, value) in change {
            *body.pointer_mut(place).expect("it is there") = value.clone();
        }
        one(row(RegistryKind::Practice, body))
    };
    assert_eq!(told(&[]), ["fit"]);
    assert_eq!(told(&[("/authority", json!("aut_rpn"))]), ["/document/authority not-yours"]);
    assert_eq!(told(&[("/requirements", json!([]))]), ["/document/requirements empty"]);
    assert_eq!(told(&[("/requirements/0", json!("OT-019"))]), ["/document/requirements/0 not-supervisor"]);
    assert_eq!(told(&[("/requirements/0", json!("NO-1"))]), ["/document/requirements/0 unknown-requirement"]);
    assert_eq!(told(&[("/activities/0", json!("00.99"))]), ["/document/activities/0 unknown-activity"]);
    assert_eq!(told(&[("/period", Value::Null)]), ["/document/period period"]);
    assert_eq!(told(&[("/published_on", json!("2025-12-31"))]), ["/document/period period"]);
    assert_eq!(told(&[("/kind", json!("explanation"))]), ["/document/period period"]);
    assert_eq!(told(&[("/kind", json!("explanation")), ("/period", Value::Null)]), ["fit"]);
    for link in ["http://www.nalog.gov.ru", "https://", "https://a@b.ru", "https://a b.ru", "javascript:x"] {
        assert_eq!(told(&[("/link", json!(link))]), ["/document/link format"], "{link}");
    }
    assert_eq!(told(&[("/text/en", json!(" "))]), ["/document/text/en empty"]);
}
