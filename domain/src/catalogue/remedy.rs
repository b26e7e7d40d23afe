//! What to say of a wrong place, and how to mend it, for people and for machines (4.6.3.11).

use jsonschema::JsonType;
use serde_json::{Value, json};

use super::{
    dictionary::Dictionary,
    format::Flaw,
    place::Place,
    wording::{self, say},
};
use crate::{error::Fix, text::Text};

/// A closed list is spelt out up to this many values; the machine-readable list is whole.
const SPELT_OUT: usize = 10;

/// The texts and the fix of one violation.
pub(super) struct Remedy {
    pub detail: Text,
    pub fix: Fix,
}

impl Remedy {
    pub(super) fn required(place: &Place<'_>, conditional: bool) -> Self {
        let label = place.label();
        let detail = if conditional {
            say(
                format!("При выбранных ответах нужно заполнить поле {}.", label.ru),
                format!("With the answers given, {} must be filled in.", label.en),
            )
        } else {
            say(format!("Не заполнено обязательное поле {}.", label.ru), format!("{} is missing.", label.en))
        };
        let advice = place.advice();
        let text = say(
            format!("Заполните поле {}.{}", label.ru, advice.ru),
            format!("Fill in {}.{}", label.en, advice.en),
        );
        let patch =
            place.example().map(|value| json!({"op": "add", "path": place.pointer(), "value": value}));
        let fix =
            Fix { example: place.example().cloned(), patch: patch.into_iter().collect(), ..Fix::say(text) };
        Self { detail, fix }
    }

    pub(super) fn unknown_field(place: &Place<'_>, name: &str) -> Self {
        let detail = say(
            format!("В этом месте формы нет поля «{name}»."),
            format!("The form has no field “{name}” in this place."),
        );
        let text = say("Уберите это поле или исправьте его имя.", "Remove the field or correct its name.");
        Self { detail, fix: removal(place, text) }
    }

    pub(super) fn not_here(place: &Place<'_>) -> Self {
        let label = place.label();
        let detail = say(
            format!("При выбранных ответах поле {} не заполняется.", label.ru),
            format!("With the answers given, {} must stay empty.", label.en),
        );
        let text = say(
            "Уберите это поле или измените ответ, от которого оно зависит.",
            "Remove the field or change the answer it depends on.",
        );
        Self { detail, fix: removal(place, text) }
    }

    pub(super) fn wrong_type(place: &Place<'_>, value: &Value, expected: &[JsonType]) -> Self {
        let label = place.label();
        let names = expected.iter().map(|kind| wording::type_name(*kind)).collect::<Vec<_>>();
        let wanted = joined(&names, " или ", " or ");
        let given = wording::type_of(value);
        let detail = say(
            format!("{}: ожидается {}, а указано {}.", label.ru, wanted.ru, given.ru),
            format!("{}: {} is expected, but {} was given.", label.en, wanted.en, given.en),
        );
        let such_as = wording::such_as(place.example());
        let text = say(
            format!("Укажите {}.{}", wanted.ru, such_as.ru),
            format!("Give {}.{}", wanted.en, such_as.en),
        );
        Self::with_example(place, detail, text)
    }

    pub(super) fn not_in_list(place: &Place<'_>, value: &Value, options: &Value) -> Self {
        let allowed = options.as_array().cloned().unwrap_or_default();
        let label = place.label();
        let given = wording::shown(value);
        let detail = say(
            format!("{}: значения «{given}» нет в списке допустимых.", label.ru),
            format!("{}: “{given}” is not among the allowed values.", label.en),
        );
        let spelt = allowed.iter().take(SPELT_OUT).map(|option| place.labelled(option)).collect::<Vec<_>>();
        let list = joined(&spelt, ", ", ", ");
        let more = if allowed.len() > SPELT_OUT { "…" } else { "." };
        let text =
            say(format!("Выберите одно из: {}{more}", list.ru), format!("Choose one of: {}{more}", list.en));
        let mut remedy = Self::with_example(place, detail, text);
        remedy.fix.allowed = allowed.into_iter().take(30).collect();
        remedy
    }

    pub(super) fn only(place: &Place<'_>, value: &Value) -> Self {
        let label = place.label();
        let wanted = wording::shown(value);
        let detail = say(
            format!("{}: принимается только значение {wanted}.", label.ru),
            format!("{}: only the value {wanted} is accepted.", label.en),
        );
        let advice = place.advice();
        let text = say(format!("Укажите {wanted}.{}", advice.ru), format!("Give {wanted}.{}", advice.en));
        let fix = Fix { allowed: vec![value.clone()], example: Some(value.clone()), ..Fix::say(text) };
        Self { detail, fix }
    }

