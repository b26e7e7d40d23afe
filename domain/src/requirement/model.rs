//! The documents of the registry: acts, requirements and the algorithms that fulfil them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use crate::{catalogue::Confidence, ids::AuthorityId, text::Text};

/// The kind of an act («вид устанавливающего документа», 4.7.2.1/5).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ActKind {
    /// Federal law.
    FederalLaw,
    /// Code.
    Code,
    /// Decree of the President.
    Decree,
    /// Resolution of a government.
    GovernmentResolution,
    /// Order of a ministry or a service.
    MinistryOrder,
    /// Sanitary rules.
    SanitaryRules,
    /// Law of a subject of the Federation.
    RegionalLaw,
    /// Municipal act.
    MunicipalAct,
    /// Regulation of the Eurasian Economic Union.
    UnionRegulation,
    /// Another kind.
    Other,
}

/// The level of an act (4.7.2.1/4).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Level {
    /// Of the Federation, or of the Union it belongs to.
    Federal,
    /// Of a subject of the Federation.
    Regional,
    /// Of a municipality.
    Municipal,
}

/// A normative legal act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = NormativeAct))]
pub struct Act {
    /// Stable code, made of number and date: two laws of different years may bear one number.
    #[cfg_attr(feature = "schema", schema(example = "54-fz-2003"))]
    pub code: String,
    /// Its kind.
    pub kind: ActKind,
    /// Its level.
    pub level: Level,
    /// Its number.
    #[cfg_attr(feature = "schema", schema(example = "54-ФЗ"))]
    pub number: String,
    /// Its date.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2003-05-22"))]
    pub date: Date,
    /// Its name.
    pub title: Text,
    /// The body that develops its requirements («разработчик»).
    pub developer: AuthorityId,
    /// The day on which the facts were checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub as_of: Date,
}

/// Whether a requirement asks for information or for a state of things.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RequirementKind {
    /// To report, notify or submit.
    Informational,
    /// To keep things or conduct as the act demands.
    Substantive,
}

/// Where a requirement stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RequirementStatus {
    /// Being drafted; binds nobody.
    Draft,
    /// In force between its days.
    InForce,
    /// No longer in force.
    Repealed,
}

/// Harm to protected values if the requirement is broken; also a category of risk (ЕРКНМ 6 to 1).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RiskCategory {
    /// Низкий.
    Low,
    /// Умеренный.
    Moderate,
    /// Средний.
    Medium,
    /// Значительный.
    Significant,
    /// Высокий.
    High,
    /// Чрезвычайно высокий.
    Extreme,
}

/// A mandatory requirement («обязательное требование»).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Stable code.
    pub code: String,
    /// Name.
    pub title: Text,
    /// What must be done, in plain words.
    pub text: Text,
    /// What it asks for.
    pub kind: RequirementKind,
    /// Where it stands.
    pub status: RequirementStatus,
    /// The first day it binds.
    pub valid_from: Date,
    /// The last day it binds; None without end.
    pub valid_until: Option<Date>,
    /// The act that sets it, by code.
    pub act: String,
    /// The provision of the act.
    pub provision: String,
    /// Who supervises it.
    pub supervisors: Vec<AuthorityId>,
    /// The life situations it belongs to, by code.
    pub life_situations: Vec<String>,
    /// Key words.
    pub keywords: Vec<String>,
    /// To whom it applies.
    pub applies_when: Condition,
    /// What proves that it is met.
    pub evidence: Vec<EvidenceSpec>,
    /// What must be submitted by when.
    pub duties: Vec<Duty>,
    /// How often it must be met, in words.
    pub periodicity: Text,
    /// What threatens whoever breaks it.
    pub sanction: Text,
    /// The harm that breaking it does.
    pub severity: RiskCategory,
    /// How sure the facts are.
    pub confidence: Confidence,
    /// What is doubtful.
    pub note: Option<String>,
    /// The day on which the facts were checked.
    pub as_of: Date,
}

impl Requirement {
    /// Whether it binds anybody on `day`.
    pub fn is_in_force(&self, day: Date) -> bool {
        let not_over = self.valid_until.is_none_or(|last| day <= last);
        self.status == RequirementStatus::InForce && self.valid_from <= day && not_over
    }
}

/// A piece of evidence that a requirement is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EvidenceSpec {
    /// Its code within the requirement.
    pub code: String,
    /// Name.
    pub title: Text,
    /// The state resource that holds it, by code; None where only the business can show it.
    pub resource: Option<String>,
    /// How many days it stays fresh; None for ever.
    pub valid_days: Option<u32>,
    /// Working days needed to obtain it.
    pub lead_days: u32,
}

/// Something that must be submitted by a day («обязанность представить сведения»).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Duty {
    /// Its code within the requirement.
    pub code: String,
    /// Name.
    pub title: Text,
    /// To whom.
    pub to: AuthorityId,
    /// For whom, among those to whom the requirement applies; None for all.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>))]
    pub when: Option<Condition>,
    /// By when.
    pub schedule: Schedule,
}

/// When a duty falls due. A term that ends on a day off moves to the next working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Schedule {
    /// Again and again.
    Every(Every),
    /// Once, so many days after something.
    After(After),
}

/// A recurring term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Every {
    /// Each year on this day.
    Year {
        /// 1 to 12.
        month: i8,
        /// Day of the month.
        day: i8,
    },
    /// In this month after each quarter's end.
    Quarter {
        /// 1 for the month right after the quarter.
        month_of_quarter: i8,
        /// Day of the month.
        day: i8,
    },
    /// Each month.
    Month {
        /// Day of the month.
        day: i8,
    },
    /// Twice a month.
    HalfMonth {
        /// The two days.
        days: [i8; 2],
    },
}

/// A term that an event starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct After {
    /// What starts it: a fact of the profile that is a date, or `change`.
    pub after: String,
    /// Calendar days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar_days: Option<u32>,
    /// Working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_days: Option<u32>,
}

/// Steps that, carried out, fulfil a requirement or several (4.8.1.6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Algorithm {
    /// Stable code.
    pub code: String,
    /// Name.
    pub title: Text,
    /// What it fulfils, by code.
    pub requirements: Vec<String>,
    /// For whom it is made; None for all.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>))]
    pub when: Option<Condition>,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What to do, in order.
    pub steps: Vec<AlgorithmStep>,
}

/// A step of an algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AlgorithmStep {
    /// Its code within the algorithm.
    pub id: String,
    /// What to do.
    pub title: Text,
    /// What shows that it was done.
    pub proof: Proof,
    /// How long it takes, in minutes.
    pub minutes: u32,
}

/// What shows that a step was done.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Proof {
    /// The business's word.
    None,
    /// A value, such as a number or a date.
    Value,
    /// The digest of a document that the business keeps.
    Document,
    /// An attachment.
    Attachment,
}
