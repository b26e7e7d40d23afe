//! Whether a ground carries a declaration: it must name what the requirement rests on, and all of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{DeclareInapplicable, Ground};
use crate::{
    compliance::{
        Profile,
        terms::{ComplianceTerms, terms},
    },
    error::{Fix, Violation},
    requirement::{
        condition::{Condition, Facts, Test, Truth},
        registry::Entry,
    },
    text::Text,
};

/// What the ground names.
pub(super) fn named(command: &DeclareInapplicable) -> &[String] {
    match command.ground {
        Ground::NoSuchActivity => &command.activities,
        Ground::ObjectsNotUsed => &command.objects,
    }
}

/// Everything that keeps the ground from carrying the declaration.
pub(super) fn objections(entry: &Entry, command: &DeclareInapplicable, profile: &Profile) -> Vec<Violation> {
    let (place, other, foreign) = match command.ground {
        Ground::NoSuchActivity => ("/activities", "/objects", &command.objects),
        Ground::ObjectsNotUsed => ("/objects", "/activities", &command.activities),
    };
    let mut found = Vec::new();
    if !foreign.is_empty() {
        let detail = Text::new("Это поле другого основания.", "This field belongs to the other ground.");
        let fix = Text::new("Уберите поле или смените основание.", "Remove the field or change the ground.");
        found.push(violation(other, "other-ground", detail, fix));
    }
    let beneath = beneath(&entry.requirement.applies_when, command.ground);
    if beneath.is_empty() {
        found.push(rests_on_nothing_of_the_kind(command.ground));
        return found;
    }
    let named = named(command);
    if named.is_empty() {
        let detail =
            Text::new("Не названо, чего у бизнеса нет.", "Nothing is named that the business lacks.");
        found.push(offering(place, "required", detail, &beneath));
    }
    for (index, code) in
        named.iter().enumerate().filter(|(_, code)| !is_beneath(code, &beneath, command.ground))
    {
        let detail = Text::new(
            format!("Требование не основано на «{code}»."),
            format!("The requirement does not rest on “{code}”."),
        );
        found.push(offering(&format!("{place}/{index}"), "not-beneath", detail, &beneath));
    }
    if found.is_empty() {
        found.extend(still_applies(entry, named, (command.ground, place), profile));
    }
    found
}

/// The codes of activities or objects that the condition tests.
fn beneath(condition: &Condition, ground: Ground) -> BTreeSet<String> {
    let ComplianceTerms { activity_fact, object_facts, intangible_objects, .. } = terms();
    let mut codes = BTreeSet::new();
    for test in condition.tests() {
        match (ground, &test.test) {
            (Ground::NoSuchActivity, Test::Within(within)) if test.fact == *activity_fact => {
                codes.extend(within.iter().cloned());
            }
            (Ground::ObjectsNotUsed, Test::HasAny(any)) if object_facts.contains(&test.fact) => {
                codes.extend(any.iter().cloned());
            }
            (Ground::ObjectsNotUsed, Test::Equals(true)) if intangible_objects.contains(&test.fact) => {
                codes.insert(test.fact.clone());
            }
            (
                Ground::NoSuchActivity | Ground::ObjectsNotUsed,
                Test::OneOf(_)
                | Test::AtLeast(_)
                | Test::AtMost(_)
                | Test::Within(_)
                | Test::HasAny(_)
                | Test::CountAtLeast(_)
                | Test::Equals(_),
            ) => {}
        }
    }
    codes
}

/// An activity may be named as narrowly as the profile has it.
fn is_beneath(code: &str, beneath: &BTreeSet<String>, ground: Ground) -> bool {
    match ground {
        Ground::NoSuchActivity => beneath.iter().any(|wide| code.starts_with(wide.as_str())),
        Ground::ObjectsNotUsed => beneath.contains(code),
    }
}

/// Even without what is named, the requirement would apply for certain.
fn still_applies(
    entry: &Entry,
    named: &[String],
    (ground, place): (Ground, &str),
    profile: &Profile,
) -> Option<Violation> {
    let without = without(profile, named, ground);
    let condition = &entry.requirement.applies_when;
    if condition.truth(Facts(&without)) != Truth::True {
        return None;
    }
    let reasons = condition.reasons(Facts(&without));
    let facts: Vec<String> = reasons.iter().map(|reason| reason.test.fact.clone()).collect();
    let facts = facts.join(", ");
    let detail = Text::new(
        format!("И без названного требование применимо: остаются {facts}."),
        format!("Without what is named the requirement still applies: {facts} remain."),
    );
    let fix = Text::new(
        "Назовите всё, на чём основано требование, или исправьте профиль.",
        "Name everything on which the requirement rests, or mend the profile.",
    );
    Some(violation(place, "still-applies", detail, fix))
}

