//! Moments and the stamp that every use case is given instead of a clock and a random source.

use std::fmt;

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

use crate::ids::Id;

/// A moment in UTC with microsecond precision; on the wire RFC 3339 with `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime, example = "2026-11-23T09:00:00Z"))]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Reads microseconds since 1970, as stored. None outside the years -9999 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        jiff::Timestamp::from_microsecond(micros).ok().map(Self)
    }

    /// Microseconds since 1970, as stored.
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Whole seconds since 1970, as in JWT claims.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// This moment moved by `duration`; stops at the calendar's end instead of wrapping.
    #[must_use]
    pub fn plus(self, duration: SignedDuration) -> Self {
        Self(self.0.saturating_add(duration).unwrap_or(self.0))
    }

    /// Time from `earlier` to this moment; negative if `earlier` is later.
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }

    /// The calendar day in Moscow, the zone of federal dates (domain rule: a date without a zone means Moscow).
    pub fn moscow_date(self) -> Date {
        jiff::tz::Offset::constant(3).to_datetime(self.0).date()
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Cuts what is finer than a microsecond, so that a stored moment reads back equal.
    fn from(moment: jiff::Timestamp) -> Self {
        Self::from_micros(moment.as_microsecond()).unwrap_or(Self(moment))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(Self::from)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The moment of a request and a source of ids for it.
///
/// Drawn once before the unit of work begins; a retried closure clones it and so draws the same ids again.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The moment that every record of this unit of work carries.
    pub now: Timestamp,
    next: Ulid,
}

impl Stamp {
    /// Takes the moment and a fresh random ULID from which this unit's ids count up.
    pub fn new(now: Timestamp, first: Ulid) -> Self {
        Self { now, next: first }
    }

    /// A stamp of the same moment for a part of the unit; neither draws an id of the other.
    #[must_use]
    pub fn split(&mut self) -> Self {
        let part = self.clone();
        self.next = Ulid::from(u128::from(self.next).wrapping_add(1 << 16));
        part
    }

    /// Draws the next id.
    pub fn id<T: Id>(&mut self) -> T {
        let id = T::from_ulid(self.next);
        self.next = Ulid::from(u128::from(self.next).wrapping_add(1));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SubmissionId;

    #[test]
    fn a_moment_survives_storage_and_text() {
        let moment: Timestamp = "2026-11-23T09:00:00.123456789Z".parse().expect("RFC 3339");
        assert_eq!(Timestamp::from_micros(moment.micros()), Some(moment));
        assert_eq!(moment.to_string(), "2026-11-23T09:00:00.123456Z");
    }

    #[test]
    fn a_cloned_stamp_draws_the_same_ids() {
        let mut stamp = Stamp::new(Timestamp::from_micros(0).expect("in range"), Ulid::from_parts(5, 7));
        let mut again = stamp.clone();
        assert_eq!(stamp.id::<SubmissionId>(), again.id::<SubmissionId>());
        assert_ne!(stamp.id::<SubmissionId>(), SubmissionId::from_ulid(Ulid::from_parts(5, 7)));
    }
}
