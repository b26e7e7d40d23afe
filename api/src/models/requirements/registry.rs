//! The registry of requirements on the wire.

use std::collections::BTreeMap;

use domain::{
    catalogue::Confidence,
    ids::AuthorityId,
    requirement::{
        document::RegistryDocument,
        fact::{Fact, FactKind, FactSheet},
        history::Dated,
        model::{
            Act, ActKind, Algorithm, Duty, EvidenceSpec, Level, Requirement, RequirementKind,
            RequirementStatus, RiskCategory,
        },
        registry::{Entry, Registry},
    },
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A requirement in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementSummary {
    /// Stable code.
    #[schema(example = "OT-028")]
    pub code: String,
    /// Counts the versions of the requirement from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// Name.
    pub title: Text,
    /// What it asks for.
    pub kind: RequirementKind,
    /// Where it stands.
    pub status: RequirementStatus,
    /// Whether it binds on the day of the answer, in Moscow.
    #[schema(example = true)]
    pub is_in_force: bool,
    /// The act that sets it, by code.
    #[schema(example = "54-fz-2003")]
    pub act: String,
    /// The provision of the act.
    #[schema(example = "ст. 1.2")]
    pub provision: String,
    /// Who supervises it.
    pub supervisors: Vec<AuthorityId>,
    /// The life situations it belongs to, by code.
    pub life_situations: Vec<String>,
    /// The harm that breaking it does.
    pub severity: RiskCategory,
    /// How well it fits a search, comparable within one answer only; null where nothing was searched for.
    pub score: Option<f32>,
}

impl RequirementSummary {
    /// A requirement as it stands `today`.
    pub fn new(entry: &Entry, score: Option<f32>, today: Date) -> Self {
        let requirement = entry.requirement.clone();
        let is_in_force = requirement.is_in_force(today);
        let Requirement { code, title, kind, status, act, provision, supervisors, .. } = requirement;
        let Requirement { life_situations, severity, .. } = entry.requirement.clone();
        Self {
            code,
            version: entry.version,
            title,
            kind,
            status,
            is_in_force,
            act,
            provision,
            supervisors,
            life_situations,
            severity,
            score,
        }
    }
}

/// A requirement with its act and the algorithms that fulfil it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementView {
    /// What the list tells too.
    #[serde(flatten)]
    pub summary: RequirementSummary,
    /// The edition of the registry that brought this version.
    #[schema(example = 1)]
    pub edition: i64,
    /// What must be done, in plain words.
    pub text: Text,
    /// The first day it binds.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The last day it binds; null without end.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// The act that sets it, whole.
    pub set_by: Option<ActView>,
    /// Key words.
    pub keywords: Vec<String>,
    /// To whom it applies: a tree of `all`, `any`, `not`, `always` and tests of facts.
    #[schema(value_type = Object)]
    pub applies_when: Value,
    /// What proves that it is met.
    pub evidence: Vec<EvidenceSpec>,
    /// What must be submitted by when.
    pub duties: Vec<Duty>,
    /// How often it must be met.
    pub periodicity: Text,
    /// What threatens whoever breaks it.
    pub sanction: Text,
    /// How sure the facts are.
    pub confidence: Confidence,
    /// What is doubtful.
    pub note: Option<String>,
    /// The day on which the facts were checked.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// What to do to comply, at least one for everybody.
    pub algorithms: Vec<Algorithm>,
}

impl RequirementView {
    /// A requirement as it stands `today`.
    pub fn new(registry: &Registry, entry: &Entry, today: Date) -> Self {
        let Entry { requirement, version: _, edition } = entry;
        let set_by = registry.act(&requirement.act).map(|act| ActView::new(act, None));
        let Requirement { text, valid_from, valid_until, keywords, applies_when, evidence, duties, .. } =
            requirement.clone();
        let Requirement { periodicity, sanction, confidence, note, as_of, .. } = requirement.clone();
        Self {
            summary: RequirementSummary::new(entry, None, today),
            edition: *edition,
            text,
            valid_from,
            valid_until,
            set_by,
            keywords,
            applies_when: applies_when.into(),
            evidence,
            duties,
            periodicity,
            sanction,
            confidence,
            note,
            as_of,
            algorithms: algorithms(registry, &requirement.code),
        }
    }
}

fn algorithms(registry: &Registry, code: &str) -> Vec<Algorithm> {
    registry.algorithms_for(code).iter().map(|algorithm| algorithm.as_ref().clone()).collect()
}

/// The algorithms that fulfil a requirement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlgorithmList {
    /// In the order of codes.
    pub items: Vec<Algorithm>,
}

impl AlgorithmList {
    /// Those of one requirement.
    pub fn of(registry: &Registry, code: &str) -> Self {
        Self { items: algorithms(registry, code) }
    }
}

/// One version of a document of the registry.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementVersion {
    /// Counts the versions of the requirement from 1.
    #[schema(example = 2)]
    pub version: i64,
    /// The edition of the registry that brought it.
    #[schema(example = 7)]
    pub edition: i64,
    /// When it came.
    pub at: Timestamp,
    /// The authority that brought it; null where it came with the gateway.
    pub brought_by: Option<AuthorityId>,
    /// The document as it was in this version.
    #[schema(value_type = Object)]
    pub document: Value,
}

impl From<Dated> for RequirementVersion {
    fn from(dated: Dated) -> Self {
        let Dated { document, at, authority } = dated;
        let RegistryDocument { kind: _, code: _, version, edition, brought_by: _, body } = document;
        Self { version, edition, at, brought_by: authority, document: body }
    }
}

/// A normative legal act.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActView {
    /// Stable code, made of number and date: two laws of different years may bear one number.
    #[schema(example = "54-fz-2003")]
    pub code: String,
    /// Its kind.
    pub kind: ActKind,
    /// Its level.
    pub level: Level,
    /// Its number.
    #[schema(example = "54-ФЗ")]
    pub number: String,
    /// Its date.
    #[schema(value_type = String, format = Date, example = "2003-05-22")]
    pub date: Date,
    /// Its name.
    pub title: Text,
    /// The body that develops its requirements.
    pub developer: AuthorityId,
    /// The day on which the facts were checked.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// How well it fits a search, comparable within one answer only; null where nothing was searched for.
    pub score: Option<f32>,
}

impl ActView {
    /// An act, and how well it fits where it was searched for.
    pub fn new(act: &Act, score: Option<f32>) -> Self {
        let Act { code, kind, level, number, date, title, developer, as_of } = act.clone();
        Self { code, kind, level, number, date, title, developer, as_of, score }
    }
}

/// Every fact on which requirements rest.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactList {
    /// In the order of names.
    pub items: Vec<FactView>,
}

/// A fact on which requirements rest.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactView {
    /// Its name in conditions and in the profile; `activities` are `okved_main` and `okved_additional` together.
    #[schema(example = "employees")]
    pub name: String,
    /// What it is.
    pub kind: FactKind,
    /// Its title.
    pub title: Text,
    /// The question that asks for it.
    pub question: Text,
    /// How long an answer takes, in seconds.
    #[schema(example = 10)]
    pub seconds: u32,
    /// Its values by code, where they form a closed list.
    pub values: BTreeMap<String, Text>,
}

impl From<&FactSheet> for FactList {
    fn from(sheet: &FactSheet) -> Self {
        let view = |(name, fact): (&String, &Fact)| {
            let Fact { kind, title, question, seconds, values } = fact.clone();
            FactView { name: name.clone(), kind, title, question, seconds, values }
        };
        Self { items: sheet.iter().map(view).collect() }
    }
}
