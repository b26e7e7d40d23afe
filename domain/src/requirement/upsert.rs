//! What authorities bring into the registry (4.7.1.1): rows judged one by one, stored in bounded units of work, put in
//! force together.
//!
//! Judging happens over a snapshot, before any unit of work: [`judge`]. Nothing leaves the registry, so what a row
//! refers to is still there when it is stored.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde_json::Value;

use super::{
    document::{RegistryDocument, RegistryKind},
    registry::{Registry, RegistryFault},
    row::Bench,
};
use crate::{
    actor::AuthorityActor,
    catalogue::Catalogue,
    error::Violation,
    ids::LeaseId,
    ports::store::{StoreError, Tx},
    requirement::objection::objection,
    time::Timestamp,
};

/// A document as an authority sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it holds.
    pub kind: RegistryKind,
    /// Its code.
    pub code: String,
    /// The content.
    pub body: Value,
}

/// What became of a row before it was stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// It may come in; what is odd about it.
    Fit(Vec<Violation>),
    /// It may not; why.
    Unfit(Vec<Violation>),
}

/// What storing a row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RowOutcome {
    /// The registry did not have it.
    Created,
    /// It is a new version.
    Updated,
    /// The registry has it just so.
    Unchanged,
    /// It did not come in.
    Refused,
}

/// What rows are judged by.
pub struct Grounds<'a> {
    /// The registry in force.
    pub registry: &'a Registry,
    /// Knows authorities and life situations.
    pub catalogue: &'a Catalogue,
    /// Who brings the rows.
    pub actor: &'a AuthorityActor,
}

/// Judges every row, in the order given. A row may refer to any other row of the call that is fit itself.
pub fn judge(grounds: &Grounds<'_>, rows: &[Row]) -> Vec<Judged> {
    let mut judged: Vec<Judged> = rows.iter().map(|_| Judged::Unfit(Vec::new())).collect();
    let mut bench = Bench::new(grounds);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    // Kinds are declared in the order in which they refer to one another; the sort is stable.
    order.sort_by_key(|place| rows[*place].kind);
    for place in order {
        judged[place] = bench.judge(&rows[place]);
    }
    hold(grounds, rows, &mut judged);
    bench.remark_missing_algorithms(rows, &mut judged);
    judged
}

/// Refuses what the whole registry would not hold together with. Each round refuses at least one row, or ends.
fn hold(grounds: &Grounds<'_>, rows: &[Row], judged: &mut [Judged]) {
    loop {
        let fit = |place: &usize| matches!(judged[*place], Judged::Fit(_));
        let places: BTreeMap<(RegistryKind, &str), usize> = (0..rows.len())
            .filter(fit)
            .map(|place| ((rows[place].kind, rows[place].code.as_str()), place))
            .collect();
        if places.is_empty() {
            return;
        }
        let new = places.values().map(|place| {
            let Row { kind, code, body } = rows[*place].clone();
            RegistryDocument { kind, code, version: 1, edition: 1, brought_by: None, body }
        });
        let new: Vec<RegistryDocument> = new.collect();
        let Err(faults) = grounds.registry.with(grounds.registry.edition, &new) else { return };
        let refused = refuse_faulty(&faults, &places, judged);
        if !refused {
            // The fault lies in a document that stays: whichever row it was, none may break the registry.
            let all: Vec<usize> = places.into_values().collect();
            all.into_iter().for_each(|place| judged[place] = Judged::Unfit(vec![does_not_hold(&faults[0])]));
            return;
        }
    }
}

fn refuse_faulty(
    faults: &[RegistryFault],
    places: &BTreeMap<(RegistryKind, &str), usize>,
    judged: &mut [Judged],
) -> bool {
    let mut refused = false;
    for fault in faults {
        if let Some(place) = places.get(&(fault.kind, fault.code.as_str())) {
            judged[*place] = Judged::Unfit(vec![does_not_hold(fault)]);
            refused = true;
        }
    }
    refused
}

