//! The journal of reads: who read restricted data of a business, by which system and on what ground (4.6.10.3, 4.1.16).
//!
//! Acts are in the journal by their own events. A read makes one here, in a unit of work of its own, before its answer
//! leaves: what was shown is in the journal (docs/adr/0019).

use std::{collections::BTreeSet, sync::LazyLock};

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use crate::{
    actor::Touchpoint,
    event::{EventKind, NewEvent},
    mandate::{OnBehalf, Unauthorised},
    ports::store::Tx,
    time::{Stamp, Timestamp},
};

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/journal/restricted.json"))
        .expect("the built-in table is part of the program and tests read it")
});

/// What stands in the data file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    editions: Vec<Edition>,
}

/// Whose answers are journalled from a day on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edition {
    valid_from: Date,
    operations: BTreeSet<String>,
}

/// Whether reading by an operation, by its id, is journalled at a moment.
pub fn is_restricted(operation: &str, at: Timestamp) -> bool {
    let day = at.moscow_date();
    let begun = TABLE.editions.iter().filter(|edition| edition.valid_from <= day);
    let in_force = begun.max_by_key(|edition| edition.valid_from);
    in_force.is_some_and(|edition| edition.operations.contains(operation))
}

/// The operations of the newest edition, whether its day has come or not.
pub fn newest() -> &'static BTreeSet<String> {
    let newest = TABLE.editions.iter().max_by_key(|edition| edition.valid_from);
    &newest.expect("the built-in table has an edition").operations
}

/// A read of restricted data whose answer is about to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Who reads, for whom.
    pub on_behalf: OnBehalf,
    /// By which operation.
    pub operation: String,
    /// What: the innermost id of the path.
    pub subject: String,
}

/// Puts a read into the journal.
///
/// # Errors
/// As [`OnBehalf::authorise`]: whose mandate ended meanwhile is not shown what was read under it.
pub fn record(tx: &mut dyn Tx, read: &Read, mut stamp: Stamp) -> Result<(), Unauthorised> {
    let Read { on_behalf, operation, subject } = read;
    let actor = on_behalf.authorise(tx)?;
    tx.events().append(&NewEvent {
        id: stamp.id(),
        kind: EventKind::RestrictedRead,
        at: stamp.now,
        business: actor.business,
        authority: None,
        subject: subject.clone(),
        application: Some(actor.application),
        ground: Some(actor.ground),
        touchpoint: Touchpoint::Api,
        service: None,
        situation: None,
        data: json!({ "operation": operation }),
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_holds_from_its_day_on() {
        let at = |text: &str| text.parse().expect("RFC 3339");
        assert!(is_restricted("get_risk_profile", at("2026-11-23T09:00:00Z")));
        assert!(!is_restricted("get_risk_profile", at("2025-12-31T09:00:00Z")));
        assert!(!is_restricted("get_business", at("2026-11-23T09:00:00Z")));
    }
}
