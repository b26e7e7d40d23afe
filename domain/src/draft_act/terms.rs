//! How long a draft is discussed at least: data with a first day and a source.

use std::sync::LazyLock;

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use super::{DiscussionKind, ImpactDegree};
use crate::{calendar::WorkingCalendar, text::Text};

static TERMS: LazyLock<DraftTerms> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/draft-acts/terms.json"))
        .expect("the file is part of the program and a test reads it")
});

/// The terms over time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftTerms {
    terms: Vec<TermRow>,
}

/// The terms from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DraftTermRow))]
pub struct TermRow {
    /// From this day on.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2012-12-17"))]
    pub valid_from: Date,
    /// Of a notice.
    pub notice: Term,
    /// Of a text, by the degree of impact.
    pub public_discussion: ByDegree,
    /// Of an independent anti-corruption review.
    pub anti_corruption_review: Term,
    /// Of another procedure.
    pub other: Term,
    /// Where the terms come from.
    pub source: Text,
}

/// A term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DraftTerm))]
pub struct Term {
    /// So many days at least.
    #[cfg_attr(feature = "schema", schema(example = 15))]
    pub days: u32,
    /// Whether working days alone count.
    pub working: bool,
}

/// Terms by the degree of impact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DraftTermsByDegree))]
pub struct ByDegree {
    /// High.
    pub high: Term,
    /// Middle.
    pub middle: Term,
    /// Low.
    pub low: Term,
}

/// The built-in data.
pub fn terms() -> &'static DraftTerms {
    &TERMS
}

impl DraftTerms {
    /// The terms in force on `day`; before the first row, the first.
    pub fn on(&self, day: Date) -> &TermRow {
        let in_force = self.terms.iter().filter(|row| row.valid_from <= day).max_by_key(|row| row.valid_from);
        in_force.or(self.terms.first()).expect("the built-in terms have a row")
    }
}

impl TermRow {
    /// The earliest last day of a discussion opened on `day`.
    pub fn last_day(
        &self,
        kind: DiscussionKind,
        degree: ImpactDegree,
        day: Date,
        calendar: &WorkingCalendar,
    ) -> Date {
        let Term { days, working } = match kind {
            DiscussionKind::Notice => self.notice,
            DiscussionKind::PublicDiscussion => match degree {
                ImpactDegree::High => self.public_discussion.high,
                ImpactDegree::Middle => self.public_discussion.middle,
                ImpactDegree::Low => self.public_discussion.low,
            },
            DiscussionKind::AntiCorruptionReview => self.anti_corruption_review,
            DiscussionKind::Other => self.other,
        };
        if working {
            calendar.add_working_days(day, days)
        } else {
            calendar.roll_forward(day.saturating_add(i64::from(days).days()))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_discussion_lasts_as_long_as_its_kind_and_degree_ask() {
        let (row, day) = (terms().on(date(2026, 11, 23)), date(2026, 11, 23));
        let last = |kind, degree| row.last_day(kind, degree, day, WorkingCalendar::russian());
        assert_eq!(last(DiscussionKind::Notice, ImpactDegree::High), date(2026, 12, 14));
        assert_eq!(last(DiscussionKind::PublicDiscussion, ImpactDegree::Low), date(2026, 11, 30));
        assert_eq!(last(DiscussionKind::PublicDiscussion, ImpactDegree::Middle), date(2026, 12, 7));
        assert_eq!(last(DiscussionKind::PublicDiscussion, ImpactDegree::High), date(2026, 12, 21));
        assert_eq!(last(DiscussionKind::AntiCorruptionReview, ImpactDegree::Low), date(2026, 11, 30));
        assert_eq!(terms().on(date(1990, 1, 1)), row, "before the first row, the first");
    }
}
