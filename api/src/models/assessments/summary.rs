//! Summaries of assessments on the wire.

use domain::{
    assessment::{
        Procedure,
        number::Money,
        rules::{ProcedureName, Rules},
        scope::Dimension,
        summary::{self, Marks, RequirementSummary, Scale, Told},
        tally::Instrument,
    },
    ids::AuthorityId,
    requirement::model::{ActKind, Level},
    text::Text,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The assessments of a requirement, as far as they are told.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementAssessmentsView {
    /// The requirement, by code.
    #[schema(example = "OT-001")]
    pub requirement: String,
    /// All procedures together.
    pub total: AssessmentSummaryView,
    /// The median of what a year costs; null until enough businesses have told it.
    pub cost: Option<MedianCostView>,
    /// Each procedure of which a figure was told.
    pub procedures: Vec<ProcedureSummaryView>,
    /// By which rules figures are told.
    pub rule: Rules,
}

/// The assessments within one procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureSummaryView {
    /// The procedure.
    pub procedure: Procedure,
    /// Its assessments.
    pub summary: AssessmentSummaryView,
}

/// The assessments of a coarse slice, as far as they are told.
#[derive(Debug, Serialize, ToSchema)]
pub struct SliceSummaryView {
    /// The parameter.
    pub dimension: Dimension,
    /// Its value.
    #[schema(example = "federal")]
    pub value: String,
    /// The assessments.
    pub summary: AssessmentSummaryView,
    /// By which rules figures are told.
    pub rule: Rules,
}

/// Each instrument; null until enough businesses have used it. A business counts in a procedure of a requirement once,
/// by its newest assessment. A figure moves only when enough businesses have something new in it, so it lags behind.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentSummaryView {
    /// Clarity, 1 to 5.
    pub clarity: Option<ScaleView>,
    /// Feasibility, 1 to 5.
    pub feasibility: Option<ScaleView>,
    /// Marks and proposals.
    pub marks: Option<MarksView>,
    /// What authorities did with the assessments.
    pub outcomes: Option<OutcomesView>,
}

/// A scale of five.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScaleView {
    /// Assessments with a score.
    #[schema(example = 40)]
    pub n: i64,
    /// Their mean.
    #[schema(example = 3.7)]
    pub mean: f64,
    /// The standard deviation of the sample; null for a single score.
    #[schema(example = 0.9)]
    pub standard_deviation: Option<f64>,
    /// The confidence interval of the mean, by Student's t; null for a single score.
    pub interval: Option<IntervalView>,
    /// Whether the mean is significant by the rule.
    pub significant: bool,
    /// How many gave each score, 1 to 5.
    #[schema(example = json!([1, 4, 12, 13, 10]), min_items = 5, max_items = 5)]
    pub distribution: Vec<i64>,
}

/// A confidence interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntervalView {
    /// Its lower end, not below the scale.
    #[schema(example = 3.4)]
    pub low: f64,
    /// Its upper end, not above the scale.
    #[schema(example = 4.0)]
    pub high: f64,
    /// How far it reaches from the mean before the scale's ends cut it.
    #[schema(example = 0.3)]
    pub half_width: f64,
}

/// Marks and proposals.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarksView {
    /// Assessments.
    #[schema(example = 40)]
    pub assessments: i64,
    /// Of these, marked as a duplicate of another requirement.
    #[schema(example = 6)]
    pub duplicates: i64,
    /// Of these, marked as contradicting something.
    #[schema(example = 5)]
    pub contradictions: i64,
    /// Of these, with a proposal.
    #[schema(example = 11)]
    pub proposals: i64,
}

/// What authorities did with the assessments, by how far each has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomesView {
    /// Received and not yet weighed.
    pub received: i64,
    /// Weighed; the use is still open.
    pub considered: i64,
    /// Used.
    pub used: i64,
    /// Used in part.
    pub partly_used: i64,
    /// Not used.
    pub refused: i64,
}

/// A median cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct MedianCostView {
    /// Assessments with costs.
    #[schema(example = 12)]
    pub n: i64,
    /// The median of a year's costs, of sums rounded to two significant digits: nobody's own sum.
    pub median: Money,
}

impl AssessmentSummaryView {
    /// What was told, by these rules.
    pub fn new(told: &Told, rules: &Rules) -> Self {
        let scale = |instrument| summary::scale(told, instrument, &rules.significance).map(ScaleView::from);
        Self {
            clarity: scale(Instrument::Clarity),
            feasibility: scale(Instrument::Feasibility),
            marks: summary::marks(told).map(MarksView::from),
            outcomes: told.get(&Instrument::Outcome).map(|outcomes| {
                let count = |state: &str| outcomes.get(state).copied().unwrap_or(0);
                OutcomesView {
                    received: count("received"),
                    considered: count("considered"),
                    used: count("used"),
                    partly_used: count("partly_used"),
                    refused: count("refused"),
                }
            }),
        }
    }
}

impl RequirementAssessmentsView {
    /// What was told of a requirement, by these rules.
    pub fn new(requirement: String, told: &RequirementSummary, rules: &Rules, currency: &str) -> Self {
        let procedures = told.procedures.iter().map(|(procedure, told)| ProcedureSummaryView {
            procedure: *procedure,
            summary: AssessmentSummaryView::new(told, rules),
        });
        let cost = summary::median_cost(&told.total)
            .map(|(n, amount)| MedianCostView { n, median: Money { amount, currency: currency.to_owned() } });
        Self {
            requirement,
            total: AssessmentSummaryView::new(&told.total, rules),
            cost,
            procedures: procedures.collect(),
            rule: rules.clone(),
        }
    }
}

impl From<Scale> for ScaleView {
    fn from(scale: Scale) -> Self {
        let Scale { n, mean, standard_deviation, half_width, significant, distribution } = scale;
        let interval = half_width.map(|half| IntervalView {
            low: short((mean - half).max(1.0)),
            high: short((mean + half).min(5.0)),
            half_width: short(half),
        });
        Self {
            n,
            mean: short(mean),
            standard_deviation: standard_deviation.map(short),
            interval,
            significant,
            distribution: distribution.to_vec(),
        }
    }
}

/// Four digits behind the point.
fn short(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

impl From<Marks> for MarksView {
    fn from(marks: Marks) -> Self {
        let Marks { assessments, duplicates, contradictions, proposals } = marks;
        Self { assessments, duplicates, contradictions, proposals }
    }
}

/// The parameters of assessment and the values they take (4.7.2.1).
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentParametersView {
    /// Life situations.
    pub life_situations: Vec<NamedValue>,
    /// Kinds of procedure.
    pub procedures: Vec<ProcedureName>,
    /// Bodies that develop requirements.
    pub developers: Vec<AuthorityId>,
    /// Levels of acts.
    pub levels: Vec<Level>,
    /// Kinds of acts.
    pub act_kinds: Vec<ActKind>,
    /// Acts.
    pub acts: Vec<NamedValue>,
    /// Key words, in lower case.
    pub keywords: Vec<String>,
    /// Requirements in force today.
    pub requirements: Vec<NamedValue>,
    /// By which rules figures are told and requirements fall due.
    pub rule: Rules,
}

/// A value with its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedValue {
    /// The value.
    #[schema(example = "54-fz-2003")]
    pub code: String,
    /// Its name.
    pub title: Text,
}
