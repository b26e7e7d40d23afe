//! The proofs that this process has seen, until they are too old to be taken: bounded, and closed when it is full.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{digest::Digest, time::Timestamp};

/// How many proofs are remembered at most, about 42 bytes each (security.md, row D25).
pub const MOST: usize = 1 << 20;
const SHARDS: usize = 16;
/// Seconds between two looks for what has become too old.
const SWEEP_S: i64 = 10;

/// What remembering a proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It was not seen before.
    First,
    /// It was.
    Again,
    /// There is no room to remember it, so it cannot be taken.
    NoRoom,
}

/// The proofs that were seen. Shared by all workers.
pub struct Replays {
    shards: [Mutex<Shard>; SHARDS],
    most: usize,
}

/// Half a digest is enough: whoever wants two proofs of one name can as well send one twice.
#[derive(Default)]
struct Shard {
    seen: HashMap<[u8; 16], u32>,
    swept_s: i64,
}

impl Default for Replays {
    fn default() -> Self {
        Self::with_room_for(MOST)
    }
}

impl Replays {
    /// An empty memory for at most so many.
    pub fn with_room_for(most: usize) -> Self {
        Self { shards: Default::default(), most: most / SHARDS }
    }

    /// Remembers a proof until the second `until_s`. One of any number of simultaneous calls hears [`Use::First`].
    pub fn remember(&self, name: &Digest, until_s: i64, now: Timestamp) -> Use {
        let (key, rest) = name.as_bytes().split_first_chunk::<16>().expect("a digest has 32 bytes");
        let shard = &self.shards[usize::from(rest[0]) % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.sweep(now.seconds());
        if shard.seen.contains_key(key) {
            return Use::Again;
        }
        if shard.seen.len() >= self.most {
            return Use::NoRoom;
        }
        shard.seen.insert(*key, u32::try_from(until_s).unwrap_or(u32::MAX));
        Use::First
    }
}

impl Shard {
    fn sweep(&mut self, now_s: i64) {
        if now_s < self.swept_s + SWEEP_S {
            return;
        }
        self.swept_s = now_s;
        self.seen.retain(|_, until_s| i64::from(*until_s) >= now_s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).expect("in range")
    }

    fn name(number: u32) -> Digest {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        bytes[16] = number.to_be_bytes()[3];
        Digest::from_bytes(bytes)
    }

    #[test]
    fn d19_of_a_hundred_copies_at_once_exactly_one_is_the_first() {
        let replays = Replays::default();
        let first = |_: u32| replays.remember(&name(1), NOW_S + 60, at(NOW_S)) == Use::First;
        let firsts: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..25).filter(|n| first(*n)).count())).collect();
            threads.into_iter().map(|thread| thread.join().expect("no thread panics")).sum()
        });
        assert_eq!(firsts, 1);
        assert_eq!(replays.remember(&name(2), NOW_S + 60, at(NOW_S)), Use::First);
    }

    #[test]
    fn d25_a_flood_takes_bounded_memory_and_lets_nothing_in_twice() {
        let replays = Replays::default();
        let taken: Vec<u32> = (0..1_100_000)
            .filter(|number| replays.remember(&name(*number), NOW_S + 60, at(NOW_S)) == Use::First)
            .collect();
        assert!((1_000_000..=MOST).contains(&taken.len()), "{}", taken.len());
        assert!(
            taken
                .iter()
                .all(|number| replays.remember(&name(*number), NOW_S + 60, at(NOW_S + 9)) == Use::Again)
        );
        let room: usize =
            replays.shards.iter().map(|shard| shard.lock().expect("nobody panicked").seen.capacity()).sum();
        // A slot is key, moment and a control byte; a table is filled to seven eighths.
        let bytes = room * 8 / 7 * 21;
        assert!(bytes <= 64 << 20, "{bytes}");
        assert_eq!(
            replays.remember(&name(0), NOW_S + 200, at(NOW_S + 61)),
            Use::First,
            "what is too old makes room"
        );
    }
}
