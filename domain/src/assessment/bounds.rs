//! What the cost calculator takes: bounds within which nothing overflows, each refusal with its place.

use rust_decimal::Decimal;

use super::{
    cost::{CostElement, Purchase},
    number::Number,
};
use crate::{
    error::{Fix, Violation},
    text::Text,
};

const MOST_ELEMENTS: usize = 50;
const MOST_PURCHASES: usize = 50;
const MOST_CHARACTERS: usize = 200;

/// The least and the most of each number.
const HOURS: (i64, i64) = (0, 100_000);
const HOURLY_WAGE: (i64, i64) = (0, 10_000_000);
const MONTHLY_WAGE: (i64, i64) = (0, 1_000_000_000);
const CONTRIBUTIONS: (i64, i64) = (0, 5);
const TIMES: (i64, i64) = (0, 100_000);
const PRICE: (i64, i64) = (0, 1_000_000_000_000);
const QUANTITY: (i64, i64) = (0, 1_000_000);
const SERVICE_LIFE: (i64, i64) = (0, 100);

/// The shortest service life, in hundredths of a year: a shorter one makes a purchase dearer than it is.
const SHORTEST_LIFE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Everything that is out of bounds, each with its place beneath `at`.
pub(super) fn check(elements: &[CostElement], at: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    if !(1..=MOST_ELEMENTS).contains(&elements.len()) {
        found.push(out_of_range(at.to_owned(), 1, MOST_ELEMENTS));
    }
    for (index, given) in elements.iter().enumerate() {
        element(given, &format!("{at}/{index}"), &mut found);
    }
    found
}

fn element(given: &CostElement, at: &str, found: &mut Vec<Violation>) {
    name(&given.name, at, found);
    within(Some(given.hours), HOURS, || format!("{at}/hours"), found);
    within(given.hourly_wage, HOURLY_WAGE, || format!("{at}/hourly_wage"), found);
    within(given.monthly_wage, MONTHLY_WAGE, || format!("{at}/monthly_wage"), found);
    within(given.contributions, CONTRIBUTIONS, || format!("{at}/contributions"), found);
    within(Some(given.times_per_year), TIMES, || format!("{at}/times_per_year"), found);
    let wages = usize::from(given.hourly_wage.is_some()) + usize::from(given.monthly_wage.is_some());
    if wages == 2 || wages == 0 && !given.hours.value().is_zero() {
        found.push(one_wage(at));
    }
    if given.purchases.len() > MOST_PURCHASES {
        found.push(out_of_range(format!("{at}/purchases"), 0, MOST_PURCHASES));
    }
    for (index, purchase) in given.purchases.iter().enumerate() {
        bought(purchase, &format!("{at}/purchases/{index}"), found);
    }
}

fn bought(given: &Purchase, at: &str, found: &mut Vec<Violation>) {
    name(&given.name, at, found);
    within(Some(given.price), PRICE, || format!("{at}/price"), found);
    within(given.quantity, QUANTITY, || format!("{at}/quantity"), found);
    within(given.service_life_years, SERVICE_LIFE, || format!("{at}/service_life_years"), found);
    if given.service_life_years.is_some_and(|years| years.value() < SHORTEST_LIFE) {
        found.push(range(
            format!("{at}/service_life_years"),
            "Срок службы — от 0.01 до 100 лет.".into(),
            "The service life must be 0.01 to 100 years.".into(),
        ));
    }
}

fn name(given: &str, at: &str, found: &mut Vec<Violation>) {
    let length = given.chars().count();
    if !(1..=MOST_CHARACTERS).contains(&length) || given.trim().is_empty() {
        found.push(range(
            format!("{at}/name"),
            format!("Название — от 1 до {MOST_CHARACTERS} символов."),
            format!("The name must have 1 to {MOST_CHARACTERS} characters."),
        ));
    }
}

fn within(
    given: Option<Number>,
    (least, most): (i64, i64),
    at: impl Fn() -> String,
    found: &mut Vec<Violation>,
) {
    let fits = |number: Number| (Decimal::from(least)..=Decimal::from(most)).contains(&number.value());
    if given.is_some_and(|number| !fits(number)) {
        let (ru, en) =
            (format!("Значение — от {least} до {most}."), format!("The value must be {least} to {most}."));
        found.push(range(at(), ru, en));
    }
}

fn out_of_range(pointer: String, least: usize, most: usize) -> Violation {
    range(pointer, format!("Строк — от {least} до {most}."), format!("There must be {least} to {most} rows."))
}

fn range(pointer: String, ru: String, en: String) -> Violation {
    let text = Text { ru, en };
    Violation { pointer, code: "range".into(), detail: text.clone(), fix: Fix::say(text) }
}

fn one_wage(at: &str) -> Violation {
    Violation {
        pointer: at.to_owned(),
        code: "one-wage".into(),
        detail: Text {
            ru: "Нужна одна оплата: часовая или месячная.".into(),
            en: "One wage is needed: of an hour or of a month.".into(),
        },
        fix: Fix::say(Text {
            ru: "Оставьте hourly_wage или monthly_wage; при нуле часов можно не давать ни одной.".into(),
            en: "Give hourly_wage or monthly_wage; with no hours neither is needed.".into(),
        }),
    }
}
