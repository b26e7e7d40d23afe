//! Terms and sets of facts that the use cases of this folder go by: data with the day from which each row is in force.

use std::sync::LazyLock;

use jiff::{SignedDuration, civil::Date};
use serde::Deserialize;

use crate::time::Timestamp;

static TERMS: LazyLock<ComplianceTerms> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/registry/compliance.json"))
        .expect("the built-in terms are part of the program and tests read them")
});

/// What stands in the data file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplianceTerms {
    terms: Vec<TermRow>,
    /// The fact that holds a business's kinds of activity.
    pub activity_fact: String,
    /// Lists of objects that a business uses.
    pub object_facts: Vec<String>,
    /// Yes-or-no facts that stand for an object, such as a site.
    pub intangible_objects: Vec<String>,
}

/// The terms from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermRow {
    valid_from: Date,
    /// How long a declaration of inapplicability holds at most.
    pub inapplicability_months: i32,
    /// How long an inquiry goes on asking a resource that does not answer.
    pub inquiry_hours: i64,
    /// How long it waits between two rounds at least.
    pub inquiry_pause_minutes: i64,
}

/// The built-in data.
pub fn terms() -> &'static ComplianceTerms {
    &TERMS
}

impl ComplianceTerms {
    /// The terms in force on `day`; before the first row, the first.
    pub fn on(&self, day: Date) -> &TermRow {
        let in_force = self.terms.iter().filter(|row| row.valid_from <= day).max_by_key(|row| row.valid_from);
        in_force.or(self.terms.first()).expect("the built-in terms have a row")
    }
}

impl TermRow {
    /// The last day of a declaration made on `day`.
    pub fn longest_inapplicability(&self, day: Date) -> Date {
        day.saturating_add(jiff::Span::new().months(self.inapplicability_months))
    }

    /// When an inquiry made at `asked` gives up.
    pub fn inquiry_ends(&self, asked: Timestamp) -> Timestamp {
        asked.plus(SignedDuration::from_hours(self.inquiry_hours))
    }

    /// When an inquiry goes its next round at the earliest.
    pub fn next_round(&self, now: Timestamp) -> Timestamp {
        now.plus(SignedDuration::from_mins(self.inquiry_pause_minutes))
    }
}

/// The moment when `day` is over in Moscow, the zone of federal dates.
pub fn end_of(day: Date) -> Timestamp {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(3));
    let end = day.tomorrow().and_then(|next| next.to_zoned_datetime(zone));
    end.map_or(jiff::Timestamp::MAX, |end| end.timestamp()).into()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_built_in_terms_are_read_and_the_row_in_force_is_taken() {
        let row = terms().on(date(2026, 11, 23));
        assert_eq!(row.longest_inapplicability(date(2028, 2, 29)), date(2029, 2, 28));
        assert_eq!(terms().on(date(1990, 1, 1)).valid_from, row.valid_from);
        assert!(terms().object_facts.iter().any(|fact| fact == "objects"));
    }

    #[test]
    fn a_day_ends_at_midnight_in_moscow() {
        assert_eq!(end_of(date(2026, 11, 23)).to_string(), "2026-11-23T21:00:00Z");
    }
}
