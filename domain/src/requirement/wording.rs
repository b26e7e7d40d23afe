//! Reasons in words: why a requirement applies, does not, or waits, as a person would say it.

use serde_json::Value;

use super::{
    condition::{ACTIVITIES, FactTest, Test, Truth},
    fact::{Fact, FactSheet},
    reason::Reason,
};
use crate::text::Text;

/// The reason in both languages.
pub fn worded(reason: &Reason, sheet: &FactSheet) -> Text {
    let title = title(&reason.test, sheet);
    match (&reason.value, reason.holds) {
        (Some(value), Truth::True) => said(reason, sheet, title, value, true),
        (Some(value), Truth::False) => said(reason, sheet, title, value, false),
        (Some(value), Truth::Unknown) if reason.test.fact == ACTIVITIES => text(
            format!(
                "Не знаем всех видов деятельности: известны {}, нужны основной и дополнительные",
                joined(value, None).ru
            ),
            format!(
                "Not all activities are known: {} so far, the main and the additional ones are needed",
                joined(value, None).en
            ),
        ),
        (Some(_) | None, _) => {
            text(format!("Не знаем: {}", lower(&title.ru)), format!("Not known: {}", lower(&title.en)))
        }
    }
}

fn said(reason: &Reason, sheet: &FactSheet, title: Text, value: &Value, holds: bool) -> Text {
    let fact = sheet.get(&reason.test.fact);
    let given = joined(value, fact);
    let Text { ru, en } = title;
    match &reason.test.test {
        Test::Within(codes) => within(&ru, &en, value, codes, holds),
        Test::AtLeast(least) => text(
            format!("{ru}: {}, {} {least}", given.ru, if holds { "не меньше" } else { "меньше" }),
            format!("{en}: {}, {} {least}", given.en, if holds { "at least" } else { "less than" }),
        ),
        Test::AtMost(most) => text(
            format!("{ru}: {}, {} {most}", given.ru, if holds { "не больше" } else { "больше" }),
            format!("{en}: {}, {} {most}", given.en, if holds { "at most" } else { "more than" }),
        ),
        Test::CountAtLeast(least) => {
            let count = value.as_array().map_or(0, Vec::len);
            let (few, few_en) =
                if holds { ("не меньше", "at least") } else { ("меньше", "less than") };
            text(format!("{ru}: {count}, {few} {least}"), format!("{en}: {count}, {few_en} {least}"))
        }
        Test::HasAny(codes) if holds => {
            let found = joined(&matching(value, codes), fact);
            text(format!("{ru}: {}", found.ru), format!("{en}: {}", found.en))
        }
        Test::HasAny(codes) => {
            lacking(&ru, &en, &given, codes, fact, ("; среди них нет: ", "; not among them: "))
        }
        Test::OneOf(codes) if !holds => lacking(&ru, &en, &given, codes, fact, (", а не ", ", not ")),
        Test::OneOf(_) | Test::Equals(_) => {
            text(format!("{ru}: {}", given.ru), format!("{en}: {}", given.en))
        }
    }
}

/// Words that fit both what lacks something and what must not have it.
fn lacking(
    ru: &str,
    en: &str,
    given: &Text,
    codes: &[String],
    fact: Option<&Fact>,
    joints: (&str, &str),
) -> Text {
    let wanted = joined(&codes.iter().map(String::as_str).collect(), fact);
    text(
        format!("{ru}: {}{}{}", given.ru, joints.0, wanted.ru),
        format!("{en}: {}{}{}", given.en, joints.1, wanted.en),
    )
}

/// Which of the activities lies under which of the codes.
fn within(ru: &str, en: &str, value: &Value, codes: &[String], holds: bool) -> Text {
    let known = strings(value);
    let pairs = known.iter().filter_map(|code| {
        let wide = codes.iter().find(|wide| code.starts_with(wide.as_str()))?;
        Some((*code, wide.as_str()))
    });
    let pairs: Vec<_> = pairs.collect();
    if !holds || pairs.is_empty() {
        let (known, codes) = (known.join(", "), codes.join(", "));
        return text(
            format!("{ru}: {known}; ни один не входит в {codes}"),
            format!("{en}: {known}; none lies under {codes}"),
        );
    }
    let say = |same: &str, under: &str| {
        let one = pairs.iter().map(|(code, wide)| {
            if code == wide { same.replace("{}", code) } else { format!("{code} {under} {wide}") }
        });
        one.collect::<Vec<_>>().join(", ")
    };
    text(
        format!("Вид деятельности {}", say("{}", "входит в")),
        format!("Activity {}", say("{}", "lies under")),
    )
}

fn title(test: &FactTest, sheet: &FactSheet) -> Text {
    let known = sheet.get(&test.fact).map(|fact| fact.title.clone());
    known.unwrap_or_else(|| text(test.fact.clone(), test.fact.clone()))
}

/// A value, or the members of a list, called by the names of the fact's sheet.
fn joined(value: &Value, fact: Option<&Fact>) -> Text {
    match value {
        Value::Array(members) if members.is_empty() => text("ничего".into(), "nothing".into()),
        Value::Array(members) => {
            let named: Vec<Text> = members.iter().map(|member| joined(member, fact)).collect();
            let all = |one: fn(&Text) -> &str| named.iter().map(one).collect::<Vec<_>>().join(", ");
            text(all(|text| &text.ru), all(|text| &text.en))
        }
        Value::Bool(true) => text("да".into(), "yes".into()),
        Value::Bool(false) => text("нет".into(), "no".into()),
        Value::String(code) => {
            let named = fact.and_then(|fact| fact.values.get(code)).cloned();
            named.unwrap_or_else(|| text(code.clone(), code.clone()))
        }
        Value::Null | Value::Number(_) | Value::Object(_) => text(value.to_string(), value.to_string()),
    }
}

fn matching(value: &Value, codes: &[String]) -> Value {
    let found = strings(value).into_iter().filter(|member| codes.iter().any(|code| code == member));
    found.collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn text(ru: String, en: String) -> Text {
    Text { ru, en }
}

/// The title within a sentence. An abbreviation keeps its letters.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}
