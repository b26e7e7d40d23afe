//! Idempotency: the reply to a keyed request is remembered in the unit of work that caused its effect.

use crate::{
    digest::Digest,
    ids::ApplicationId,
    ports::store::{StoreError, Tx},
    time::Timestamp,
};

/// A keyed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose key it is; keys of different applications never meet.
    pub application: ApplicationId,
    /// The Idempotency-Key, 1 to 255 characters.
    pub key: String,
    /// What the request asked: a repeat must ask the same.
    pub fingerprint: Digest,
}

/// A reply as it was sent, to be sent again byte by byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReply {
    /// HTTP status.
    pub status: u16,
    /// The Location header.
    pub location: Option<String>,
    /// The ETag header.
    pub etag: Option<String>,
    /// The JSON body.
    pub body: String,
}

/// A remembered request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// What was claimed.
    pub claim: Claim,
    /// What was answered.
    pub reply: StoredReply,
    /// The places of its events: all behind the first of these and up to the second.
    pub events: (i64, i64),
    /// When.
    pub at: Timestamp,
}

/// The outcome of a keyed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// The effect happened now.
    Done(StoredReply),
    /// It had happened before; this is the reply of that time.
    Replayed(StoredReply),
}

/// Why a keyed request had no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnceError<E> {
    /// The key was used for a different request.
    KeyReused,
    /// The effect was refused; the key stays free.
    Refused(E),
    /// The store failed.
    Store(StoreError),
}

impl<E> From<StoreError> for OnceError<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Runs `effect` once for `claim`: a repeat gets the first reply, a different request under the key is refused.
///
/// # Errors
/// [`OnceError::KeyReused`] where the fingerprints differ, and whatever `effect` or the store says.
pub fn once<E>(
    tx: &mut dyn Tx,
    claim: &Claim,
    now: Timestamp,
    effect: impl FnOnce(&mut dyn Tx) -> Result<StoredReply, E>,
) -> Result<Once, OnceError<E>> {
    if let Some(known) = tx.idempotency().find(&claim.application, &claim.key)? {
        return if known.claim.fingerprint == claim.fingerprint {
            Ok(Once::Replayed(known.reply))
        } else {
            Err(OnceError::KeyReused)
        };
    }
    let before = tx.events().head()?;
    let reply = effect(tx).map_err(OnceError::Refused)?;
    let events = (before, tx.events().head()?);
    tx.idempotency().insert(&Remembered { claim: claim.clone(), reply: reply.clone(), events, at: now })?;
    Ok(Once::Done(reply))
}
