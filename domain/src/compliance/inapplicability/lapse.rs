//! What ends a declaration by itself: a changed fact, or the end of its term.

use super::{Inapplicability, InapplicabilityState, happening};
use crate::{
    business::Business,
    clerk::{Clerk, Mover},
    event::EventKind,
    ports::store::{StoreError, Tx},
    record::Stored,
    time::Stamp,
};

/// Ends the business's declarations whose facts are no longer what they were, and tells of each. Returns how many.
///
/// # Errors
/// Only what the store says.
pub fn lapse_changed(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    business: &Business,
    stamp: &mut Stamp,
) -> Result<usize, StoreError> {
    let mut ended = 0;
    for mut declaration in Stored::<Inapplicability>::latest(tx, &business.id)? {
        let changed = declaration.body.changed(&business.profile);
        if declaration.body.state.holds() && !changed.is_empty() {
            declaration.body.changed_facts = changed;
            end(tx, clerk, &mut declaration, InapplicabilityState::Lapsed, stamp)?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Ends declarations whose term is over, at most `limit`, and tells of each. Returns how many.
///
/// # Errors
/// Only what the store says.
pub fn expire_due(tx: &mut dyn Tx, clerk: &Clerk, limit: u32, mut stamp: Stamp) -> Result<usize, StoreError> {
    let due = Stored::<Inapplicability>::due(tx, stamp.now, limit)?;
    let ended = due.len();
    for mut declaration in due {
        end(tx, clerk, &mut declaration, InapplicabilityState::Expired, &mut stamp)?;
    }
    Ok(ended)
}

fn end(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    declaration: &mut Stored<Inapplicability>,
    state: InapplicabilityState,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    declaration.body.state = state;
    declaration.update(tx, stamp.now)?;
    let happening = happening(EventKind::InapplicabilityLapsed, declaration);
    clerk.tell(tx, happening, &Mover::Gateway, stamp)?;
    Ok(())
}
