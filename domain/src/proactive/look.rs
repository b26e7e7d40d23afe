//! Looking at a business anew: after each change of its profile, of the catalogue, and of the day.

use super::{offer, watch};
use crate::{
    catalogue::Catalogue,
    ports::store::{StoreError, Tx},
    submission::Desk,
    time::{Stamp, Timestamp},
};

/// Up to what everybody has to be looked at: the day and the edition of the catalogue in force. Later ones are greater
/// texts, so that a gateway which still has an older catalogue leaves alone what another one has looked at.
pub fn frontier(catalogue: &Catalogue, now: Timestamp) -> String {
    format!("{} {:012}", now.moscow_date(), catalogue.edition())
}

/// Looks at some of the businesses that are behind; returns how many there were.
///
/// # Errors
/// Only what the store says.
pub fn look(tx: &mut dyn Tx, desk: &Desk, limit: u32, mut stamp: Stamp) -> Result<usize, StoreError> {
    let frontier = frontier(&desk.catalogue, stamp.now);
    let behind = tx.looks().behind(&frontier, limit)?;
    for business in &behind {
        // Settled first: what is lodged of itself may teach the profile, and then another look is due.
        tx.looks().settle(&business.id, &frontier)?;
        offer::make::make(tx, desk, business, &mut stamp.split())?;
        watch::tell_possible(tx, desk, business, &mut stamp.split())?;
    }
    Ok(behind.len())
}
