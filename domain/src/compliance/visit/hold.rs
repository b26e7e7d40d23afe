//! The end of a visit, and the term of the supervisor's answer that passed.

use super::{
    super::{Refusal, supervision::seen},
    PreventiveVisit, VisitState, happening,
};
use crate::{
    actor::AuthorityActor,
    clerk::{Clerk, Mover},
    event::EventKind,
    ids::VisitId,
    ports::store::{StoreError, Tx},
    record::Stored,
    text::Text,
    time::Stamp,
};

/// A visit that was held.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordVisit {
    /// Who held it.
    pub actor: AuthorityActor,
    /// Which one.
    pub id: VisitId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// What is recommended.
    pub recommendations: Text,
}

/// Records that a visit was held, with its recommendations. Its time has begun.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn hold(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &RecordVisit,
    mut stamp: Stamp,
) -> Result<Stored<PreventiveVisit>, Refusal> {
    let found = Stored::<PreventiveVisit>::addressed(tx, &command.actor.authority, &command.id)?;
    let mut visit = found.ok_or(Refusal::NotFound)?;
    seen(command.expected, visit.version)?;
    visit.body.allows("hold")?;
    if let Some(slot) = visit.body.booked.as_ref().filter(|slot| slot.from > stamp.now) {
        return Err(Refusal::because(
            "",
            "not-yet",
            Text::new(
                format!("Визит начнётся {}.", slot.from),
                format!("The visit begins at {}.", slot.from),
            ),
            Text::new("Запишите итог после визита.", "Record the outcome after the visit."),
        ));
    }
    visit.body.recommendations = Some(command.recommendations.clone());
    visit.body.held_at = Some(stamp.now);
    visit.body.state = VisitState::Held;
    visit.update(tx, stamp.now)?;
    clerk.tell(tx, happening(&visit, EventKind::VisitHeld), &Mover::Authority(&command.actor), &mut stamp)?;
    Ok(visit)
}

/// Tells of requests that no supervisor answered in its term; returns how many.
///
/// # Errors
/// Only what the store says.
pub fn tell_unanswered(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    limit: u32,
    mut stamp: Stamp,
) -> Result<usize, StoreError> {
    let mut due = Stored::<PreventiveVisit>::due(tx, stamp.now, limit)?;
    for visit in &mut due {
        visit.body.answer_overdue = true;
        visit.update(tx, stamp.now)?;
        clerk.tell(tx, happening(visit, EventKind::VisitOverdue), &Mover::Gateway, &mut stamp)?;
    }
    Ok(due.len())
}
