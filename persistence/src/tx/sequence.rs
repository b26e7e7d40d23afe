//! The place of the last event. Writers keep it in memory during a transaction and store it once, before the commit.

use diesel::prelude::*;

use crate::{
    conn::{Conn, each},
    schema::sequence,
};

/// The place of the last event as committed. Primary key.
pub(crate) fn last(conn: &mut Conn) -> QueryResult<i64> {
    each!(conn, c => sequence::table.find(1).select(sequence::last).get_result(c))
}

/// The same, holding the row until the transaction ends: on PostgreSQL the writers of all replicas take turns here,
/// so that places are given without gaps and in the order of commits. SQLite's write lock does the same. Primary key.
pub(crate) fn hold(conn: &mut Conn) -> QueryResult<i64> {
    match conn {
        Conn::Sqlite(c) => sequence::table.find(1).select(sequence::last).get_result(c),
        Conn::Postgres(c) => sequence::table.find(1).select(sequence::last).for_update().get_result(c),
    }
}

/// Stores the place of the last event. Primary key.
pub(crate) fn store(conn: &mut Conn, last: i64) -> QueryResult<usize> {
    each!(conn, c => diesel::update(sequence::table.find(1)).set(sequence::last.eq(last)).execute(c))
}
