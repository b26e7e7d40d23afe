//! Times of visits: ahead, in order, and no desk taken twice.

use super::{
    super::{Refusal, supervision::one},
    PreventiveVisit, Slot, VisitState,
};
use crate::{
    error::Violation,
    ids::AuthorityId,
    page::PageRequest,
    ports::store::{StoreError, Tx},
    record::{RecordFilter, Stored},
    text::Text,
    time::Timestamp,
};

/// How many booked visits are read at once.
const AT_ONCE: u32 = 1000;

/// Every time lies ahead and ends after it begins.
///
/// # Errors
/// A violation for each that does not.
pub fn ahead(slots: &[Slot], pointer: &str, now: Timestamp) -> Result<(), Refusal> {
    let wrong = slots.iter().enumerate().flat_map(|(place, slot)| {
        let past = (slot.from <= now).then(|| past(&format!("{pointer}/{place}/from")));
        let turned = (slot.to <= slot.from).then(|| turned(&format!("{pointer}/{place}/to")));
        past.into_iter().chain(turned)
    });
    let violations: Vec<Violation> = wrong.collect();
    if violations.is_empty() { Ok(()) } else { Err(Refusal::Invalid(violations)) }
}

/// Whether another visit of the authority takes the same desk at that time.
///
/// # Errors
/// Only what the store says.
pub fn is_taken(tx: &mut dyn Tx, authority: &AuthorityId, wanted: &Slot) -> Result<bool, StoreError> {
    let booked: &'static str = VisitState::Booked.into();
    let filter = RecordFilter { state: Some(booked.into()), ..RecordFilter::default() };
    let mut page = PageRequest { after: None, limit: AT_ONCE };
    loop {
        let found = Stored::<PreventiveVisit>::of_authority(tx, authority, &filter, &page)?;
        let taken = found.items.iter().filter_map(|visit| visit.body.booked.as_ref());
        if taken.into_iter().any(|slot| slot.meets(wanted)) {
            return Ok(true);
        }
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(false),
        }
    }
}

impl Slot {
    /// Whether one desk would hold two visits at a time.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.desk == other.desk && self.from < other.to && other.from < self.to
    }
}

fn past(pointer: &str) -> Violation {
    one(
        pointer,
        "not-ahead",
        Text::new("Время уже прошло.", "The time has passed."),
        Text::new("Назовите время в будущем.", "Name a time ahead."),
    )
}

fn turned(pointer: &str) -> Violation {
    one(
        pointer,
        "ends-before-it-begins",
        Text::new("Конец не позже начала.", "The end is not after the beginning."),
        Text::new("Назовите конец позже начала.", "Name an end after the beginning."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(from: &str, to: &str, desk: Option<&str>) -> Slot {
        let at = |time: &str| format!("2026-12-01T{time}:00Z").parse().expect("a time");
        Slot { from: at(from), to: at(to), desk: desk.map(str::to_owned) }
    }

    #[test]
    fn one_desk_holds_one_visit_at_a_time() {
        let held = slot("10:00", "11:00", Some("a"));
        for (from, to, desk, meets) in [
            ("10:00", "11:00", Some("a"), true),
            ("10:59", "12:00", Some("a"), true),
            ("09:00", "12:00", Some("a"), true),
            ("11:00", "12:00", Some("a"), false),
            ("09:00", "10:00", Some("a"), false),
            ("10:00", "11:00", Some("b"), false),
            ("10:00", "11:00", None, false),
        ] {
            let other = slot(from, to, desk);
            assert_eq!((held.meets(&other), other.meets(&held)), (meets, meets), "{other:?}");
        }
        assert!(slot("10:00", "11:00", None).meets(&slot("10:30", "10:40", None)));
    }

    #[test]
    fn times_lie_ahead_and_in_order() {
        let now = "2026-12-01T10:00:00Z".parse().expect("a time");
        let slots =
            [slot("11:00", "12:00", None), slot("10:00", "11:00", None), slot("12:00", "12:00", None)];
        let Err(Refusal::Invalid(violations)) = ahead(&slots, "/slots", now) else { panic!("refused") };
        let found: Vec<String> =
            violations.iter().map(|one| format!("{} {}", one.pointer, one.code)).collect();
        assert_eq!(found, ["/slots/1/from not-ahead", "/slots/2/to ends-before-it-begins"]);
    }
}
