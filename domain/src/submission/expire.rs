//! Expiring: a submission whose business let a term pass is closed, and the business is told.

use serde_json::json;

use super::{Desk, desk::Mover};
use crate::{
    event::EventKind,
    ports::store::{StoreError, Tx},
    time::Stamp,
};

/// Closes submissions whose term has passed, at most `limit`; returns how many it closed.
///
/// # Errors
/// Only what the store says.
pub fn expire_overdue(
    tx: &mut dyn Tx,
    desk: &Desk,
    limit: u32,
    mut stamp: Stamp,
) -> Result<usize, StoreError> {
    let overdue = tx.submissions().overdue(stamp.now, limit)?;
    let mut closed = 0;
    for mut submission in overdue {
        let was = submission.state;
        if submission.expire(stamp.now).is_err() {
            continue;
        }
        if tx.submissions().update(&submission, submission.version - 1)? {
            let facts = json!({ "was": was });
            desk.tell(tx, &submission, EventKind::Expired, &Mover::Gateway, facts, &mut stamp)?;
            closed += 1;
        }
    }
    Ok(closed)
}
