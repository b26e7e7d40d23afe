//! The one thread that writes.
//!
//! It takes what is queued, up to 128 units or a few milliseconds of them, runs them one after the other in one
//! transaction, and replies after the commit: many units share one wait for the disk, and none is acknowledged before
//! it is durable. Most batches keep every unit, so savepoints are not set before they are needed: where a unit asks to
//! be undone, fails or panics, the batch is rolled back and run again, each unit inside a savepoint of its own, which
//! it then loses alone. Where the transaction itself dies, every unit in it is refused.
//!
//! On PostgreSQL the transaction begins by locking the row `sequence`. The writers of all replicas take turns there,
//! so units run one after the other over the whole installation, and events get places without gaps in the order of
//! commits. READ COMMITTED is enough then: whoever holds the row sees everything committed before.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::Receiver;
use domain::ports::store::StoreError;
use tokio::sync::oneshot;

use crate::{
    conn::{Conn, Role, Target},
    head::Head,
    line::Line,
    tx::{Transaction, command, failure, sequence},
    unit::{self, Answer, Ended, Job},
};

/// The most units in one transaction.
const MOST: usize = 128;

/// How long a transaction takes units. Those who wait for its commit do nothing meanwhile: with the queue cut into
/// several commits the first are answered, and ask again, while the next units run. A unit takes far longer on
/// PostgreSQL, where each statement travels, and so does a commit.
fn patience(conn: &Conn) -> Duration {
    match conn {
        Conn::Sqlite(_) => Duration::from_millis(3),
        Conn::Postgres(_) => Duration::from_millis(30),
    }
}

/// After a unit had to be undone, so many batches set savepoints at once: where refusals are frequent, running batches
/// twice would cost more than savepoints do.
const CAREFUL: u32 = 16;

/// What waits for the commit.
type Waiting = Vec<(oneshot::Sender<Answer>, Answer)>;

/// The writer.
pub(crate) struct Writer {
    line: Line,
    jobs: Receiver<Job>,
    head: Arc<Head>,
    /// How many batches from now on set savepoints at once.
    careful: u32,
}

impl Writer {
    /// A writer that connects when the first unit comes.
    pub(crate) fn new(target: Target, jobs: Receiver<Job>, head: Arc<Head>) -> Self {
        Self { line: Line::new(target, Role::Write), jobs, head, careful: 0 }
    }

    /// Runs units until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Ok(first) = self.jobs.recv() {
            self.transact(first);
        }
        if let Some(conn @ Conn::Sqlite(_)) = self.line.connected()
            && let Err(error) = command(conn, "PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(%error, "the log was not moved into the file; the next start does it");
        }
    }

    /// One transaction: `first`, and what is queued meanwhile.
    fn transact(&mut self, first: Job) {
        let (conn, before) = match self.line.start(begin) {
            Ok(begun) => begun,
            Err(error) => return Job::answer(first.reply, Err(error)),
        };
        let mut batch = Batch { conn, before, head: before, waiting: Vec::with_capacity(MOST) };
        // Nobody else waits: the transaction itself is the savepoint.
        let ran = if self.jobs.is_empty() {
            batch.alone(first)
        } else {
            batch.together(first, &self.jobs, &mut self.careful)
        };
        let Batch { head, waiting, .. } = batch;
        match ran {
            Ok(()) => {
                if head > before {
                    self.head.tell(head);
                }
                waiting.into_iter().for_each(|(reply, answer)| Job::answer(reply, answer));
            }
            Err(error) => {
                tracing::error!(%error, units = waiting.len(), "a transaction was lost");
                self.line.lose();
                waiting.into_iter().for_each(|(reply, _)| Job::answer(reply, Err(error.clone())));
            }
        }
    }
}

fn begin(conn: &mut Conn) -> Result<i64, StoreError> {
    let sql = match conn {
        Conn::Sqlite(_) => "BEGIN IMMEDIATE",
        Conn::Postgres(_) => "BEGIN ISOLATION LEVEL READ COMMITTED",
    };
    command(conn, sql)?;
    sequence::hold(conn).map_err(|error| failure(&error))
}