fn does_not_hold(fault: &RegistryFault) -> Violation {
    objection(
        "/document",
        "registry-does-not-hold",
        (
            format!("С этой записью реестр не согласован: {fault}."),
            format!("The registry does not hold together with this row: {fault}."),
        ),
        ("Исправьте названное и передайте запись снова.", "Mend what is named and send the row again."),
    )
}

/// For how long a turn to bring documents is taken; each unit of work takes it anew.
const TURN: SignedDuration = SignedDuration::from_secs(60);

/// Takes the turn to bring documents, before they are judged: so what two gateways bring at once is judged one after the
/// other. What a call that broke off has left is forgotten. False while it is another's turn.
///
/// # Errors
/// Only what the store says.
pub fn begin(tx: &mut dyn Tx, turn: &LeaseId, now: Timestamp) -> Result<bool, StoreError> {
    if !tx.registry().take_turn(turn, now, now.plus(TURN))? {
        return Ok(false);
    }
    tx.registry().drop_waiting()?;
    Ok(true)
}

/// Stores fit rows, each under the next version of its document, and says what became of each and under which version.
/// They are in force only after [`publish`]. None where the turn was lost. One unit of work; keep it short.
///
/// # Errors
/// Only what the store says.
pub fn bring(
    tx: &mut dyn Tx,
    turn: &LeaseId,
    rows: &[Row],
    actor: &AuthorityActor,
    now: Timestamp,
) -> Result<Option<Vec<(RowOutcome, i64)>>, StoreError> {
    if !tx.registry().holds_turn(turn)? {
        return Ok(None);
    }
    tx.registry().take_turn(turn, now, now.plus(TURN))?;
    let in_force = tx.registry().edition()?;
    let keys: Vec<(RegistryKind, String)> = rows.iter().map(|row| (row.kind, row.code.clone())).collect();
    let held = tx.registry().newest(&keys)?;
    let held: BTreeMap<(RegistryKind, &str), &RegistryDocument> =
        held.iter().map(|one| ((one.kind, one.code.as_str()), one)).collect();
    let (mut new, mut outcomes) = (Vec::new(), Vec::with_capacity(rows.len()));
    for Row { kind, code, body } in rows {
        let known = held.get(&(*kind, code.as_str()));
        let version = known.map_or(0, |known| known.version) + 1;
        outcomes.push(match known {
            Some(known) if known.body == *body => (RowOutcome::Unchanged, known.version),
            Some(_) => (RowOutcome::Updated, version),
            None => (RowOutcome::Created, version),
        });
        if known.is_none_or(|known| known.body != *body) {
            let (kind, code, body) = (*kind, code.clone(), body.clone());
            let brought_by = Some(actor.application.clone());
            new.push(RegistryDocument { kind, code, version, edition: in_force + 1, brought_by, body });
        }
    }
    tx.registry().insert(&new, now)?;
    Ok(Some(outcomes))
}

/// Puts in force what was stored, as one new edition, and ends the turn; the edition in force stays where nothing waits.
/// None where the turn was lost.
///
/// # Errors
/// Only what the store says.
pub fn publish(tx: &mut dyn Tx, turn: &LeaseId, now: Timestamp) -> Result<Option<i64>, StoreError> {
    if !tx.registry().holds_turn(turn)? {
        return Ok(None);
    }
    tx.registry().end_turn()?;
    let edition = if tx.registry().has_waiting()? {
        tx.registry().next_edition(now)?
    } else {
        tx.registry().edition()?
    };
    Ok(Some(edition))
}

/// Gives the turn back without anything in force.
///
/// # Errors
/// Only what the store says.
pub fn give_up(tx: &mut dyn Tx, turn: &LeaseId) -> Result<(), StoreError> {
    if tx.registry().holds_turn(turn)? {
        tx.registry().drop_waiting()?;
        tx.registry().end_turn()?;
    }
    Ok(())
}

/// The rows of a call that a further row repeats.
pub(super) type Taken = BTreeSet<(RegistryKind, String)>;
