//! A business's assessments on the wire.

use domain::{
    assessment::{
        Assessment, AssessmentVersion, Consideration, Content, Contradiction, Procedure, Proposal,
        cost::{CostElement, Costing},
        due::{Due, Reminder},
        give::{Accepted, GiveCommand},
    },
    ids::{AssessmentId, BusinessId, CostEstimateId},
    mandate::OnBehalf,
    receipt::Receipt,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// An assessment of a requirement in force: at least one instrument of 4.7.3.2.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirement": "OT-001", "procedure": "actual_impact", "clarity": 4, "feasibility": 3,
    "proposal": {"text": "Срок — десять рабочих дней.", "reasons": "За семь рабочих дней бумаги не собрать."},
    "disclose_identity": false}))]
pub struct NewAssessment {
    /// The requirement, by code: in force and on the business's list.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// Within which procedure.
    pub procedure: Procedure,
    /// How clear it is: 1 not at all, 5 fully.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub clarity: Option<u8>,
    /// How feasible it is: 1 not at all, 5 fully.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub duplicates: Vec<String>,
    /// What it contradicts, with the contradicting provisions.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub contradictions: Vec<NewContradiction>,
    /// What it costs: elements for the calculator. This or `cost_estimate`.
    #[serde(default)]
    pub costs: Option<NewCosts>,
    /// What it costs: an estimate made before (`POST …/cost-estimates`).
    #[serde(default)]
    pub cost_estimate: Option<CostEstimateId>,
    /// How it should be changed, and why.
    #[serde(default)]
    #[validate(nested)]
    pub proposal: Option<NewProposal>,
    /// Whether the developers of the requirement may learn who says it; can be changed at any time.
    #[serde(default)]
    pub disclose_identity: bool,
}

/// A provision that the requirement contradicts: of another requirement, or of an act.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContradiction {
    /// The other requirement, by code.
    #[serde(default)]
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: Option<String>,
    /// The other act: its code, or its kind, number and date in words.
    #[serde(default)]
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    pub act: Option<String>,
    /// The contradicting provision.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    pub provision: String,
    /// In what the contradiction lies.
    #[validate(length(min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000)]
    pub explanation: String,
}

/// A reasoned proposal.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposal {
    /// What the requirement should say.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub text: String,
    /// Why.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub reasons: String,
}

/// Elements for the cost calculator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCosts {
    /// What is done for the requirement, 1 to 50.
    #[schema(min_items = 1, max_items = 50)]
    pub elements: Vec<CostElement>,
}

impl NewAssessment {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf) -> GiveCommand {
        let Self {
            requirement,
            procedure,
            clarity,
            feasibility,
            duplicates,
            contradictions,
            costs,
            cost_estimate,
            proposal,
            disclose_identity,
        } = self;
        GiveCommand {
            on_behalf,
            requirement,
            procedure,
            clarity,
            feasibility,
            duplicates,
            contradictions: contradictions.into_iter().map(Contradiction::from).collect(),
            costs: costs.map(|costs| costs.elements),
            cost_estimate,
            proposal: proposal.map(|NewProposal { text, reasons }| Proposal { text, reasons }),
            disclose_identity,
        }
    }
}

impl From<NewContradiction> for Contradiction {
    fn from(new: NewContradiction) -> Self {
        let NewContradiction { requirement, act, provision, explanation } = new;
        Self { requirement, act, provision, explanation }
    }
}

/// Consent to be named.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"disclose_identity": true}))]
pub struct NewDisclosure {
    /// Whether the developers of the requirement may learn who gave the assessment.
    pub disclose_identity: bool,
}

/// A wish to be reminded.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"remind": true}))]
pub struct NewReminder {
    /// Whether to be told when requirements are due to be assessed.
    pub remind: bool,
}

/// What an assessment says.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentView {
    /// How clear the requirement is, 1 to 5.
    #[schema(example = 4)]
    pub clarity: Option<u8>,
    /// How feasible it is, 1 to 5.
    #[schema(example = 3)]
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    pub duplicates: Vec<String>,
    /// What it contradicts.
    pub contradictions: Vec<Contradiction>,
    /// What it costs, with every intermediate.
    pub costs: Option<Costing>,
    /// How it should be changed.
    pub proposal: Option<Proposal>,
    /// Whether developers may learn who says it.
    pub disclose_identity: bool,
}

