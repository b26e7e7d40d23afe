//! Proactive service of the gateway itself: businesses are looked at after each change, in small units of work, and
//! consents and offers end with their terms.

use domain::{
    ports::store::{StoreError, Tx},
    proactive::{
        consent::{self, Consent},
        look,
        offer::{self, Offer},
    },
    record::{Kept, Stored},
};
use tokio::sync::Mutex;

use crate::gateway::Gateway;

/// How many businesses one unit of work looks at: whoever writes meanwhile waits for one unit at most.
const LOOKED_AT_ONCE: u32 = 20;
/// How many records one unit of work ends.
const ENDED_AT_ONCE: u32 = 100;

/// One turn at a time, so that what another turn holds in its hands is done when this one ends.
static TURN: Mutex<()> = Mutex::const_new(());

/// Ends what is over, then looks until nobody is behind.
///
/// # Errors
/// What the store says; the rest is done later.
pub async fn turn(gateway: &Gateway) -> Result<(), StoreError> {
    let _alone = TURN.lock().await;
    while any_due::<Consent>(gateway).await? {
        let stamp = gateway.stamp();
        let ending = move |tx: &mut dyn Tx| consent::expire_due(tx, ENDED_AT_ONCE, stamp.clone());
        gateway.store.write(ending).await?;
    }
    while any_due::<Offer>(gateway).await? {
        let stamp = gateway.stamp();
        let ending = move |tx: &mut dyn Tx| offer::expire_due(tx, ENDED_AT_ONCE, stamp.clone());
        gateway.store.write(ending).await?;
    }
    while anybody_behind(gateway).await? {
        let (desk, stamp) = (gateway.desk(), gateway.stamp());
        let looking = move |tx: &mut dyn Tx| look::look(tx, &desk, LOOKED_AT_ONCE, stamp.clone());
        gateway.store.write(looking).await?;
    }
    Ok(())
}

/// Reads first: the writer is not to be asked twice a second for nothing.
async fn any_due<T: Kept>(gateway: &Gateway) -> Result<bool, StoreError> {
    let now = gateway.clock.now();
    gateway.store.read(move |tx| Ok(!Stored::<T>::due(tx, now, 1)?.is_empty())).await
}

async fn anybody_behind(gateway: &Gateway) -> Result<bool, StoreError> {
    let frontier = look::frontier(&gateway.catalogue.load(), gateway.clock.now());
    gateway.store.read(move |tx| Ok(!tx.looks().behind(&frontier, 1)?.is_empty())).await
}
