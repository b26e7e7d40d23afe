//! The store's repository of the Merkle log.

use super::store::Answer;
use crate::log::{Log, LogKey, Signed, Tile};

/// The Merkle log over receipts.
pub trait MerkleLog {
    /// The log; None before it began.
    fn state(&mut self) -> Answer<Option<Log>>;
    /// Begins the log under this name; a log that began already stays as it is.
    fn begin(&mut self, origin: &str) -> Answer<()>;
    /// Sets size and last place if the size is `from`; false otherwise.
    fn grow(&mut self, from: u64, size: u64, sequence: i64) -> Answer<bool>;
    /// Stores a checkpoint in the place of the one before.
    fn sign(&mut self, signed: &Signed) -> Answer<()>;
    /// Receipts behind this place, oldest first: the place and the JWS.
    fn behind(&mut self, sequence: i64, limit: u32) -> Answer<Vec<(i64, String)>>;
    /// A tile, as wide as it is now.
    fn tile(&mut self, level: u8, index: u64) -> Answer<Option<Tile>>;
    /// Stores a tile, new or wider than before.
    fn put_tile(&mut self, tile: &Tile) -> Answer<()>;
    /// The tile of leaves in which the receipt of this place stands, if any does.
    fn leaf_tile(&mut self, sequence: i64) -> Answer<Option<Tile>>;
    /// The log's keys, the newest first.
    fn keys(&mut self) -> Answer<Vec<LogKey>>;
    /// Adds a key.
    fn insert_key(&mut self, key: &LogKey) -> Answer<()>;
}
