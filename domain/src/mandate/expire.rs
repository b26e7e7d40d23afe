//! Terms that are over: the check of every act knows them already; here the gateway closes them and tells of it.

use super::{Mandate, MandateStatus, grant};
use crate::{clerk::Mover, compliance::Refusal, event::EventKind, ports::store::Tx, time::Stamp};

/// Closes mandates whose term is over, at most `limit`; returns how many.
///
/// # Errors
/// Only what the store says.
pub fn expire_over(tx: &mut dyn Tx, limit: u32, mut stamp: Stamp) -> Result<usize, Refusal> {
    let over = tx.mandates().over(stamp.now, limit)?;
    let count = over.len();
    for mut mandate in over {
        expire(tx, &mut mandate, &mut stamp)?;
    }
    Ok(count)
}

/// Closes one. What was handed on from it ends no later by its own term.
pub(super) fn expire(tx: &mut dyn Tx, mandate: &mut Mandate, stamp: &mut Stamp) -> Result<(), Refusal> {
    let at = mandate.terms.valid_until.unwrap_or(stamp.now);
    mandate.close(MandateStatus::Expired, at, None);
    grant::keep(tx, mandate)?;
    grant::tell(tx, EventKind::MandateExpired, mandate, &Mover::Gateway, stamp)?;
    Ok(())
}
