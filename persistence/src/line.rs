//! A connection that is made anew when it is lost.

use std::time::{Duration, Instant};

use domain::ports::store::StoreError;

use crate::conn::{Conn, Role, Target};

/// The pause after the first failed attempt; it doubles with each further one.
const SHORTEST: Duration = Duration::from_millis(50);
/// The longest pause between attempts.
const LONGEST: Duration = Duration::from_secs(2);

/// A line to the database. While it is down, calls fail at once; an attempt is made once per pause.
pub(crate) struct Line {
    target: Target,
    role: Role,
    conn: Option<Conn>,
    pause: Duration,
    next_attempt: Option<Instant>,
}

impl Line {
    /// A line that connects on first use.
    pub(crate) fn new(target: Target, role: Role) -> Self {
        Self { target, role, conn: None, pause: SHORTEST, next_attempt: None }
    }

    /// The connection and what `start` made of it. A connection that fails to start is replaced once, so that a
    /// server's restart between two units costs neither of them.
    ///
    /// # Errors
    /// Unavailable while the line is down, or what `start` says of a fresh connection.
    pub(crate) fn start<T>(
        &mut self,
        start: impl Fn(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<(&mut Conn, T), StoreError> {
        let known = self.conn.take().and_then(|mut conn| start(&mut conn).ok().map(|begun| (conn, begun)));
        let (conn, begun) = match known {
            Some(started) => started,
            None => self.fresh(start)?,
        };
        Ok((self.conn.insert(conn), begun))
    }

    /// Gives the connection up; the next call makes a new one.
    pub(crate) fn lose(&mut self) {
        self.conn = None;
    }

    /// The connection, if there is one.
    pub(crate) fn connected(&mut self) -> Option<&mut Conn> {
        self.conn.as_mut()
    }

    fn fresh<T>(
        &mut self,
        start: impl Fn(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<(Conn, T), StoreError> {
        if self.next_attempt.is_some_and(|moment| Instant::now() < moment) {
            return Err(StoreError::Unavailable("the connection is lost".into()));
        }
        let made = Conn::establish(&self.target, self.role)
            .map_err(StoreError::Unavailable)
            .and_then(|mut conn| start(&mut conn).map(|begun| (conn, begun)));
        match &made {
            Ok(_) if self.next_attempt.is_some() => {
                tracing::info!(role = ?self.role, "database reached again");
                (self.pause, self.next_attempt) = (SHORTEST, None);
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(role = ?self.role, %error, "database not reached");
                self.next_attempt = Some(Instant::now() + self.pause);
                self.pause = (self.pause * 2).min(LONGEST);
            }
        }
        made
    }
}
