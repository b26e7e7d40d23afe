//! Cautions («предостережения», 248-ФЗ, article 49): a supervisor warns, the business objects or tells what it has done.
//!
//! announced → objected → withdrawn | kept; announced | kept → closed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Refusal;
use crate::{
    clerk::Happening,
    event::EventKind,
    ids::{ApplicationId, AuthorityId, CautionId},
    record::{Kept, RecordKind, Stored},
    submission::AttachedDocument,
    text::Text,
    time::Timestamp,
};

pub mod announce;
mod demand;
pub mod reply;

/// Where a caution stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CautionState {
    /// The business has it and may object in its term.
    Announced,
    /// The business objected; the supervisor owes its answer.
    Objected,
    /// The supervisor withdrew it.
    Withdrawn,
    /// The supervisor kept it in spite of the objection.
    Kept,
    /// The business told of the measures it has taken.
    Closed,
}

/// A caution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Caution {
    /// Who cautions.
    pub authority_id: AuthorityId,
    /// The requirement that may be broken, by code.
    #[cfg_attr(feature = "schema", schema(example = "OT-029"))]
    pub requirement: String,
    /// The act that sets it, by code.
    #[cfg_attr(feature = "schema", schema(example = "54-fz-2003"))]
    pub act: String,
    /// The provision of the act.
    pub provision: String,
    /// The kind of control, by code; null where none of the registry's covers the requirement.
    pub control_kind: Option<String>,
    /// What leads, or may lead, to a violation.
    pub ground: Text,
    /// What the supervisor proposes to do.
    pub measures: Text,
    /// Where it stands.
    pub state: CautionState,
    /// How many working days the business has to object.
    #[cfg_attr(feature = "schema", schema(example = 5))]
    pub objection_working_days: u32,
    /// The last day on which it may.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-30"))]
    pub objection_until: Date,
    /// When that day is over, by the clocks of the business's region.
    pub objection_due_at: Timestamp,
    /// The objection.
    pub objection: Option<Objection>,
    /// The supervisor's answer to it.
    pub answer: Option<CautionAnswer>,
    /// What the business has done about it.
    pub notice: Option<MeasuresNotice>,
}

/// An objection to a caution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Objection {
    /// Why the caution is wrong.
    pub statement: String,
    /// Documents sent with it.
    pub attachments: Vec<AttachedDocument>,
    /// The application that sent it.
    pub application_id: ApplicationId,
    /// When.
    pub at: Timestamp,
}

/// A supervisor's answer to an objection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CautionAnswer {
    /// What came of it.
    pub outcome: CautionOutcome,
    /// Why.
    pub reason: Text,
    /// When.
    pub at: Timestamp,
}

/// What came of an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CautionOutcome {
    /// The caution is withdrawn.
    Withdrawn,
    /// It is kept.
    Kept,
}

/// What the business has done about a caution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MeasuresNotice {
    /// The measures taken.
    pub statement: String,
    /// Documents sent with it.
    pub attachments: Vec<AttachedDocument>,
    /// The application that sent it.
    pub application_id: ApplicationId,
    /// When.
    pub at: Timestamp,
}

impl Kept for Caution {
    const KIND: RecordKind = RecordKind::Caution;
    type Id = CautionId;

    fn requirement(&self) -> Option<&str> {
        Some(&self.requirement)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.authority_id)
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

impl Caution {
    /// The state allows the step.
    pub(super) fn allows(&self, step: &'static str) -> Result<(), Refusal> {
        let allowed = match self.state {
            CautionState::Announced => vec!["object", "notify"],
            CautionState::Objected => vec!["answer"],
            CautionState::Kept => vec!["notify"],
            CautionState::Withdrawn | CautionState::Closed => Vec::new(),
        };
        if allowed.contains(&step) {
            return Ok(());
        }
        Err(Refusal::State { state: self.state.into(), attempted: step, allowed })
    }
}

fn happening(caution: &Stored<Caution>, kind: EventKind) -> Happening<'_> {
    let body = &caution.body;
    let data: Value = json!({ "requirement": body.requirement, "state": body.state,
        "objection_due_at": body.objection_due_at });
    let (business, authority) = (&caution.business, Some(&body.authority_id));
    Happening { kind, business, authority, subject: caution.id.as_str(), data }
}
