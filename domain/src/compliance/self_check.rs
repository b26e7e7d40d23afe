//! Self-checks («самообследование», 4.7.1.6, 4.7.3, 4.8.1.3/1): questions, partial answers, a signed result.
//!
//! The questions are copied into the self-check when it begins: a checklist that changes meanwhile changes nothing, and
//! a result can be reckoned again for ever.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Refusal, actor,
    checklist::{Answers, Score, Verdict, asked, key},
    proof::ProofDocument,
};
use crate::{
    actor::BusinessActor,
    clerk::{Clerk, Happening, Mover},
    event::EventKind,
    ids::{AuthorityId, DeclarationId, SelfCheckId},
    mandate::OnBehalf,
    ports::store::Tx,
    record::{Kept, RecordKind, Stored},
    requirement::{
        checklist::{Question, SelfCheckTerms},
        model::Requirement,
        registry::Entry,
    },
    text::Text,
    time::{Stamp, Timestamp},
};

pub mod answer;
pub mod complete;
mod mend;

/// A self-check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfCheck {
    /// What is examined, in the order of codes.
    pub requirements: Vec<Examined>,
    /// The checklists, each for one of the requirements or for several.
    pub parts: Vec<Part>,
    /// The answers so far.
    pub answers: Answers,
    /// What it came to; None while it is a draft.
    pub result: Option<CheckResult>,
    /// The declarations made upon it, by supervisor.
    pub declarations: BTreeMap<AuthorityId, DeclarationId>,
}

/// A requirement that is examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ExaminedRequirement))]
pub struct Examined {
    /// Its code.
    #[cfg_attr(feature = "schema", schema(example = "OT-021"))]
    pub code: String,
    /// The version that is examined.
    pub version: i64,
    /// Its name.
    pub title: Text,
    /// Who supervises it.
    pub supervisors: Vec<AuthorityId>,
}

/// A checklist within a self-check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What stands before the slash in the keys of its questions: the first of its requirements here.
    pub part: String,
    /// The checklist, by code.
    pub checklist: String,
    /// The version of its document.
    pub version: i64,
    /// How many days its result stays valid.
    pub valid_days: u32,
    /// Those of the examined requirements that it is for.
    pub requirements: Vec<String>,
    /// Its questions.
    pub questions: Vec<Question>,
}

/// What a self-check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CheckResult {
    /// The worst of the requirements' verdicts.
    pub verdict: Verdict,
    /// The score of all questions together, with what the formula takes.
    #[serde(flatten)]
    pub score: Score,
    /// Each requirement's own.
    pub requirements: Vec<RequirementResult>,
    /// The documents that were shown.
    pub evidence: Vec<ShownEvidence>,
    /// The formula.
    pub formula: Text,
    /// The terms by which it was judged.
    pub terms: SelfCheckTerms,
    /// When it was completed.
    pub completed_at: Timestamp,
    /// The last day on which all of it is valid.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2027-02-21"))]
    pub valid_until: Date,
}

/// What a self-check says of some of its requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnResult {
    /// The worst of their verdicts.
    pub verdict: Verdict,
    /// The score of their checklists together.
    pub score: Option<Decimal>,
    /// The last day on which all of it is valid.
    pub valid_until: Date,
}

/// What a self-check says of one requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RequirementResult {
    /// The requirement, by code.
    #[cfg_attr(feature = "schema", schema(example = "OT-021"))]
    pub code: String,
    /// The version that was examined.
    pub version: i64,
    /// Whether it is complied with.
    pub verdict: Verdict,
    /// The score of its checklist.
    #[serde(flatten)]
    pub score: Score,
    /// The last day on which this is valid.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-12-23"))]
    pub valid_until: Date,
}

/// A document that was shown as an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ShownEvidence {
    /// The question.
    #[cfg_attr(feature = "schema", schema(example = "OT-021/log-file"))]
    pub question: String,
    /// The requirements it was asked for.
    pub requirements: Vec<String>,
    /// The document.
    #[serde(flatten)]
    pub document: ProofDocument,
}

/// How far a self-check has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SelfCheckState {
    /// Answers are still taken.
    Draft,
    /// The result is signed.
    Completed,
}

impl Kept for SelfCheck {
    const KIND: RecordKind = RecordKind::SelfCheck;
    type Id = SelfCheckId;

