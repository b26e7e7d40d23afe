//! The operator of the registry settles by which rules assessments are asked for, counted and told (4.7.2.1), while the
//! gateway runs: from a day ahead, so that nothing that was told or fell due is judged anew.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;

use super::{
    Procedure,
    give::{text, violation},
    number::Number,
    rules::{AssessmentRules, ProcedureName, Rules},
};
use crate::{
    actor::AuthorityActor,
    compliance::Refusal,
    error::Violation,
    ids::LeaseId,
    ports::store::{StoreError, Tx},
    requirement::{
        document::{RegistryDocument, RegistryKind},
        upsert::{begin, publish},
    },
    text::Text,
    time::Stamp,
};

/// The longest period between two assessments: at least once a year (4.7.3.1).
const MOST_DAYS: u32 = 365;

/// Rules to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleCommand {
    /// Who settles them.
    pub actor: AuthorityActor,
    /// The version of the rules that the caller has seen.
    pub expected: i64,
    /// How the kinds of procedure are called.
    pub procedures: Vec<ProcedureName>,
    /// The rules over time, those of the past among them.
    pub rules: Vec<Rules>,
}

/// The rules in their newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Counts their versions from 1.
    pub version: i64,
    /// The edition of the registry that brought this version.
    pub edition: i64,
    /// The rules.
    pub rules: AssessmentRules,
}

/// The rules in force, as the store has them.
///
/// # Errors
/// Only what the store says.
pub fn settled(tx: &mut dyn Tx) -> Result<Settled, StoreError> {
    let kind = RegistryKind::Assessment;
    let found = tx.registry().find(kind, kind.into())?.ok_or_else(|| corrupt("it is not there"))?;
    let RegistryDocument { version, edition, body, .. } = found;
    let rules = serde_json::from_value(body).map_err(|error| corrupt(&error.to_string()))?;
    Ok(Settled { version, edition, rules })
}

fn corrupt(why: &str) -> StoreError {
    StoreError::Corrupt(format!("the registry's rules of assessment: {why}"))
}

/// Puts other rules in force, as one edition of the registry. What holds today or held before stays as it is.
///
/// # Errors
/// [`Refusal`]; nothing is changed then. [`StoreError::Overloaded`] while somebody brings documents into the registry.
pub fn settle(tx: &mut dyn Tx, command: &SettleCommand, mut stamp: Stamp) -> Result<Settled, Refusal> {
    let (turn, now): (LeaseId, _) = (stamp.id(), stamp.now);
    if !begin(tx, &turn, now)? {
        return Err(StoreError::Overloaded.into());
    }
    let held = settled(tx)?;
    if held.version != command.expected {
        return Err(Refusal::Stale { current: held.version });
    }
    let today = now.moscow_date();
    let wrong = objections(&held.rules, command, today);
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let SettleCommand { actor, expected: _, procedures, rules } = command.clone();
    let rules = AssessmentRules { as_of: today, procedures, rules };
    let kind = RegistryKind::Assessment;
    let document = RegistryDocument {
        kind,
        code: kind.to_string(),
        version: held.version + 1,
        edition: tx.registry().edition()? + 1,
        brought_by: Some(actor.application),
        body: json!(rules),
    };
    let version = document.version;
    tx.registry().insert(&[document], now)?;
    let edition = publish(tx, &turn, now)?.ok_or(StoreError::Overloaded)?;
    Ok(Settled { version, edition, rules })
}

fn objections(held: &AssessmentRules, command: &SettleCommand, today: Date) -> Vec<Violation> {
    let mut wrong = Vec::new();
    for (place, rules) in command.rules.iter().enumerate() {
        let known = held.rules.contains(rules);
        if !known && rules.valid_from <= today {
            wrong.push(in_force(&format!("/rules/{place}/valid_from")));
        }
        out_of_range(rules, &format!("/rules/{place}"), &mut wrong);
    }
    let begun = held.rules.iter().filter(|rules| rules.valid_from <= today);
    if begun.into_iter().any(|rules| !command.rules.contains(rules)) {
        wrong.push(in_force("/rules"));
    }
    let days: BTreeSet<Date> = command.rules.iter().map(|rules| rules.valid_from).collect();
    let kinds: BTreeSet<Procedure> = command.procedures.iter().map(|name| name.code).collect();
    let named = |kinds: usize| kinds == Procedure::variants().len() && kinds == command.procedures.len();
    if days.len() != command.rules.len() {
        wrong.push(violation(
            "/rules",
            "repeated",
            text("С одного дня действуют одни правила.", "One set of rules begins on a day."),
            text("Оставьте одну запись на день.", "Leave one row for a day."),
        ));
    }
    if !named(kinds.len()) || command.procedures.iter().any(|name| is_blank(&name.title)) {
        wrong.push(violation(
            "/procedures",
            "unnamed-procedure",
            text(
                "Каждый вид процедуры назван один раз, на двух языках.",
                "Each kind of procedure is named once, in both languages.",
            ),
            text(
                "Назовите все виды: GET /v1/assessments/parameters.",
                "Name every kind: GET /v1/assessments/parameters.",
            ),
        ));
    }
    wrong
}

fn is_blank(text: &Text) -> bool {
    text.ru.trim().is_empty() || text.en.trim().is_empty()
}

fn in_force(pointer: &str) -> Violation {
    violation(
        pointer,
        "rules-in-force",
        text(
            "Правила, которые уже начали действовать, не меняются и не исчезают.",
            "Rules that have begun neither change nor go.",
        ),
        text(
            "Верните их как есть и добавьте новые с дня после сегодняшнего.",
            "Send them as they are, and add new ones from a day after today.",
        ),
    )
}

/// What would tell on somebody, ask less often than the standard, or mean nothing.
fn out_of_range(rules: &Rules, at: &str, wrong: &mut Vec<Violation>) {
    let Rules { valid_from: _, least_businesses, significance, assess_every_days, remind_pause_days, source } =
        rules;
    let decimal = |number: Number, least: i64, most: i64| {
        (Decimal::new(least, 2)..=Decimal::new(most, 2)).contains(&number.value())
    };
    let whole = |value: u32, least: u32, most: u32| (least..=most).contains(&value);
    let places = [
        ("least_businesses", whole(*least_businesses, 2, 1000), "2–1000"),
        ("significance/least", whole(significance.least, 2, 1_000_000), "2–1000000"),
        ("significance/half_width", decimal(significance.half_width, 1, 400), "0.01–4"),
        ("significance/confidence", decimal(significance.confidence, 1, 99), "0.01–0.99"),
        ("assess_every_days", whole(*assess_every_days, 1, MOST_DAYS), "1–365"),
        ("remind_pause_days", whole(*remind_pause_days, 1, MOST_DAYS), "1–365"),
        ("source", !is_blank(source), "ru, en"),
    ];
    for (name, _, bounds) in places.into_iter().filter(|(_, fits, _)| !fits) {
        wrong.push(violation(
            &format!("{at}/{name}"),
            "range",
            text(&format!("Допустимо: {bounds}."), &format!("Allowed: {bounds}.")),
            text("Исправьте значение.", "Mend the value."),
        ));
    }
}
