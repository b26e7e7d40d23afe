//! The system's clock: besides the wiring the only place that reads it.

use domain::{ports::clock::Clock, time::Timestamp};

/// Tells the time of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "everybody else asks this clock")]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }
}
