//! Runs of algorithms (4.8.1.6): a business confirms each step of an algorithm once, with the proof that the step asks
//! for; the last one fulfils every requirement that the algorithm serves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Refusal, business, proof, requirement};
use crate::{
    clerk::{Clerk, Happening, Mover},
    digest::Digest,
    error::Violation,
    event::EventKind,
    ids::{AlgorithmRunId, AttachmentId, AuthorityId, BusinessId},
    mandate::OnBehalf,
    page::PageRequest,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordFilter, RecordKind, Stored},
    requirement::{
        condition::{Facts, Truth},
        model::{Algorithm, AlgorithmStep, Proof},
    },
    text::Text,
    time::{Stamp, Timestamp},
};

mod mend;

/// A run of an algorithm. Its steps are those of the algorithm when it began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlgorithmRun {
    /// The algorithm, by code.
    pub algorithm: String,
    /// Its name.
    pub title: Text,
    /// What it fulfils, by code.
    pub requirements: Vec<String>,
    /// What is to be done, in order.
    pub steps: Vec<AlgorithmStep>,
    /// The steps confirmed, by id.
    pub confirmed: BTreeMap<String, StepConfirmation>,
    /// When the last step was confirmed.
    pub completed_at: Option<Timestamp>,
}

/// A confirmation of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StepConfirmation {
    /// What shows that it was done.
    pub proof: StepProof,
    /// When it was confirmed.
    pub at: Timestamp,
}

/// What shows that a step was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StepProof {
    /// The business's word.
    None {},
    /// A value, such as a number or a date.
    Value {
        /// 1 to 200 characters.
        #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200, example = "2026-11-20"))]
        value: String,
    },
    /// A document that the business keeps.
    Document {
        /// SHA-256 of it.
        digest: Digest,
    },
    /// An attachment.
    Attachment {
        /// Its id.
        attachment_id: AttachmentId,
    },
}

/// The most characters of a value.
const VALUE_CHARS: usize = 200;

impl StepProof {
    /// Its kind.
    pub fn kind(&self) -> Proof {
        match self {
            Self::None {} => Proof::None,
            Self::Value { .. } => Proof::Value,
            Self::Document { .. } => Proof::Document,
            Self::Attachment { .. } => Proof::Attachment,
        }
    }
}

/// How far a run has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RunState {
    /// Steps are left.
    Open,
    /// Every step is confirmed: the requirements are fulfilled.
    Completed,
}

impl AlgorithmRun {
    /// How far it has come.
    pub fn progress(&self) -> RunState {
        if self.completed_at.is_some() { RunState::Completed } else { RunState::Open }
    }
}

impl Kept for AlgorithmRun {
    const KIND: RecordKind = RecordKind::AlgorithmRun;
    type Id = AlgorithmRunId;

    /// The first that it fulfils: by it the open run of an algorithm is found.
    fn requirement(&self) -> Option<&str> {
        self.requirements.first().map(String::as_str)
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

/// A step to confirm.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmCommand {
    /// Who asks, for whom.
    pub on_behalf: OnBehalf,
    /// The algorithm, by code.
    pub algorithm: String,
    /// The step, by id.
    pub step: String,
    /// What shows that it was done.
    pub proof: StepProof,
}

/// A run with the receipt for the step.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed {
    /// The run.
    pub run: Stored<AlgorithmRun>,
    /// The receipt.
    pub receipt: Receipt,
}

/// Confirms a step of the open run of an algorithm, or begins a run with it. The order of steps is free.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn confirm(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ConfirmCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Confirmed, Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let ConfirmCommand { algorithm: code, step, proof, .. } = command;
    let algorithm = clerk.registry.algorithm(code).ok_or_else(|| refused(mend::unknown_algorithm(code)))?;
    if truth(algorithm, Facts(&business.profile)) == Truth::False {
        return Err(refused(mend::not_for_this_business(code)));
    }
    let open = runs(tx, &actor.business, algorithm, Some(RunState::Open))?.into_iter().next();
    let steps = open.as_ref().map_or(&algorithm.steps, |run| &run.body.steps);
    let wanted =
        steps.iter().find(|one| one.id == *step).ok_or_else(|| refused(mend::unknown_step(step, steps)))?;
    if open.as_ref().is_some_and(|run| run.body.confirmed.contains_key(step)) {
        return Err(refused(mend::confirmed_already(step)));
    }
    check(tx, &actor.business, wanted, proof)?;
    let confirmation = StepConfirmation { proof: proof.clone(), at: stamp.now };
    let document = json!({ "algorithm": code, "step": step, "proof": proof });
    let run = keep(tx, &actor.business, (algorithm, open), (step, confirmation), &mut stamp)?;
    let facts = json!({ "algorithm": code, "step": step, "confirmed": run.body.confirmed.len(),
        "steps": run.body.steps.len() });
    let happened = happening(&run, EventKind::AlgorithmStepConfirmed, facts);
    let receipt =
        clerk.accept(tx, happened, (Act::StepConfirmed, &document), (&actor, received), &mut stamp)?;
    if run.body.completed_at.is_some() {
        let facts = json!({ "algorithm": code, "requirements": run.body.requirements });
        let happened = happening(&run, EventKind::AlgorithmCompleted, facts);
        clerk.tell(tx, happened, &Mover::Business(&actor), &mut stamp)?;
    }
    Ok(Confirmed { run, receipt })
}

