//! Faults of documents, conditional forms and rules, on a small catalogue.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{expression::Facts, *};
use crate::error::Violation;

const TODAY: Date = Date::constant(2026, 11, 23);

fn text(ru: &str) -> Value {
    json!({"ru": ru, "en": format!("en {ru}")})
}

fn hint(if_empty: bool) -> Value {
    let mut hint = json!({"hint": text("Подсказка к полю.")});
    if if_empty {
        hint["if_empty"] = text("Ничего не последует.");
    }
    hint
}

fn service() -> Value {
    serde_json::from_str(include_str!("tests/stall.json")).expect("JSON")
}

fn row(mut value: Value) -> Value {
    value["as_of"] = json!("2026-11-01");
    value["confidence"] = json!("high");
    value
}

fn documents(service: Value) -> Vec<Document> {
    let one =
        |kind: DocumentKind, code: &str, body: Value| Document { kind, code: code.into(), version: 1, body };
    let situation =
        row(json!({"code": "trade", "sphere": "trade", "title": text("Торговля"), "summary": text("Лотки"),
        "segments": ["small"], "scenario": [{"step": 1, "title": text("Место"), "services": ["stall"]}]}));
    let segment = row(
        json!({"code": "small", "title": text("Малые"), "profile": "profile.employees < 5", "typical_needs": []}),
    );
    let question =
        row(json!({"code": "where", "question": text("Где торговать?"), "answer": text("На рынке."),
        "life_situations": ["trade"], "services": ["stall"], "keywords": ["рынок"]}));
    let authority =
        row(json!({"id": "aut_city", "title": text("Город"), "short": text("Город"), "region": "77"}));
    let contact = json!({"contact": {
        "schema": {"type": "object", "title": "Контакт", "additionalProperties": false, "required": ["email"],
            "properties": {"email": {"type": "string", "title": "Почта", "format": "email"}}},
        "hints": {"/email": {"hint": text("Почта"), "prefill": "/contact/email"}}
    }});
    let regions = json!({"name": "regions", "title": text("Регионы"), "source": text("ФНС"), "as_of": "2026-11-01",
        "complete": true, "items": [{"code": "77", "title": text("Москва")}, {"code": "78", "title": text("Петербург")}]});
    vec![
        one(DocumentKind::LifeSituations, "life_situations", json!([situation])),
        one(DocumentKind::Segments, "segments", json!([segment])),
        one(DocumentKind::Faq, "faq", json!([question])),
        one(DocumentKind::Authorities, "authorities", json!([authority])),
        one(DocumentKind::Blocks, "blocks", contact),
        one(DocumentKind::Manifest, "manifest", json!({"version": "1", "as_of": "2026-11-01"})),
        one(DocumentKind::Profile, "profile", json!({"type": "object"})),
        one(DocumentKind::Dictionary, "regions", regions),
        one(DocumentKind::Service, "stall", service),
    ]
}

fn compiled() -> Arc<Service> {
    let catalogue = Catalogue::compile(documents(service())).expect("no fault");
    Arc::clone(catalogue.service("stall").expect("it is there"))
}

/// The faults of the service after a change, as `pointer: fault`.
fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut service = service();
    change(&mut service);
    let faults = Catalogue::compile(documents(service)).expect_err("a fault");
    faults.into_iter().map(|one| format!("{}: {}", one.pointer, one.fault)).collect()
}

/// What is wrong with the example after a merge patch.
fn wrong(patch: Value) -> Vec<Violation> {
    let service = compiled();
    let mut form = Value::Object(service.document.examples[0].form.clone());
    json_patch::merge(&mut form, &patch);
    service.check(form.as_object().expect("an object"), &Map::new(), TODAY).violations
}

fn places(violations: &[Violation]) -> Vec<(&str, &str)> {
    violations.iter().map(|one| (one.pointer.as_str(), one.code.as_str())).collect()
}

#[test]
fn every_fault_of_a_document_is_named_with_its_place() {
    assert_eq!(
        faults(|one| one["authority_id"] = json!("aut_none")),
        ["/authority_id: there is no authority `aut_none`"]
    );
    assert_eq!(faults(|one| one["segments"] = json!(["none"])), ["/segments/0: there is no segment `none`"]);
    let renamed = faults(|one| one["rules"][1]["require"] = json!("frm.area >= 3"));
    assert!(
        renamed
            .contains(&"/rules/1/require: the expression does not compile: nothing is called `frm`".into()),
        "{renamed:?}"
    );
    assert!(
        faults(|one| one["rules"][1]["when"] = json!("has("))[0]
            .starts_with("/rules/1/when: the expression does not compile")
    );
    assert_eq!(
        faults(|one| one["rules"][1]["pointer"] = json!("/space")),
        ["/rules/1/pointer: there is no field `/space`"]
    );
    assert!(faults(|one| one["stage"] = json!("ripe"))[0].starts_with(": bad shape"));
    assert_eq!(faults(|one| one["examples"] = json!([])), ["/examples: there is no example"]);
    let unmet = faults(|one| one["examples"][0]["form"]["area"] = json!(2));
    assert_eq!(unmet, ["/examples/0: the example does not meet the rule `cold-room`"]);
}

