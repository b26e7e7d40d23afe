//! When requirements may begin to bind and for how long (247-ФЗ, articles 3 and 4): data with the day from which it
//! holds, and what is odd about a requirement by it.

use std::sync::LazyLock;

use jiff::{ToSpan, civil::Date};
use serde::Deserialize;

use super::{
    model::{Act, Requirement},
    objection::objection,
};
use crate::error::Violation;

/// The rules of entry into force that hold from one day on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    valid_from: Date,
    days: Vec<YearDay>,
    days_after_publication: i32,
    years_at_most: i16,
    basis: String,
    #[expect(dead_code, reason = "says to the data's reader when it was checked")]
    as_of: Date,
}

/// A day of every year.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct YearDay {
    month: i8,
    day: i8,
}

static TIMINGS: LazyLock<Vec<Timing>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/registry/entry-into-force.json"))
        .expect("the file is part of the program and a test reads it")
});

impl Timing {
    /// The rules that hold on `day`; None for days before the first.
    pub fn on(day: Date) -> Option<&'static Self> {
        TIMINGS.iter().filter(|timing| timing.valid_from <= day).max_by_key(|timing| timing.valid_from)
    }

    /// What is odd about the days of a requirement: each is to be looked at, none stops it.
    pub fn oddities(&self, requirement: &Requirement, act: &Act) -> Vec<Violation> {
        let Requirement { valid_from: first, valid_until, .. } = requirement;
        let mut odd = Vec::new();
        let begins = YearDay { month: first.month(), day: first.day() };
        if !self.days.contains(&begins) {
            odd.push(self.begins_on_another_day(*first));
        }
        let soonest = act.date.saturating_add(self.days_after_publication.days());
        if *first < soonest {
            odd.push(self.begins_too_soon(*first, soonest));
        }
        let latest = first.saturating_add(self.years_at_most.years());
        if valid_until.is_none_or(|last| last >= latest) {
            odd.push(self.lasts_too_long(latest));
        }
        odd
    }

    fn begins_on_another_day(&self, first: Date) -> Violation {
        let days: Vec<String> =
            self.days.iter().map(|one| format!("{:02}-{:02}", one.month, one.day)).collect();
        let days = days.join(", ");
        objection(
            "/document/valid_from",
            "entry-day",
            (
                format!("Требование вступает в силу {first}, а не в один из дней {days} ({}).", self.basis),
                format!(
                    "The requirement enters into force on {first}, not on one of {days} ({}).",
                    self.basis
                ),
            ),
            ("Проверьте день вступления в силу.", "Check the day of entry into force."),
        )
    }

    fn begins_too_soon(&self, first: Date, soonest: Date) -> Violation {
        let days = self.days_after_publication;
        objection(
            "/document/valid_from",
            "entry-too-soon",
            (
                format!("От даты акта до {first} меньше {days} дней ({}).", self.basis),
                format!("From the act's date to {first} there are fewer than {days} days ({}).", self.basis),
            ),
            (
                format!(
                    "Ожидается не раньше {soonest}; считается от даты акта: день опубликования не хранится."
                ),
                format!(
                    "Expected not before {soonest}; counted from the act's date: the day of publication is not kept."
                ),
            ),
        )
    }

    fn lasts_too_long(&self, latest: Date) -> Violation {
        let years = self.years_at_most;
        objection(
            "/document/valid_until",
            "lasts-too-long",
            (
                format!("Требование действует дольше {years} лет ({}).", self.basis),
                format!("The requirement is in force for more than {years} years ({}).", self.basis),
            ),
            (format!("Укажите последний день раньше {latest}."), format!("Give a last day before {latest}.")),
        )
    }
}