/// Keeps a step in the open run, or in a new one.
fn keep(
    tx: &mut dyn Tx,
    business: &BusinessId,
    (algorithm, open): (&Algorithm, Option<Stored<AlgorithmRun>>),
    (step, confirmation): (&str, StepConfirmation),
    stamp: &mut Stamp,
) -> Result<Stored<AlgorithmRun>, StoreError> {
    let Algorithm { code, title, requirements, steps, .. } = algorithm;
    let take = |body: &mut AlgorithmRun| {
        body.confirmed.insert(step.to_owned(), confirmation.clone());
        let whole = body.steps.iter().all(|step| body.confirmed.contains_key(&step.id));
        body.completed_at = whole.then_some(confirmation.at);
    };
    if let Some(mut run) = open {
        take(&mut run.body);
        run.update(tx, stamp.now)?;
        return Ok(run);
    }
    let mut body = AlgorithmRun {
        algorithm: code.clone(),
        title: title.clone(),
        requirements: requirements.clone(),
        steps: steps.clone(),
        confirmed: BTreeMap::new(),
        completed_at: None,
    };
    take(&mut body);
    Stored::insert(tx, business, body, stamp)
}

/// The proof must be of the step's kind and hold.
fn check(
    tx: &mut dyn Tx,
    business: &BusinessId,
    step: &AlgorithmStep,
    given: &StepProof,
) -> Result<(), Refusal> {
    if given.kind() != step.proof {
        return Err(refused(mend::wrong_proof(step)));
    }
    match given {
        StepProof::None {} | StepProof::Document { .. } => Ok(()),
        StepProof::Value { value } => {
            let length = value.trim().chars().count();
            if (1..=VALUE_CHARS).contains(&length) { Ok(()) } else { Err(refused(mend::empty_or_long())) }
        }
        StepProof::Attachment { attachment_id } => {
            let shown = proof::shown(tx, business, (Some(attachment_id), None), "/proof/attachment_id")?;
            shown.map(drop).map_err(refused)
        }
    }
}

/// An algorithm for a business, and how far it has come with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Whether it is made for this business: true, or unknown for want of a fact.
    pub fits: Truth,
    /// The newest run.
    pub run: Option<Stored<AlgorithmRun>>,
}

/// The algorithms that fulfil a requirement and are not ruled out for this business; those made for it first.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn offered(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    on_behalf: &OnBehalf,
    code: &str,
) -> Result<Vec<Offered>, Refusal> {
    let (actor, business) = business(tx, on_behalf)?;
    let code = &requirement(clerk, code)?.requirement.code;
    let facts = Facts(&business.profile);
    let serving = clerk.registry.algorithms().filter(|algorithm| algorithm.requirements.contains(code));
    let mut offered = Vec::new();
    for algorithm in serving {
        let fits = truth(algorithm, facts);
        if fits != Truth::False {
            let run = runs(tx, &actor.business, algorithm, None)?.into_iter().next();
            offered.push(Offered { algorithm: Algorithm::clone(algorithm), fits, run });
        }
    }
    offered.sort_by_key(|one| (one.fits != Truth::True, one.algorithm.when.is_none()));
    Ok(offered)
}

fn truth(algorithm: &Algorithm, facts: Facts<'_>) -> Truth {
    algorithm.when.as_ref().map_or(Truth::True, |when| when.truth(facts))
}

/// How many runs about one requirement are looked through: an algorithm has one open run, and few serve the same.
const LOOKED_THROUGH: u32 = 1000;

/// The runs of an algorithm, newest first.
fn runs(
    tx: &mut dyn Tx,
    business: &BusinessId,
    algorithm: &Algorithm,
    state: Option<RunState>,
) -> Result<Vec<Stored<AlgorithmRun>>, StoreError> {
    let filter = RecordFilter {
        requirement: algorithm.requirements.first().cloned(),
        state: state.map(|state| <&str>::from(state).to_owned()),
    };
    let page = PageRequest { after: None, limit: LOOKED_THROUGH };
    let mut found = Stored::<AlgorithmRun>::list(tx, business, &filter, &page)?.items;
    found.retain(|run| run.body.algorithm == algorithm.code);
    Ok(found)
}

fn happening(run: &Stored<AlgorithmRun>, kind: EventKind, data: Value) -> Happening<'_> {
    Happening { kind, business: &run.business, authority: None, subject: run.id.as_str(), data }
}

fn refused(violation: Violation) -> Refusal {
    Refusal::Invalid(vec![violation])
}
