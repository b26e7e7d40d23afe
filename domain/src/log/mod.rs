//! The append-only Merkle log over receipts: RFC 9162 hashing, tiles 256 hashes wide as C2SP tlog-tiles has them.
//!
//! The order of leaves is that of the receipts' events, which the writer gives without gaps in the order of commits.
//! So a receipt's place is fixed by its own commit, and the log can be grown behind it, by whichever replica comes
//! first, always to the same tree. The leaf is the receipt's JWS: whoever holds the receipt computes its hash, and
//! nobody guesses a receipt from its hash, because the signature in it cannot be guessed.

use crate::time::Timestamp;

pub mod checkpoint;
pub mod grow;
pub mod proof;
pub mod published;
pub mod seal;
#[cfg(test)]
mod tests;

pub use tlog_tiles::Hash;

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Bytes of a hash.
pub const HASH_BYTES: usize = tlog_tiles::HASH_SIZE;
/// The height of a tile: 2^8 hashes.
const TILE_HEIGHT: u8 = 8;

/// The hash of a receipt's leaf: SHA-256 over a zero byte and the JWS (RFC 9162 §2.1.1).
pub fn leaf_hash(jws: &str) -> Hash {
    tlog_tiles::record_hash(jws.as_bytes())
}

/// A tree: how many leaves it has and what they hash to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// Leaves.
    pub size: u64,
    /// The root's hash.
    pub root: Hash,
}

/// The log as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// Its name for ever, taken from the base address under which it began.
    pub origin: String,
    /// Receipts in it.
    pub size: u64,
    /// The place of the last one's event; 0 before the first.
    pub sequence: i64,
    /// The last checkpoint.
    pub signed: Option<Signed>,
}

/// A checkpoint that was signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// The tree it speaks of.
    pub head: Head,
    /// The signed note (C2SP tlog-checkpoint).
    pub note: String,
}

/// A tile of the log: consecutive hashes of one level, as many as there are, 256 at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// 0 for leaves; a hash of level n + 1 is that of a whole tile of level n.
    pub level: u8,
    /// Its place within the level.
    pub index: u64,
    /// The place of the first leaf's event, on level 0.
    pub first: Option<i64>,
    /// The hashes, one behind the other.
    pub hashes: Vec<u8>,
}

impl Tile {
    /// The index of a leaf that stands in this tile of leaves.
    pub fn position(&self, leaf: Hash) -> Option<u64> {
        let place = self.hashes.chunks_exact(HASH_BYTES).position(|hash| hash == leaf.0)?;
        Some(self.index * TILE_WIDTH + place as u64)
    }
}

/// A key that signs checkpoints, as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct LogKey {
    /// The verifier key (C2SP signed-note): the name, the key's id and the public key.
    pub vkey: String,
    /// PKCS#8 of the private key. Never logged: no Debug.
    pub pkcs8: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}
