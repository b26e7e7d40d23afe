//! Reading records: the mandate first, then the record, and one answer for both absences.

use super::{Refusal, actor};
use crate::{
    ids::AuthorityId,
    mandate::OnBehalf,
    page::{Page, PageRequest},
    ports::store::Tx,
    record::{Kept, RecordFilter, Stored},
};

/// A record of a business under the caller's mandate.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn own<T: Kept>(tx: &mut dyn Tx, on_behalf: &OnBehalf, id: &T::Id) -> Result<Stored<T>, Refusal> {
    let actor = actor(tx, on_behalf)?;
    Stored::find(tx, &actor.business, id)?.ok_or(Refusal::NotFound)
}

/// The records of a business under the caller's mandate, newest first.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn own_list<T: Kept>(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    filter: &RecordFilter,
    page: &PageRequest,
) -> Result<Page<Stored<T>>, Refusal> {
    let actor = actor(tx, on_behalf)?;
    Ok(Stored::list(tx, &actor.business, filter, page)?)
}

/// The records addressed to an authority in this state, oldest first.
///
/// # Errors
/// Only what the store says.
pub fn addressed_list<T: Kept>(
    tx: &mut dyn Tx,
    authority: &AuthorityId,
    state: Option<&'static str>,
    page: &PageRequest,
) -> Result<Page<Stored<T>>, Refusal> {
    let filter = RecordFilter { requirement: None, state: state.map(str::to_owned) };
    Ok(Stored::of_authority(tx, authority, &filter, page)?)
}
