//! What authorities bring into the registry, on the wire.

use domain::{
    error::Violation,
    requirement::{document::RegistryKind, upsert::RowOutcome},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

/// The kinds of document that authorities write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// A normative legal act.
    Act,
    /// A requirement.
    Requirement,
    /// An algorithm.
    Algorithm,
    /// A checklist.
    Checklist,
    /// A check pack.
    CheckPack,
    /// A supervisor's digest of its practice, or an explanation.
    Practice,
}

impl From<RowKind> for RegistryKind {
    fn from(kind: RowKind) -> Self {
        match kind {
            RowKind::Act => Self::Act,
            RowKind::Requirement => Self::Requirement,
            RowKind::Algorithm => Self::Algorithm,
            RowKind::Checklist => Self::Checklist,
            RowKind::CheckPack => Self::CheckPack,
            RowKind::Practice => Self::Practice,
        }
    }
}

/// One line of a call: a document of the registry.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRow {
    /// What it holds.
    pub kind: RowKind,
    /// Its code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub code: String,
    /// The whole document, as reading it shows it; a new version replaces the old one whole.
    pub document: Map<String, Value>,
}

/// What became of every row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RegistryReport {
    /// The edition of the registry in which the rows are in force.
    #[schema(example = 8)]
    pub edition: i64,
    /// Rows that the registry did not have.
    pub created: u32,
    /// Rows that are new versions.
    pub updated: u32,
    /// Rows that the registry has just so.
    pub unchanged: u32,
    /// Rows that did not come in.
    pub refused: u32,
    /// One for each line that is not blank, in order.
    pub rows: Vec<RowResult>,
}

impl RegistryReport {
    /// Counts the results.
    pub fn new(edition: i64, rows: Vec<RowResult>) -> Self {
        let count = |outcome| {
            u32::try_from(rows.iter().filter(|row| row.outcome == outcome).count()).unwrap_or(u32::MAX)
        };
        Self {
            edition,
            created: count(RowOutcome::Created),
            updated: count(RowOutcome::Updated),
            unchanged: count(RowOutcome::Unchanged),
            refused: count(RowOutcome::Refused),
            rows,
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowResult {
    /// The number of its line, from 1.
    #[schema(example = 1)]
    pub line: u32,
    /// Its kind; null where the line cannot be read.
    pub kind: Option<RowKind>,
    /// Its code; null where the line cannot be read.
    pub code: Option<String>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The version in which the registry has it; null where it was refused.
    pub version: Option<i64>,
    /// Why it was refused; pointers are into the line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// What is odd about it and should be looked at; it came in none the less.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Violation>,
}
