//! The gateway's timer over duties: it recalls them before their day and says when it has passed.

use super::{DutyState, InformationDuty, happening};
use crate::{
    clerk::{Clerk, Mover},
    event::EventKind,
    ports::store::{StoreError, Tx},
    record::Stored,
    time::Stamp,
};

/// Recalls duties that fall due soon and closes terms that have passed, each told once; returns how many.
///
/// # Errors
/// Only what the store says.
pub fn remind(tx: &mut dyn Tx, clerk: &Clerk, limit: u32, mut stamp: Stamp) -> Result<usize, StoreError> {
    let mut due = Stored::<InformationDuty>::due(tx, stamp.now, limit)?;
    for duty in &mut due {
        let (state, kind) = if stamp.now >= duty.body.due_at {
            (DutyState::Overdue, EventKind::DutyOverdue)
        } else {
            (DutyState::DueSoon, EventKind::DutyDueSoon)
        };
        duty.body.state = state;
        duty.update(tx, stamp.now)?;
        clerk.tell(tx, happening(duty, kind), &Mover::Gateway, &mut stamp)?;
    }
    Ok(due.len())
}
