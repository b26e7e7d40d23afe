//! Moves SQLite's log into the file beside the writer.
//!
//! The writer would do it by itself in the commit that makes the log too long, and every unit of that batch would wait
//! for it. What this thread has moved before, that commit finds done.

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::{
    conn::{Role, Target},
    line::Line,
    tx::command,
};

/// How often the log is moved: often enough that little is left to the commit that makes the log too long.
const EVERY: Duration = Duration::from_millis(100);

/// Moves the log until `stop` is closed. PASSIVE waits for nobody and hinders nobody.
pub(crate) fn checkpoint(target: Target, stop: Receiver<()>) {
    let mut line = Line::new(target, Role::Write);
    while stop.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        if let Err(error) = line.start(|conn| command(conn, "PRAGMA wal_checkpoint(PASSIVE)")) {
            tracing::debug!(%error, "the log was not moved into the file; the writer does it");
        }
    }
}
