//! Summaries of opinions on draft acts on the wire.

use domain::{
    assessment::{number::Money, rules::Rules, summary},
    draft_act::{Discussion, terms::TermRow},
    ids::DraftActId,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::models::assessments::summary::{AssessmentSummaryView, MedianCostView};

/// The opinions on a draft, as far as they are told.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftActOpinionsView {
    /// The draft.
    pub draft_act: DraftActId,
    /// Each of its discussions.
    pub discussions: Vec<DiscussionSummaryView>,
    /// By which rules figures are told.
    pub rule: Rules,
    /// By which terms drafts are discussed today.
    pub terms: TermRow,
}

/// The opinions of one discussion.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiscussionSummaryView {
    /// The discussion.
    pub discussion: Discussion,
    /// Its opinions, counted as assessments are.
    pub summary: AssessmentSummaryView,
    /// The median of what a year would cost; null until enough businesses have told it.
    pub cost: Option<MedianCostView>,
}

impl DiscussionSummaryView {
    /// What was told of a discussion, by these rules.
    pub fn new(discussion: Discussion, told: &summary::Told, rules: &Rules, currency: &str) -> Self {
        let cost = summary::median_cost(told)
            .map(|(n, amount)| MedianCostView { n, median: Money { amount, currency: currency.to_owned() } });
        Self { discussion, summary: AssessmentSummaryView::new(told, rules), cost }
    }
}
