//! Wakes those who wait for events. The store holds the events; this only says that there are new ones.

use std::time::Duration;

use tokio::sync::watch;

/// The head of the event sequence, watched.
pub struct Feed {
    head: watch::Sender<i64>,
    closing: watch::Sender<bool>,
}

impl Feed {
    /// Starts at the sequence's present head.
    pub fn new(head: i64) -> Self {
        Self { head: watch::Sender::new(head), closing: watch::Sender::new(false) }
    }

    /// A handle through which the store tells the new head after a commit.
    pub fn announcer(&self) -> impl Fn(i64) + Send + Sync + 'static {
        let head = self.head.clone();
        move |reached| {
            head.send_if_modified(|known| {
                let newer = reached > *known;
                *known = reached.max(*known);
                newer
            });
        }
    }

    /// The newest place known.
    pub fn head(&self) -> i64 {
        *self.head.borrow()
    }

    /// Sends everybody who waits home, now and from now on: the gateway stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Whether the gateway stops.
    pub fn is_closed(&self) -> bool {
        *self.closing.borrow()
    }

    /// Returns as soon as an event behind `seen` exists, at the latest after `patience` or when the gateway stops;
    /// true if one exists.
    pub async fn beyond(&self, seen: i64, patience: Duration) -> bool {
        let (mut head, mut closing) = (self.head.subscribe(), self.closing.subscribe());
        tokio::select! {
            found = head.wait_for(|reached| *reached > seen) => found.is_ok(),
            _ = closing.wait_for(|closed| *closed) => false,
            () = tokio::time::sleep(patience) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_waiter_wakes_for_what_it_has_not_seen_and_only_for_that() {
        let feed = Feed::new(3);
        let announce = feed.announcer();
        assert!(feed.beyond(2, Duration::ZERO).await);
        assert!(!feed.beyond(3, Duration::from_millis(5)).await);
        let (woken, ()) = tokio::join!(feed.beyond(3, Duration::from_secs(5)), async {
            announce(2);
            announce(4);
        });
        assert!(woken);
    }
}
