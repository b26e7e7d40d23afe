//! The catalogue on the wire.

use std::collections::BTreeMap;

use domain::{
    catalogue::{
        Audience, Confidence, Dictionary, DictionaryItem, DocumentSpec, Example, Faq, Fee, Hint, HitKind,
        LegalBasis, LifeSituation, Offer, Rule, SearchOutcome, Segment, Service, ServiceDocument,
        ServiceKind, Stage, Term, UnmetRule,
    },
    ids::AuthorityId,
    text::Text,
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A service or support measure in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceSummary {
    /// Its code.
    #[schema(example = "tax-balance-certificate")]
    pub code: String,
    /// Counts its published versions from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// What it is.
    pub kind: ServiceKind,
    /// How mature it is.
    pub stage: Stage,
    /// Its name.
    pub title: Text,
    /// What it does, in a sentence or two.
    pub summary: Text,
    /// Who provides it.
    pub authority_id: AuthorityId,
    /// The life situations it belongs to, by code.
    pub life_situations: Vec<String>,
    /// The segments it is meant for, by code.
    pub segments: Vec<String>,
    /// The kinds of business it is open to.
    pub audience: Vec<Audience>,
    /// How long filling takes with prefill, in minutes.
    #[schema(example = 4)]
    pub fill_minutes: u32,
}

impl From<&Service> for ServiceSummary {
    fn from(service: &Service) -> Self {
        let document = &service.document;
        Self {
            code: document.code.clone(),
            version: document.version,
            kind: document.kind,
            stage: document.stage,
            title: document.title.clone(),
            summary: document.summary.clone(),
            authority_id: document.authority_id.clone(),
            life_situations: document.life_situations.clone(),
            segments: document.segments.clone(),
            audience: document.audience.clone(),
            fill_minutes: document.fill_minutes,
        }
    }
}

/// A service or support measure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceView {
    /// What the list tells too.
    #[serde(flatten)]
    pub summary: ServiceSummary,
    /// The acts it rests on.
    pub legal_basis: Vec<LegalBasis>,
    /// How long the authority has.
    pub term: Term,
    /// What it costs the business.
    pub fee: Fee,
    /// What the business gets.
    pub result: Text,
    /// The rules that preflight and lodging judge by.
    pub rules: Vec<Rule>,
    /// The documents that may or must be attached.
    pub documents: Vec<DocumentSpec>,
    /// The day as of which all this was checked.
    #[schema(value_type = String, format = Date)]
    pub as_of: jiff::civil::Date,
    /// How sure the source is.
    pub confidence: Confidence,
}

impl From<&Service> for ServiceView {
    fn from(service: &Service) -> Self {
        let summary = ServiceSummary::from(service);
        let ServiceDocument { legal_basis, term, fee, result, rules, documents, as_of, confidence, .. } =
            service.document.clone();
        Self { summary, legal_basis, term, fee, result, rules, documents, as_of, confidence }
    }
}

/// The form of a service.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormView {
    /// The service, by code.
    #[schema(example = "tax-balance-certificate")]
    pub service: String,
    /// The form's version.
    #[schema(example = 1)]
    pub version: i64,
    /// JSON Schema 2020-12. `format` may be one of ours (`inn`, `ogrn`, `bik`, …), checked with check digits;
    /// `x-dictionary` names a dictionary whose codes are taken.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// What to know about each field, by JSON Pointer into the form (`-` for any item of a list).
    pub hints: BTreeMap<String, Hint>,
    /// Complete forms that are accepted.
    pub examples: Vec<Example>,
    /// How long filling takes with prefill, in minutes.
    #[schema(example = 4)]
    pub fill_minutes: u32,
}

impl From<&Service> for FormView {
    fn from(service: &Service) -> Self {
        Self {
            service: service.document.code.clone(),
            version: service.document.version,
            schema: service.schema.clone(),
            hints: service.hints.clone(),
            examples: service.document.examples.clone(),
            fill_minutes: service.document.fill_minutes,
        }
    }
}

/// Services found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceList {
    /// In the order of codes.
    pub items: Vec<ServiceSummary>,
}

/// Every life situation.
#[derive(Debug, Serialize, ToSchema)]
pub struct LifeSituationList {
    /// In the catalogue's order.
    pub items: Vec<LifeSituation>,
}

/// Every segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentList {
    /// In the catalogue's order.
    pub items: Vec<Segment>,
}

