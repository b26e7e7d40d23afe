//! Runs one unit of work inside a transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::ports::store::{StoreError, Verdict, Work};
use tokio::sync::oneshot;

use crate::tx::Transaction;

/// What the caller of a unit is told.
pub(crate) type Answer = Result<(), StoreError>;

/// A unit on its way to another thread.
pub(crate) struct Job {
    /// What to do.
    pub(crate) work: Work,
    /// Whom to tell.
    pub(crate) reply: oneshot::Sender<Answer>,
}

impl Job {
    /// Tells the caller; one who went away meanwhile is nobody's loss.
    pub(crate) fn answer(reply: oneshot::Sender<Answer>, answer: Answer) {
        let _gone = reply.send(answer);
    }
}

/// How a unit ended, before its transaction has.
pub(crate) enum Ended {
    /// Keep its effects; the last event's place is this.
    Keep(i64),
    /// Undo its effects, as it asks.
    Undo,
    /// Undo its effects: the database failed it or it panicked.
    Failed(StoreError),
}

/// Runs the unit. A panic ends this unit alone.
pub(crate) fn run(mut tx: Transaction<'_>, work: &mut Work) -> Ended {
    let verdict = catch_unwind(AssertUnwindSafe(|| work(&mut tx)));
    let Ok(verdict) = verdict else {
        return Ended::Failed(StoreError::Unavailable("the unit of work panicked".into()));
    };
    match (tx.outcome(), verdict) {
        (Ok(head), Verdict::Commit) => Ended::Keep(head),
        (Ok(_), Verdict::Rollback) => Ended::Undo,
        (Err(error), Verdict::Commit | Verdict::Rollback) => Ended::Failed(error),
    }
}
