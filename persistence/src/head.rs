//! Tells of commits that appended events.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::{
    conn::{Role, Target},
    line::Line,
    tx::{failure, sequence},
};

/// How often it is asked whether another process appended events: a replica, or on SQLite an operator's command.
const EVERY: Duration = Duration::from_millis(200);

/// The place of the last event as told to the listener.
pub(crate) struct Head {
    told: Mutex<i64>,
    listener: Box<dyn Fn(i64) + Send + Sync>,
}

impl Head {
    /// Starts at the place that the listener is taken to know.
    pub(crate) fn new(known: i64, listener: Box<dyn Fn(i64) + Send + Sync>) -> Self {
        Self { told: Mutex::new(known), listener }
    }

    /// Tells the listener, if it was not told of this place or a later one already.
    pub(crate) fn tell(&self, place: i64) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if place > *told {
            *told = place;
            // A panic of the listener must not end the writer's thread.
            if catch_unwind(AssertUnwindSafe(|| (self.listener)(place))).is_err() {
                tracing::error!("the listener for commits panicked");
            }
        }
    }
}

/// Asks the database for its last event until `stop` is closed.
pub(crate) fn watch(target: Target, head: Arc<Head>, stop: Receiver<()>) {
    let mut line = Line::new(target, Role::Read);
    while stop.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        let answer = line.start(|conn| sequence::last(conn).map_err(|error| failure(&error)));
        if let Ok((_, place)) = answer {
            head.tell(place);
        }
    }
}