/// Questions and answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaqList {
    /// In the catalogue's order.
    pub items: Vec<Faq>,
}

/// Part of a dictionary.
#[derive(Debug, Serialize, ToSchema)]
pub struct DictionaryView {
    /// Its name.
    #[schema(example = "okved2")]
    pub name: String,
    /// What it lists.
    pub title: Text,
    /// Where it comes from.
    pub source: Text,
    /// The day as of which it was taken.
    #[schema(value_type = String, format = Date)]
    pub as_of: jiff::civil::Date,
    /// Whether it holds the whole official list, or the part that the forms need.
    pub complete: bool,
    /// The rows found, in the order of codes.
    pub items: Vec<DictionaryItem>,
}

impl DictionaryView {
    /// The rows that were found in a dictionary.
    pub fn new(dictionary: &Dictionary, items: Vec<DictionaryItem>) -> Self {
        Self {
            name: dictionary.name.clone(),
            title: dictionary.title.clone(),
            source: dictionary.source.clone(),
            as_of: dictionary.as_of,
            complete: dictionary.complete,
            items,
        }
    }
}

/// What a free text may have meant (4.6.5.5).
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchView {
    /// The match to confirm, where one is clearly ahead.
    pub best: Option<HitView>,
    /// Else the likeliest, at most three.
    pub candidates: Vec<HitView>,
}

/// Something found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitView {
    /// What it is.
    pub kind: HitKind,
    /// Its code.
    #[schema(example = "cash-register-registration")]
    pub code: String,
    /// Its title, or the question.
    pub title: Text,
    /// How well it fits; comparable within one answer only.
    #[schema(example = 7.2)]
    pub score: f64,
}

impl From<SearchOutcome> for SearchView {
    fn from(outcome: SearchOutcome) -> Self {
        let view = |hit: domain::catalogue::Hit| {
            let domain::catalogue::Hit { kind, code, title, score } = hit;
            HitView { kind, code, title, score }
        };
        Self { best: outcome.best.map(view), candidates: outcome.candidates.into_iter().map(view).collect() }
    }
}

/// What the check digits say of a taxpayer number.
#[derive(Debug, Serialize, ToSchema)]
pub struct InnCheck {
    /// The number as given.
    #[schema(example = "9600989390")]
    pub inn: String,
    /// Whether its length and check digits are right. Whether it is registered is not known from them.
    pub valid: bool,
    /// `legal_entity` for 10 digits, `person` for 12; absent where it is not valid.
    #[schema(example = "legal_entity")]
    pub kind: Option<&'static str>,
    /// Why it is not valid.
    pub reason: Option<Text>,
}

/// Services for a business, the likeliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferList {
    /// One for each service that takes submissions.
    pub items: Vec<OfferView>,
}

/// A service as it stands for one business.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferView {
    /// The service, by code.
    #[schema(example = "microloan")]
    pub service: String,
    /// Whether the profile meets every condition that it can tell of.
    pub available: bool,
    /// Conditions that are not met, and how to meet them.
    pub conditions: Vec<ConditionView>,
    /// Facts of the profile that its conditions ask for and that are not known: until they are, nothing is certain.
    #[schema(example = json!(["tax_debt"]))]
    pub questions: Vec<String>,
    /// Why the service stands where it stands.
    pub reasons: Vec<Text>,
}

/// A condition that is not met yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionView {
    /// The rule's code.
    #[schema(example = "no-tax-debt")]
    pub code: String,
    /// What is not met.
    pub message: Text,
    /// How to meet it.
    pub fix: Text,
    /// The act and article it rests on.
    #[schema(example = "209-ФЗ, ст. 14")]
    pub legal_basis: String,
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        let Offer { service, available, unmet, questions, reasons } = offer;
        let condition = |rule: UnmetRule| {
            let UnmetRule { code, kind: _, pointer: _, message, fix, legal_basis, unmet: _ } = rule;
            ConditionView { code, message, fix, legal_basis }
        };
        let conditions = unmet.into_iter().map(condition).collect();
        Self { service, available, conditions, questions, reasons }
    }
}

/// A form as far as the profile can fill it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrefillView {
    /// The service, by code.
    #[schema(example = "microloan")]
    pub service: String,
    /// The version of the profile that was used.
    #[schema(example = 1)]
    pub profile_version: i64,
    /// The form's data.
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Required fields that are still empty, by JSON Pointer.
    pub missing: Vec<String>,
}
