//! Preventive visits («профилактические визиты», 248-ФЗ, articles 52 to 52.2), held by video: offered by a supervisor
//! or asked for by the business.
//!
//! requested → offered | refused; offered → booked | declined; booked → held.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Refusal;
use crate::{
    actor::Side,
    clerk::Happening,
    event::EventKind,
    ids::{AuthorityId, VisitId},
    record::{Kept, RecordKind, Stored},
    text::Text,
    time::Timestamp,
};

pub mod hold;
pub mod offer;
pub mod request;
mod slots;

/// Whether a visit can be declined.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum VisitKind {
    /// It cannot be declined.
    Mandatory,
    /// It may be declined.
    Voluntary,
}

/// Where a visit stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum VisitState {
    /// The business asked for it; the supervisor owes its answer.
    Requested,
    /// The supervisor offers times; the business chooses one.
    Offered,
    /// The supervisor refused it.
    Refused,
    /// The time is fixed.
    Booked,
    /// The business declined it.
    Declined,
    /// It was held.
    Held,
}

/// A time for a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Slot {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// Who or what holds it at the supervisor's, such as an inspector or a room: one desk holds one visit at a time.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(example = "inspector-7", max_length = 64))]
    pub desk: Option<String>,
}

/// A preventive visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PreventiveVisit {
    /// Who holds it.
    pub authority_id: AuthorityId,
    /// Which side began.
    pub initiator: Side,
    /// Whether it can be declined.
    pub kind: VisitKind,
    /// What it is about.
    #[cfg_attr(feature = "schema", schema(example = "Применение кассы в кафе"))]
    pub topic: String,
    /// The requirements it is about, by code.
    pub requirements: Vec<String>,
    /// Where it stands.
    pub state: VisitState,
    /// Times that the business prefers.
    pub preferred: Vec<Slot>,
    /// When the supervisor owes its answer to the request.
    pub answer_due_at: Option<Timestamp>,
    /// Whether the supervisor let that term pass.
    pub answer_overdue: bool,
    /// Times that the supervisor offers.
    pub slots: Vec<Slot>,
    /// The time that was chosen.
    pub booked: Option<Slot>,
    /// Where the video conference takes place.
    #[cfg_attr(feature = "schema", schema(example = "https://video.example.test/room-7"))]
    pub video_link: Option<String>,
    /// Why it was refused.
    pub refusal: Option<Text>,
    /// Why it was declined.
    pub decline_reason: Option<String>,
    /// What the supervisor recommends; a visit on request ends with recommendations alone.
    pub recommendations: Option<Text>,
    /// When it was held, as recorded.
    pub held_at: Option<Timestamp>,
}

impl Kept for PreventiveVisit {
    const KIND: RecordKind = RecordKind::PreventiveVisit;
    type Id = VisitId;

    fn requirement(&self) -> Option<&str> {
        self.requirements.first().map(String::as_str)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.authority_id)
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        let waits = self.state == VisitState::Requested && !self.answer_overdue;
        self.answer_due_at.filter(|_| waits)
    }
}

impl PreventiveVisit {
    /// A visit that a supervisor offers, without its times.
    fn begun(authority: &AuthorityId, kind: VisitKind, (topic, requirements): (&str, &[String])) -> Self {
        Self {
            authority_id: authority.clone(),
            initiator: Side::Authority,
            kind,
            topic: topic.to_owned(),
            requirements: requirements.to_vec(),
            state: VisitState::Offered,
            preferred: Vec::new(),
            answer_due_at: None,
            answer_overdue: false,
            slots: Vec::new(),
            booked: None,
            video_link: None,
            refusal: None,
            decline_reason: None,
            recommendations: None,
            held_at: None,
        }
    }

    /// The state and the kind allow the step.
    fn allows(&self, step: &'static str) -> Result<(), Refusal> {
        let allowed = match (self.state, self.kind) {
            (VisitState::Requested, _) => vec!["answer", "decline"],
            (VisitState::Offered, VisitKind::Voluntary) => vec!["book", "decline"],
            (VisitState::Offered, VisitKind::Mandatory) => vec!["book"],
            (VisitState::Booked, VisitKind::Voluntary) => vec!["hold", "decline"],
            (VisitState::Booked, VisitKind::Mandatory) => vec!["hold"],
            (VisitState::Refused | VisitState::Declined | VisitState::Held, _) => Vec::new(),
        };
        if allowed.contains(&step) {
            return Ok(());
        }
        Err(Refusal::State { state: self.state.into(), attempted: step, allowed })
    }
}

fn happening(visit: &Stored<PreventiveVisit>, kind: EventKind) -> Happening<'_> {
    let body = &visit.body;
    let data = json!({ "requirements": body.requirements, "state": body.state, "kind": body.kind,
        "booked": body.booked, "answer_due_at": body.answer_due_at });
    let (business, authority) = (&visit.business, Some(&body.authority_id));
    Happening { kind, business, authority, subject: visit.id.as_str(), data }
}
