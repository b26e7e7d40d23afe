//! Taking receipts into the log: what is dear is done over a snapshot, beside the writer.

use super::{HASH_BYTES, Hash, TILE_HEIGHT, TILE_WIDTH, Tile, leaf_hash};
use crate::ports::store::{StoreError, Tx};

/// How many receipts one unit of work takes in.
pub const AT_ONCE: u32 = 4096;

/// By what the log grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The size that it grows from.
    pub from: u64,
    /// The size that it grows to.
    pub size: u64,
    /// The place of the last receipt taken in.
    pub sequence: i64,
    tiles: Vec<Tile>,
}

/// Hashes the receipts behind the log, at most [`AT_ONCE`]; None where there are none.
///
/// # Errors
/// What the store says; [`StoreError::Corrupt`] where the log's right edge is not whole.
pub fn measure(tx: &mut dyn Tx) -> Result<Option<Growth>, StoreError> {
    let Some(log) = tx.log().state()? else { return Ok(None) };
    let receipts = tx.log().behind(log.sequence, AT_ONCE)?;
    let Some((sequence, _)) = receipts.last() else { return Ok(None) };
    let (sequence, size) = (*sequence, log.size + receipts.len() as u64);
    let mut edge = Edge::read(tx, log.size)?;
    for (place, jws) in &receipts {
        edge.push(*place, leaf_hash(jws));
    }
    Ok(Some(Growth { from: log.size, size, sequence, tiles: edge.changed() }))
}

/// Lets the log grow. False, and nothing is changed, where it does not have the size any more that was measured:
/// another replica was faster.
///
/// # Errors
/// What the store says.
pub fn grow(tx: &mut dyn Tx, growth: &Growth) -> Result<bool, StoreError> {
    if !tx.log().grow(growth.from, growth.size, growth.sequence)? {
        return Ok(false);
    }
    for tile in &growth.tiles {
        tx.log().put_tile(tile)?;
    }
    Ok(true)
}

/// The right edge of the tree: the tile of each level that is not full yet.
struct Edge {
    open: Vec<Tile>,
    full: Vec<Tile>,
}

impl Edge {
    fn read(tx: &mut dyn Tx, size: u64) -> Result<Self, StoreError> {
        let mut open = Vec::new();
        for level in 0.. {
            let hashes = size >> (TILE_HEIGHT * level);
            if hashes == 0 {
                break;
            }
            let (index, width) = (hashes / TILE_WIDTH, hashes % TILE_WIDTH);
            let tile = if width == 0 { empty(level, index) } else { kept(tx, level, index, width)? };
            open.push(tile);
        }
        Ok(Self { open, full: Vec::new() })
    }

    fn push(&mut self, sequence: i64, leaf: Hash) {
        let mut hash = leaf;
        for level in 0_u8.. {
            if self.open.len() == usize::from(level) {
                self.open.push(empty(level, 0));
            }
            let tile = &mut self.open[usize::from(level)];
            if level == 0 && tile.hashes.is_empty() {
                tile.first = Some(sequence);
            }
            tile.hashes.extend(hash.0);
            if tile.hashes.len() < TILE_WIDTH as usize * HASH_BYTES {
                return;
            }
            hash = tlog_tiles::Tile::subtree_hash(&tile.hashes);
            let next = empty(level, tile.index + 1);
            self.full.push(std::mem::replace(tile, next));
        }
    }

    /// The tiles to store: an open one without a new hash is stored as it was.
    fn changed(self) -> Vec<Tile> {
        let open = self.open.into_iter().filter(|tile| !tile.hashes.is_empty());
        self.full.into_iter().chain(open).collect()
    }
}

fn empty(level: u8, index: u64) -> Tile {
    Tile { level, index, first: None, hashes: Vec::new() }
}

fn kept(tx: &mut dyn Tx, level: u8, index: u64, width: u64) -> Result<Tile, StoreError> {
    let tile = tx.log().tile(level, index)?;
    tile.filter(|tile| tile.hashes.len() == width as usize * HASH_BYTES)
        .ok_or_else(|| StoreError::Corrupt(format!("log_tiles: level {level} ends otherwise than the log")))
}
