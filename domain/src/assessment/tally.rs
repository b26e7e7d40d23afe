//! How assessments count, and how they become public without telling on anybody.
//!
//! An assessment counts in a *cell*: one requirement within one procedure. Of several years the newest counts. A cell
//! has an instrument for each thing that is summed, and each instrument two histograms: what is so now, which nobody is
//! shown, and what was told. What was told moves by steps only: when at least k businesses have something *fresh* in
//! the instrument, that is a value which was never told of them before. So any two published states of an instrument
//! differ by k businesses at least, also where some of them return to what they had said first; and since coarse
//! slices are sums of published states alone, no difference between two slices, or between two moments, is carried by
//! fewer. Why not noise or suppression at reading: docs/adr/0011.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{ConsiderationState, Content, Procedure, number::Number};
use crate::ids::BusinessId;

/// Something that is summed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// Clarity, by score.
    Clarity,
    /// Feasibility, by score.
    Feasibility,
    /// How many assessed, and how many marked duplicates and contradictions or proposed changes.
    Marks,
    /// Costs of a year, by two significant digits.
    Costs,
    /// What became of the assessments, by state.
    Outcome,
}

/// Every assessment has this mark.
pub const ASSESSED: &str = "assessed";
/// Marked as a duplicate of another requirement.
pub const DUPLICATES: &str = "duplicates";
/// Marked as contradicting something.
pub const CONTRADICTIONS: &str = "contradictions";
/// Came with a proposal.
pub const PROPOSALS: &str = "proposals";

/// The bins in which one business counts in one instrument; none where it does not.
pub type Bins = Vec<String>;

/// How many count in each bin. Never holds zeros.
pub type Histogram = BTreeMap<String, i64>;

impl Instrument {
    /// The bins of a voice.
    pub fn bins(self, voice: &Voice) -> Bins {
        let Voice { clarity, feasibility, duplicates, contradictions, proposes, cost, considered } = voice;
        let score = |score: &Option<u8>| score.iter().map(ToString::to_string).collect();
        match self {
            Self::Clarity => score(clarity),
            Self::Feasibility => score(feasibility),
            Self::Marks => {
                let marks = [
                    (ASSESSED, true),
                    (DUPLICATES, *duplicates),
                    (CONTRADICTIONS, *contradictions),
                    (PROPOSALS, *proposes),
                ];
                marks.into_iter().filter(|(_, holds)| *holds).map(|(mark, _)| mark.to_owned()).collect()
            }
            Self::Costs => cost.iter().map(|cost| rounded(*cost)).collect(),
            Self::Outcome => considered.iter().map(|state| <&str>::from(*state).to_owned()).collect(),
        }
    }
}

/// What counts of what a business said, of an assessment or of an opinion on a draft alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// The score of clarity.
    pub clarity: Option<u8>,
    /// The score of feasibility.
    pub feasibility: Option<u8>,
    /// Whether a duplicate is marked.
    pub duplicates: bool,
    /// Whether a contradiction is marked.
    pub contradictions: bool,
    /// Whether a change is proposed.
    pub proposes: bool,
    /// The cost of a year.
    pub cost: Option<Number>,
    /// What became of it.
    pub considered: Option<ConsiderationState>,
}

impl Voice {
    /// What counts of a content of which so much was considered.
    pub fn of(content: &Content, considered: Option<ConsiderationState>) -> Self {
        let Content {
            clarity,
            feasibility,
            duplicates,
            contradictions,
            costs,
            proposal,
            disclose_identity: _,
        } = content;
        Self {
            clarity: *clarity,
            feasibility: *feasibility,
            duplicates: !duplicates.is_empty(),
            contradictions: !contradictions.is_empty(),
            proposes: proposal.is_some(),
            cost: costs.as_ref().map(|costs| costs.total.amount),
            considered,
        }
    }
}

/// A sum by its two first digits: a median of such is nobody's own sum.
fn rounded(amount: Number) -> String {
    let half_up = RoundingStrategy::MidpointAwayFromZero;
    let short = amount.value().round_sf_with_strategy(2, half_up).unwrap_or(Decimal::ZERO);
    short.normalize().to_string()
}

/// Adds `times` to each bin.
pub fn add(histogram: &mut Histogram, bins: &[String], times: i64) {
    for bin in bins {
        let count = histogram.entry(bin.clone()).or_insert(0);
        *count += times;
        if *count == 0 {
            histogram.remove(bin);
        }
    }
}

/// Adds a whole histogram, `times` over.
pub fn add_all(histogram: &mut Histogram, other: &Histogram, times: i64) {
    for (bin, count) in other {
        add(histogram, std::slice::from_ref(bin), count * times);
    }
}

