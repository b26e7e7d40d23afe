//! Ends what has come to the end of its term, kind by kind, in units of bounded size.

use domain::{
    compliance::{
        declaration::{self, Declaration},
        duty::{InformationDuty, remind},
        inapplicability::{self, Inapplicability},
        visit::{PreventiveVisit, hold},
    },
    ports::store::{StoreError, Tx},
    record::{Kept, Stored},
};

use crate::gateway::Gateway;

/// How many records one unit of work ends.
const AT_ONCE: u32 = 100;

/// Ends every record whose term is over.
///
/// # Errors
/// What the store says; the rest stays due.
pub async fn end_due(gateway: &Gateway) -> Result<(), StoreError> {
    while any_due::<Inapplicability>(gateway).await? {
        let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
        let ending = move |tx: &mut dyn Tx| inapplicability::expire_due(tx, &clerk, AT_ONCE, stamp.clone());
        gateway.store.write(ending).await?;
    }
    while any_due::<Declaration>(gateway).await? {
        let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
        let ending = move |tx: &mut dyn Tx| declaration::expire_due(tx, &clerk, AT_ONCE, stamp.clone());
        gateway.store.write(ending).await?;
    }
    recall(gateway).await
}

/// Recalls duties, and tells of requests for visits that nobody answered.
async fn recall(gateway: &Gateway) -> Result<(), StoreError> {
    while any_due::<InformationDuty>(gateway).await? {
        let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
        let telling = move |tx: &mut dyn Tx| remind::remind(tx, &clerk, AT_ONCE, stamp.clone());
        gateway.store.write(telling).await?;
    }
    while any_due::<PreventiveVisit>(gateway).await? {
        let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
        let telling = move |tx: &mut dyn Tx| hold::tell_unanswered(tx, &clerk, AT_ONCE, stamp.clone());
        gateway.store.write(telling).await?;
    }
    Ok(())
}

/// A read first: the writer is not to be asked twice a second for nothing.
async fn any_due<T: Kept>(gateway: &Gateway) -> Result<bool, StoreError> {
    let now = gateway.clock.now();
    gateway.store.read(move |tx| Ok(!Stored::<T>::due(tx, now, 1)?.is_empty())).await
}
