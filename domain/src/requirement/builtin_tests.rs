//! What must hold of the documents that are part of the program.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::Value;

use super::{
    builtin::{SET, builtin},
    condition::Condition,
    document::RegistryKind,
    model::{Requirement, RequirementStatus},
    registry::Registry,
    timing::Timing,
};
use crate::{
    catalogue::{Catalogue, builtin as catalogue_documents},
    receipt::document_digest,
};

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| match Registry::compile(1, &builtin()) {
    Ok(registry) => registry,
    Err(faults) => panic!("the documents do not hold together: {faults:#?}"),
});

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::compile(catalogue_documents()).expect("tests of its own say what is wrong"));

fn requirements() -> impl Iterator<Item = &'static Requirement> {
    REGISTRY.requirements().map(|entry| &entry.requirement)
}

/// Of two programs at one database the one with the higher number keeps its set: changed data needs a new number.
#[test]
fn the_number_of_the_set_is_raised_with_its_data() {
    let documents = builtin();
    let all: Vec<_> = documents.iter().map(|one| (one.kind.to_string(), &one.code, &one.body)).collect();
    let now = (SET, document_digest(&all).to_string());
    let known = (3, "sha-256:beca89987cbccf6ef90400f0ab077bd29ef0d1d00264a3e166521cf0ad82ddcb".to_owned());
    assert_eq!(now, known, "the data has changed: raise SET by one and put its number and digest here");
}

#[test]
fn no_two_documents_share_kind_and_code() {
    let mut seen = BTreeSet::new();
    for document in builtin() {
        let (kind, code) = (document.kind, document.code);
        assert!(!code.is_empty() && seen.insert((kind, code.clone())), "{kind} `{code}` stands twice");
    }
}

#[test]
fn there_are_enough_requirements_for_every_life_situation() {
    let count = requirements().filter(|one| one.status == RequirementStatus::InForce).count();
    assert!(count >= 100, "{count} requirements in force");
    let named: BTreeSet<&String> = requirements().flat_map(|one| &one.life_situations).collect();
    let known: BTreeSet<&String> = CATALOGUE.situations().iter().map(|situation| &situation.code).collect();
    let unknown: Vec<_> = named.difference(&known).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {unknown:?}");
    assert!(named.len() >= 8, "{named:?}");
}

#[test]
fn every_requirement_has_an_act_a_supervisor_and_an_algorithm_for_everybody() {
    for requirement in requirements() {
        let code = &requirement.code;
        assert!(REGISTRY.act(&requirement.act).is_some(), "{code}: no act `{}`", requirement.act);
        assert!(!requirement.supervisors.is_empty(), "{code}: nobody supervises it");
        let fulfilling = REGISTRY.algorithms_for(code);
        assert!(fulfilling.iter().any(|one| one.when.is_none()), "{code}: no algorithm without `when`");
    }
}

#[test]
fn every_authority_is_in_the_catalogue() {
    let supervisors = requirements().flat_map(|one| &one.supervisors);
    let recipients = requirements().flat_map(|one| &one.duties).map(|duty| &duty.to);
    let developers = REGISTRY.acts().map(|act| &act.developer);
    let named: BTreeSet<_> = supervisors.chain(recipients).chain(developers).collect();
    let unknown: Vec<_> = named.into_iter().filter(|id| CATALOGUE.authority(id).is_none()).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {unknown:?}");
}

#[test]
fn every_text_is_in_both_languages() {
    for document in builtin() {
        let mut places = Vec::new();
        one_sided(&document.body, &document.code, &mut places);
        assert!(places.is_empty(), "{}: {places:?}", document.kind);
    }
}

/// Objects that look like texts and lack a language.
fn one_sided(value: &Value, place: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let filled = |name: &str| {
                members.get(name).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
            };
            let is_text = members.contains_key("ru") || members.contains_key("en");
            if is_text && !(filled("ru") && filled("en")) {
                places.push(place.to_owned());
            }
            members.iter().for_each(|(name, value)| one_sided(value, &format!("{place}/{name}"), places));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, value)| one_sided(value, &format!("{place}/{at}"), places));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A profile can hold every fact that a condition tests, with every value that is asked for.
#[test]
fn a_profile_answers_every_question() {
    let duties = requirements().flat_map(|one| &one.duties).filter_map(|duty| duty.when.as_ref());
    let algorithms = REGISTRY.algorithms().filter_map(|algorithm| algorithm.when.as_ref());
    let conditions = requirements().map(|one| &one.applies_when).chain(duties).chain(algorithms);
    for test in conditions.flat_map(Condition::tests) {
        assert_eq!(REGISTRY.facts().objection(test), None);
    }
    for (name, fact) in REGISTRY.facts().iter().filter(|(name, _)| *name != "activities") {
        for value in profile_values(name, fact) {
            let mut profile =
                serde_json::json!({ "kind": "legal_entity", "inn": "7707083893", "name": "Опыт" });
            profile[name] = value.clone();
            let profile = profile.as_object().expect("an object").clone();
            let wrong = CATALOGUE.profile_violations(&profile);
            assert!(wrong.is_empty(), "a profile cannot hold `{name}`: {value}: {wrong:?}");
        }
    }
}

fn profile_values(name: &str, fact: &super::fact::Fact) -> Vec<Value> {
    use super::fact::FactKind;
    let codes = fact.values.keys().map(|code| Value::from(code.as_str()));
    match fact.kind {
        FactKind::Text if fact.values.is_empty() => {
            let of = |dictionary: &str| {
                CATALOGUE.dictionary(dictionary).expect("it is there").items[0].code.clone()
            };
            vec![Value::from(of(if name == "region" { "regions" } else { name }))]
        }
        FactKind::Text => codes.collect(),
        FactKind::Number => vec![Value::from(0), Value::from(16)],
        FactKind::Money => vec![Value::from("20000000.00")],
        FactKind::YesNo => vec![Value::from(true), Value::from(false)],
        FactKind::List if fact.values.is_empty() => vec![serde_json::json!(["77", "78"])],
        FactKind::List => codes.map(|code| serde_json::json!([code])).collect(),
        FactKind::Activities => Vec::new(),
    }
}

#[test]
fn the_rules_of_entry_into_force_hold_from_their_day() {
    assert!(Timing::on(jiff::civil::date(2020, 10, 31)).is_none());
    assert!(Timing::on(jiff::civil::date(2020, 11, 1)).is_some());
}

/// Only supervisors speak of their practice.
#[test]
fn every_kind_of_document_is_there() {
    use strum::VariantArray as _;
    let documents = builtin();
    for kind in RegistryKind::VARIANTS.iter().filter(|kind| **kind != RegistryKind::Practice) {
        assert!(documents.iter().any(|document| document.kind == *kind), "no {kind} is part of the program");
    }
}
