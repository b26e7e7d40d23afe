//! Keeping personal lists current: whether one holds, drawing it anew, and storing it with its change and its event in
//! one unit of work, so that neither is ever without the others.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::json;

use super::{
    condition::Facts,
    list::{Cause, Difference, ListChange, PersonalList, amend, draw},
    registry::{Entry, Registry},
};
use crate::{
    actor::Touchpoint,
    business::Business,
    clerk::Clerk,
    compliance::inapplicability::lapse_changed,
    event::{EventKind, NewEvent},
    ports::store::{Frontier, Marks, StoreError, Tx},
    time::{Stamp, Timestamp},
};

/// How many codes of each kind an event names; the change itself names all.
const NAMED_IN_EVENT: usize = 20;

/// A list drawn anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Redrawn {
    /// The list that it replaces.
    pub before: PersonalList,
    /// The list, under the next version if it changed.
    pub list: PersonalList,
    /// What changed; None where the list is the same.
    pub change: Option<ListChange>,
}

/// Whether a list says what would be drawn `today`.
pub fn is_current(list: &PersonalList, registry: &Registry, business: &Business, today: Date) -> bool {
    let Frontier { edition, day } = frontier(registry, today);
    list.edition == edition && list.day >= day && list.profile_version == business.version
}

/// What a list must have been drawn from `today` not to be behind.
pub fn frontier(registry: &Registry, today: Date) -> Frontier {
    Frontier { edition: registry.edition, day: registry.last_change(today).unwrap_or(Date::MIN) }
}

/// Draws the list anew, for the business as it is now.
pub fn redraw(registry: &Registry, business: &Business, before: PersonalList, now: Timestamp) -> Redrawn {
    let day = now.moscow_date();
    let facts = Facts(&business.profile);
    let rows = match changed_beneath(&before, registry, business, day) {
        Some(changed) => amend(&changed, facts, day, &before.rows, now),
        None => draw(registry, facts, day, &before.rows, now),
    };
    let difference = Difference::between(&before.rows, &rows);
    let cause = cause(registry, business, &before);
    let changed = cause == Cause::First || !difference.is_empty();
    let list = PersonalList {
        business: business.id.clone(),
        version: before.version + i64::from(changed),
        profile_version: business.version,
        edition: registry.edition,
        day,
        rows,
        changed_at: if changed { now } else { before.changed_at },
    };
    let business = list.business.clone();
    let change = ListChange { business, version: list.version, at: now, cause, difference };
    let change = changed.then_some(change);
    Redrawn { before, list, change }
}

/// The few requirements by which the list can differ from what was drawn; None where others may have changed too.
fn changed_beneath<'r>(
    list: &PersonalList,
    registry: &'r Registry,
    business: &Business,
    today: Date,
) -> Option<Vec<&'r Arc<Entry>>> {
    let drawn = list.version > 0 && list.edition > 0 && list.profile_version == business.version;
    let same_days = registry.last_change(today).is_none_or(|edge| edge <= list.day);
    if drawn && same_days && list.day <= today { registry.changed_since(list.edition) } else { None }
}

fn cause(registry: &Registry, business: &Business, before: &PersonalList) -> Cause {
    if before.version == 0 {
        Cause::First
    } else if before.profile_version != business.version {
        Cause::Profile
    } else if before.edition != registry.edition {
        Cause::Registry
    } else {
        Cause::Date
    }
}

/// The list as it is at this moment, without storing it: for units that read.
///
/// # Errors
/// Only what the store says.
pub fn exact(
    tx: &mut dyn Tx,
    registry: &Registry,
    business: &Business,
    now: Timestamp,
) -> Result<PersonalList, StoreError> {
    let found = tx.lists().find(&business.id)?;
    let list = found.unwrap_or_else(|| PersonalList::undrawn(business.id.clone(), now));
    let current = is_current(&list, registry, business, now.moscow_date());
    Ok(if current { list } else { redraw(registry, business, list, now).list })
}

