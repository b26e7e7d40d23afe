//! What a business says of a draft within one discussion.

use serde::{Deserialize, Serialize};

use super::DiscussionKind;
use crate::{
    assessment::{Consideration, ConsiderationState, Contradiction, cost::Costing, tally::Voice},
    ids::{AuthorityId, DraftActId, OpinionId},
    record::{Kept, RecordKind, Stored},
    time::Timestamp,
};

/// What an opinion says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OpinionContent {
    /// How clear the draft is, 1 to 5.
    #[cfg_attr(feature = "schema", schema(example = 4))]
    pub clarity: Option<u8>,
    /// How feasible it is, 1 to 5.
    #[cfg_attr(feature = "schema", schema(example = 2))]
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    pub duplicates: Vec<String>,
    /// What it contradicts.
    pub contradictions: Vec<Contradiction>,
    /// What is said of the alternatives.
    pub alternatives: Vec<Appraisal>,
    /// What it would be good for.
    pub benefits: Option<String>,
    /// What it would limit or endanger.
    pub risks: Option<String>,
    /// How its provisions should be changed.
    pub proposals: Vec<ProvisionProposal>,
    /// What it would cost a year.
    pub costs: Option<Costing>,
    /// Whether the developer and the portal may learn who says it.
    pub disclose_identity: bool,
}

/// What is said of an alternative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Appraisal {
    /// The alternative, by its code within the draft.
    pub alternative: String,
    /// Its merits.
    pub merits: Option<String>,
    /// Its faults.
    pub faults: Option<String>,
}

/// A reasoned proposal to change a provision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProvisionProposal {
    /// The provision of the draft.
    #[cfg_attr(feature = "schema", schema(example = "п. 4"))]
    pub provision: String,
    /// What it should say.
    pub text: String,
    /// Why.
    pub reasons: String,
}

/// Whether an opinion stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum OpinionState {
    /// It stands.
    Given,
    /// The business took it back.
    Withdrawn,
}

/// A version of an opinion that a later one replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OpinionVersion {
    /// What it said.
    pub content: OpinionContent,
    /// Whether it stood.
    pub state: OpinionState,
    /// When it was given.
    pub at: Timestamp,
}

/// An opinion on a draft: one of a business for each discussion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// Of which draft.
    pub draft: DraftActId,
    /// Who develops it.
    pub developer: AuthorityId,
    /// In which discussion.
    pub discussion: DiscussionKind,
    /// Whether it stands.
    pub state: OpinionState,
    /// What it says.
    pub content: OpinionContent,
    /// When the business last said so.
    pub at: Timestamp,
    /// What it said before, oldest first.
    pub earlier: Vec<OpinionVersion>,
    /// What the developer did with it, oldest first.
    pub considerations: Vec<Consideration>,
}

impl Opinion {
    /// How often the business has said something, from 1.
    pub fn revision(&self) -> i64 {
        i64::try_from(self.earlier.len()).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Where the consideration of what it says now stands: a revision is considered anew.
    pub fn considered(&self) -> Option<ConsiderationState> {
        let last = self.considerations.last().filter(|last| last.version == self.revision());
        last.map(|last| last.state)
    }

    /// What counts of it; None where it was taken back.
    pub fn voice(&self) -> Option<Voice> {
        let OpinionContent { clarity, feasibility, duplicates, contradictions, proposals, costs, .. } =
            &self.content;
        (self.state == OpinionState::Given).then(|| Voice {
            clarity: *clarity,
            feasibility: *feasibility,
            duplicates: !duplicates.is_empty(),
            contradictions: !contradictions.is_empty(),
            proposes: !proposals.is_empty(),
            cost: costs.as_ref().map(|costs| costs.total.amount),
            considered: self.considered(),
        })
    }

    /// Puts another word in the place of what is said, which stays in the history.
    pub(super) fn revise(&mut self, content: OpinionContent, state: OpinionState, now: Timestamp) {
        let content = std::mem::replace(&mut self.content, content);
        self.earlier.push(OpinionVersion { content, state: self.state, at: self.at });
        self.state = state;
        self.at = now;
    }
}

/// Opinions are found by their draft where other records are by their requirement.
impl Kept for Opinion {
    const KIND: RecordKind = RecordKind::Opinion;
    type Id = OpinionId;

    fn requirement(&self) -> Option<&str> {
        Some(self.draft.as_str())
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.developer)
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

/// An opinion as it is kept.
pub type StoredOpinion = Stored<Opinion>;
