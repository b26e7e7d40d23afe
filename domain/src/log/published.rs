//! What callers are told: nothing beyond the last checkpoint.

use super::{
    HASH_BYTES, Hash, Head, Log, Signed, TILE_HEIGHT, TILE_WIDTH, checkpoint::LoggedProof, leaf_hash, proof,
};
use crate::{
    ports::store::{StoreError, Tx},
    receipt::Receipt,
};

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProveError {
    /// There is no such receipt, or the caller may not know of it.
    NotFound,
    /// The log does not hold it, or not yet.
    NotLogged,
    /// The tree that was asked about is larger than that of the last checkpoint.
    Beyond {
        /// The last checkpoint's size.
        size: u64,
    },
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for ProveError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A leaf's place in a tree, with the way to its root.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafProof {
    /// The leaf's index.
    pub index: u64,
    /// The tree.
    pub head: Head,
    /// The hashes from the leaf's sibling up.
    pub hashes: Vec<Hash>,
}

/// Two trees, with the hashes that show one to begin the other.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthProof {
    /// The smaller tree.
    pub first: Head,
    /// The larger one.
    pub second: Head,
    /// The hashes.
    pub hashes: Vec<Hash>,
}

/// The last checkpoint.
///
/// # Errors
/// [`ProveError::NotLogged`] before the first.
pub fn checkpoint(tx: &mut dyn Tx) -> Result<Signed, ProveError> {
    tx.log().state()?.and_then(|log| log.signed).ok_or(ProveError::NotLogged)
}

/// The index of a receipt's leaf; None while the log does not hold it yet.
///
/// # Errors
/// What the store says; [`StoreError::Corrupt`] where the log has passed the receipt and holds another leaf.
pub fn leaf_index(tx: &mut dyn Tx, receipt: &Receipt) -> Result<Option<u64>, StoreError> {
    match tx.log().state()? {
        Some(log) if log.sequence >= receipt.sequence => logged_index(tx, receipt).map(Some),
        Some(_) | None => Ok(None),
    }
}

/// The proof of a receipt that stands alone: the way to the root, and the last checkpoint.
///
/// # Errors
/// [`ProveError::NotLogged`] where no checkpoint speaks of it yet.
pub fn prove_receipt(tx: &mut dyn Tx, receipt: &Receipt) -> Result<LoggedProof, ProveError> {
    let Some(Log { sequence, signed: Some(Signed { head, note }), .. }) = tx.log().state()? else {
        return Err(ProveError::NotLogged);
    };
    if receipt.sequence > sequence {
        return Err(ProveError::NotLogged);
    }
    let index = logged_index(tx, receipt)?;
    if index >= head.size {
        return Err(ProveError::NotLogged);
    }
    let hashes = proof::inclusion(tx, index, head.size)?;
    Ok(LoggedProof { index, hashes, note })
}

/// The proof of a leaf by its hash and the place of its event, which the receipt names as `seq`; in the tree of this
/// size, or of the last checkpoint.
///
/// # Errors
/// [`ProveError`].
pub fn prove_leaf(
    tx: &mut dyn Tx,
    sequence: i64,
    leaf: Hash,
    size: Option<u64>,
) -> Result<LeafProof, ProveError> {
    let published = checkpoint(tx)?.head.size;
    let size = size.unwrap_or(published);
    within(size, published)?;
    let index =
        proof::find(tx, sequence, leaf)?.filter(|index| *index < size).ok_or(ProveError::NotLogged)?;
    let head = Head { size, root: proof::root(tx, size)? };
    Ok(LeafProof { index, head, hashes: proof::inclusion(tx, index, size)? })
}

/// The proof that the tree of `first` leaves, at least one, begins the tree of `second`.
///
/// # Errors
/// [`ProveError::Beyond`] for trees larger than the last checkpoint's.
pub fn prove_growth(tx: &mut dyn Tx, first: u64, second: u64) -> Result<GrowthProof, ProveError> {
    let published = checkpoint(tx)?.head.size;
    within(second, published)?;
    within(first, second)?;
    Ok(GrowthProof {
        first: Head { size: first, root: proof::root(tx, first)? },
        second: Head { size: second, root: proof::root(tx, second)? },
        hashes: proof::consistency(tx, first, second)?,
    })
}

/// The number and the width of a tile by its path behind the level (C2SP tlog-tiles), in its one spelling:
/// `x001/x234/067` or `000.p/9`.
pub fn coordinates(path: &str) -> Option<(u64, u64)> {
    // The library takes a width of zero for a tile, however it is spelled, and gives up over it.
    if path
        .rsplit_once(".p/")
        .is_some_and(|(_, width)| !width.starts_with(|first| ('1'..='9').contains(&first)))
    {
        return None;
    }
    let tile = tlog_tiles::Tile::from_path(&format!("tile/{TILE_HEIGHT}/0/{path}")).ok()?;
    Some((tile.level_index(), tile.width().into()))
}

/// The first `width` hashes of a tile, where the tree of the last checkpoint has as many.
///
/// # Errors
/// [`ProveError::NotLogged`] where it has not.
pub fn tile(tx: &mut dyn Tx, level: u8, index: u64, width: u64) -> Result<Vec<u8>, ProveError> {
    let published = checkpoint(tx)?.head.size;
    let shift = u32::from(level) * u32::from(TILE_HEIGHT);
    let there = published.checked_shr(shift).unwrap_or(0);
    let end = index.checked_mul(TILE_WIDTH).and_then(|start| start.checked_add(width));
    if width == 0 || width > TILE_WIDTH || end.is_none_or(|end| end > there) {
        return Err(ProveError::NotLogged);
    }
    let tile = tx.log().tile(level, index)?;
    let mut hashes = tile.ok_or_else(|| StoreError::Corrupt("log_tiles: one is missing".into()))?.hashes;
    hashes.truncate(width as usize * HASH_BYTES);
    Ok(hashes)
}

fn logged_index(tx: &mut dyn Tx, receipt: &Receipt) -> Result<u64, StoreError> {
    let found = proof::find(tx, receipt.sequence, leaf_hash(&receipt.jws))?;
    found
        .ok_or_else(|| StoreError::Corrupt(format!("receipt {} is not what the log holds", receipt.sequence)))
}

fn within(size: u64, most: u64) -> Result<(), ProveError> {
    if size <= most { Ok(()) } else { Err(ProveError::Beyond { size: most }) }
}
