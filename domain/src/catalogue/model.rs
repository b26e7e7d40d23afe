//! A service as its document in the catalogue describes it: the passport, the form, the rules and the papers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{ids::AuthorityId, text::Text};

/// One file of `data/catalogue/services`: everything the gateway knows of a service or support measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServiceDocument {
    /// Stable kebab-case code.
    #[cfg_attr(feature = "schema", schema(example = "cash-register-registration"))]
    pub code: String,
    /// Counts the versions of form and rules from 1.
    pub version: i64,
    /// What it is.
    pub kind: ServiceKind,
    /// How settled its form is.
    pub stage: Stage,
    /// Name.
    pub title: Text,
    /// What it is for, in a sentence or two.
    pub summary: Text,
    /// The authority that decides.
    pub authority_id: AuthorityId,
    /// The acts that found it.
    pub legal_basis: Vec<LegalBasis>,
    /// Codes of the life situations it belongs to.
    pub life_situations: Vec<String>,
    /// Codes of the segments of business that need it.
    pub segments: Vec<String>,
    /// Who may ask for it.
    pub audience: Vec<Audience>,
    /// How soon the authority owes its decision.
    pub term: Term,
    /// What it costs.
    pub fee: Fee,
    /// What the business gets.
    pub result: Text,
    /// Words by which it is searched, Russian and English.
    pub keywords: Vec<String>,
    /// Minutes that filling the form takes.
    pub fill_minutes: u32,
    /// The day on which the facts were checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub as_of: Date,
    /// How sure the facts are.
    pub confidence: Confidence,
    /// Where the facts come from.
    pub source: String,
    /// JSON Schema 2020-12 of the form, as written: blocks are referred to and not yet included.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub form: Value,
    /// Hints by the JSON Pointer of a field; `-` stands for any item of a list.
    pub hints: BTreeMap<String, Hint>,
    /// Complete forms that pass.
    pub examples: Vec<Example>,
    /// What must hold besides the schema.
    pub rules: Vec<Rule>,
    /// Papers that travel with the form.
    pub documents: Vec<DocumentSpec>,
}

/// What a row of the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ServiceKind {
    /// A state service («государственная услуга»).
    Service,
    /// A support measure («мера поддержки»).
    SupportMeasure,
    /// An electronic service without a decision («электронный сервис»).
    EService,
}

/// How settled a service's form and rules are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Stage {
    /// May change without notice.
    Alpha,
    /// Changes are announced.
    Beta,
    /// Changes only by a new version.
    Stable,
    /// Takes no new submissions.
    Retired,
}

/// Who may ask for a service; the values are those of the profile's `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Audience {
    /// Legal entity («юридическое лицо»).
    LegalEntity,
    /// Sole trader («индивидуальный предприниматель»).
    SoleTrader,
    /// Payer of the tax on professional income («самозанятый»).
    SelfEmployed,
    /// Peasant farm («крестьянское (фермерское) хозяйство»).
    Farm,
    /// Association without legal personality.
    Association,
    /// Foreign person.
    ForeignPerson,
}

/// How sure a fact of the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Confidence {
    /// Read in the act itself or in the authority's own description.
    High,
    /// Known, but the details may have changed since.
    Medium,
}

/// How soon the authority owes its decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Term {
    /// Working days after lodging.
    pub working_days: u32,
}

/// What a service costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Fee {
    /// Decimal amount with two digits after the point.
    #[cfg_attr(feature = "schema", schema(example = "0.00"))]
    pub amount: String,
    /// ISO 4217.
    #[cfg_attr(feature = "schema", schema(example = "RUB"))]
    pub currency: String,
    /// What the amount depends on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// An act and the place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LegalBasis {
    /// The act with its date and number, in Russian as published.
    pub act: String,
    /// Articles, parts and points.
    pub provision: String,
    /// What the place is about.
    pub title: Text,
}

/// What a field of a form is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hint {
    /// What to enter.
    pub hint: Text,
    /// What follows when an optional field stays empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_empty: Option<Text>,
    /// JSON Pointer to the fact of the business's profile that fills the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<String>,
}

/// A complete form that passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Example {
    /// What the case is.
    pub title: Text,
    /// The form.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub form: Map<String, Value>,
}

/// What must hold besides the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rule {
    /// Stable kebab-case code within the service.
    pub code: String,
    /// What the rule is about.
    pub kind: RuleKind,
    /// CEL: the rule is asked only where this is true. Absent means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// CEL that must be true.
    pub require: String,
    /// JSON Pointer to the field to look at.
    pub pointer: String,
    /// What is wrong when it is not met.
    pub message: Text,
    /// How to reach a positive result.
    pub fix: Text,
    /// The provision it follows from, in Russian.
    pub legal_basis: String,
    /// What the authority would do.
    pub unmet: Unmet,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RuleKind {
    /// The right to the service.
    Eligibility,
    /// The form's data against itself or against the state's records.
    Consistency,
}

/// What the authority does with a submission that does not meet a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Unmet {
    /// It refuses.
    Refused,
    /// It gives it back to be mended.
    Returned,
}

/// A paper that travels with the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DocumentSpec {
    /// Stable kebab-case code within the service.
    pub code: String,
    /// Name.
    pub title: Text,
    /// Whether the submission is incomplete without it, where `when` holds.
    pub required: bool,
    /// CEL: the paper is asked for only where this is true. Absent means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Media types that are accepted.
    pub content_types: Vec<String>,
}
