//! Information duties (4.8.1.4) that something started: an authority, or an event of the business's own. Those that
//! recur by law are computed by [`coming`]; of these only fulfilled periods are kept ([`recur`]).
//!
//! open → due_soon → overdue; open | due_soon | overdue → fulfilled.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Refusal, sufficient_term::SufficientTerm};
use crate::{
    actor::Side,
    clerk::Happening,
    event::EventKind,
    ids::{ApplicationId, AuthorityId, DutyId},
    record::{Kept, RecordKind, Stored},
    requirement::model::Duty,
    submission::AttachedDocument,
    text::Text,
    time::Timestamp,
};

pub mod coming;
pub mod fulfil;
pub mod recur;
pub mod remind;
pub mod start;

/// Where a duty that something started stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DutyState {
    /// Its day is still to come.
    Open,
    /// Its day is near.
    DueSoon,
    /// Its term passed without an answer.
    Overdue,
    /// The business has answered.
    Fulfilled,
}

/// A duty to submit information.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InformationDuty {
    /// Who started it.
    pub started_by: Side,
    /// To whom the information goes.
    pub authority_id: AuthorityId,
    /// The requirement it is about, by code.
    #[cfg_attr(feature = "schema", schema(example = "OT-001"))]
    pub requirement: String,
    /// The requirement's duty, by code, where an event of the business started it.
    #[cfg_attr(feature = "schema", schema(example = "register-change"))]
    pub duty: Option<String>,
    /// The period of a duty that the law makes recur, in which it falls due; null for any other.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(example = "2027-Q1"))]
    pub period: Option<String>,
    /// What is to be submitted.
    pub what: Text,
    /// The day from which the term counts.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-23"))]
    pub started_on: Date,
    /// The last day of the term.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-12-14"))]
    pub due_on: Date,
    /// When that day is over, by the clocks of the business's region.
    pub due_at: Timestamp,
    /// The day on which to begin preparing.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-23"))]
    pub prepare_from: Date,
    /// How the term was set, with its parts.
    pub term: SufficientTerm,
    /// When the gateway recalls it.
    pub remind_at: Timestamp,
    /// Where it stands.
    pub state: DutyState,
    /// What the business submitted.
    pub response: Option<DutyResponse>,
}

/// What the business submitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DutyResponse {
    /// The information in words.
    pub statement: Option<String>,
    /// Documents sent with it.
    pub attachments: Vec<AttachedDocument>,
    /// The application that sent it.
    pub application_id: ApplicationId,
    /// Whether it came after the term.
    pub late: bool,
    /// When.
    pub at: Timestamp,
}

impl Kept for InformationDuty {
    const KIND: RecordKind = RecordKind::InformationDuty;
    type Id = DutyId;

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
        match self.state {
            DutyState::Open => Some(self.remind_at),
            DutyState::DueSoon => Some(self.due_at),
            DutyState::Overdue | DutyState::Fulfilled => None,
        }
    }
}

impl InformationDuty {
    /// Whether it is this period of this recurring duty.
    fn is_of(&self, requirement: &str, duty: &Duty, period: &str) -> bool {
        let named = (self.duty.as_deref(), self.period.as_deref());
        self.requirement == requirement && named == (Some(duty.code.as_str()), Some(period))
    }

    /// The state allows an answer.
    fn allows_answer(&self) -> Result<(), Refusal> {
        match self.state {
            DutyState::Open | DutyState::DueSoon | DutyState::Overdue => Ok(()),
            DutyState::Fulfilled => {
                Err(Refusal::State { state: self.state.into(), attempted: "respond", allowed: Vec::new() })
            }
        }
    }
}

fn happening(duty: &Stored<InformationDuty>, kind: EventKind) -> Happening<'_> {
    let body = &duty.body;
    let data = json!({ "requirement": body.requirement, "duty": body.duty, "period": body.period, "due_on": body.due_on,
        "due_at": body.due_at, "state": body.state });
    let (business, authority) = (&duty.business, Some(&body.authority_id));
    Happening { kind, business, authority, subject: duty.id.as_str(), data }
}
