//! By which rules assessments are asked for, counted and told: data of the registry, each with its first day.

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Procedure, number::Number};
use crate::text::Text;

/// The document `assessment` of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentRules {
    /// The day on which the facts were checked.
    pub as_of: Date,
    /// The kinds of procedure with their names.
    pub procedures: Vec<ProcedureName>,
    /// The rules over time.
    pub rules: Vec<Rules>,
}

/// A kind of procedure with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProcedureName {
    /// The kind.
    pub code: Procedure,
    /// Its name.
    pub title: Text,
}

/// The rules from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = AssessmentRule))]
pub struct Rules {
    /// From this day on.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2024-01-01"))]
    pub valid_from: Date,
    /// A published figure moves only when so many businesses have something new in it (k).
    #[cfg_attr(feature = "schema", schema(minimum = 1, example = 5))]
    pub least_businesses: u32,
    /// When a mean is called significant.
    pub significance: Significance,
    /// After how many days a requirement is due to be assessed again.
    #[cfg_attr(feature = "schema", schema(minimum = 1, example = 365))]
    pub assess_every_days: u32,
    /// A business is reminded not sooner than so many days after the last time.
    #[cfg_attr(feature = "schema", schema(minimum = 1, example = 30))]
    pub remind_pause_days: u32,
    /// Where the rules come from.
    pub source: Text,
}

/// When a mean is called significant: enough assessments and a narrow interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Significance {
    /// At least so many assessments.
    #[cfg_attr(feature = "schema", schema(example = 30))]
    pub least: u32,
    /// The interval reaches at most so far from the mean.
    #[cfg_attr(feature = "schema", schema(example = "0.5"))]
    pub half_width: Number,
    /// The interval's confidence.
    #[cfg_attr(feature = "schema", schema(example = "0.95"))]
    pub confidence: Number,
}

impl AssessmentRules {
    /// The rules in force on `day`.
    pub fn on(&self, day: Date) -> Option<&Rules> {
        super::in_force(&self.rules, day, |rules| rules.valid_from)
    }

    /// What is wrong with them.
    pub fn objection(&self) -> Option<String> {
        let unnamed =
            Procedure::variants().iter().find(|kind| !self.procedures.iter().any(|name| name.code == **kind));
        if let Some(unnamed) = unnamed {
            return Some(format!("the procedure `{}` has no name", <&str>::from(*unnamed)));
        }
        let sound = |rules: &Rules| rules.least_businesses >= 2 && rules.assess_every_days >= 1;
        (self.rules.is_empty() || !self.rules.iter().all(sound))
            .then(|| "there must be rules; a figure moves by 2 businesses at least, a term has a day".into())
    }
}

impl Procedure {
    /// All of them.
    pub fn variants() -> &'static [Self] {
        <Self as strum::VariantArray>::VARIANTS
    }
}

impl Rules {
    /// How long an assessment stands before the next is due.
    pub fn term(&self) -> SignedDuration {
        days(self.assess_every_days)
    }

    /// How long a business is left in peace after a reminder.
    pub fn pause(&self) -> SignedDuration {
        days(self.remind_pause_days)
    }
}

fn days(count: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}