    fn requirement(&self) -> Option<&str> {
        match self.requirements.as_slice() {
            [only] => Some(&only.code),
            _ => None,
        }
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        self.progress().into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

impl SelfCheck {
    /// How far it has come.
    pub fn progress(&self) -> SelfCheckState {
        if self.result.is_some() { SelfCheckState::Completed } else { SelfCheckState::Draft }
    }

    /// Every question with the part it belongs to.
    pub fn questions(&self) -> impl Iterator<Item = (&Part, &Question)> {
        self.parts.iter().flat_map(|part| part.questions.iter().map(move |question| (part, question)))
    }

    /// The keys of the questions that are asked, given the answers so far.
    pub fn asked(&self) -> BTreeSet<String> {
        let asked = self.parts.iter().flat_map(|part| {
            let questions = asked(&part.part, &part.questions, &self.answers);
            questions.into_iter().map(|question| key(&part.part, question))
        });
        asked.collect()
    }

    /// The supervisors to whose requirements documents were shown.
    pub fn shown_to(&self) -> BTreeSet<&AuthorityId> {
        let shown = self.result.iter().flat_map(|result| &result.evidence).flat_map(|one| &one.requirements);
        let shown: BTreeSet<&String> = shown.collect();
        let examined = self.requirements.iter().filter(|one| shown.contains(&one.code));
        examined.flat_map(|one| &one.supervisors).collect()
    }

    /// Those of the examined requirements that the authority supervised when they were examined.
    pub fn supervised_by<'c>(&'c self, authority: &'c AuthorityId) -> impl Iterator<Item = &'c Examined> {
        self.requirements.iter().filter(move |one| one.supervisors.contains(authority))
    }

    /// What the result says of these requirements alone: the score of their checklists together, the worst of their
    /// verdicts and the first of their last days. None where it says nothing of them.
    pub fn result_of(&self, codes: &BTreeSet<&str>) -> Option<OwnResult> {
        let result = self.result.as_ref()?;
        let own = || result.requirements.iter().filter(|one| codes.contains(one.code.as_str()));
        // A checklist for several requirements counts once.
        let heads =
            self.parts.iter().filter_map(|part| own().find(|one| part.requirements.contains(&one.code)));
        let score = Score::sum(heads.map(|one| &one.score)).score;
        let (verdict, valid_until) =
            (own().map(|one| one.verdict).max()?, own().map(|one| one.valid_until).min()?);
        Some(OwnResult { verdict, score, valid_until })
    }

    fn question(&self, wanted: &str) -> Option<&Question> {
        let mut all = self.questions();
        all.find(|(part, question)| key(&part.part, question) == wanted).map(|(_, question)| question)
    }

    fn still_a_draft(&self, attempted: &'static str) -> Result<(), Refusal> {
        match self.result {
            None => Ok(()),
            Some(_) => Err(Refusal::State { state: self.state(), attempted, allowed: vec!["declare"] }),
        }
    }
}

/// Begins a self-check of these requirements, by code; each must be in force.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn begin(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    on_behalf: &OnBehalf,
    codes: &[String],
    mut stamp: Stamp,
) -> Result<Stored<SelfCheck>, Refusal> {
    let actor = actor(tx, on_behalf)?;
    let day = stamp.now.moscow_date();
    let mut violations = Vec::new();
    let mut requirements = BTreeMap::new();
    for (place, code) in codes.iter().enumerate() {
        match clerk.registry.requirement(code) {
            Some(entry) if entry.requirement.is_in_force(day) => {
                requirements.insert(code.clone(), entry);
            }
            known => violations.push(mend::cannot_examine(place, code, known.is_some())),
        }
    }
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    let body = drawn_up(clerk, requirements.into_values().map(AsRef::as_ref), day);
    let made = Stored::insert(tx, &actor.business, body, &mut stamp)?;
    let facts = json!({ "requirements": codes_of(&made.body), "questions": made.body.questions().count() });
    let happening = happening(&made, EventKind::SelfCheckBegun, None, facts);
    clerk.tell(tx, happening, &Mover::Business(&actor), &mut stamp)?;
    Ok(made)
}

/// A self-check without answers, of requirements in the order of codes; what one checklist examines makes one part.
fn drawn_up<'e>(clerk: &Clerk, entries: impl Iterator<Item = &'e Entry>, day: Date) -> SelfCheck {
    let (mut requirements, mut parts) = (Vec::new(), BTreeMap::<String, Part>::new());
    for entry in entries {
        let Requirement { code, title, supervisors, .. } = &entry.requirement;
        let sheet = clerk.registry.checks().sheet(entry, day);
        let part = parts.entry(sheet.checklist.code.clone()).or_insert_with(|| Part {
            part: code.clone(),
            checklist: sheet.checklist.code.clone(),
            version: sheet.version,
            valid_days: sheet.checklist.valid_days,
            requirements: Vec::new(),
            questions: sheet.checklist.questions.clone(),
        });
        part.requirements.push(code.clone());
        requirements.push(Examined {
            code: code.clone(),
            version: entry.version,
            title: title.clone(),
            supervisors: supervisors.clone(),
        });
    }
    let parts = parts.into_values().collect();
    SelfCheck { requirements, parts, answers: Answers::new(), result: None, declarations: BTreeMap::new() }
}

/// The self-check, at the version that was seen, under the caller's mandate.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Stale`], or the store's error.
pub(super) fn load(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    id: &SelfCheckId,
    expected: Option<i64>,
) -> Result<(BusinessActor, Stored<SelfCheck>), Refusal> {
    let actor = actor(tx, on_behalf)?;
    let check = Stored::<SelfCheck>::find(tx, &actor.business, id)?.ok_or(Refusal::NotFound)?;
    match expected {
        Some(seen) if seen != check.version => Err(Refusal::Stale { current: check.version }),
        Some(_) | None => Ok((actor, check)),
    }
}

fn happening<'a>(
    check: &'a Stored<SelfCheck>,
    kind: EventKind,
    authority: Option<&'a AuthorityId>,
    data: Value,
) -> Happening<'a> {
    Happening { kind, business: &check.business, authority, subject: check.id.as_str(), data }
}

fn codes_of(check: &SelfCheck) -> Vec<&String> {
    check.requirements.iter().map(|one| &one.code).collect()
}
