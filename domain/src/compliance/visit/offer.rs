//! What a supervisor does first: it offers a visit, or answers a request for one.

use super::{
    super::{
        Refusal,
        sufficient_term::{TermEnd, zone},
        supervision::{addressee, model, seen, supervised},
    },
    PreventiveVisit, Slot, VisitKind, VisitState, happening,
    slots::ahead,
};
use crate::{
    actor::AuthorityActor,
    clerk::{Clerk, Mover},
    event::EventKind,
    ids::{BusinessId, VisitId},
    ports::store::Tx,
    record::Stored,
    requirement::risk::RiskModel,
    text::Text,
    time::Stamp,
};

/// A visit to offer.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferVisit {
    /// Who offers.
    pub actor: AuthorityActor,
    /// To whom.
    pub business: BusinessId,
    /// Whether it can be declined.
    pub kind: VisitKind,
    /// What it is about.
    pub topic: String,
    /// The requirements it is about; at least one.
    pub requirements: Vec<String>,
    /// The times to choose from.
    pub slots: Vec<Slot>,
    /// Where the video conference takes place.
    pub video_link: String,
}

/// An answer to a request for a visit.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRequest {
    /// Who answers.
    pub actor: AuthorityActor,
    /// Which visit.
    pub id: VisitId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// What is answered.
    pub answer: VisitAnswer,
}

/// What a supervisor answers to a request for a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum VisitAnswer {
    /// The business chooses one of these times.
    Offered {
        /// The times.
        slots: Vec<Slot>,
        /// Where the video conference takes place.
        video_link: String,
    },
    /// No visit.
    Refused {
        /// Why.
        reason: Text,
    },
}

/// Offers a visit to a business.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn offer(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &OfferVisit,
    mut stamp: Stamp,
) -> Result<Stored<PreventiveVisit>, Refusal> {
    let business = addressee(tx, &command.business)?;
    for (place, code) in command.requirements.iter().enumerate() {
        let pointer = format!("/requirements/{place}");
        supervised(clerk, &command.actor, &business, (code, &pointer), stamp.now)?;
    }
    ahead(&command.slots, "/slots", stamp.now)?;
    if command.kind == VisitKind::Mandatory {
        soon_enough(clerk, model(clerk)?, command, &business.profile, &stamp)?;
    }
    let (authority, about) =
        (&command.actor.authority, (command.topic.as_str(), command.requirements.as_slice()));
    let visit = PreventiveVisit {
        slots: command.slots.clone(),
        video_link: Some(command.video_link.clone()),
        ..PreventiveVisit::begun(authority, command.kind, about)
    };
    let made = Stored::insert(tx, &business.id, visit, &mut stamp)?;
    clerk.tell(
        tx,
        happening(&made, EventKind::VisitOffered),
        &Mover::Authority(&command.actor),
        &mut stamp,
    )?;
    Ok(made)
}

/// Answers a request for a visit: with times to choose from, or with a refusal and its reason.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn answer(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &AnswerRequest,
    mut stamp: Stamp,
) -> Result<Stored<PreventiveVisit>, Refusal> {
    let found = Stored::<PreventiveVisit>::addressed(tx, &command.actor.authority, &command.id)?;
    let mut visit = found.ok_or(Refusal::NotFound)?;
    seen(command.expected, visit.version)?;
    visit.body.allows("answer")?;
    let kind = match &command.answer {
        VisitAnswer::Offered { slots, video_link } => {
            ahead(slots, "/slots", stamp.now)?;
            visit.body.slots.clone_from(slots);
            visit.body.video_link = Some(video_link.clone());
            visit.body.state = VisitState::Offered;
            EventKind::VisitOffered
        }
        VisitAnswer::Refused { reason } => {
            visit.body.refusal = Some(reason.clone());
            visit.body.state = VisitState::Refused;
            EventKind::VisitRefused
        }
    };
    visit.update(tx, stamp.now)?;
    clerk.tell(tx, happening(&visit, kind), &Mover::Authority(&command.actor), &mut stamp)?;
    Ok(visit)
}

/// A mandatory visit is not put off: every time lies within the term of the model.
fn soon_enough(
    clerk: &Clerk,
    model: &RiskModel,
    command: &OfferVisit,
    profile: &super::super::Profile,
    stamp: &Stamp,
) -> Result<(), Refusal> {
    let days = *model.terms.visit_mandatory_working_days.on(stamp.now.moscow_date());
    let term = TermEnd::of(clerk, &zone(model, profile), stamp.now, days);
    match command.slots.iter().position(|slot| slot.to > term.over_at) {
        None => Ok(()),
        Some(place) => Err(Refusal::because(
            &format!("/slots/{place}"),
            "too-far-ahead",
            Text::new(
                format!("Обязательный визит проводится не позже {}.", term.last_day),
                format!("A mandatory visit is held by {} at the latest.", term.last_day),
            ),
            Text::new("Назовите время раньше.", "Name an earlier time."),
        )),
    }
}
