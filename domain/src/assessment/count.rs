//! Counting: how an assessment comes into its cell and, when a step is due, into what is told.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Assessment, scope,
    tally::{Cell, Histogram, Instrument, Place, Slice, Standing},
};
use crate::{
    ports::store::{StoreError, Tx},
    requirement::registry::Registry,
};

/// Counts the newest assessment of a business in its cell, in the unit of work that changed it. `least` businesses
/// must have something fresh before a figure moves.
///
/// # Errors
/// Only what the store says.
pub fn count(
    tx: &mut dyn Tx,
    registry: &Registry,
    least: u32,
    assessment: &Assessment,
) -> Result<(), StoreError> {
    let Assessment { requirement, procedure, business, .. } = assessment;
    let known = tx.assessments().standing(requirement, *procedure, business)?;
    let mut standing = known.unwrap_or_else(|| Standing::new(requirement, *procedure, business));
    let known = tx.assessments().cell(requirement, *procedure)?;
    let mut cell = known.unwrap_or_else(|| Cell::new(requirement, *procedure));
    cell.take(&mut standing, assessment);
    tx.assessments().put_standings(&[standing])?;
    let ripe = cell.ripe(least);
    if !ripe.is_empty() {
        tell(tx, registry, &mut cell, &ripe)?;
    }
    tx.assessments().put_cell(&cell)
}

/// Moves what is told of the ripe instruments, and the slices that hold it.
fn tell(
    tx: &mut dyn Tx,
    registry: &Registry,
    cell: &mut Cell,
    ripe: &[Instrument],
) -> Result<(), StoreError> {
    let before = told(cell);
    let mut behind = tx.assessments().behind(&cell.requirement, cell.procedure)?;
    for instrument in ripe {
        cell.tell(*instrument, &mut behind);
    }
    tx.assessments().put_standings(&behind)?;
    let old = std::mem::replace(&mut cell.places, scope::places(registry, &cell.requirement, cell.procedure));
    move_slices(tx, (&old, &before), (&cell.places, &told(cell)))
}

/// What was told of a cell.
pub(super) fn told(cell: &Cell) -> BTreeMap<Instrument, Histogram> {
    let counts = cell.counts.iter().filter(|(_, count)| !count.told.is_empty());
    counts.map(|(instrument, count)| (*instrument, count.told.clone())).collect()
}

type Told = BTreeMap<Instrument, Histogram>;

/// Takes what was told before out of the slices that held it, and puts what is told now into those that hold it now:
/// a requirement may have moved to other slices since.
fn move_slices(
    tx: &mut dyn Tx,
    (old, before): (&[Place], &Told),
    (new, after): (&[Place], &Told),
) -> Result<(), StoreError> {
    let touched: BTreeSet<&Place> = old.iter().chain(new).collect();
    let touched: Vec<Place> = touched.into_iter().cloned().collect();
    let mut slices: BTreeMap<Place, Slice> =
        tx.assessments().slices(&touched)?.into_iter().map(|slice| (slice.place.clone(), slice)).collect();
    for (places, told, times) in [(old, before, -1), (new, after, 1)] {
        for place in places {
            let empty = || Slice { place: place.clone(), told: BTreeMap::new() };
            slices.entry(place.clone()).or_insert_with(empty).add(told, times);
        }
    }
    tx.assessments().put_slices(&slices.into_values().collect::<Vec<_>>())
}
