//! What serde and validator refuse, as violations with a place and a way to mend it.

use std::borrow::Cow;

use domain::{
    error::{Fix, Violation},
    text::Text,
};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::strict::escape;
use crate::problem::both;

/// A validator's refusal in both languages: for the custom rules of models.
pub fn refuse(code: &'static str, ru: &str, en: &str) -> ValidationError {
    let mut error = ValidationError::new(code);
    error.add_param(Cow::Borrowed("ru"), &ru);
    error.add_param(Cow::Borrowed("en"), &en);
    error
}

/// The JSON Pointer of a place that serde failed at.
pub(super) fn pointer_of(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escape(key)),
        Segment::Enum { variant } => format!("{pointer}/{}", escape(variant)),
        Segment::Unknown => pointer,
    })
}

/// The violation behind a refusal of serde. Its messages are the only facts it gives; what is not known of them is
/// shown as it is, without the position.
pub(super) fn of_serde(pointer: &str, message: &str) -> Violation {
    let message = message.rsplit_once(" at line ").map_or(message, |(facts, _)| facts);
    if let Some(field) = message.strip_prefix("missing field ") {
        return required(&beneath(pointer, field.trim_matches('`')));
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let (field, expected) = rest.split_once(", ").unwrap_or((rest, ""));
        return unknown_field(&beneath(pointer, field.trim_matches('`')), quoted(expected));
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let (_, expected) = rest.split_once(", ").unwrap_or((rest, ""));
        return unknown_value(pointer, quoted(expected));
    }
    if let Some(field) = message.strip_prefix("duplicate field ") {
        return given_twice(&beneath(pointer, field.trim_matches('`')));
    }
    if let Some((_, expected)) = message.split_once(", expected ") {
        return wrong_type(pointer, expected);
    }
    let detail =
        both(format!("Значение не подходит: {message}."), format!("The value does not fit: {message}."));
    let fix = both("Исправьте значение.", "Mend the value.");
    Violation { pointer: pointer.to_owned(), code: "format".into(), detail, fix: Fix::say(fix) }
}

/// Serde names an unknown field in the message and, depending on the format, in the path too.
fn beneath(pointer: &str, field: &str) -> String {
    let step = escape(field);
    match pointer.strip_suffix(&step) {
        Some(parent) if parent.ends_with('/') => pointer.to_owned(),
        _ => format!("{pointer}/{step}"),
    }
}

/// The words between backticks.
fn quoted(text: &str) -> Vec<Value> {
    text.split('`').skip(1).step_by(2).take(30).map(Value::from).collect()
}

fn required(pointer: &str) -> Violation {
    Violation {
        pointer: pointer.to_owned(),
        code: "required".into(),
        detail: both("Обязательного поля нет.", "A required field is missing."),
        fix: Fix::say(both("Добавьте это поле.", "Add this field.")),
    }
}

fn given_twice(pointer: &str) -> Violation {
    Violation {
        pointer: pointer.to_owned(),
        code: "duplicate-key".into(),
        detail: both("Значение передано дважды.", "The value is given twice."),
        fix: Fix::say(both("Оставьте одно значение.", "Keep one value.")),
    }
}

fn unknown_field(pointer: &str, allowed: Vec<Value>) -> Violation {
    let fix = both("Уберите поле или исправьте его имя.", "Remove the field or mend its name.");
    Violation {
        pointer: pointer.to_owned(),
        code: "unknown-field".into(),
        detail: both("Такого поля нет.", "There is no such field."),
        fix: Fix { allowed, ..Fix::say(fix) },
    }
}

fn unknown_value(pointer: &str, allowed: Vec<Value>) -> Violation {
    Violation {
        pointer: pointer.to_owned(),
        code: "unknown-value".into(),
        detail: both("Такого значения в списке нет.", "The list has no such value."),
        fix: Fix {
            allowed, ..Fix::say(both("Выберите значение из списка.", "Choose a value of the list."))
        },
    }
}