/// One transaction under way.
struct Batch<'c> {
    conn: &'c mut Conn,
    /// The last event's place when the transaction began.
    before: i64,
    /// The same with the units that are kept.
    head: i64,
    waiting: Waiting,
}

impl Batch<'_> {
    /// Runs one unit without a savepoint. Err means that the transaction is lost with everything in it.
    fn alone(&mut self, mut job: Job) -> Result<(), StoreError> {
        let ended = unit::run(Transaction::writing(self.conn, self.head), &mut job.work);
        let (answer, finished) = match ended {
            Ended::Keep(head) => {
                self.head = head;
                (Ok(()), self.commit())
            }
            Ended::Undo => (Ok(()), command(self.conn, "ROLLBACK")),
            Ended::Failed(error) => (Err(error.clone()), command(self.conn, "ROLLBACK").map_err(|_| error)),
        };
        self.waiting.push((job.reply, answer));
        finished
    }

    /// Runs units as long as they come, up to the limits. Err as for one alone.
    fn together(&mut self, first: Job, jobs: &Receiver<Job>, careful: &mut u32) -> Result<(), StoreError> {
        let end = Instant::now() + patience(self.conn);
        let mut ran = Vec::with_capacity(MOST);
        let mut next = Some(first);
        while let Some(mut job) = next {
            if *careful > 0 {
                self.in_savepoint(job)?;
            } else {
                let ended = unit::run(Transaction::writing(self.conn, self.head), &mut job.work);
                ran.push(job);
                if let Ended::Keep(head) = ended {
                    self.head = head;
                } else {
                    *careful = CAREFUL;
                    self.again(ran.drain(..), ended)?;
                }
            }
            let more = ran.len() + self.waiting.len() < MOST && Instant::now() < end;
            next = if more { jobs.try_recv().ok() } else { None };
        }
        *careful = careful.saturating_sub(1);
        self.waiting.extend(ran.into_iter().map(|job| (job.reply, Ok(()))));
        self.commit()
    }

    /// Rolls the transaction back and runs its units again, each in its savepoint. Err as for one alone.
    fn again(&mut self, mut jobs: impl Iterator<Item = Job>, ended: Ended) -> Result<(), StoreError> {
        // Where the transaction is gone, what ended it tells more than that it cannot be rolled back.
        let told = |error| if let Ended::Failed(cause) = ended { cause } else { error };
        let begun = command(self.conn, "ROLLBACK").map_err(told).and_then(|()| begin(self.conn));
        let result = begun.and_then(|before| {
            (self.before, self.head) = (before, before);
            jobs.try_for_each(|job| self.in_savepoint(job))
        });
        // Whoever was not run again waits for an answer, too.
        self.waiting.extend(jobs.map(|job| (job.reply, Ok(()))));
        result
    }

    fn in_savepoint(&mut self, mut job: Job) -> Result<(), StoreError> {
        let begun = command(self.conn, "SAVEPOINT unit");
        if let Err(error) = begun {
            self.waiting.push((job.reply, Ok(())));
            return Err(error);
        }
        let ended = unit::run(Transaction::writing(self.conn, self.head), &mut job.work);
        let (answer, closed) = match ended {
            Ended::Keep(head) => {
                self.head = head;
                (Ok(()), command(self.conn, "RELEASE SAVEPOINT unit"))
            }
            Ended::Undo => (Ok(()), self.undo()),
            // Where the transaction is gone, what ended it tells more than the missing savepoint.
            Ended::Failed(error) => (Err(error.clone()), self.undo().map_err(|_| error)),
        };
        self.waiting.push((job.reply, answer));
        closed
    }

    fn undo(&mut self) -> Result<(), StoreError> {
        command(self.conn, "ROLLBACK TO SAVEPOINT unit")?;
        command(self.conn, "RELEASE SAVEPOINT unit")
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.head > self.before {
            sequence::store(self.conn, self.head).map_err(|error| failure(&error))?;
        }
        command(self.conn, "COMMIT")
    }
}