/// The list as it is at this moment, drawn anew, stored and told of where it was behind: for units that write.
///
/// # Errors
/// Only what the store says.
pub fn refresh(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    business: &Business,
    stamp: &mut Stamp,
) -> Result<PersonalList, StoreError> {
    let found = tx.lists().find(&business.id)?;
    let before = found.unwrap_or_else(|| PersonalList::undrawn(business.id.clone(), stamp.now));
    if is_current(&before, &clerk.registry, business, stamp.now.moscow_date()) {
        return Ok(before);
    }
    let redrawn = redraw(&clerk.registry, business, before, stamp.now);
    keep(tx, &[&redrawn], stamp)?;
    lapse_changed(tx, clerk, business, stamp)?;
    Ok(redrawn.list)
}

/// Stores lists that were drawn outside of this unit. One that was drawn from a profile or a list that has changed
/// meanwhile is left as it is: it is behind still. Returns how many were stored.
///
/// # Errors
/// Only what the store says.
pub fn store(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    drawn: &[Redrawn],
    stamp: &mut Stamp,
) -> Result<usize, StoreError> {
    let ids: Vec<_> = drawn.iter().map(|one| one.list.business.clone()).collect();
    let marks = tx.lists().marks(&ids)?;
    let unmoved = drawn.iter().filter(|one| marks.get(&one.list.business) == Some(&one.marks()));
    let (alone, together): (Vec<_>, Vec<_>) = unmoved.partition(|one| one.by_profile());
    keep(tx, &together, stamp)?;
    for one in &alone {
        // What else follows from a changed profile belongs into the same unit.
        let business = tx.businesses().find(&one.list.business)?;
        let business = business.ok_or_else(|| StoreError::Corrupt("personal_lists.business_id".into()))?;
        refresh(tx, clerk, &business, stamp)?;
    }
    Ok(together.len() + alone.len())
}

impl Redrawn {
    /// What must still be so when it is stored.
    fn marks(&self) -> Marks {
        let PersonalList { version, edition, day, .. } = &self.before;
        Marks { version: *version, edition: *edition, day: *day, profile_version: self.list.profile_version }
    }

    fn by_profile(&self) -> bool {
        self.before.version > 0 && self.before.profile_version != self.list.profile_version
    }
}

/// Stores lists with their changes and tells of these.
fn keep(tx: &mut dyn Tx, drawn: &[&Redrawn], stamp: &mut Stamp) -> Result<(), StoreError> {
    let lists: Vec<&PersonalList> = drawn.iter().map(|one| &one.list).collect();
    tx.lists().put(&lists)?;
    let changed: Vec<(&PersonalList, &ListChange)> =
        drawn.iter().filter_map(|one| Some((&one.list, one.change.as_ref()?))).collect();
    let changes: Vec<&ListChange> = changed.iter().map(|(_, change)| *change).collect();
    tx.lists().insert_changes(&changes)?;
    let events: Vec<NewEvent> = changed.iter().map(|(list, change)| news(list, change, stamp)).collect();
    tx.events().append_all(&events)
}

/// The event that tells of a change.
fn news(list: &PersonalList, change: &ListChange, stamp: &mut Stamp) -> NewEvent {
    let ListChange { business, version, at, cause, difference } = change;
    let named = |codes: &[String]| json!({ "count": codes.len(), "codes": codes.iter().take(NAMED_IN_EVENT).collect::<Vec<_>>() });
    let Difference { added, removed, changed } = difference;
    NewEvent {
        id: stamp.id(),
        kind: if *cause == Cause::First {
            EventKind::RequirementsListed
        } else {
            EventKind::RequirementsChanged
        },
        at: *at,
        business: business.clone(),
        authority: None,
        subject: business.to_string(),
        application: None,
        ground: None,
        touchpoint: Touchpoint::Gateway,
        service: None,
        situation: None,
        data: json!({
            "version": version, "cause": cause, "edition": list.edition, "profile_version": list.profile_version,
            "rows": list.rows.len(), "added": named(added), "removed": named(removed), "changed": named(changed),
        }),
    }
}
