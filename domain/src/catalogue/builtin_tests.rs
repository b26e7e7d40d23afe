//! The catalogue that the gateway brings along: whole, and its forms refuse what they must refuse.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::*;
use crate::{error::Violation, text::Language};

static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| match Catalogue::compile(builtin()) {
    Ok(catalogue) => catalogue,
    Err(faults) => panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
});

const TODAY: Date = Date::constant(2026, 11, 23);

fn violations(service: &Service, form: &Value) -> Vec<Violation> {
    service.check(form.as_object().expect("a form"), &Map::new(), TODAY).violations
}

fn is_said(violation: &Violation) -> bool {
    let texts = [&violation.detail, &violation.fix.text];
    let jargon = ["is not of type", "schema", "$ref", "регулярн"];
    texts.iter().all(|text| {
        text.ru.chars().count() > 8
            && text.en.len() > 8
            && text.ru != text.en
            && jargon.iter().all(|word| !text.ru.contains(word) && !text.en.contains(word))
    })
}

/// Every value of the form with its pointer.
fn places(value: &Value, pointer: &str) -> Vec<(String, Value)> {
    let mut found = vec![(pointer.to_owned(), value.clone())];
    match value {
        Value::Object(map) => {
            found.extend(map.iter().flat_map(|(name, inner)| places(inner, &format!("{pointer}/{name}"))));
        }
        Value::Array(items) => {
            found.extend(
                items.iter().enumerate().flat_map(|(at, inner)| places(inner, &format!("{pointer}/{at}"))),
            );
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

/// Forms that are wrong in one place: the place, and the codes of which one is expected there.
fn mutations(service: &Service, form: &Value) -> Vec<(Value, String, &'static [&'static str])> {
    let mut wrong: Vec<(Value, String, &'static [&'static str])> = Vec::new();
    let mut replace = |pointer: &str, with: Value, codes: &'static [&'static str]| {
        let mut form = form.clone();
        *form.pointer_mut(pointer).expect("a place of the form") = with;
        wrong.push((form, pointer.to_owned(), codes));
    };
    for (pointer, value) in places(form, "").into_iter().skip(1) {
        replace(&pointer, json!({"unheard": []}), &["wrong-type", "unknown-field", "required"]);
        let field = service.schema_at(&pointer);
        if field.get("enum").is_some() {
            replace(&pointer, json!("no_such_value"), &["not-in-list"]);
        }
        if field.get("x-dictionary").is_some() {
            replace(&pointer, json!("00.99"), &["not-in-dictionary"]);
        }
        let format = field.get("format").and_then(Value::as_str).unwrap_or_default();
        match value.as_str() {
            Some(number)
                if ["inn", "inn-legal", "inn-person", "ogrn", "ogrnip", "snils"].contains(&format) =>
            {
                replace(&pointer, json!(mistyped(number)), &["check-digit"]);
                replace(&pointer, json!(number[1..]), &["wrong-length"]);
            }
            Some(_) if format == "date" => replace(&pointer, json!("2026-02-30"), &["wrong-format"]),
            Some(_) if format == "email" => replace(&pointer, json!("кафе"), &["wrong-format"]),
            Some(text)
                if field.get("maxLength").is_some() && format.is_empty() && field.get("enum").is_none() =>
            {
                replace(
                    &pointer,
                    json!(text.repeat(4001)),
                    &["too-long", "not-in-dictionary", "wrong-length"],
                );
            }
            Some(_) | None => {}
        }
    }
    wrong
}

fn mistyped(number: &str) -> String {
    let last = if number.ends_with('9') { '8' } else { '9' };
    format!("{}{last}", &number[..number.len() - 1])
}

impl Service {
    fn schema_at(&self, pointer: &str) -> &Value {
        self.field_schema(pointer).expect("every place of an example is a field")
    }
}

#[test]
fn the_builtin_catalogue_has_no_fault() {
    assert!(BUILTIN.services().count() >= 18);
    assert_eq!(BUILTIN.situations().len(), 8);
    assert!(BUILTIN.faq().len() >= 24);
    assert!(BUILTIN.version().starts_with("2026."));
    for service in BUILTIN.services() {
        assert!(BUILTIN.authority(&service.document.authority_id).is_some());
    }
}

#[test]
fn the_digest_does_not_depend_on_the_order_of_documents() {
    let mut documents = builtin();
    documents.reverse();
    assert_eq!(Catalogue::compile(documents).expect("no fault").digest(), BUILTIN.digest());
    let mut documents = builtin();
    documents[0].version += 1;
    assert_ne!(Catalogue::compile(documents).expect("no fault").digest(), BUILTIN.digest());
}

#[test]
fn every_example_passes_its_form() {
    for service in BUILTIN.services() {
        for example in &service.document.examples {
            let findings = service.check(&example.form, &Map::new(), service.document.as_of);
            assert_eq!(findings.violations, [], "{}", service.document.code);
            assert_eq!(service.missing_fields(&example.form), [""; 0]);
        }
    }
}

#[test]
fn every_form_refuses_what_is_wrong_where_it_is_wrong() {
    for service in BUILTIN.services() {
        let code = &service.document.code;
        let mut refused = BTreeSet::new();
        for example in &service.document.examples {
            let form = Value::Object(example.form.clone());
            for (wrong, pointer, codes) in mutations(service, &form) {
                let found = violations(service, &wrong);
                let at = found
                    .iter()
                    .find(|one| one.pointer == pointer || one.pointer.starts_with(&format!("{pointer}/")));
                let at = at.unwrap_or_else(|| panic!("{code}: nothing at {pointer}: {found:?}"));
                assert!(codes.contains(&at.code.as_str()), "{code} {pointer}: {at:?}, expected {codes:?}");
                assert!(found.iter().all(is_said), "{code} {pointer}: {found:?}");
                refused.insert((pointer, at.code.clone()));
            }
        }
        assert!(refused.len() >= 5, "{code}: {refused:?}");
    }
}

