//! Closes mandates and requests for them whose term is over. No act waits for it: the check of every act knows the term itself.

use domain::{
    compliance::Refusal,
    mandate::{access, expire::expire_over},
    ports::store::{StoreError, Tx},
};

use crate::gateway::Gateway;

/// How many mandates one unit of work closes.
const AT_ONCE: u32 = 100;

/// Closes all that are over now.
///
/// # Errors
/// What the store says; the rest stays due.
pub async fn close_over(gateway: &Gateway) -> Result<(), StoreError> {
    loop {
        let (stamp, now) = (gateway.stamp(), gateway.clock.now());
        let idle = gateway.store.read::<_, StoreError>(move |tx| {
            Ok(tx.mandates().over(now, 1)?.is_empty() && tx.access_requests().over(now, 1)?.is_empty())
        });
        let closing = move |tx: &mut dyn Tx| {
            let requests = access::expire_over(tx, now, AT_ONCE)?;
            Ok(requests + expire_over(tx, AT_ONCE, stamp.clone())?)
        };
        if idle.await? || closed(gateway.store.write(closing).await)? == 0 {
            return Ok(());
        }
    }
}

/// A mandate that changed within the unit is impossible: units run alone.
fn closed(result: Result<usize, Refusal>) -> Result<usize, StoreError> {
    match result {
        Ok(count) => Ok(count),
        Err(Refusal::Store(error)) => Err(error),
        Err(
            refusal @ (Refusal::NotFound
            | Refusal::Mandate(_)
            | Refusal::Stale { .. }
            | Refusal::State { .. }
            | Refusal::Invalid(_)),
        ) => Err(StoreError::Unavailable(format!("a mandate was not closed: {refusal:?}"))),
    }
}