/// One business in one instrument of a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// How it counts now.
    pub now: Bins,
    /// How it counts in what was told.
    pub told: Bins,
    /// Every way in which it ever counted in what was told, except not at all.
    pub ever: Vec<Bins>,
}

impl Part {
    /// Whether what is now was never told of this business.
    pub fn is_fresh(&self) -> bool {
        !self.now.is_empty() && !self.ever.contains(&self.now)
    }

    /// Whether what was told is out of date.
    pub fn is_behind(&self) -> bool {
        self.now != self.told
    }
}

/// One business in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The requirement, by code.
    pub requirement: String,
    /// Within which procedure.
    pub procedure: Procedure,
    /// Who.
    pub business: BusinessId,
    /// How it counts, by instrument.
    pub parts: BTreeMap<Instrument, Part>,
}

impl Standing {
    /// A business that does not count yet.
    pub fn new(requirement: &str, procedure: Procedure, business: &BusinessId) -> Self {
        let (requirement, business) = (requirement.to_owned(), business.clone());
        Self { requirement, procedure, business, parts: BTreeMap::new() }
    }

    /// Whether anything of it was not told.
    pub fn is_behind(&self) -> bool {
        self.parts.values().any(Part::is_behind)
    }
}

/// One instrument of a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// What is so now; nobody is shown it.
    pub now: Histogram,
    /// What was told.
    pub told: Histogram,
    /// How many businesses have something fresh.
    pub fresh: i64,
}

/// What is assessed.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Matter {
    /// Requirements, by assessments.
    #[default]
    Requirements,
    /// Draft acts, by opinions.
    Drafts,
}

/// A coarse slice by which assessments or opinions are summed: a parameter of 4.7.2.1 and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// What is assessed; cells that were told before drafts had slices do not say.
    #[serde(default)]
    pub matter: Matter,
    /// The parameter.
    pub dimension: super::scope::Dimension,
    /// Its value.
    pub value: String,
}

/// One requirement within one procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The requirement, by code.
    pub requirement: String,
    /// Within which procedure.
    pub procedure: Procedure,
    /// What is summed, by instrument.
    pub counts: BTreeMap<Instrument, Count>,
    /// The slices that hold what was told of it.
    pub places: Vec<Place>,
}

impl Cell {
    /// A cell in which nothing was counted.
    pub fn new(requirement: &str, procedure: Procedure) -> Self {
        Self { requirement: requirement.to_owned(), procedure, counts: BTreeMap::new(), places: Vec::new() }
    }

    /// Takes over how a business's newest word counts; None where it was taken back.
    pub fn take(&mut self, standing: &mut Standing, voice: Option<&Voice>) {
        for instrument in <Instrument as strum::VariantArray>::VARIANTS {
            let now = voice.map(|voice| instrument.bins(voice)).unwrap_or_default();
            let part = standing.parts.entry(*instrument).or_default();
            if part.now == now {
                continue;
            }
            let count = self.counts.entry(*instrument).or_default();
            count.fresh -= i64::from(part.is_fresh());
            add(&mut count.now, &part.now, -1);
            part.now = now;
            add(&mut count.now, &part.now, 1);
            count.fresh += i64::from(part.is_fresh());
        }
        standing.parts.retain(|_, part| *part != Part::default());
    }

    /// The instruments whose next step is due.
    pub fn ripe(&self, least: u32) -> Vec<Instrument> {
        let due = self.counts.iter().filter(|(_, count)| count.fresh >= i64::from(least));
        due.map(|(instrument, _)| *instrument).collect()
    }

    /// Tells what is so now of an instrument, given everybody in the cell of whom something was not told.
    pub fn tell(&mut self, instrument: Instrument, behind: &mut [Standing]) {
        let count = self.counts.entry(instrument).or_default();
        for part in behind.iter_mut().filter_map(|standing| standing.parts.get_mut(&instrument)) {
            if !part.is_behind() {
                continue;
            }
            add(&mut count.told, &part.told, -1);
            add(&mut count.told, &part.now, 1);
            if part.is_fresh() {
                part.ever.push(part.now.clone());
            }
            part.told = part.now.clone();
        }
        count.fresh = 0;
    }
}

/// A slice: the sum of what was told of its cells, by instrument. Costs are told of requirements alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Which slice.
    pub place: Place,
    /// What was told.
    pub told: BTreeMap<Instrument, Histogram>,
}

impl Slice {
    /// Adds what was told of a cell, `times` over.
    pub fn add(&mut self, told: &BTreeMap<Instrument, Histogram>, times: i64) {
        for (instrument, histogram) in told.iter().filter(|(instrument, _)| **instrument != Instrument::Costs)
        {
            let own = self.told.entry(*instrument).or_default();
            add_all(own, histogram, times);
            if own.is_empty() {
                self.told.remove(instrument);
            }
        }
    }
}
