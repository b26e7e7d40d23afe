//! Tells businesses of draft acts that concern them, few in each unit of work.

use domain::{draft_act::announce::announce, ports::store::StoreError};
use tokio::sync::Mutex;

use crate::gateway::Gateway;

/// How many businesses one unit of work looks at.
const AT_ONCE: u32 = 150;

/// One turn at a time, so that what another turn holds in its hands is done when this one ends.
static TURN: Mutex<()> = Mutex::const_new(());

/// Tells until everybody knows.
///
/// # Errors
/// What the store says; the rest is told later.
pub async fn turn(gateway: &Gateway) -> Result<(), StoreError> {
    let _alone = TURN.lock().await;
    let waits = gateway.store.read(|tx| Ok::<_, StoreError>(tx.draft_acts().to_tell()?.is_some()));
    let mut left = waits.await?;
    while left {
        let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
        left = gateway.store.write(move |tx| announce(tx, &clerk, AT_ONCE, stamp.clone())).await?;
    }
    Ok(())
}
