//! Summaries: what was told, with its size, spread and certainty. Read in constant time from what is kept summed.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, prelude::ToPrimitive};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{
    Procedure,
    number::Number,
    rules::Significance,
    tally::{ASSESSED, CONTRADICTIONS, DUPLICATES, Histogram, Instrument, PROPOSALS, add_all},
};
use crate::ports::store::{StoreError, Tx};

/// The scores of a scale.
const SCORES: std::ops::RangeInclusive<u8> = 1..=5;

/// What was told of a requirement: in all, and procedure by procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct RequirementSummary {
    /// All procedures together.
    pub total: Told,
    /// Each procedure of which anything was told.
    pub procedures: Vec<(Procedure, Told)>,
}

/// What was told, by instrument.
pub type Told = BTreeMap<Instrument, Histogram>;

/// Reads what was told of a requirement.
///
/// # Errors
/// Only what the store says.
pub fn of_requirement(tx: &mut dyn Tx, requirement: &str) -> Result<RequirementSummary, StoreError> {
    let mut total = Told::new();
    let mut procedures = Vec::new();
    for cell in tx.assessments().cells(requirement)? {
        let told = super::count::told(&cell);
        // That anybody assessed within it is itself something told: it waits for the first step.
        if told.is_empty() {
            continue;
        }
        for (instrument, histogram) in &told {
            add_all(total.entry(*instrument).or_default(), histogram, 1);
        }
        procedures.push((cell.procedure, told));
    }
    Ok(RequirementSummary { total, procedures })
}

/// A scale of five.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// How many scored.
    pub n: i64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation of the sample; None for a single score.
    pub standard_deviation: Option<f64>,
    /// How far the confidence interval reaches from the mean; None for a single score.
    pub half_width: Option<f64>,
    /// Whether the mean is significant by the published rule.
    pub significant: bool,
    /// How many gave each score, 1 to 5.
    pub distribution: [i64; 5],
}

/// The scale that was told; None where nothing was.
pub fn scale(told: &Told, instrument: Instrument, rule: &Significance) -> Option<Scale> {
    let histogram = told.get(&instrument)?;
    let mut distribution = [0; 5];
    for (place, score) in distribution.iter_mut().zip(SCORES) {
        *place = histogram.get(&score.to_string()).copied().unwrap_or(0);
    }
    let n: i64 = distribution.iter().sum();
    if n < 1 {
        return None;
    }
    let scores = || SCORES.map(f64::from).zip(distribution.map(as_float));
    let mean = scores().map(|(score, count)| score * count).sum::<f64>() / as_float(n);
    let squares: f64 = scores().map(|(score, count)| count * (score - mean).powi(2)).sum();
    let standard_deviation = (n > 1).then(|| (squares / as_float(n - 1)).sqrt());
    let half_width = standard_deviation.map(|deviation| quantile(n, rule) * deviation / as_float(n).sqrt());
    let narrow = half_width.is_some_and(|half| half <= float(rule.half_width));
    let significant = n >= i64::from(rule.least) && narrow;
    Some(Scale { n, mean, standard_deviation, half_width, significant, distribution })
}

/// Student's t for a two-sided interval of the rule's confidence.
fn quantile(n: i64, rule: &Significance) -> f64 {
    let student = StudentsT::new(0.0, 1.0, as_float(n - 1)).expect("there is a degree of freedom");
    student.inverse_cdf(f64::midpoint(1.0, float(rule.confidence)))
}

fn float(number: Number) -> f64 {
    number.value().to_f64().unwrap_or(0.0)
}

/// Counts are far below 2^53, where a float is exact.
fn as_float(count: i64) -> f64 {
    Decimal::from(count).to_f64().unwrap_or(0.0)
}

/// How many assessed, and how many marked what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Assessments.
    pub assessments: i64,
    /// Marked as a duplicate.
    pub duplicates: i64,
    /// Marked as contradicting something.
    pub contradictions: i64,
    /// Came with a proposal.
    pub proposals: i64,
}

/// The marks that were told; None where nothing was.
pub fn marks(told: &Told) -> Option<Marks> {
    let histogram = told.get(&Instrument::Marks)?;
    let count = |mark: &str| histogram.get(mark).copied().unwrap_or(0);
    Some(Marks {
        assessments: count(ASSESSED),
        duplicates: count(DUPLICATES),
        contradictions: count(CONTRADICTIONS),
        proposals: count(PROPOSALS),
    })
}

/// The median of the costs of a year, by two significant digits, and of how many; None where nothing was told.
pub fn median_cost(told: &Told) -> Option<(i64, Number)> {
    let histogram = told.get(&Instrument::Costs)?;
    let mut sums: Vec<(Decimal, i64)> =
        histogram.iter().filter_map(|(sum, count)| Some((sum.parse().ok()?, *count))).collect();
    sums.sort_unstable();
    let n: i64 = sums.iter().map(|(_, count)| count).sum();
    let at = |place: i64| {
        let mut left = place;
        let found = sums.iter().find(|(_, count)| {
            left -= count;
            left < 0
        });
        found.map(|(sum, _)| *sum)
    };
    let (low, high) = (at((n - 1) / 2)?, at(n / 2)?);
    Some((n, Number::money((low + high) / Decimal::TWO)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> Significance {
        let number = |text: &str| text.parse().expect("a number");
        Significance { least: 30, half_width: number("0.5"), confidence: number("0.95") }
    }

    fn told(instrument: Instrument, bins: &[(&str, i64)]) -> Told {
        let histogram = bins.iter().map(|(bin, count)| ((*bin).to_owned(), *count)).collect();
        Told::from([(instrument, histogram)])
    }

    #[track_caller]
    fn close(left: f64, right: f64) {
        assert!((left - right).abs() < 5e-4, "{left} is not {right}");
    }

    #[test]
    fn a_scale_has_the_textbook_s_interval() {
        let told = told(Instrument::Clarity, &[("1", 1), ("2", 2), ("3", 4), ("4", 2), ("5", 1)]);
        let scale = scale(&told, Instrument::Clarity, &rule()).expect("ten scores");
        assert_eq!((scale.n, scale.distribution), (10, [1, 2, 4, 2, 1]));
        close(scale.mean, 3.0);
        close(scale.standard_deviation.expect("of ten"), 1.1547);
        // t(0.975; 9) = 2.2622
        close(scale.half_width.expect("of ten"), 2.2622 * 1.1547 / 10.0_f64.sqrt());
        assert!(!scale.significant, "ten are too few");
    }

    #[test]
    fn enough_scores_close_together_are_significant() {
        let narrow = told(Instrument::Feasibility, &[("4", 20), ("5", 10)]);
        assert!(scale(&narrow, Instrument::Feasibility, &rule()).is_some_and(|scale| scale.significant));
        let wide = told(Instrument::Feasibility, &[("1", 15), ("5", 15)]);
        assert!(scale(&wide, Instrument::Feasibility, &rule()).is_some_and(|scale| !scale.significant));
        assert_eq!(scale(&wide, Instrument::Clarity, &rule()), None);
    }

    #[test]
    fn a_median_lies_in_the_middle() {
        let odd = told(Instrument::Costs, &[("9000", 2), ("18000", 1), ("200", 2)]);
        assert_eq!(median_cost(&odd).map(|(n, sum)| (n, sum.to_string())), Some((5, "9000.00".into())));
        let even = told(Instrument::Costs, &[("100", 3), ("2000", 3)]);
        assert_eq!(median_cost(&even).map(|(n, sum)| (n, sum.to_string())), Some((6, "1050.00".into())));
    }
}
