//! Tells businesses of draft acts that concern them, few in each unit of work.

use std::{sync::Arc, time::Duration};

use domain::{draft_act::announce::announce, ports::store::StoreError};
use tokio::sync::Mutex;

use crate::gateway::Gateway;

/// How long the worker waits for an event before it looks by itself.
const PATIENCE: Duration = Duration::from_millis(500);
/// How many businesses one unit of work looks at.
const AT_ONCE: u32 = 150;

/// Works for ever: after every event, and twice a second without one. A failure is logged and tried again.
pub async fn run(gateway: Arc<Gateway>) {
    let mut seen = 0;
    loop {
        if gateway.feed.beyond(seen, PATIENCE).await {
            seen = gateway.feed.head();
        }
        if let Err(error) = turn(&gateway).await {
            tracing::warn!(%error, "businesses are not told of draft acts, trying again");
            tokio::time::sleep(PATIENCE).await;
        }
    }
}

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
