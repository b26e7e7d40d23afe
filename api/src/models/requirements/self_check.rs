//! Checklists and self-checks on the wire.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    compliance::{
        checklist::{Answer, Verdict, key},
        self_check::{CheckResult, Examined, Part, SelfCheck, SelfCheckState, complete::Completed},
    },
    digest::Digest,
    ids::{AttachmentId, AuthorityId, BusinessId, DeclarationId, SelfCheckId},
    record::Stored,
    requirement::{
        checklist::{AskedWhen, Checklist, Expected, Question, QuestionKind, SelfCheckTerms, Word},
        checks::{Checks, Sheet},
        registry::Entry,
    },
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// The checklist of a requirement.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistView {
    /// The requirement, by code.
    #[schema(example = "OT-021")]
    pub requirement: String,
    /// The checklist, by code; the requirement's code where it is made from it.
    #[schema(example = "CHK-201")]
    pub code: String,
    /// The version of its document.
    #[schema(example = 1)]
    pub version: i64,
    /// Whether the gateway made it: one critical question whether the requirement is met, and if so one document for each
    /// piece of evidence.
    pub made: bool,
    /// Its name.
    pub title: Text,
    /// Everything that it examines, by code.
    #[schema(example = json!(["OT-021"]))]
    pub requirements: Vec<String>,
    /// How many days a result stays valid.
    #[schema(example = 30)]
    pub valid_days: u32,
    /// Its questions in order.
    pub questions: Vec<Question>,
    /// How the score and the verdict are reached.
    pub formula: Text,
    /// The sums and terms in force.
    pub terms: SelfCheckTerms,
}

impl ChecklistView {
    /// The checklist of a requirement on `day`.
    pub fn new(checks: &Checks, entry: &Entry, day: Date) -> Self {
        let Sheet { checklist, version, made } = checks.sheet(entry, day).into_owned();
        let Checklist { code, title, requirements, valid_days, questions } = checklist;
        Self {
            requirement: entry.requirement.code.clone(),
            code,
            version,
            made,
            title,
            requirements,
            valid_days,
            questions,
            formula: checks.formula().clone(),
            terms: checks.terms(day).clone(),
        }
    }
}

/// A self-check to begin.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirements": ["OT-028"]}))]
pub struct NewSelfCheck {
    /// The requirements to examine, by code: 1 to 50, each in force.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50)]
    pub requirements: Vec<String>,
}

/// Answers to a self-check; what is not named stays as it is, null withdraws an answer.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"answers": {"OT-028/registers": {"value": "2"}}}))]
pub struct SelfCheckPatch {
    /// RFC 7396 merge patch of the answers by the questions' keys. An answer is `{"answer": "yes" | "no" |
    /// "not_applicable"}`, `{"value": "4.5"}`, or `{"attachment_id": …}` or `{"digest": …}` for a document.
    #[schema(value_type = Object)]
    pub answers: Map<String, Value>,
}

/// The shape of an answer: one word, one number, or one document.
#[derive(Debug, ToSchema)]
pub struct GivenAnswer {
    /// In a word; `no` also where a number or a document was asked for and there is none.
    pub answer: Option<Word>,
    /// A number as a decimal string.
    #[schema(example = "4.5")]
    pub value: Option<String>,
    /// An attachment.
    pub attachment_id: Option<AttachmentId>,
    /// SHA-256 of a document: of the attachment, or of what the business keeps.
    pub digest: Option<Digest>,
}

/// A question of a self-check.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedQuestion {
    /// Its key among the answers.
    #[schema(example = "OT-021/thermometers")]
    pub key: String,
    /// The requirements it is asked for.
    pub requirements: Vec<String>,
    /// Whether it is asked, given the answers so far.
    pub asked: bool,
    /// The question.
    pub text: Text,
    /// What helps to answer it.
    pub hint: Text,
    /// How it is answered.
    pub kind: QuestionKind,
    /// How much it counts.
    #[schema(example = 4)]
    pub weight: u32,
    /// Whether failing it alone means that the requirement is not complied with.
    pub critical: bool,
    /// The answer that counts as compliance: `"yes"`, `{"at_least": "2"}` or `{"at_most": "0"}`; null as in the checklist.
    #[schema(value_type = serde_json::Value, example = "yes")]
    pub expected: Option<Expected>,
    /// The answer that opens it, by the id behind the slash of a key; null where it is always asked.
    pub when: Option<AskedWhen>,
}