    pub(super) fn not_in_dictionary(place: &Place<'_>, value: &Value, dictionary: &Dictionary) -> Self {
        let label = place.label();
        let given = wording::shown(value);
        let detail = say(
            format!("{}: кода «{given}» нет в справочнике «{}».", label.ru, dictionary.title.ru),
            format!("{}: there is no code “{given}” in the dictionary “{}”.", label.en, dictionary.title.en),
        );
        let near = dictionary.nearest(&given);
        let named = near.iter().map(|item| {
            say(format!("{} – {}", item.code, item.title.ru), format!("{} – {}", item.code, item.title.en))
        });
        let list = joined(&named.collect::<Vec<_>>(), "; ", "; ");
        let search = format!("/v1/dictionaries/{}?q=", dictionary.name);
        let text = if near.is_empty() {
            say(
                format!("Найдите код в справочнике: {search}"),
                format!("Find the code in the dictionary: {search}"),
            )
        } else {
            say(
                format!("Возможно, подойдёт: {}. Весь справочник: {search}", list.ru),
                format!("Perhaps: {}. The whole dictionary: {search}", list.en),
            )
        };
        let mut remedy = Self::with_example(place, detail, text);
        remedy.fix.allowed = near.iter().map(|item| json!(item.code)).collect();
        remedy
    }

    pub(super) fn rewrite(place: &Place<'_>, detail: Text, looks: &Text, format: &str, flaw: Flaw) -> Self {
        let such_as = wording::such_as(place.example());
        let text = match flaw {
            Flaw::CheckDigit => say(
                "Сверьте номер с документом: одна или несколько цифр неверны.",
                "Compare the number with the document: one or more digits are wrong.",
            ),
            Flaw::Length | Flaw::Characters => say(
                format!("Запишите значение так: {}.{}", looks.ru, such_as.ru),
                format!("Write the value like this: {}.{}", looks.en, such_as.en),
            ),
        };
        let mut remedy = Self::with_example(place, detail, text);
        remedy.fix.format = Some(format.to_owned());
        remedy
    }

    pub(super) fn pattern(place: &Place<'_>, pattern: &str) -> Self {
        let looks = wording::pattern_looks(pattern);
        let detail = wording::wrong_format(
            &place.label(),
            looks.as_ref().unwrap_or(&say("запись, как в примере", "the form shown in the example")),
        );
        let advice = place.advice();
        let such_as = wording::such_as(place.example());
        let text = say(
            format!("Исправьте запись значения.{}{}", advice.ru, such_as.ru),
            format!("Correct how the value is written.{}{}", advice.en, such_as.en),
        );
        let mut remedy = Self::with_example(place, detail, text);
        remedy.fix.format = Some(pattern.to_owned());
        remedy
    }

    pub(super) fn resize(place: &Place<'_>, detail: Text) -> Self {
        let advice = place.advice();
        let text = say(
            format!("Приведите значение к допустимому размеру.{}", advice.ru),
            format!("Bring the value to an allowed size.{}", advice.en),
        );
        Self::with_example(place, detail, text)
    }

    pub(super) fn out_of_range(place: &Place<'_>, value: &Value, bound: (&str, &str), limit: &Value) -> Self {
        let label = place.label();
        let detail = say(
            format!("{}: указано {value}, а значение должно быть {} {limit}.", label.ru, bound.0),
            format!("{}: {value} was given, but the value must be {} {limit}.", label.en, bound.1),
        );
        let advice = place.advice();
        let text = say(
            format!("Укажите значение {} {limit}.{}", bound.0, advice.ru),
            format!("Give a value that is {} {limit}.{}", bound.1, advice.en),
        );
        Self::with_example(place, detail, text)
    }

    pub(super) fn duplicates(place: &Place<'_>) -> Self {
        let label = place.label();
        let detail = say(
            format!("{}: в списке есть одинаковые позиции.", label.ru),
            format!("{}: the list has equal items.", label.en),
        );
        Self::with_example(place, detail, say("Оставьте каждую позицию один раз.", "Keep each item once."))
    }

    pub(super) fn condition(place: &Place<'_>) -> Self {
        let label = place.label();
        let advice = place.advice();
        let detail = say(
            format!("{}: значение не сочетается с другими ответами формы.", label.ru),
            format!("{}: the value does not fit the other answers of the form.", label.en),
        );
        let text = say(
            format!("Сверьте поле с примером услуги.{}", advice.ru),
            format!("Compare the field with the service's example.{}", advice.en),
        );
        Self::with_example(place, detail, text)
    }

    fn with_example(place: &Place<'_>, detail: Text, text: Text) -> Self {
        Self { detail, fix: Fix { example: place.example().cloned(), ..Fix::say(text) } }
    }
}

fn removal(place: &Place<'_>, text: Text) -> Fix {
    Fix { patch: vec![json!({"op": "remove", "path": place.pointer()})], ..Fix::say(text) }
}

fn joined(texts: &[Text], ru: &str, en: &str) -> Text {
    let all =
        |pick: fn(&Text) -> &str, between: &str| texts.iter().map(pick).collect::<Vec<_>>().join(between);
    say(all(|text| &text.ru, ru), all(|text| &text.en, en))
}
