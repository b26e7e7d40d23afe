//! Keyed requests: the effect, its reply and the memory of both in one unit of work.

use domain::digest::Digest;
use domain::{
    idempotency::{Claim, Once, OnceError, StoredReply, once},
    ports::store::Tx,
    receipt::Received,
    time::Stamp,
};

use crate::gateway::Gateway;

impl Gateway {
    /// Runs `effect` once for the claim; a repeat gets the first reply, byte by byte.
    ///
    /// # Errors
    /// What `effect` refuses with, a reused key, or the store's error.
    pub async fn once<E: Send + 'static>(
        &self,
        claim: Claim,
        effect: impl Fn(&mut dyn Tx, Stamp) -> Result<StoredReply, E> + Send + 'static,
    ) -> Result<Once, OnceError<E>> {
        let stamp = self.stamp();
        self.store.write(move |tx| once(tx, &claim, stamp.now, |tx| effect(tx, stamp.clone()))).await
    }

    /// The reply to an earlier request under the claim, for acts of which the keyed unit of work is only the last.
    ///
    /// # Errors
    /// A reused key, or the store's error.
    pub async fn remembered<E: Send + 'static>(&self, claim: &Claim) -> Result<Option<Once>, OnceError<E>> {
        let (application, key) = (claim.application.clone(), claim.key.clone());
        let known = self.store.read(move |tx| tx.idempotency().find(&application, &key)).await?;
        match known {
            None => Ok(None),
            Some(known) if known.claim.fingerprint == claim.fingerprint => {
                Ok(Some(Once::Replayed(known.reply)))
            }
            Some(_) => Err(OnceError::KeyReused),
        }
    }
}

/// What a keyed request brought that its receipt must name.
pub fn received(claim: &Claim, body_digest: Option<Digest>) -> Received {
    Received { idempotency_key: Some(claim.key.clone()), body_digest }
}
