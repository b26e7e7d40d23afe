//! Reminds businesses of assessments that are due, few at a time.

use domain::{assessment::remind::remind_due, ports::store::StoreError};

use crate::gateway::Gateway;

/// How many businesses one unit of work reminds.
const AT_ONCE: u32 = 50;

/// Reminds everybody whose turn it is.
///
/// # Errors
/// What the store says; the rest stays due.
pub async fn remind(gateway: &Gateway) -> Result<(), StoreError> {
    loop {
        let now = gateway.clock.now();
        let idle = gateway
            .store
            .read(move |tx| Ok::<_, StoreError>(tx.assessments().reminders_due(now, 1)?.is_empty()));
        if idle.await? {
            return Ok(());
        }
        let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
        gateway.store.write(move |tx| remind_due(tx, &clerk, AT_ONCE, stamp.clone())).await?;
    }
}
