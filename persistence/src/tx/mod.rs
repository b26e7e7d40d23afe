//! The repositories of one unit of work. SQL lives in this folder alone: one function, one question.
//!
//! The first failure of the database spoils the unit: every later question gets the same answer and the unit is not
//! committed. So both engines agree (PostgreSQL ignores commands after an error), and nothing is written behind a
//! transaction that SQLite has given up by itself.
//!
//! A question for one row ends in `get_result`, not `first`: SQLite plans a statement anew at every run if its limit
//! is a parameter, which costs more than the answer.

use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection as _,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::{DatabaseErrorKind, Error},
    sqlite::Sqlite,
};
use domain::{
    page::{Page, PageRequest},
    ports::store::{
        Access, AccessRequests, Applications, Assessments, Attachments, Businesses, CatalogueDocuments,
        Deliveries, DraftActs, Events, Idempotency, Inbox, Looks, Mandates, MerkleLog, PersonalLists,
        Receipts, Records, RegistryDocuments, StoreError, Submissions, Tx, Webhooks,
    },
};

use crate::conn::Conn;

/// Inserts a row and says how many were inserted: none where a unique key exists already.
///
/// PostgreSQL must not raise the violation, which would end the unit before the use case could answer it. SQLite may,
/// and then needs no `ON CONFLICT`, whose text Diesel would have to build anew for every row.
macro_rules! insert_new {
    ($conn:expr, $table:expr, $row:expr) => {
        match $conn {
            $crate::conn::Conn::Sqlite(c) => {
                $crate::tx::none_if_known(diesel::insert_into($table).values($row).execute(c))
            }
            $crate::conn::Conn::Postgres(c) => {
                diesel::insert_into($table).values($row).on_conflict_do_nothing().execute(c)
            }
        }
    };
}

mod access;
mod access_request;
mod application;
mod assessment;
mod attachment;
mod business;
mod catalogue;
mod delivery;
mod draft_act;
mod event;
mod idempotency;
mod inbox;
mod list;
mod log;
mod mandate;
mod proactive;
mod receipt;
mod record;
mod registry;
pub(crate) mod sequence;
mod submission;
mod webhook;

/// One unit of work on a connection whose transaction somebody else begins and ends.
pub(crate) struct Transaction<'c> {
    conn: &'c mut Conn,
    /// The place of the last event, this unit's included; None where the unit may only read.
    head: Option<i64>,
    failed: Option<StoreError>,
}

impl<'c> Transaction<'c> {
    /// A unit that reads.
    pub(crate) fn reading(conn: &'c mut Conn) -> Self {
        Self { conn, head: None, failed: None }
    }

    /// A unit that writes; `head` is the place of the last event so far.
    pub(crate) fn writing(conn: &'c mut Conn, head: i64) -> Self {
        Self { conn, head: Some(head), failed: None }
    }

    /// Ends the unit: the place of the last event (0 for a unit that reads), or what spoilt it.
    pub(crate) fn outcome(self) -> Result<i64, StoreError> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.head.unwrap_or(0)),
        }
    }

    fn ask<T>(&mut self, question: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Result<T, StoreError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        question(self.conn).map_err(|error| self.spoil(failure(&error)))
    }

    fn spoil(&mut self, error: StoreError) -> StoreError {
        self.failed = Some(error.clone());
        error
    }
}

/// What a failure of the database means to a use case.
pub(crate) fn failure(error: &Error) -> StoreError {
    if matches!(error, Error::DeserializationError(_)) {
        return StoreError::Corrupt(error.to_string());
    }
    let text = error.to_string();
    // Neither driver passes the code on: SQLITE_FULL, and the disk_full of PostgreSQL (53100) with its two texts.
    let full = ["database or disk is full", "No space left on device", "could not extend file"];
    if full.iter().any(|sign| text.contains(sign)) { StoreError::Full } else { StoreError::Unavailable(text) }
}

fn none_if_known(result: QueryResult<usize>) -> QueryResult<usize> {
    match result {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(0),
        Ok(_) | Err(_) => result,
    }
}

/// An insert that skipped its row met a key that exists already.
fn inserted(rows: usize) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

/// An update without an expected version met no row: the aggregate was never stored, or under another owner.
fn updated(rows: usize, table: &str) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Corrupt(format!("{table}: no row to update"))) } else { Ok(()) }
}

fn all<Row, T: TryFrom<Row, Error = StoreError>>(rows: Vec<Row>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(T::try_from).collect()
}

/// How many rows to read for a page: one more than asked, to know whether another page follows.
fn one_past(page: &PageRequest) -> i64 {
    i64::from(page.limit) + 1
}

fn cut<Row, T: TryFrom<Row, Error = StoreError>>(
    rows: Vec<Row>,
    page: &PageRequest,
    key: impl Fn(&T) -> String,
) -> Result<Page<T>, StoreError> {
    Ok(Page::cut(all(rows)?, page, key))
}

/// The place behind which a page starts, for lists whose key is a number.
fn numeric_key(page: &PageRequest) -> Result<Option<i64>, StoreError> {
    page.after.as_deref().map(str::parse).transpose().map_err(|_| StoreError::ForeignKey)
}

/// Runs one statement without parameters or result.
pub(crate) fn command(conn: &mut Conn, sql: &'static str) -> Result<(), StoreError> {
    let done = match conn {
        Conn::Sqlite(c) => Command(sql).execute(c).map(|_| ()),
        Conn::Postgres(c) => c.batch_execute(sql),
    };
    done.map_err(|error| failure(&error))
}

/// A statement that a connection to SQLite prepares once: planning it costs more than running it.
struct Command(&'static str);

impl QueryFragment<Sqlite> for Command {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql(self.0);
        Ok(())
    }
}

impl QueryId for Command {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for Command {}

impl Tx for Transaction<'_> {
    fn applications(&mut self) -> &mut dyn Applications {
        self
    }

    fn access(&mut self) -> &mut dyn Access {
        self
    }

    fn mandates(&mut self) -> &mut dyn Mandates {
        self
    }

    fn access_requests(&mut self) -> &mut dyn AccessRequests {
        self
    }

    fn businesses(&mut self) -> &mut dyn Businesses {
        self
    }

    fn submissions(&mut self) -> &mut dyn Submissions {
        self
    }

    fn attachments(&mut self) -> &mut dyn Attachments {
        self
    }

    fn receipts(&mut self) -> &mut dyn Receipts {
        self
    }

    fn log(&mut self) -> &mut dyn MerkleLog {
        self
    }

    fn events(&mut self) -> &mut dyn Events {
        self
    }

    fn inbox(&mut self) -> &mut dyn Inbox {
        self
    }

    fn idempotency(&mut self) -> &mut dyn Idempotency {
        self
    }

    fn catalogue(&mut self) -> &mut dyn CatalogueDocuments {
        self
    }

    fn registry(&mut self) -> &mut dyn RegistryDocuments {
        self
    }

    fn lists(&mut self) -> &mut dyn PersonalLists {
        self
    }

    fn records(&mut self) -> &mut dyn Records {
        self
    }

    fn assessments(&mut self) -> &mut dyn Assessments {
        self
    }

    fn draft_acts(&mut self) -> &mut dyn DraftActs {
        self
    }

    fn webhooks(&mut self) -> &mut dyn Webhooks {
        self
    }

    fn deliveries(&mut self) -> &mut dyn Deliveries {
        self
    }

    fn looks(&mut self) -> &mut dyn Looks {
        self
    }
}
