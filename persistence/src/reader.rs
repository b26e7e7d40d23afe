//! Units that read, each over one consistent snapshot.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use crossbeam_channel::Receiver;
use domain::ports::store::{StoreError, Work};

use crate::{
    conn::{Conn, Role, Target},
    line::Line,
    tx::{Transaction, command},
    unit::{self, Answer, Ended, Job},
};

/// Reads a SQLite file on the calling thread, through a connection that the thread keeps for this store.
pub(crate) struct InlineReader {
    id: u64,
    target: Target,
    /// Dropped with the reader: then the threads may close its connections.
    alive: Arc<()>,
}

struct Kept {
    store: Weak<()>,
    conn: Conn,
}

thread_local! {
    static KEPT: RefCell<HashMap<u64, Kept>> = RefCell::new(HashMap::new());
}

impl InlineReader {
    /// A reader of the file.
    pub(crate) fn new(target: Target) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), target, alive: Arc::new(()) }
    }

    /// Runs the unit here and now. The connection is out of its place meanwhile: a unit within a unit gets another.
    pub(crate) fn run(&self, mut work: Work) -> Answer {
        let kept = KEPT.with_borrow_mut(|kept| kept.remove(&self.id));
        let mut conn = match kept {
            Some(Kept { conn, store: _ }) => conn,
            None => Conn::establish(&self.target, Role::Read).map_err(StoreError::Unavailable)?,
        };
        let answer = command(&mut conn, "BEGIN").and_then(|()| finish(&mut conn, &mut work));
        if answer.is_ok() {
            KEPT.with_borrow_mut(|kept| {
                kept.retain(|_, other| other.store.strong_count() > 0);
                kept.insert(self.id, Kept { store: Arc::downgrade(&self.alive), conn });
            });
        }
        answer
    }
}

/// Reads from a PostgreSQL server in a thread of its own until the queue is closed and empty.
pub(crate) fn serve(target: Target, jobs: Receiver<Job>) {
    let mut line = Line::new(target, Role::Read);
    while let Ok(mut job) = jobs.recv() {
        let mut answer = attempt(&mut line, &mut job.work);
        // The connection was lost under the unit. A unit that reads has no effects, so it may run again.
        if answer.is_err() && line.connected().is_none() {
            answer = attempt(&mut line, &mut job.work);
        }
        Job::answer(job.reply, answer);
    }
}

fn attempt(line: &mut Line, work: &mut Work) -> Answer {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    let (conn, ()) = line.start(|conn| command(conn, begin))?;
    let ended = finish(conn, work);
    if ended.is_err() && command(conn, "ROLLBACK").is_err() {
        line.lose();
    }
    ended
}

/// Runs the unit in the transaction that was begun, and ends it where it can be ended.
fn finish(conn: &mut Conn, work: &mut Work) -> Answer {
    match unit::run(Transaction::reading(conn), work) {
        Ended::Keep(_) | Ended::Undo => command(conn, "COMMIT"),
        Ended::Failed(error) => Err(error),
    }
}
