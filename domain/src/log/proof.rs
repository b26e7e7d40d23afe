//! Proofs: made from tiles, checked with nothing but what they hold.

use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry},
};

use tlog_tiles::{HashReader, check_record, check_tree, prove_record, prove_tree, tree_hash};

use super::{Hash, Head, TILE_HEIGHT, Tile};
use crate::ports::store::{StoreError, Tx};

/// What a proof is said to prove, it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the root")]
pub struct Unproven;

/// The root of the tree of the first `size` leaves, which must be in the log.
///
/// # Errors
/// What the store says; [`StoreError::Corrupt`] where a tile is missing.
pub fn root(tx: &mut dyn Tx, size: u64) -> Result<Hash, StoreError> {
    Tiles::of(tx).ask(|tiles| tree_hash(size, tiles))
}

/// The hashes that lead from a leaf to the root of the tree of the first `size` leaves (RFC 9162 §2.1.3.1).
///
/// # Errors
/// As [`root`]; `index` must be less than `size`.
pub fn inclusion(tx: &mut dyn Tx, index: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
    Tiles::of(tx).ask(|tiles| prove_record(size, index, tiles))
}

/// The hashes that show the tree of `first` leaves to begin the tree of `second` (RFC 9162 §2.1.4.1).
///
/// # Errors
/// As [`root`]; `first` must be at least 1 and at most `second`.
pub fn consistency(tx: &mut dyn Tx, first: u64, second: u64) -> Result<Vec<Hash>, StoreError> {
    Tiles::of(tx).ask(|tiles| prove_tree(second, first, tiles))
}

/// The index of a leaf by the place of its receipt's event; None where the log does not hold it there.
///
/// # Errors
/// What the store says.
pub fn find(tx: &mut dyn Tx, sequence: i64, leaf: Hash) -> Result<Option<u64>, StoreError> {
    Ok(tx.log().leaf_tile(sequence)?.and_then(|tile| tile.position(leaf)))
}

/// Checks that a tree holds a leaf at this index (RFC 9162 §2.1.3.2).
///
/// # Errors
/// [`Unproven`].
pub fn includes(head: &Head, index: u64, leaf: Hash, proof: &[Hash]) -> Result<(), Unproven> {
    check_record(&proof.to_vec(), head.size, head.root, index, leaf).map_err(|_| Unproven)
}

/// Checks that one tree begins the other (RFC 9162 §2.1.4.2). The empty tree begins every tree, without a proof.
///
/// # Errors
/// [`Unproven`], also where the second tree is the smaller one.
pub fn begins(first: &Head, second: &Head, proof: &[Hash]) -> Result<(), Unproven> {
    if first.size == 0 {
        let nothing_to_prove = first.root == tlog_tiles::EMPTY_HASH && proof.is_empty();
        let same = second.size > 0 || second.root == first.root;
        return if nothing_to_prove && same { Ok(()) } else { Err(Unproven) };
    }
    check_tree(&proof.to_vec(), second.size, second.root, first.size, first.root).map_err(|_| Unproven)
}

/// Hashes of the tree, read out of the tiles that hold them, each tile once.
struct Tiles<'t> {
    tx: RefCell<&'t mut dyn Tx>,
    known: RefCell<HashMap<(u8, u64), Tile>>,
    failed: RefCell<Option<StoreError>>,
}

impl<'t> Tiles<'t> {
    fn of(tx: &'t mut dyn Tx) -> Self {
        Self { tx: RefCell::new(tx), known: RefCell::default(), failed: RefCell::default() }
    }

    fn ask<T>(self, question: impl FnOnce(&Self) -> Result<T, tlog_tiles::Error>) -> Result<T, StoreError> {
        question(&self).map_err(|error| {
            let failed = self.failed.take();
            failed.unwrap_or_else(|| StoreError::Corrupt(format!("log_tiles: {error}")))
        })
    }

    fn hash(&self, index: u64) -> Result<Hash, StoreError> {
        let narrow = tlog_tiles::Tile::from_index(TILE_HEIGHT, index);
        let key = (narrow.level(), narrow.level_index());
        let mut known = self.known.borrow_mut();
        let tile = match known.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let tile = self.tx.borrow_mut().log().tile(key.0, key.1)?;
                let missing = || StoreError::Corrupt(format!("log_tiles: {key:?} is missing"));
                new.insert(tile.ok_or_else(missing)?)
            }
        };
        let hash = narrow.hash_at_index(&tile.hashes, index);
        hash.map_err(|_| StoreError::Corrupt(format!("log_tiles: {key:?} is too narrow")))
    }
}

impl HashReader for Tiles<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let hashes: Result<Vec<Hash>, StoreError> = indexes.iter().map(|index| self.hash(*index)).collect();
        hashes.map_err(|error| {
            self.failed.replace(Some(error));
            tlog_tiles::Error::InvalidTile
        })
    }
}