#[test]
fn every_fault_of_a_form_is_named_with_its_place() {
    let no_hint = faults(|one| drop(one["hints"].as_object_mut().expect("hints").remove("/region")));
    assert_eq!(no_hint, ["/hints/region: the field has no hint"]);
    assert_eq!(
        faults(|one| one["hints"]["/area"] = hint(false)),
        ["/hints/area: the optional field has no `if_empty`"]
    );
    assert_eq!(faults(|one| one["hints"]["/zone"] = hint(true)), ["/hints/zone: there is no field `/zone`"]);
    let format = faults(|one| one["form"]["properties"]["region"]["format"] = json!("oktmo"));
    assert_eq!(format, ["/form/region: there is no format `oktmo`"]);
    let dictionary = faults(|one| one["form"]["properties"]["region"]["x-dictionary"] = json!("towns"));
    assert_eq!(dictionary, ["/form/region: there is no dictionary `towns`"]);
    let block = faults(|one| one["form"]["properties"]["contact"]["$ref"] = json!("#/$defs/phone"));
    assert_eq!(block[0], "/form/properties/contact: there is no block `phone`");
    let schema = faults(|one| one["form"]["properties"]["area"]["minimum"] = json!("one"));
    assert!(schema[0].starts_with("/form: the schema does not compile"), "{schema:?}");
    let example = faults(|one| one["examples"][0]["form"]["region"] = json!("01"));
    assert_eq!(example, ["/examples/0: the example fails at `/region`: not-in-dictionary"]);
}

#[test]
fn a_document_that_is_missing_or_double_is_a_fault() {
    let mut without = documents(service());
    without.retain(|one| one.kind != DocumentKind::Manifest);
    let faults = Catalogue::compile(without).expect_err("a fault");
    assert_eq!(faults[0].fault, Fault::NotSingle { found: 0 });
    let mut double = documents(service());
    double.push(double[8].clone());
    assert_eq!(Catalogue::compile(double).expect_err("a fault")[0].fault, Fault::Duplicate("stall".into()));
}

#[test]
fn conditional_parts_say_what_the_answers_ask_for() {
    assert_eq!(places(&wrong(json!({"cold_store": null}))), [("/cold_store", "required")]);
    assert_eq!(places(&wrong(json!({"area": null}))), [("/area", "required")]);
    let not_here = wrong(json!({"goods": ["fruit"]}));
    assert_eq!(places(&not_here), [("/cold_store", "condition")]);
    assert_eq!(not_here[0].fix.patch, [json!({"op": "remove", "path": "/cold_store"})]);
    assert!(wrong(json!({"area": null}))[0].detail.ru.contains("При выбранных ответах"));
}

#[test]
fn of_alternatives_the_one_that_was_meant_is_explained() {
    assert_eq!(places(&wrong(json!({"payer": {"kind": "person"}}))), [("/payer/snils", "required")]);
    assert_eq!(
        places(&wrong(json!({"payer": {"kind": "company", "kpp": "1"}}))),
        [("/payer/kpp", "wrong-length")]
    );
}

#[test]
fn every_place_has_one_violation_and_a_machine_readable_fix() {
    let found = wrong(
        json!({"region": "7", "goods": ["meat", "fish", "fish"], "area": 40, "contact": {"email": 5}, "x": 1}),
    );
    let expected = [
        ("/area", "out-of-range"),
        ("/contact/email", "wrong-type"),
        ("/goods", "too-many-items"),
        ("/goods/0", "not-in-list"),
        ("/region", "not-in-dictionary"),
        ("/x", "unknown-field"),
    ];
    assert_eq!(places(&found), expected);
    assert_eq!(found[1].fix.example, Some(json!("granted@magic.test")));
    assert_eq!(found[3].fix.allowed, [json!("fruit"), json!("fish")]);
    assert!(
        found[3].fix.text.ru.contains("fish (рыба)") && found[3].detail.ru.contains("позиция 1"),
        "{:?}",
        found[3]
    );
    assert_eq!(found[4].fix.allowed, [json!("77"), json!("78")]);
    assert_eq!(places(&wrong(json!({"goods": ["fish", "fish"]}))), [("/goods", "duplicate-items")]);
    assert_eq!(
        places(&wrong(json!({"goods": []}))),
        [("/cold_store", "condition"), ("/goods", "too-few-items")]
    );
}

#[test]
fn rules_are_asked_when_the_form_is_right_and_absent_facts_do_not_refuse() {
    let service = compiled();
    let mut form = service.document.examples[0].form.clone();
    form.insert("area".into(), json!(2));
    let findings = service.check(&form, &Map::new(), TODAY);
    assert_eq!(findings.unmet.iter().map(|rule| rule.code.as_str()).collect::<Vec<_>>(), ["cold-room"]);
    assert_eq!(findings.unknown, ["no-debt"]);
    assert_eq!(findings.under("/form").unmet[0].pointer, "/form/area");

    form.remove("contact");
    let findings = service.check(&form, &Map::new(), TODAY).under("/form");
    assert!(findings.unmet.is_empty());
    assert_eq!(findings.violations[0].pointer, "/form/contact");
    assert_eq!(findings.violations[0].fix.patch[0]["path"], "/form/contact");
    assert_eq!(service.missing_fields(&form), ["/contact/email"]);
    let papers = |form| service.papers(&Facts::new(form, &Map::new(), TODAY)).len();
    assert_eq!((papers(&form), papers(&Map::new())), (1, 0));
}

#[test]
fn an_offer_says_what_would_open_the_service() {
    let catalogue = Catalogue::compile(documents(service())).expect("no fault");
    let ask =
        |profile: Value| catalogue.ordered_for(profile.as_object().expect("an object"), TODAY).remove(0);
    let open = ask(json!({"kind": "sole_trader", "employees": 2, "tax_debt": "50.00"}));
    assert!(open.available && open.reasons.len() == 2, "{open:?}");
    let closed = ask(json!({"kind": "legal_entity", "employees": 9, "tax_debt": "500.00"}));
    assert_eq!(
        closed.unmet.iter().map(|rule| rule.code.as_str()).collect::<Vec<_>>(),
        ["audience", "no-debt"]
    );
    assert!(!closed.available && closed.reasons.is_empty());
}