#[test]
fn every_required_field_is_missed_and_the_fix_mends_it() {
    for service in BUILTIN.services() {
        let form = &service.document.examples[0].form;
        for name in service.schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let mut wrong = form.clone();
            wrong.remove(name);
            let found = service.check(&wrong, &Map::new(), TODAY).violations;
            let pointer = format!("/{name}");
            let missed = found
                .iter()
                .find(|one| one.pointer == pointer && one.code == "required")
                .expect("it is missed");
            assert!(is_said(missed), "{missed:?}");
            let mut mended = Value::Object(wrong);
            let patch: json_patch::Patch =
                serde_json::from_value(json!(missed.fix.patch)).expect("a JSON Patch");
            json_patch::patch(&mut mended, &patch).expect("the patch applies");
            assert_eq!(violations(service, &mended), [], "{} {name}", service.document.code);
        }
    }
}

#[test]
fn an_unknown_field_is_refused_and_the_fix_removes_it() {
    for service in BUILTIN.services() {
        let mut wrong = service.document.examples[0].form.clone();
        wrong.insert("no/such~field".into(), json!(1));
        let found = service.check(&wrong, &Map::new(), TODAY).violations;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].code.as_str(), found[0].pointer.as_str()),
            ("unknown-field", "/no~1such~0field")
        );
        let patch: json_patch::Patch =
            serde_json::from_value(json!(found[0].fix.patch)).expect("a JSON Patch");
        let mut mended = Value::Object(wrong);
        json_patch::patch(&mut mended, &patch).expect("the patch applies");
        assert_eq!(violations(service, &mended), []);
    }
}

#[test]
fn an_empty_form_lists_what_must_be_filled() {
    for service in BUILTIN.services() {
        let missing = service.missing_fields(&Map::new());
        assert!(missing.contains(&"/contact/email".to_owned()), "{missing:?}");
        assert!(missing.iter().all(|pointer| service.field_schema(pointer).is_some()), "{missing:?}");
    }
}

#[test]
fn people_find_services_in_their_own_words() {
    let queries = [
        ("зарегистрировать кассу", Language::Ru, "cash-register-registration"),
        ("хочу открыть ИП", Language::Ru, "ip-registration"),
        ("микрозаём", Language::Ru, "microloan"),
        ("товарный знак", Language::Ru, "trademark-registration"),
        ("лицензия на алкоголь", Language::Ru, "alcohol-retail-licence"),
        ("taxi permit", Language::En, "taxi-permit"),
        ("трудоустройство субсидия", Language::Ru, "hiring-subsidy"),
    ];
    for (query, language, code) in queries {
        let found = BUILTIN.search(query, language);
        let shown = found.best.iter().chain(&found.candidates).collect::<Vec<_>>();
        assert!(shown.iter().any(|hit| hit.code == code), "{query}: {shown:?}");
        assert!(found.candidates.len() <= 3 && (found.best.is_none() || found.candidates.is_empty()));
    }
    assert_eq!(BUILTIN.search("абракадабра", Language::Ru), SearchOutcome::default());
    assert_eq!(BUILTIN.search("", Language::Ru), SearchOutcome::default());
}

#[test]
fn a_cafe_is_offered_what_it_may_have_first() {
    let cafe = json!({
        "kind": "legal_entity", "okved_main": "56.10", "employees": 12, "msp_category": "micro", "tax_debt": "0.00"
    });
    let offers = BUILTIN.ordered_for(cafe.as_object().expect("an object"), TODAY);
    assert_eq!(offers.len(), BUILTIN.services().filter(|one| one.document.stage != Stage::Retired).count());
    let closed = offers.iter().position(|offer| !offer.available).expect("some service is for others");
    assert!(offers[closed..].iter().all(|offer| !offer.available && !offer.unmet.is_empty()));
    assert!(!offers[0].reasons.is_empty());
    let employer =
        offers.iter().find(|offer| offer.service == "employer-registration").expect("it is listed");
    assert!(employer.unmet.iter().any(|rule| rule.code == "audience"));
}

#[test]
fn the_profile_fills_the_form_and_learns_from_it() {
    let service: &Arc<Service> = BUILTIN.service("microloan").expect("it is in the catalogue");
    let profile = json!({
        "contact": {"email": "cafe@magic.test", "phone": "not a number"},
        "bank": {"bik": "040200901", "account": "40702810400009990001"}
    });
    let form = service.prefill(profile.as_object().expect("an object"));
    assert_eq!(
        Value::Object(form.clone()),
        json!({"contact": {"email": "cafe@magic.test"}, "bank": profile["bank"]})
    );
    assert_eq!(
        Value::Object(service.learned(&form)),
        json!({"contact": {"email": "cafe@magic.test"}, "bank": profile["bank"]})
    );

    let cash = BUILTIN.service("cash-register-registration").expect("it is in the catalogue");
    let lesson = cash.learned(&cash.document.examples[0].form);
    assert!(
        !lesson.contains_key("address"),
        "the place of a cash register is not the business's address: {lesson:?}"
    );
}

#[test]
fn an_entrepreneur_is_new_for_a_year_whenever_that_is() {
    let profile = json!({ "kind": "sole_trader", "registered_on": "2030-03-10" });
    let profile = profile.as_object().expect("an object");
    let new =
        |day: &str| BUILTIN.segments_of(profile, day.parse().expect("a day")).contains(&"new-entrepreneur");
    assert!(new("2030-03-10") && new("2031-03-10"));
    assert!(!new("2031-03-11"), "a year is over");
}
