//! What leads a business to a service: life situations, segments, questions and answers, authorities; and form blocks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{Confidence, Hint};
use crate::{ids::AuthorityId, requirement::condition::Condition, text::Text};

/// A life situation («жизненная ситуация») with its scenario (4.5.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LifeSituation {
    /// Stable kebab-case code.
    #[cfg_attr(feature = "schema", schema(example = "open-cafe"))]
    pub code: String,
    /// Code of the sphere of business.
    pub sphere: String,
    /// Name.
    pub title: Text,
    /// What it covers.
    pub summary: Text,
    /// Codes of the segments it concerns.
    pub segments: Vec<String>,
    /// Whose it can be, by the facts of the profile.
    #[serde(default = "for_everybody")]
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub applies_when: Condition,
    /// The steps in their order.
    pub scenario: Vec<ScenarioStep>,
    /// The day on which the facts were checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub as_of: Date,
    /// How sure the facts are.
    pub confidence: Confidence,
}

fn for_everybody() -> Condition {
    Condition::Always(true)
}

/// A step of a life situation's scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ScenarioStep {
    /// Counts from 1.
    pub step: u32,
    /// What is done.
    pub title: Text,
    /// Codes of the services that do it.
    pub services: Vec<String>,
}

/// A segment of business and the needs typical of it (4.6.3.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Segment {
    /// Stable kebab-case code.
    #[cfg_attr(feature = "schema", schema(example = "micro-company"))]
    pub code: String,
    /// Name.
    pub title: Text,
    /// CEL over the profile: who belongs to the segment.
    pub profile: String,
    /// What such businesses usually need.
    pub typical_needs: Vec<Text>,
    /// The day on which the facts were checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub as_of: Date,
    /// How sure the facts are.
    pub confidence: Confidence,
}

/// A frequent question with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Faq {
    /// Stable kebab-case code.
    pub code: String,
    /// The question.
    pub question: Text,
    /// The answer.
    pub answer: Text,
    /// Codes of the life situations it belongs to.
    pub life_situations: Vec<String>,
    /// Codes of the services it is about.
    pub services: Vec<String>,
    /// Words by which it is searched.
    pub keywords: Vec<String>,
    /// The day on which the facts were checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub as_of: Date,
    /// How sure the facts are.
    pub confidence: Confidence,
}

/// An authority or authorised organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AuthorityEntry {
    /// Its id.
    pub id: AuthorityId,
    /// Full name.
    pub title: Text,
    /// Short name.
    pub short: Text,
    /// Code of the region it serves; None for a federal one.
    pub region: Option<String>,
    /// The day on which the facts were checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub as_of: Date,
    /// How sure the facts are.
    pub confidence: Confidence,
}

/// Which edition of the catalogue this is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// Year, month and number of the edition.
    pub version: String,
    /// The day on which its facts were checked.
    #[serde(rename = "as_of")]
    pub _as_of: Date,
}

/// A part of a form that many services share.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    /// Its JSON Schema.
    pub schema: Value,
    /// Hints by pointers that begin inside the block.
    pub hints: BTreeMap<String, Hint>,
}
