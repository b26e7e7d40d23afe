//! The clock.

use crate::time::Timestamp;

/// Tells the time that submissions, terms and receipts go by. In the sandbox it can be moved.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}
