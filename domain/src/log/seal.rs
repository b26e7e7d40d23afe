//! Signing checkpoints: never one that contradicts another.

use jiff::SignedDuration;

use super::{Head, Log, LogKey, Signed, checkpoint::Checkpoint, proof};
use crate::{
    ports::{
        signer::LogSigner,
        store::{StoreError, Tx},
    },
    time::Timestamp,
};

/// With what checkpoints are signed.
#[derive(Debug, Clone)]
pub struct Seal {
    /// Random bytes for a key, should one be due.
    pub seed: [u8; 32],
    /// How old the newest key may become before it gets a successor.
    pub rotate_after: SignedDuration,
    /// The last checkpoint that was seen outside the store.
    pub seen: Option<Head>,
    /// Now.
    pub now: Timestamp,
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SealError {
    /// A checkpoint that was signed before does not begin the tree as it is now: receipts or tiles were lost or
    /// changed. Signing another would fork the log.
    #[error("the log contradicts its checkpoint of {size} receipts")]
    Contradiction {
        /// The size that was signed.
        size: u64,
    },
    /// A stored key cannot be read.
    #[error("the log's key {0} cannot be read")]
    Key(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether there is something to sign.
///
/// # Errors
/// What the store says.
pub fn is_due(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    let log = tx.log().state()?;
    Ok(log.is_some_and(|log| log.signed.is_none_or(|signed| signed.head.size != log.size)))
}

/// Signs the tree as it is, if it is not signed yet, after it was held against what was signed before. The newest key
/// and the one before it sign, so that whoever knows only the older one has its successor's whole time to learn of it.
///
/// # Errors
/// [`SealError`]; nothing is signed then.
pub fn seal(tx: &mut dyn Tx, signer: &dyn LogSigner, seal: &Seal) -> Result<Option<Signed>, SealError> {
    let Some(log) = tx.log().state()? else { return Ok(None) };
    let signed = log.signed.as_ref().map(|signed| signed.head);
    for earlier in [signed, seal.seen].into_iter().flatten() {
        holds(tx, &log, &earlier)?;
    }
    if signed.is_some_and(|signed| signed.size == log.size) {
        return Ok(None);
    }
    let head = Head { size: log.size, root: proof::root(tx, log.size)? };
    let mut keys = keys(tx, signer, &log.origin, seal)?;
    keys.truncate(2);
    let text = Checkpoint { origin: log.origin.clone(), head }.to_string();
    let note = signer.sign(&text, &keys).map_err(SealError::Key)?;
    let signed = Signed { head, note };
    tx.log().sign(&signed)?;
    Ok(Some(signed))
}

/// The tree as it is must begin as it did when `earlier` was signed.
fn holds(tx: &mut dyn Tx, log: &Log, earlier: &Head) -> Result<(), SealError> {
    let same = earlier.size <= log.size && proof::root(tx, earlier.size)? == earlier.root;
    if same { Ok(()) } else { Err(SealError::Contradiction { size: earlier.size }) }
}

/// The keys, the newest first; the first one is made here, and a successor when the newest is too old.
fn keys(
    tx: &mut dyn Tx,
    signer: &dyn LogSigner,
    origin: &str,
    seal: &Seal,
) -> Result<Vec<LogKey>, StoreError> {
    let mut keys = tx.log().keys()?;
    let fresh = keys.first().is_some_and(|newest| seal.now.since(newest.created_at) <= seal.rotate_after);
    if !fresh {
        let key = signer.make(origin, &seal.seed, seal.now);
        tx.log().insert_key(&key)?;
        keys.insert(0, key);
    }
    Ok(keys)
}
