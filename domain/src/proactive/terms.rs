//! The texts of consents and the terms of proactive service: data with the day from which each row is in force.

use std::sync::LazyLock;

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};

use super::consent::{ConsentMode, ConsentSubject};
use crate::{text::Text, time::Timestamp};

static TERMS: LazyLock<ProactiveTerms> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/proactive/terms.json"))
        .expect("the built-in terms are part of the program and a test reads them")
});

/// What stands in the data file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProactiveTerms {
    consent_texts: Vec<ConsentText>,
    terms: Vec<TermRow>,
}

/// What a business agrees to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConsentText {
    /// What such a consent is about.
    pub subject: ConsentSubject,
    /// What it allows.
    pub mode: ConsentMode,
    /// Names the text; a consent is given to a text in force.
    #[cfg_attr(feature = "schema", schema(example = "service-offer-1"))]
    pub version: String,
    /// From this day on.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-01-01"))]
    pub valid_from: Date,
    /// The text.
    pub text: Text,
}

/// The terms from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermRow {
    valid_from: Date,
    /// How long an offer of the gateway stays open.
    offer_days: i64,
    /// How long what was provided automatically can be undone by declining it.
    withdrawal_days: i64,
    /// How long before an appointment the business is reminded of it.
    pub reminder_hours: i64,
    /// The hour, Moscow time, at which summaries of notifications fall due.
    pub digest_hour: i8,
}

/// The terms in force at a moment.
pub fn terms(now: Timestamp) -> &'static TermRow {
    let day = now.moscow_date();
    let in_force = TERMS.terms.iter().filter(|row| row.valid_from <= day).max_by_key(|row| row.valid_from);
    in_force.or(TERMS.terms.first()).expect("the built-in terms have a row")
}

/// The texts in force at a moment: one for each subject and mode.
pub fn consent_texts(now: Timestamp) -> Vec<&'static ConsentText> {
    let day = now.moscow_date();
    let begun = |row: &&ConsentText| row.valid_from <= day;
    let newest = |row: &&ConsentText| {
        let alike = |other: &&ConsentText| (other.subject, other.mode) == (row.subject, row.mode);
        let mut alike = TERMS.consent_texts.iter().filter(begun).filter(alike);
        alike.all(|other| other.valid_from <= row.valid_from)
    };
    TERMS.consent_texts.iter().filter(begun).filter(newest).collect()
}

impl TermRow {
    /// When an offer made at `now` is over.
    pub fn offer_ends(&self, now: Timestamp) -> Timestamp {
        now.plus(SignedDuration::from_hours(24 * self.offer_days))
    }

    /// Until when what is provided at `now` can be undone by declining it.
    pub fn withdrawal_ends(&self, now: Timestamp) -> Timestamp {
        now.plus(SignedDuration::from_hours(24 * self.withdrawal_days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_text_in_force_for_each_subject_and_mode() {
        let now = "2026-11-23T09:00:00Z".parse().expect("RFC 3339");
        let named: Vec<_> = consent_texts(now).iter().map(|row| (row.subject, row.mode)).collect();
        let subjects = [ConsentSubject::LifeSituation, ConsentSubject::Service];
        let pairs = subjects
            .iter()
            .flat_map(|subject| [ConsentMode::Offer, ConsentMode::Provide].map(|mode| (*subject, mode)));
        assert_eq!(named, pairs.collect::<Vec<_>>());
        assert!(terms(now).offer_ends(now) > terms(now).withdrawal_ends(now));
        assert!(consent_texts("2020-01-01T00:00:00Z".parse().expect("RFC 3339")).is_empty());
    }
}
