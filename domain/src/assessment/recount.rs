//! Recounting everything from the rows: what is kept summed must equal it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Assessment, Procedure,
    count::told,
    tally::{Bins, Cell, Count, Instrument, Part, Place, Slice, Standing, Voice, add},
};
use crate::{
    draft_act::{browse::DraftFilter, count::spoken},
    ids::BusinessId,
    page::PageRequest,
    ports::store::{StoreError, Tx},
};

/// How many rows are read at a time.
const AT_ONCE: u32 = 1000;

/// What a recount found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recount {
    /// Assessments read.
    pub assessments: usize,
    /// Opinions on draft acts read.
    pub opinions: usize,
    /// Cells compared.
    pub cells: usize,
    /// Slices compared.
    pub slices: usize,
    /// What differs, in words for the operator.
    pub differences: Vec<String>,
}

/// How the newest word of every business on a subject counts, by procedure; with its year, which opinions have not.
pub(crate) type Newest = BTreeMap<(Procedure, BusinessId), (i16, BTreeMap<Instrument, Bins>)>;

/// Recounts from the assessments and the opinions how every business must count, from that the cells, and from these the
/// slices.
///
/// # Errors
/// Only what the store says.
pub fn recount(tx: &mut dyn Tx) -> Result<Recount, StoreError> {
    let mut found = Recount::default();
    let mut slices = BTreeMap::new();
    for code in tx.assessments().codes()? {
        let newest = newest(tx, &code, &mut found)?;
        subject(tx, (&code, newest), &mut slices, &mut found)?;
    }
    opinions(tx, &mut slices, &mut found)?;
    compare_slices(slices, &tx.assessments().all_slices()?, &mut found);
    Ok(found)
}

/// Every discussion of every draft.
fn opinions(
    tx: &mut dyn Tx,
    slices: &mut BTreeMap<Place, Slice>,
    found: &mut Recount,
) -> Result<(), StoreError> {
    let mut page = PageRequest { after: None, limit: AT_ONCE };
    loop {
        let drafts = tx.draft_acts().list(&DraftFilter::default(), &page)?;
        for draft in &drafts.items {
            let (subjects, opinions) = spoken(tx, draft)?;
            found.opinions += opinions;
            for (code, newest) in subjects {
                subject(tx, (&code, newest), slices, found)?;
            }
        }
        match drafts.next {
            Some(key) => page.after = Some(key),
            None => return Ok(()),
        }
    }
}

/// Everything that is kept of one subject.
fn subject(
    tx: &mut dyn Tx,
    (code, newest): (&str, Newest),
    slices: &mut BTreeMap<Place, Slice>,
    found: &mut Recount,
) -> Result<(), StoreError> {
    let standings = tx.assessments().standings(code)?;
    compare_standings((code, newest), &standings, found);
    let cells = tx.assessments().cells(code)?;
    compare_cells(code, &standings, &cells, found);
    cells.iter().for_each(|cell| sum(cell, slices));
    Ok(())
}

/// How the newest assessment of every business counts.
fn newest(tx: &mut dyn Tx, code: &str, found: &mut Recount) -> Result<Newest, StoreError> {
    let mut newest = Newest::new();
    let mut page = PageRequest { after: None, limit: AT_ONCE };
    loop {
        let read = tx.assessments().of_requirements(&[code.to_owned()], None, &page)?;
        found.assessments += read.items.len();
        for assessment in &read.items {
            let Assessment { business, procedure, year, .. } = assessment;
            let place = newest.entry((*procedure, business.clone())).or_default();
            if *year >= place.0 {
                *place = (*year, bins(&assessment.voice()));
            }
        }
        match read.next {
            Some(key) => page.after = Some(key),
            None => return Ok(newest),
        }
    }
}

/// The bins in which a voice counts, by instrument.
pub(crate) fn bins(voice: &Voice) -> BTreeMap<Instrument, Bins> {
    let all = <Instrument as strum::VariantArray>::VARIANTS.iter();
    all.map(|one| (*one, one.bins(voice))).filter(|(_, bins)| !bins.is_empty()).collect()
}

fn compare_standings((code, mut newest): (&str, Newest), standings: &[Standing], found: &mut Recount) {
    for standing in standings {
        let expected = newest.remove(&(standing.procedure, standing.business.clone()));
        let expected = expected.map(|(_, bins)| bins).unwrap_or_default();
        let counted = standing.parts.iter().filter(|(_, part)| !part.now.is_empty());
        let counted: BTreeMap<Instrument, Bins> =
            counted.map(|(instrument, part)| (*instrument, part.now.clone())).collect();
        if counted != expected {
            found.differences.push(format!(
                "{} {}: {} counts as {counted:?} and should as {expected:?}",
                standing.requirement,
                <&str>::from(standing.procedure),
                standing.business,
            ));
        }
    }
    let missing = newest.into_keys().map(|(procedure, business)| {
        format!("{code} {}: {business} spoke and does not count", <&str>::from(procedure))
    });
    found.differences.extend(missing);
}

fn compare_cells(code: &str, standings: &[Standing], cells: &[Cell], found: &mut Recount) {
    let mut expected: BTreeMap<Procedure, BTreeMap<Instrument, Count>> = BTreeMap::new();
    for standing in standings {
        let cell = expected.entry(standing.procedure).or_default();
        for (instrument, part) in &standing.parts {
            let Part { now, told, ever: _ } = part;
            let count = cell.entry(*instrument).or_default();
            add(&mut count.now, now, 1);
            add(&mut count.told, told, 1);
            count.fresh += i64::from(part.is_fresh());
        }
    }
    for cell in cells {
        found.cells += 1;
        let counted = counts(&cell.counts);
        let recounted = counts(&expected.remove(&cell.procedure).unwrap_or_default());
        if counted != recounted {
            let procedure: &str = cell.procedure.into();
            let difference = format!("{code} {procedure}: the cell says {counted:?}, its rows {recounted:?}");
            found.differences.push(difference);
        }
    }
    let missing =
        expected.into_keys().map(|procedure| format!("{code} {}: no cell", <&str>::from(procedure)));
    found.differences.extend(missing);
}

/// The instruments in which anything counts.
fn counts(all: &BTreeMap<Instrument, Count>) -> BTreeMap<Instrument, Count> {
    all.iter()
        .filter(|(_, count)| **count != Count::default())
        .map(|(one, count)| (*one, count.clone()))
        .collect()
}

fn sum(cell: &Cell, slices: &mut BTreeMap<Place, Slice>) {
    for place in &cell.places {
        let empty = || Slice { place: place.clone(), told: BTreeMap::new() };
        slices.entry(place.clone()).or_insert_with(empty).add(&told(cell), 1);
    }
}

fn compare_slices(mut expected: BTreeMap<Place, Slice>, slices: &[Slice], found: &mut Recount) {
    let mut seen = BTreeSet::new();
    for slice in slices {
        found.slices += 1;
        seen.insert(&slice.place);
        let recounted = expected.remove(&slice.place).map(|slice| slice.told).unwrap_or_default();
        if recounted != slice.told {
            let difference =
                format!("{:?}: the slice says {:?}, its cells {recounted:?}", slice.place, slice.told);
            found.differences.push(difference);
        }
    }
    let missing = expected.into_values().filter(|slice| !slice.told.is_empty());
    found.differences.extend(missing.map(|slice| format!("{:?}: no slice", slice.place)));
}