impl From<Content> for ContentView {
    fn from(content: Content) -> Self {
        let Content { clarity, feasibility, duplicates, contradictions, costs, proposal, disclose_identity } =
            content;
        Self { clarity, feasibility, duplicates, contradictions, costs, proposal, disclose_identity }
    }
}

/// An assessment.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentView {
    /// Its id.
    pub id: AssessmentId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The requirement, by code.
    #[schema(example = "OT-001")]
    pub requirement: String,
    /// Within which procedure.
    pub procedure: Procedure,
    /// The calendar year for which it stands.
    #[schema(example = 2026)]
    pub year: i16,
    /// What it says.
    pub content: ContentView,
    /// Counts its changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was first given.
    pub given_at: Timestamp,
    /// When it was last revised.
    pub revised_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for AssessmentView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl AssessmentView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/assessments/{}", self.business_id, self.id)
    }
}

impl From<Assessment> for AssessmentView {
    fn from(assessment: Assessment) -> Self {
        let Assessment {
            id,
            reference: _,
            business,
            requirement,
            procedure,
            year,
            content,
            considerations: _,
            version,
            said_in: _,
            given_at,
            revised_at,
        } = assessment;
        let content = content.into();
        let receipt = None;
        Self {
            id,
            business_id: business,
            requirement,
            procedure,
            year,
            content,
            version,
            given_at,
            revised_at,
            receipt,
        }
    }
}

impl From<Accepted> for AssessmentView {
    fn from(Accepted { assessment, receipt }: Accepted) -> Self {
        Self { receipt: Some(receipt.into()), ..assessment.into() }
    }
}

/// One version of an assessment.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentVersionView {
    /// Which version, from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// What it said.
    pub content: ContentView,
    /// When it was given.
    pub at: Timestamp,
}

impl From<AssessmentVersion> for AssessmentVersionView {
    fn from(replaced: AssessmentVersion) -> Self {
        let AssessmentVersion { assessment: _, version, content, at } = replaced;
        Self { version, content: content.into(), at }
    }
}

/// The versions of an assessment.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentVersionList {
    /// Newest first; the first is the one in force.
    pub items: Vec<AssessmentVersionView>,
}

impl AssessmentVersionList {
    /// The version in force, and those it replaced.
    pub fn new(current: Assessment, replaced: Vec<AssessmentVersion>) -> Self {
        let Assessment { content, version, revised_at, .. } = current;
        let first = AssessmentVersionView { version, content: content.into(), at: revised_at };
        let items = std::iter::once(first).chain(replaced.into_iter().map(Into::into)).collect();
        Self { items }
    }
}

/// What became of an assessment.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsiderationView {
    /// What authorities said of it, oldest first; the last one stands. Empty while none has taken it.
    pub steps: Vec<Consideration>,
}

impl Versioned for ConsiderationView {
    fn version(&self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }
}

/// A requirement that is due to be assessed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DueView {
    /// The requirement, by code.
    #[schema(example = "OT-001")]
    pub requirement: String,
    /// When the business last assessed it; null for never.
    pub last_assessed_at: Option<Timestamp>,
}

impl From<Due> for DueView {
    fn from(due: Due) -> Self {
        let Due { requirement, last_assessed_at } = due;
        Self { requirement, last_assessed_at }
    }
}

/// Whether and when the business is reminded.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReminderView {
    /// Whether it is reminded.
    pub remind: bool,
    /// When next; null where it is not reminded.
    pub next_at: Option<Timestamp>,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl ReminderView {
    /// What holds for a business; who never assessed nor asked is not reminded.
    pub fn new(reminder: Option<Reminder>, receipt: Option<Receipt>) -> Self {
        let next_at = reminder.and_then(|reminder| reminder.next_at);
        Self { remind: next_at.is_some(), next_at, receipt: receipt.map(ReceiptView::from) }
    }
}
