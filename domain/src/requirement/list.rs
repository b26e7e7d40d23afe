//! The personal list («персональный исчерпывающий перечень», 4.7.1): what a business must comply with, and why.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    condition::Facts,
    registry::{Entry, Registry},
};
use crate::{ids::BusinessId, time::Timestamp};

/// Whether a requirement of the list applies for certain.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// It applies.
    Applies,
    /// A fact is missing; the business is asked for it.
    NeedsAnswer,
}

/// A requirement on a personal list. Why it stands there follows from the requirement and the profile, so it is told
/// when the list is read ([`super::condition::Condition::reasons`]) and not kept with each list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The requirement, by code.
    pub code: String,
    /// The version of the requirement that was judged.
    pub version: i64,
    /// Whether it applies for certain.
    pub verdict: Verdict,
    /// Since when it stands on the list with this verdict.
    pub since: Timestamp,
}

/// The list of one business as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalList {
    /// Whose list.
    pub business: BusinessId,
    /// Counts its changes from 1.
    pub version: i64,
    /// The version of the profile it was drawn from.
    pub profile_version: i64,
    /// The edition of the registry it was drawn from; 0 where something says that it must be drawn anew.
    pub edition: i64,
    /// The day it was drawn for, in Moscow.
    pub day: Date,
    /// Its rows in the order of codes.
    pub rows: Vec<Row>,
    /// When it last changed.
    pub changed_at: Timestamp,
}

impl PersonalList {
    /// The list of a business for which none was drawn yet.
    pub fn undrawn(business: BusinessId, now: Timestamp) -> Self {
        let (version, profile_version, edition, rows) = (0, 0, 0, Vec::new());
        Self { business, version, profile_version, edition, day: now.moscow_date(), rows, changed_at: now }
    }

    /// The row of a requirement.
    pub fn row(&self, code: &str) -> Option<&Row> {
        let place = self.rows.binary_search_by(|row| row.code.as_str().cmp(code));
        place.ok().map(|place| &self.rows[place])
    }
}

/// Why a list changed. Where several came together, the first of these.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Cause {
    /// It was drawn for the first time.
    First,
    /// The profile changed.
    Profile,
    /// The registry changed.
    Registry,
    /// A term began or ended.
    Date,
}

/// One change of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListChange {
    /// Whose list.
    pub business: BusinessId,
    /// The version of the list that it made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
    /// What it changed.
    pub difference: Difference,
}

/// How two lists differ, by codes in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Difference {
    /// On the new list alone.
    pub added: Vec<String>,
    /// On the old list alone.
    pub removed: Vec<String>,
    /// On both, with another verdict or another version of the requirement.
    pub changed: Vec<String>,
}

impl Difference {
    /// Whether the lists are the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// How `new` differs from `old`; both are in the order of codes.
    pub fn between(old: &[Row], new: &[Row]) -> Self {
        let mut difference = Self::default();
        let mut before = old.iter().peekable();
        for row in new {
            while let Some(gone) = before.next_if(|known| known.code < row.code) {
                difference.removed.push(gone.code.clone());
            }
            match before.next_if(|known| known.code == row.code) {
                None => difference.added.push(row.code.clone()),
                Some(known) if known.verdict != row.verdict || known.version != row.version => {
                    difference.changed.push(row.code.clone());
                }
                Some(_) => {}
            }
        }
        difference.removed.extend(before.map(|gone| gone.code.clone()));
        difference
    }
}

/// Draws the list for a profile on `day`. Rows that stood on `old` with the same verdict keep their `since`.
pub fn draw(registry: &Registry, facts: Facts<'_>, day: Date, old: &[Row], now: Timestamp) -> Vec<Row> {
    // Both are in the order of codes, so what stood before is found by walking along.
    let mut before = old.iter().peekable();
    let judged = registry.concerning(facts).filter_map(|entry| {
        let code = &entry.requirement.code;
        while before.next_if(|row| row.code < *code).is_some() {}
        judge(entry, facts, day, before.peek().copied(), now)
    });
    judged.collect()
}

/// The list for the same profile where nothing but `changed` came into the registry, in the order of codes, and no day
/// passed on which a requirement begins to bind or ceases to: what [`draw`] would draw, without asking the others again.
pub fn amend(changed: &[&Arc<Entry>], facts: Facts<'_>, day: Date, old: &[Row], now: Timestamp) -> Vec<Row> {
    let mut rows = Vec::with_capacity(old.len() + changed.len());
    let mut before = old.iter().peekable();
    for entry in changed {
        let code = &entry.requirement.code;
        rows.extend(std::iter::from_fn(|| before.next_if(|row| row.code < *code)).cloned());
        rows.extend(judge(entry, facts, day, before.next_if(|row| row.code == *code), now));
    }
    rows.extend(before.cloned());
    rows
}

/// The row of one requirement, if it stands on the list; `known` is a row that may have stood in its place.
fn judge(entry: &Entry, facts: Facts<'_>, day: Date, known: Option<&Row>, now: Timestamp) -> Option<Row> {
    let verdict = entry.verdict(facts, day)?;
    let code = &entry.requirement.code;
    let known = known.filter(|row| row.code == *code && row.verdict == verdict);
    Some(Row {
        code: code.clone(),
        version: entry.version,
        verdict,
        since: known.map_or(now, |row| row.since),
    })
}
