use diesel::{dsl::max, prelude::*};
use domain::{
    log::{Log, LogKey, Signed, Tile},
    ports::store::{MerkleLog, StoreError},
};

use super::{Transaction, all, inserted, updated};
use crate::{
    conn::each,
    rows::log::{LogKeyRow, LogRow, TileRow, number},
    schema::{log_keys, log_state, log_tiles, receipts},
};

impl MerkleLog for Transaction<'_> {
    /// The one row.
    fn state(&mut self) -> Result<Option<Log>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => log_state::table.find(1).select(LogRow::as_select()).get_result(c).optional())
        })?;
        row.map(Log::try_from).transpose()
    }

    /// The one row.
    fn begin(&mut self, origin: &str) -> Result<(), StoreError> {
        let row = LogRow::begun(origin);
        self.ask(|conn| insert_new!(conn, log_state::table, &row))?;
        Ok(())
    }

    /// The one row. No lock is needed: all writers take turns at the sequence.
    fn grow(&mut self, from: u64, size: u64, sequence: i64) -> Result<bool, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(log_state::table.find(1).filter(log_state::size.eq(number(from))))
                .set((log_state::size.eq(number(size)), log_state::sequence.eq(sequence)))
                .execute(c))
        })?;
        Ok(rows == 1)
    }

    /// The one row.
    fn sign(&mut self, signed: &Signed) -> Result<(), StoreError> {
        let (size, root) = (number(signed.head.size), signed.head.root.0.to_vec());
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(log_state::table.find(1))
                .set((
                    log_state::signed_size.eq(size),
                    log_state::signed_root.eq(&root),
                    log_state::note.eq(&signed.note),
                ))
                .execute(c))
        })?;
        updated(rows, "log_state")
    }

    /// Primary key of receipts.
    fn behind(&mut self, sequence: i64, limit: u32) -> Result<Vec<(i64, String)>, StoreError> {
        self.ask(|conn| {
            each!(conn, c => receipts::table
                .filter(receipts::sequence.gt(sequence))
                .order(receipts::sequence)
                .limit(i64::from(limit))
                .select((receipts::sequence, receipts::jws))
                .load(c))
        })
    }

    /// Primary key.
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Tile>, StoreError> {
        let key = (i64::from(level), number(index));
        let row = self.ask(|conn| {
            each!(conn, c => log_tiles::table.find(key).select(TileRow::as_select()).get_result(c).optional())
        })?;
        row.map(Tile::try_from).transpose()
    }

    /// Primary key.
    fn put_tile(&mut self, tile: &Tile) -> Result<(), StoreError> {
        let row = TileRow::from(tile);
        let key = (i64::from(tile.level), number(tile.index));
        let widened = self
            .ask(|conn| each!(conn, c => diesel::update(log_tiles::table.find(key)).set(&row).execute(c)))?;
        if widened == 1 {
            return Ok(());
        }
        let rows = self.ask(|conn| insert_new!(conn, log_tiles::table, &row))?;
        inserted(rows)
    }

    /// Index `log_tiles_first`, twice.
    fn leaf_tile(&mut self, sequence: i64) -> Result<Option<Tile>, StoreError> {
        let first: Option<i64> = self.ask(|conn| {
            each!(conn, c => log_tiles::table
                .filter(log_tiles::first_sequence.le(sequence))
                .select(max(log_tiles::first_sequence))
                .get_result(c))
        })?;
        let row = self.ask(|conn| {
            each!(conn, c => log_tiles::table
                .filter(log_tiles::first_sequence.eq(first))
                .select(TileRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Tile::try_from).transpose()
    }

    /// The whole table, which holds a handful of rows.
    fn keys(&mut self) -> Result<Vec<LogKey>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => log_keys::table
                .order((log_keys::created_at.desc(), log_keys::vkey.desc()))
                .select(LogKeyRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn insert_key(&mut self, key: &LogKey) -> Result<(), StoreError> {
        let row = LogKeyRow::from(key);
        let rows = self.ask(|conn| insert_new!(conn, log_keys::table, &row))?;
        inserted(rows)
    }
}
