//! The documents of which the registry is made, and those that the gateway brings along.

use serde_json::Value;

use crate::ids::ApplicationId;

/// What a document of the registry holds.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::Display,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum RegistryKind {
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
    /// The rates of the cost calculator; there is one, `cost`.
    Cost,
    /// The rules of assessment; there is one, `assessment`.
    Assessment,
    /// The model of risk; there is one, `risk`.
    Risk,
    /// How facts are called and asked for; there is one, `facts`.
    Facts,
    /// The rules of self-checks; there is one, `self_check`.
    SelfCheck,
}

/// One version of a document of the registry.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistryDocument {
    /// What it holds.
    pub kind: RegistryKind,
    /// Its code; unique within the kind.
    pub code: String,
    /// Counts its versions from 1.
    pub version: i64,
    /// The edition of the registry that brought this version.
    pub edition: i64,
    /// The authority's application that brought it; None where it came with the program.
    pub brought_by: Option<ApplicationId>,
    /// The content.
    pub body: Value,
}
