//! How long and how often: the terms of webhooks, as data with the day from which they hold.

use std::sync::LazyLock;

use jiff::{SignedDuration, civil::Date};
use serde::Deserialize;

use crate::time::Timestamp;

static TERMS: LazyLock<WebhookTerms> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/webhooks/terms.json"))
        .expect("the built-in terms are part of the program and tests read them")
});

/// What stands in the data file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookTerms {
    editions: Vec<TermEdition>,
}

/// The terms from a day on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermEdition {
    valid_from: Date,
    /// The pause after each attempt that failed; behind the last one a delivery is parked.
    retries_s: Vec<i64>,
    jitter_percent: i64,
    longest_retry_after_s: i64,
    disabled_after_h: i64,
    both_secrets_h: i64,
    kept_days: i64,
    /// How many deliveries of one endpoint wait at most; further events wait in the sequence.
    pub most_pending: u32,
    /// How many endpoints one application has at most.
    pub most_endpoints: u32,
}

/// The terms in force at a moment.
pub fn terms(now: Timestamp) -> &'static TermEdition {
    let day = now.moscow_date();
    let editions = &TERMS.editions;
    let in_force = editions.iter().filter(|row| row.valid_from <= day).max_by_key(|row| row.valid_from);
    in_force.or(editions.first()).expect("the built-in terms have a row")
}

impl TermEdition {
    /// How long to wait after `tries` attempts; None where none is left. What the receiver asks for counts where it is
    /// longer, up to a day. `random` spreads deliveries that failed together.
    pub fn pause(&self, tries: usize, asked: Option<SignedDuration>, random: u16) -> Option<SignedDuration> {
        let planned_ms = self.retries_s.get(tries.checked_sub(1)?)? * 1000;
        let jitter_ms = planned_ms * self.jitter_percent / 100 * i64::from(random) / i64::from(u16::MAX);
        let longest = SignedDuration::from_secs(self.longest_retry_after_s);
        let asked = asked.unwrap_or_default().min(longest);
        Some(SignedDuration::from_millis(planned_ms + jitter_ms).max(asked))
    }

    /// How long an endpoint may fail without a success before it is disabled.
    pub fn patience(&self) -> SignedDuration {
        SignedDuration::from_hours(self.disabled_after_h)
    }

    /// How long the secret before a rotation signs beside the new one.
    pub fn overlap(&self) -> SignedDuration {
        SignedDuration::from_hours(self.both_secrets_h)
    }

    /// How long a finished delivery is kept.
    pub fn kept(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.kept_days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_stretch_over_75_hours_and_spread_by_a_tenth() {
        let terms = terms("2026-11-23T09:00:00Z".parse().expect("RFC 3339"));
        let pauses = |random: u16| -> Vec<i64> {
            (1..).map_while(|tries| terms.pause(tries, None, random)).map(|pause| pause.as_secs()).collect()
        };
        assert_eq!(pauses(0).len() + 1, 10, "attempts");
        assert_eq!(pauses(0).iter().sum::<i64>(), (75 * 60 + 35) * 60 + 5);
        let spread = pauses(u16::MAX).iter().sum::<i64>();
        assert!((82 * 3600..84 * 3600).contains(&spread), "{spread}");
        assert_eq!(terms.pause(10, None, 0), None);
        assert_eq!(terms.pause(0, None, 0), None);
    }

    #[test]
    fn what_the_receiver_asks_for_counts_up_to_a_day() {
        let terms = terms("2026-11-23T09:00:00Z".parse().expect("RFC 3339"));
        let asked = |seconds| terms.pause(1, Some(SignedDuration::from_secs(seconds)), 0);
        assert_eq!(asked(1), Some(SignedDuration::from_secs(5)));
        assert_eq!(asked(700), Some(SignedDuration::from_secs(700)));
        assert_eq!(asked(1_000_000), Some(SignedDuration::from_hours(24)));
        assert_eq!(asked(-5), Some(SignedDuration::from_secs(5)));
    }
}
