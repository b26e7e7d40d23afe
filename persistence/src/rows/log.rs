use diesel::prelude::*;
use domain::{
    log::{HASH_BYTES, Hash, Head, Log, LogKey, Signed, TILE_WIDTH, Tile},
    ports::store::StoreError,
};

use super::{corrupt, moment};
use crate::schema::{log_keys, log_state, log_tiles};

/// How far the log goes and what was signed last.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = log_state, primary_key(id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct LogRow {
    id: i64,
    origin: String,
    size: i64,
    sequence: i64,
    signed_size: Option<i64>,
    signed_root: Option<Vec<u8>>,
    note: Option<String>,
}

impl LogRow {
    /// The row of a log that begins.
    pub(crate) fn begun(origin: &str) -> Self {
        let origin = origin.to_owned();
        Self { id: 1, origin, size: 0, sequence: 0, signed_size: None, signed_root: None, note: None }
    }
}

impl TryFrom<LogRow> for Log {
    type Error = StoreError;

    fn try_from(row: LogRow) -> Result<Self, StoreError> {
        let LogRow { id: _, origin, size, sequence, signed_size, signed_root, note } = row;
        let signed = match (signed_size, signed_root, note) {
            (Some(size), Some(root), Some(note)) => {
                let root = root.try_into().map_err(|_| corrupt("log_state.signed_root"))?;
                let head = Head { size: count("log_state.signed_size", size)?, root: Hash(root) };
                Some(Signed { head, note })
            }
            (_, _, _) => None,
        };
        Ok(Self { origin, size: count("log_state.size", size)?, sequence, signed })
    }
}

/// A tile of hashes.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = log_tiles, primary_key(level, number))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct TileRow {
    level: i64,
    number: i64,
    first_sequence: Option<i64>,
    hashes: Vec<u8>,
}

impl From<&Tile> for TileRow {
    fn from(tile: &Tile) -> Self {
        let Tile { level, index, first, hashes } = tile;
        Self {
            level: (*level).into(),
            number: number(*index),
            first_sequence: *first,
            hashes: hashes.clone(),
        }
    }
}

impl TryFrom<TileRow> for Tile {
    type Error = StoreError;

    fn try_from(row: TileRow) -> Result<Self, StoreError> {
        let TileRow { level, number, first_sequence, hashes } = row;
        let width = hashes.len() / HASH_BYTES;
        if hashes.len() % HASH_BYTES != 0 || width == 0 || width > TILE_WIDTH as usize {
            return Err(corrupt("log_tiles.hashes"));
        }
        let level = level.try_into().map_err(|_| corrupt("log_tiles.level"))?;
        Ok(Self { level, index: count("log_tiles.number", number)?, first: first_sequence, hashes })
    }
}

/// A key of the log. No Debug: it holds a private key.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = log_keys, primary_key(vkey))]
pub(crate) struct LogKeyRow {
    vkey: String,
    pkcs8: Vec<u8>,
    created_at: i64,
}

impl From<&LogKey> for LogKeyRow {
    fn from(key: &LogKey) -> Self {
        let LogKey { vkey, pkcs8, created_at } = key;
        Self { vkey: vkey.clone(), pkcs8: pkcs8.clone(), created_at: created_at.micros() }
    }
}

impl TryFrom<LogKeyRow> for LogKey {
    type Error = StoreError;

    fn try_from(row: LogKeyRow) -> Result<Self, StoreError> {
        let LogKeyRow { vkey, pkcs8, created_at } = row;
        Ok(Self { vkey, pkcs8, created_at: moment("log_keys.created_at", created_at)? })
    }
}

fn count(column: &str, number: i64) -> Result<u64, StoreError> {
    number.try_into().map_err(|_| corrupt(column))
}

/// A number of leaves or tiles as the database counts; what is beyond its numbers is not in it.
pub(crate) fn number(count: u64) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