fn wrong_type(pointer: &str, expected: &str) -> Violation {
    let (ru, en) = json_type(expected);
    Violation {
        pointer: pointer.to_owned(),
        code: "type".into(),
        detail: both(format!("Нужно: {ru}."), format!("Expected: {en}.")),
        fix: Fix::say(both(format!("Дайте значение такого вида: {ru}."), format!("Give {en}."))),
    }
}

/// The wire's word for what Rust expected: names of Rust types mean nothing to callers.
fn json_type(expected: &str) -> (&str, &str) {
    let first = expected.split([' ', ',']).next().unwrap_or_default();
    match first {
        "struct" | "map" => ("объект", "an object"),
        "u8" | "u16" | "u32" | "u64" | "usize" | "nonzero" => {
            ("целое неотрицательное число", "a non-negative integer")
        }
        "i8" | "i16" | "i32" | "i64" => ("целое число", "an integer"),
        "f32" | "f64" => ("число", "a number"),
        "sequence" | "tuple" => ("массив", "an array"),
        _ => match expected {
            "a string" | "string" => ("строка", "a string"),
            "a boolean" => ("true или false", "true or false"),
            "a map" => ("объект", "an object"),
            "a sequence" => ("массив", "an array"),
            other => (other, other),
        },
    }
}

/// Every violation that validator found.
pub(super) fn of_validator(errors: &ValidationErrors) -> Vec<Violation> {
    let mut found = Vec::new();
    collect(errors, "", &mut found);
    found.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    found
}

fn collect(errors: &ValidationErrors, at: &str, found: &mut Vec<Violation>) {
    for (field, kind) in errors.errors() {
        // `__all__` is validator's name for a rule over the whole struct.
        let pointer = if field == "__all__" { at.to_owned() } else { format!("{at}/{}", escape(field)) };
        match kind {
            ValidationErrorsKind::Field(refusals) => {
                found.extend(refusals.iter().map(|refusal| of_rule(&pointer, refusal)));
            }
            ValidationErrorsKind::Struct(inner) => collect(inner, &pointer, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &format!("{pointer}/{index}"), found);
                }
            }
        }
    }
}

fn of_rule(pointer: &str, refusal: &ValidationError) -> Violation {
    let detail = described(refusal);
    Violation {
        pointer: pointer.to_owned(),
        code: refusal.code.replace('_', "-"),
        fix: Fix::say(detail.clone()),
        detail,
    }
}

fn described(refusal: &ValidationError) -> Text {
    let param = |name: &str| refusal.params.get(name);
    if let (Some(Value::String(ru)), Some(Value::String(en))) = (param("ru"), param("en")) {
        return both(ru, en);
    }
    match (refusal.code.as_ref(), param("equal"), param("min"), param("max")) {
        ("length", Some(n), _, _) => {
            both(format!("Длина должна быть ровно {n}."), format!("The length must be {n}."))
        }
        ("length", _, min, max) => bounds(["Длина", "The length"], min, max),
        ("range", _, min, max) => bounds(["Значение", "The value"], min, max),
        _ => {
            let en = refusal.message.as_deref().unwrap_or("The value does not fit the rule.");
            both(refusal.message.as_deref().unwrap_or("Значение не подходит под правило."), en)
        }
    }
}

fn bounds([ru, en]: [&str; 2], min: Option<&Value>, max: Option<&Value>) -> Text {
    match (min, max) {
        (Some(min), Some(max)) => {
            both(format!("{ru} — от {min} до {max}."), format!("{en} must be {min} to {max}."))
        }
        (Some(min), None) => {
            both(format!("{ru} — не меньше {min}."), format!("{en} must be at least {min}."))
        }
        (None, Some(max)) => both(format!("{ru} — не больше {max}."), format!("{en} must be at most {max}.")),
        (None, None) => both(format!("{ru} вне пределов."), format!("{en} is out of bounds.")),
    }
}
