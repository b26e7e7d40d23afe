//! What is wrong with a report, and how to mend it.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{CheckPack, Fix, Outcome, RuleVerdict, Text, Violation};
use crate::requirement::check_pack::{InputKind, PackInput};

fn wrong(pointer: impl Into<String>, code: &str, detail: Text, fix: Fix) -> Violation {
    Violation { pointer: pointer.into(), code: code.to_owned(), detail, fix }
}

fn one_of<'v>(text: Text, allowed: impl Iterator<Item = &'v str>) -> Fix {
    Fix { allowed: allowed.take(30).map(Value::from).collect(), ..Fix::say(text) }
}

/// The member of `facts` with this name (RFC 6901).
fn fact(name: &str) -> String {
    format!("/facts/{}", name.replace('~', "~0").replace('/', "~1"))
}

pub(super) fn unknown_pack(code: &str) -> Violation {
    let detail =
        Text::new(format!("Пакета проверок «{code}» нет."), format!("There is no check pack “{code}”."));
    let fix = Text::new("Возьмите код из /v1/check-packs.", "Take a code from /v1/check-packs.");
    wrong("/pack", "unknown-check-pack", detail, Fix::say(fix))
}

pub(super) fn another_version(pack: &CheckPack) -> Violation {
    let version = pack.version;
    let detail =
        Text::new(format!("Действует версия {version}."), format!("The version in force is {version}."));
    let fix = Text::new(
        format!("Возьмите пакет заново из /v1/check-packs/{} и повторите проверку.", pack.code),
        format!("Fetch the pack anew from /v1/check-packs/{} and run it again.", pack.code),
    );
    wrong("/version", "another-version", detail, Fix { example: Some(json!(version)), ..Fix::say(fix) })
}

pub(super) fn period(backwards: bool, today: Date) -> Violation {
    let (code, detail) = if backwards {
        (
            "period-backwards",
            Text::new("Период кончается раньше, чем начинается.", "The period ends before it begins."),
        )
    } else {
        ("period-not-over", Text::new("Период ещё не кончился.", "The period is not over yet."))
    };
    let fix = Text::new(
        format!("Последний день — не раньше первого и не позже {today}."),
        format!("The last day is not before the first and not after {today}."),
    );
    wrong("/period/to", code, detail, Fix::say(fix))
}

/// A figure that the pack does not ask for: it is refused, so that nobody sends more than is needed.
pub(super) fn unasked(pack: &CheckPack, name: &str) -> Violation {
    let detail = Text::new(
        format!("Показатель «{name}» не запрашивается и не принимается."),
        format!("The figure “{name}” is not asked for and not taken."),
    );
    let fix = Text::new(
        "Уберите его; передаются только показатели из report.",
        "Leave it out; only figures of `report` are sent.",
    );
    let patch = vec![json!({ "op": "remove", "path": fact(name) })];
    let allowed = one_of(fix, pack.report.iter().map(String::as_str));
    wrong(fact(name), "fact-not-asked", detail, Fix { patch, ..allowed })
}

pub(super) fn misfit(input: &PackInput) -> Violation {
    let (ru, en, example) = match input.kind {
        InputKind::Money => (
            "сумма строкой, не больше двух знаков после точки",
            "a sum in a string, at most two places",
            json!("1250.00"),
        ),
        InputKind::Integer => ("целое число", "a whole number", json!(2)),
        InputKind::Boolean => ("true или false", "true or false", json!(true)),
    };
    let name = &input.name;
    let detail = Text::new(
        format!("Показатель «{name}» — другого вида."),
        format!("The figure “{name}” is of another type."),
    );
    let fix = Text::new(format!("Нужно: {ru}."), format!("It takes {en}."));
    wrong(fact(name), "type", detail, Fix { example: Some(example), ..Fix::say(fix) })
}

pub(super) fn unknown_rule(place: usize, pack: &CheckPack) -> Violation {
    let detail = Text::new("Такого правила в пакете нет.", "The pack has no such rule.");
    let fix = one_of(
        Text::new("Назовите правило пакета.", "Name a rule of the pack."),
        pack.rules.iter().map(|rule| rule.id.as_str()),
    );
    wrong(format!("/verdicts/{place}/rule"), "unknown-rule", detail, fix)
}

pub(super) fn told_twice(place: usize, verdict: &RuleVerdict) -> Violation {
    let rule = &verdict.rule;
    let detail =
        Text::new(format!("Правило «{rule}» названо дважды."), format!("The rule “{rule}” is told twice."));
    let fix = Text::new("Оставьте один вердикт.", "Keep one verdict.");
    wrong(format!("/verdicts/{place}"), "duplicate-rule", detail, Fix::say(fix))
}

pub(super) fn silent(rules: &[&str]) -> Violation {
    let list = rules.join(", ");
    let detail =
        Text::new(format!("Нет вердикта по правилам: {list}."), format!("There is no verdict on: {list}."));
    let fix =
        Text::new("Сообщите вердикт по каждому правилу пакета.", "Tell a verdict on every rule of the pack.");
    wrong("/verdicts", "required", detail, one_of(fix, rules.iter().copied()))
}

/// A rule that does not hold has one outcome, its severity.
pub(super) fn impossible(place: usize, worst: Outcome) -> Violation {
    let worst: &str = worst.into();
    let detail =
        Text::new("У этого правила такого исхода не бывает.", "This rule never comes out like that.");
    let fix = one_of(
        Text::new(
            format!("Правило выполнено — pass, нет — {worst}."),
            format!("It is `pass` where the rule holds, else `{worst}`."),
        ),
        ["pass", worst].into_iter(),
    );
    wrong(format!("/verdicts/{place}/outcome"), "impossible-outcome", detail, fix)
}

pub(super) fn contradicts(place: usize, expression: &str, own: Outcome) -> Violation {
    let own: &str = own.into();
    let detail = Text::new(
        format!("По переданным показателям исход другой: {own} ({expression})."),
        format!("The figures sent make it {own} ({expression})."),
    );
    let fix = Text::new(
        "Проверьте показатели и повторите проверку на учёте.",
        "Check the figures and run the pack on the ledgers again.",
    );
    wrong(
        format!("/verdicts/{place}/outcome"),
        "contradicts-facts",
        detail,
        Fix { example: Some(json!(own)), ..Fix::say(fix) },
    )
}
