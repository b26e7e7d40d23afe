//! Assessments of requirements by businesses («клиентская оценка», 4.7.2, 4.7.3, 4.7.5): given, counted, considered.
//!
//! An assessment counts in public only by steps: read [`tally`] for why. Read first: [`Assessment`], then [`give`].

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{AssessmentId, AssessmentRef, AuthorityId, BusinessId},
    text::Text,
    time::Timestamp,
};

mod bounds;
pub mod consider;
pub mod cost;
pub mod count;
pub mod disclose;
pub mod due;
pub mod estimate;
pub mod give;
pub mod number;
pub mod recount;
pub mod remind;
pub mod rules;
pub mod scope;
pub mod settle;
pub mod summary;
pub mod tally;

use cost::Costing;

/// A kind of procedure within which a requirement is assessed (4.7.2.1/2).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Procedure {
    /// Regulatory impact («оценка регулирующего воздействия»).
    RegulatoryImpact,
    /// Actual impact («оценка фактического воздействия»).
    ActualImpact,
    /// Disclosure of information.
    Disclosure,
    /// Anti-corruption review.
    AntiCorruption,
    /// Enforcement («оценка правоприменения»).
    Enforcement,
    /// Another.
    Other,
}

/// An assessment of one requirement by one business, within one procedure and one calendar year.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Its id, for the business.
    pub id: AssessmentId,
    /// Its id for authorities, which tells neither who gave it nor when.
    pub reference: AssessmentRef,
    /// Whose it is.
    pub business: BusinessId,
    /// The requirement, by code.
    pub requirement: String,
    /// Within which procedure.
    pub procedure: Procedure,
    /// The calendar year, in Moscow.
    pub year: i16,
    /// What the business says.
    pub content: Content,
    /// What authorities did with it, oldest first.
    pub considerations: Vec<Consideration>,
    /// Counts its changes from 1.
    pub version: i64,
    /// The version in which it came to say what it says now; a changed consent to be named says nothing new.
    pub said_in: i64,
    /// When it was first given.
    pub given_at: Timestamp,
    /// When the business last revised it.
    pub revised_at: Timestamp,
}

/// What a business says of a requirement: at least one of the six instruments of 4.7.3.2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// How clear it is, 1 to 5.
    pub clarity: Option<u8>,
    /// How feasible it is, 1 to 5.
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    pub duplicates: Vec<String>,
    /// What it contradicts.
    pub contradictions: Vec<Contradiction>,
    /// What it costs.
    pub costs: Option<Costing>,
    /// How it should be changed.
    pub proposal: Option<Proposal>,
    /// Whether developers may learn who says it (4.7.5.3).
    pub disclose_identity: bool,
}

/// A provision that a requirement contradicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Contradiction {
    /// The other requirement, by code, where the registry has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64))]
    pub requirement: Option<String>,
    /// The other act: its code, or its kind, number and date in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 300))]
    pub act: Option<String>,
    /// The contradicting provision.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 300, example = "ст. 4.3, п. 2"))]
    pub provision: String,
    /// In what the contradiction lies.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 4000))]
    pub explanation: String,
}

/// A reasoned proposal to change a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Proposal {
    /// What it should say.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 10_000))]
    pub text: String,
    /// Why.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 10_000))]
    pub reasons: String,
}

/// One version of an assessment that a later one replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct AssessmentVersion {
    /// Which assessment.
    pub assessment: AssessmentId,
    /// Which version, from 1.
    pub version: i64,
    /// What it said.
    pub content: Content,
    /// When it was given.
    pub at: Timestamp,
}

/// How far an authority has come with an assessment (4.7.5.2).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ConsiderationState {
    /// It has it.
    Received,
    /// It has weighed it; the use is still open.
    Considered,
    /// It used it.
    Used,
    /// It used a part of it.
    PartlyUsed,
    /// It did not use it.
    Refused,
}

impl ConsiderationState {
    /// The states that may follow.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Received => &[Self::Considered, Self::Used, Self::PartlyUsed, Self::Refused],
            Self::Considered => &[Self::Used, Self::PartlyUsed, Self::Refused],
            Self::Used | Self::PartlyUsed | Self::Refused => &[],
        }
    }

    /// Whether it must be reasoned: what is decided must be.
    pub fn needs_reason(self) -> bool {
        match self {
            Self::Received | Self::Considered => false,
            Self::Used | Self::PartlyUsed | Self::Refused => true,
        }
    }
}

/// What an authority says of an assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Consideration {
    /// How far it has come.
    pub state: ConsiderationState,
    /// Which authority.
    pub authority: AuthorityId,
    /// Why.
    pub reason: Option<Text>,
    /// The act in which it was used.
    pub act: Option<ActReference>,
    /// The provision of the act that used it.
    #[serde(default)]
    pub provision: Option<String>,
    /// The version of the assessment that was considered.
    #[cfg_attr(feature = "schema", schema(example = 1))]
    pub version: i64,
    /// When.
    pub at: Timestamp,
}

/// A normative act, as it is cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ActReference {
    /// Its number.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 100, example = "1234"))]
    pub number: String,
    /// Its date.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-12-30"))]
    pub date: Date,
    /// Its name.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 1000))]
    pub title: String,
}

impl Assessment {
    /// Where its consideration stands; None while no authority has taken what it says now.
    pub fn considered(&self) -> Option<ConsiderationState> {
        self.considerations.last().filter(|last| last.version >= self.said_in).map(|last| last.state)
    }

    /// What counts of it.
    pub fn voice(&self) -> tally::Voice {
        tally::Voice::of(&self.content, self.considered())
    }
}

/// Which of a business's assessments to list; nothing set means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssessmentFilter {
    /// Only of this requirement.
    pub requirement: Option<String>,
    /// Only of this year.
    pub year: Option<i16>,
    /// Only within this procedure.
    pub procedure: Option<Procedure>,
}

/// The value in force on `day`: of those that begin by then the last, or the first of all where none does.
fn in_force<T>(values: &[T], day: Date, from: impl Fn(&T) -> Date) -> Option<&T> {
    let begun = values.iter().filter(|value| from(value) <= day).max_by_key(|value| from(value));
    begun.or_else(|| values.iter().min_by_key(|value| from(value)))
}