impl AskedQuestion {
    fn new(part: &Part, question: &Question, asked: &BTreeSet<String>) -> Self {
        let key = key(&part.part, question);
        let Question { id: _, text, hint, kind, weight, critical, expected, when } = question.clone();
        let (asked, requirements) = (asked.contains(&key), part.requirements.clone());
        Self { key, requirements, asked, text, hint, kind, weight, critical, expected, when }
    }
}

/// A declaration made upon a self-check.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeDeclaration {
    /// The supervisor with which it is registered.
    pub authority_id: AuthorityId,
    /// The declaration.
    pub declaration_id: DeclarationId,
}

/// A self-check.
#[derive(Debug, Serialize, ToSchema)]
pub struct SelfCheckView {
    /// Its id.
    pub id: SelfCheckId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// How far it has come.
    pub state: SelfCheckState,
    /// What is examined.
    pub requirements: Vec<Examined>,
    /// Every question; those that are not asked wait for another answer.
    pub questions: Vec<AskedQuestion>,
    /// The answers so far, by key.
    #[schema(value_type = BTreeMap<String, GivenAnswer>)]
    pub answers: BTreeMap<String, Answer>,
    /// How many questions are asked now.
    #[schema(example = 6)]
    pub asked: usize,
    /// How many of them are answered.
    #[schema(example = 4)]
    pub answered: usize,
    /// What it came to; null while it is a draft.
    pub result: Option<CheckResult>,
    /// The declarations made upon it.
    pub declarations: Vec<MadeDeclaration>,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for its completion, in the answer to it; absent on plain reads. Its digest is of
    /// `{"answers", "requirements", "result", "self_check": id}` as given here, canonical by RFC 8785.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for SelfCheckView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl SelfCheckView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/self-checks/{}", self.business_id, self.id)
    }
}

impl From<Stored<SelfCheck>> for SelfCheckView {
    fn from(stored: Stored<SelfCheck>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        let (state, asked) = (body.progress(), body.asked());
        let questions = body.questions().map(|(part, question)| AskedQuestion::new(part, question, &asked));
        let questions = questions.collect();
        let SelfCheck { requirements, parts: _, answers, result, declarations } = body;
        let declarations = declarations
            .into_iter()
            .map(|(authority_id, declaration_id)| MadeDeclaration { authority_id, declaration_id });
        Self {
            id,
            business_id: business,
            state,
            requirements,
            questions,
            asked: asked.len(),
            answered: asked.iter().filter(|key| answers.contains_key(*key)).count(),
            answers,
            result,
            declarations: declarations.collect(),
            version,
            created_at,
            updated_at,
            receipt: None,
        }
    }
}

impl From<Completed> for SelfCheckView {
    fn from(Completed { check, receipt }: Completed) -> Self {
        Self { receipt: Some(receipt.into()), ..check.into() }
    }
}

/// A self-check in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SelfCheckSummary {
    /// Its id.
    pub id: SelfCheckId,
    /// How far it has come.
    pub state: SelfCheckState,
    /// What is examined, by code.
    #[schema(example = json!(["OT-021"]))]
    pub requirements: Vec<String>,
    /// The worst of the requirements' verdicts; null while it is a draft.
    pub verdict: Option<Verdict>,
    /// The score; null while it is a draft, or where nothing applies.
    #[schema(example = "87.50")]
    pub score: Option<String>,
    /// The last day on which all of it is valid; null while it is a draft.
    #[schema(value_type = Option<String>, format = Date, example = "2026-12-23")]
    pub valid_until: Option<Date>,
    /// Counts changes from 1.
    #[schema(example = 5)]
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<Stored<SelfCheck>> for SelfCheckSummary {
    fn from(stored: Stored<SelfCheck>) -> Self {
        let Stored { id, business: _, body, version, created_at, updated_at } = stored;
        let result = body.result.as_ref();
        Self {
            id,
            state: body.progress(),
            verdict: result.map(|result| result.verdict),
            score: result.and_then(|result| result.score.score).map(|score| score.to_string()),
            valid_until: result.map(|result| result.valid_until),
            requirements: body.requirements.into_iter().map(|one| one.code).collect(),
            version,
            created_at,
            updated_at,
        }
    }
}