/// The profile as it would be if the business did not have what is named.
fn without(profile: &Profile, named: &[String], ground: Ground) -> Profile {
    let ComplianceTerms { object_facts, .. } = terms();
    let mut profile = profile.clone();
    let is_named = |value: &Value| match (ground, value.as_str()) {
        (Ground::NoSuchActivity, Some(code)) => named.iter().any(|wide| code.starts_with(wide.as_str())),
        (Ground::ObjectsNotUsed, Some(code)) => named.iter().any(|one| one == code),
        (Ground::NoSuchActivity | Ground::ObjectsNotUsed, None) => false,
    };
    let lists = match ground {
        Ground::NoSuchActivity => vec!["okved_additional"],
        Ground::ObjectsNotUsed => object_facts.iter().map(String::as_str).collect(),
    };
    for list in lists {
        if let Some(Value::Array(members)) = profile.get_mut(list) {
            members.retain(|member| !is_named(member));
        }
    }
    match ground {
        Ground::NoSuchActivity if profile.get("okved_main").is_some_and(is_named) => {
            profile.remove("okved_main");
        }
        Ground::ObjectsNotUsed => {
            for fact in named
                .iter()
                .filter(|fact| profile.get(*fact) == Some(&Value::Bool(true)))
                .cloned()
                .collect::<Vec<_>>()
            {
                profile.insert(fact, Value::Bool(false));
            }
        }
        Ground::NoSuchActivity => {}
    }
    profile
}

fn rests_on_nothing_of_the_kind(ground: Ground) -> Violation {
    let detail = match ground {
        Ground::NoSuchActivity => Text::new(
            "Требование не зависит от вида деятельности.",
            "The requirement does not depend on an activity.",
        ),
        Ground::ObjectsNotUsed => {
            Text::new("Требование не зависит от объектов.", "The requirement does not depend on objects.")
        }
    };
    let fix = Text::new(
        "Возьмите другое основание; если дело в ином факте, исправьте профиль.",
        "Take the other ground; where another fact is wrong, mend the profile.",
    );
    violation("/ground", "ground-not-available", detail, fix)
}

fn offering(pointer: &str, code: &str, detail: Text, allowed: &BTreeSet<String>) -> Violation {
    let fix = Text::new("Назовите то, на чём основано требование.", "Name what the requirement rests on.");
    let mut violation = violation(pointer, code, detail, fix);
    violation.fix.allowed = allowed.iter().take(30).map(|code| Value::from(code.as_str())).collect();
    violation
}

pub(super) fn violation(pointer: &str, code: &str, detail: Text, fix: Text) -> Violation {
    Violation { pointer: pointer.into(), code: code.into(), detail, fix: Fix::say(fix) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn condition(value: Value) -> Condition {
        serde_json::from_value(value).expect("a condition")
    }

    #[test]
    fn what_lies_beneath_is_read_from_the_tests() {
        let both = condition(json!({ "all": [{ "fact": "activities", "within": ["56", "10.1"] },
            { "any": [{ "fact": "objects", "has_any": ["kitchen"] }, { "fact": "has_website", "equals": true },
                { "fact": "sells", "has_any": ["beer"] }] }] }));
        let codes = |ground| beneath(&both, ground).into_iter().collect::<Vec<_>>();
        assert_eq!(codes(Ground::NoSuchActivity), ["10.1", "56"]);
        assert_eq!(codes(Ground::ObjectsNotUsed), ["has_website", "kitchen"]);
    }

    #[test]
    fn a_profile_loses_what_is_named_and_nothing_else() {
        let profile = json!({ "okved_main": "56.10", "okved_additional": ["56.3", "47.11"], "objects": ["kitchen", "lift"],
            "has_website": true });
        let Value::Object(profile) = profile else { panic!("an object") };
        let fewer = without(&profile, &["56".into()], Ground::NoSuchActivity);
        assert_eq!((fewer.get("okved_main"), &fewer["okved_additional"]), (None, &json!(["47.11"])));
        let fewer = without(&profile, &["kitchen".into(), "has_website".into()], Ground::ObjectsNotUsed);
        assert_eq!((&fewer["objects"], &fewer["has_website"]), (&json!(["lift"]), &json!(false)));
        assert_eq!(fewer["okved_main"], "56.10");
    }
}
