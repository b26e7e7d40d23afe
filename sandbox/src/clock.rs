//! The virtual clock: the wall clock, moved forward by whoever tests.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::{ports::clock::Clock, time::Timestamp};
use jiff::SignedDuration;

/// Tells the wall clock's time plus an offset that only grows.
///
/// It never goes back, even where the wall clock is set back: then it stands still until the wall clock has caught up.
pub struct VirtualClock {
    wall: Arc<dyn Clock>,
    /// Microseconds ahead of the wall clock.
    ahead: AtomicI64,
    /// The latest moment told, in microseconds since 1970.
    latest: AtomicI64,
}

impl VirtualClock {
    /// Starts `offset` ahead of `wall`, as [`Self::offset`] told when the program last ran. An offset below zero
    /// counts as zero.
    pub fn new(wall: Arc<dyn Clock>, offset: SignedDuration) -> Self {
        Self { wall, ahead: AtomicI64::new(forward(offset)), latest: AtomicI64::new(i64::MIN) }
    }

    /// How far it is ahead of the wall clock; the caller keeps this over a restart.
    pub fn offset(&self) -> SignedDuration {
        SignedDuration::from_micros(self.ahead.load(Ordering::SeqCst))
    }

    /// Moves forward and returns the new time. A duration below zero moves nothing.
    pub fn advance(&self, by: SignedDuration) -> Timestamp {
        let by = forward(by);
        let moved = |ahead: i64| Some(ahead.saturating_add(by));
        let _before = self.ahead.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
        self.now()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let moment = self.wall.now().plus(self.offset());
        let earlier = self.latest.fetch_max(moment.micros(), Ordering::SeqCst);
        if earlier > moment.micros() { Timestamp::from_micros(earlier).unwrap_or(moment) } else { moment }
    }
}

fn forward(by: SignedDuration) -> i64 {
    i64::try_from(by.as_micros()).unwrap_or(i64::MAX).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wall clock that the test sets.
    struct Wall(AtomicI64);

    impl Clock for Wall {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst)).expect("in range")
        }
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).expect("in range")
    }

    #[test]
    fn it_runs_with_the_wall_clock_and_ahead_of_it() {
        let wall = Arc::new(Wall(AtomicI64::new(1_000)));
        let clock = VirtualClock::new(Arc::clone(&wall) as Arc<dyn Clock>, SignedDuration::ZERO);
        assert_eq!(clock.now(), at(1_000));
        assert_eq!(clock.advance(SignedDuration::from_micros(500)), at(1_500));
        wall.0.store(2_000, Ordering::SeqCst);
        assert_eq!(clock.now(), at(2_500));
        let restarted = VirtualClock::new(wall, clock.offset());
        assert_eq!(restarted.now(), at(2_500));
    }

    #[test]
    fn it_never_goes_back() {
        let wall = Arc::new(Wall(AtomicI64::new(1_000)));
        let clock = VirtualClock::new(Arc::clone(&wall) as Arc<dyn Clock>, SignedDuration::from_secs(-5));
        assert_eq!(clock.now(), at(1_000));
        assert_eq!(clock.advance(SignedDuration::from_secs(-1)), at(1_000));
        wall.0.store(400, Ordering::SeqCst);
        assert_eq!(clock.now(), at(1_000));
        wall.0.store(1_001, Ordering::SeqCst);
        assert_eq!(clock.now(), at(1_001));
    }

    #[test]
    fn it_stops_at_the_end_of_the_calendar() {
        let clock = VirtualClock::new(Arc::new(Wall(AtomicI64::new(0))), SignedDuration::MAX);
        let end = clock.advance(SignedDuration::MAX);
        assert!(end.to_string().starts_with("9999-12-30"), "{end}");
        assert_eq!(clock.now(), end);
    }
}
