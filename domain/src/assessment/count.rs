//! Counting: how an assessment comes into its cell and, when a step is due, into what is told.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Assessment, Procedure, scope,
    tally::{Cell, Histogram, Instrument, Place, Slice, Standing, Voice},
};
use crate::{
    ids::BusinessId,
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
    let voice = assessment.voice();
    let said = Said { subject: requirement, procedure: *procedure, business, voice: Some(&voice) };
    count_said(tx, least, &said, || scope::places(registry, requirement, *procedure))
}

/// What a business says of a subject now.
#[derive(Debug)]
pub struct Said<'a> {
    /// What it is about: the code of a requirement, or a discussion of a draft act.
    pub subject: &'a str,
    /// Within which procedure.
    pub procedure: Procedure,
    /// Who says it.
    pub business: &'a BusinessId,
    /// What is said; None where it was taken back.
    pub voice: Option<&'a Voice>,
}

/// Counts a business's newest word on a subject in its cell; `places` are the slices that hold what is told of it.
///
/// # Errors
/// Only what the store says.
pub fn count_said(
    tx: &mut dyn Tx,
    least: u32,
    said: &Said<'_>,
    places: impl FnOnce() -> Vec<Place>,
) -> Result<(), StoreError> {
    let Said { subject, procedure, business, voice } = said;
    let known = tx.assessments().standing(subject, *procedure, business)?;
    let mut standing = known.unwrap_or_else(|| Standing::new(subject, *procedure, business));
    let known = tx.assessments().cell(subject, *procedure)?;
    let mut cell = known.unwrap_or_else(|| Cell::new(subject, *procedure));
    cell.take(&mut standing, *voice);
    tx.assessments().put_standings(&[standing])?;
    let ripe = cell.ripe(least);
    if !ripe.is_empty() {
        tell(tx, places(), &mut cell, &ripe)?;
    }
    tx.assessments().put_cell(&cell)
}

/// Moves what is told of the ripe instruments, and the slices that hold it.
fn tell(tx: &mut dyn Tx, places: Vec<Place>, cell: &mut Cell, ripe: &[Instrument]) -> Result<(), StoreError> {
    let before = told(cell);
    let mut behind = tx.assessments().behind(&cell.requirement, cell.procedure)?;
    for instrument in ripe {
        cell.tell(*instrument, &mut behind);
    }
    tx.assessments().put_standings(&behind)?;
    let old = std::mem::replace(&mut cell.places, places);
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
