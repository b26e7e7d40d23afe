//! What a clerk reads about a field that is wrong: plain sentences in both languages, without words of the schema.

use jsonschema::JsonType;
use serde_json::Value;

use super::format::{CustomFormat, Flaw};
use crate::text::Text;

/// A text in both languages.
pub(super) fn say(ru: impl Into<String>, en: impl Into<String>) -> Text {
    Text { ru: ru.into(), en: en.into() }
}

/// The field as a clerk knows it: the title in Russian, the name in English, and which item of its list it is in.
pub(super) fn label(title: &str, name: &str, item: Option<usize>) -> Text {
    match item {
        Some(at) => say(format!("«{title}» (позиция {})", at + 1), format!("“{name}” (item {})", at + 1)),
        None => say(format!("«{title}»"), format!("“{name}”")),
    }
}

/// The value as a person would write it, cut to 60 characters.
pub(super) fn shown(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    };
    if whole.chars().count() <= 60 { whole } else { whole.chars().take(60).chain(['…']).collect() }
}

/// What a value of this type is called.
pub(super) fn type_name(kind: JsonType) -> Text {
    match kind {
        JsonType::Null => say("пустое значение", "an empty value"),
        JsonType::Boolean => say("true или false", "true or false"),
        JsonType::Integer => say("целое число", "a whole number"),
        JsonType::Number => say("число", "a number"),
        JsonType::String => say("текст в кавычках", "a text in quotes"),
        JsonType::Array => say("список", "a list"),
        JsonType::Object => say("набор полей", "a group of fields"),
    }
}

/// What the value is.
pub(super) fn type_of(value: &Value) -> Text {
    match value {
        Value::Null => type_name(JsonType::Null),
        Value::Bool(flag) => say(flag.to_string(), flag.to_string()),
        Value::Number(_) => type_name(JsonType::Number),
        Value::String(_) => say("текст", "a text"),
        Value::Array(_) => type_name(JsonType::Array),
        Value::Object(_) => type_name(JsonType::Object),
    }
}

/// What a text of this format looks like; None for a format without words of its own.
pub(super) fn format_looks(format: &str) -> Option<Text> {
    if let Ok(custom) = format.parse::<CustomFormat>() {
        return Some(custom_looks(custom));
    }
    match format {
        "date" => {
            Some(say("дата вида ГГГГ-ММ-ДД, которая есть в календаре", "a calendar date written YYYY-MM-DD"))
        }
        "date-time" => {
            Some(say("дата и время по RFC 3339 с часовым поясом", "date and time by RFC 3339 with the zone"))
        }
        "email" => Some(say("адрес вида name@example.org", "an e-mail address like name@example.org")),
        "uri" => Some(say("полный адрес с https://", "a full address with https://")),
        _ => None,
    }
}

fn custom_looks(format: CustomFormat) -> Text {
    match format {
        CustomFormat::Inn => say("10 или 12 цифр подряд", "10 or 12 digits in a row"),
        CustomFormat::InnLegal => say("10 цифр ИНН организации", "the 10 digits of an organisation's INN"),
        CustomFormat::InnPerson => say("12 цифр ИНН физического лица", "the 12 digits of a person's INN"),
        CustomFormat::Ogrn => say("13 цифр подряд, первая 1 или 5", "13 digits in a row, the first 1 or 5"),
        CustomFormat::Ogrnip => say("15 цифр подряд, первая 3", "15 digits in a row, the first 3"),
        CustomFormat::Kpp => say("9 знаков подряд", "9 characters in a row"),
        CustomFormat::Snils => say("11 цифр подряд, без дефисов", "11 digits in a row, without hyphens"),
        CustomFormat::Bik => say("9 цифр подряд, первая 0", "9 digits in a row, the first 0"),
        CustomFormat::BankAccount => say("20 цифр подряд", "20 digits in a row"),
        CustomFormat::Phone => say(
            "плюс, код страны и номер без пробелов, всего 7–15 цифр",
            "plus, country code and number without blanks, 7 to 15 digits in all",
        ),
    }
}

/// What is wrong with a text of a custom format.
pub(super) fn flaw(label: &Text, flaw: Flaw, looks: &Text, length: usize) -> Text {
    match flaw {
        Flaw::CheckDigit => say(
            format!("{}: контрольные цифры не сходятся, в номере опечатка.", label.ru),
            format!("{}: the check digits do not agree; a digit is mistyped.", label.en),
        ),
        Flaw::Length => say(
            format!("{}: неверная длина, знаков: {length}. Ожидается: {}.", label.ru, looks.ru),
            format!("{}: wrong length, characters: {length}. Expected: {}.", label.en, looks.en),
        ),
        Flaw::Characters => wrong_format(label, looks),
    }
}

/// The text does not look as it should.
pub(super) fn wrong_format(label: &Text, looks: &Text) -> Text {
    say(
        format!("{}: значение записано неверно. Ожидается: {}.", label.ru, looks.ru),
        format!("{}: the value is not written as expected. Expected: {}.", label.en, looks.en),
    )
}

/// What a text of this pattern looks like; None for a pattern without words of its own.
pub(super) fn pattern_looks(pattern: &str) -> Option<Text> {
    match pattern {
        r"^(0|[1-9][0-9]{0,12})\.[0-9]{2}$" => Some(say(
            "сумма с копейками через точку, без пробелов",
            "an amount with two digits after the point, no blanks",
        )),
        r"^[^\u0000-\u001f]*$" => Some(say(
            "одна строка без переносов и служебных знаков",
            "one line without breaks and control characters",
        )),
        _ => digits_pattern(pattern),
    }
}

fn digits_pattern(pattern: &str) -> Option<Text> {
    let count = pattern.strip_prefix("^[0-9]{")?.strip_suffix("}$")?;
    Some(say(format!("только цифры, всего {count}"), format!("digits only, {count} of them")))
}

/// «Например, …», or nothing without an example.
pub(super) fn such_as(example: Option<&Value>) -> Text {
    match example {
        Some(value) if !value.is_object() && !value.is_array() => {
            say(format!(" Например: {}.", shown(value)), format!(" For example: {}.", shown(value)))
        }
        Some(_) | None => say("", ""),
    }
}

/// A text that must not be empty is.
pub(super) fn empty(label: &Text) -> Text {
    say(format!("{}: значение пустое.", label.ru), format!("{}: the value is empty.", label.en))
}

/// How many there are against how many there may be.
pub(super) fn counted(
    label: &Text,
    what: (&str, &str),
    found: usize,
    bound: (&str, &str),
    limit: u64,
) -> Text {
    say(
        format!("{}: {}: {found}, допустимо {} {limit}.", label.ru, what.0, bound.0),
        format!("{}: {} given: {found}; {} {limit} allowed.", label.en, what.1, bound.1),
    )
}
