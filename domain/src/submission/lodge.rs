//! Lodging: the draft becomes a submission, and the business holds a receipt.

use serde_json::json;

use super::{
    Desk, StateConflict, Submission,
    desk::{Acceptance, Mover},
    draft::{self, DraftError, NewSubmission},
};
use crate::{
    actor::BusinessActor,
    business::{Business, profile},
    catalogue::{Service, UnmetRule},
    digest::Digest,
    error::Violation,
    event::EventKind,
    ids::SubmissionId,
    inbox::TaskKind,
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    time::Stamp,
};

/// A lodged submission and the receipt for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lodged {
    /// The submission.
    pub submission: Submission,
    /// The receipt.
    pub receipt: Receipt,
}

/// Which draft to lodge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LodgeDraft {
    /// Who asks, for whom.
    pub on_behalf: OnBehalf,
    /// Which draft.
    pub id: SubmissionId,
    /// The version the caller has seen, where it says so.
    pub expected: Option<i64>,
}

/// Why a submission was not lodged.
#[derive(Debug, Clone, PartialEq)]
pub enum LodgeError {
    /// What could not even be drafted cannot be lodged.
    Draft(DraftError),
    /// The form does not hold.
    Invalid(Vec<Violation>),
    /// A rule of the service is not met.
    Rules(Vec<UnmetRule>),
    /// The same document is under way already.
    Duplicate {
        /// Where.
        existing: SubmissionId,
    },
}

impl From<StoreError> for LodgeError {
    fn from(error: StoreError) -> Self {
        Self::Draft(error.into())
    }
}

impl From<DraftError> for LodgeError {
    fn from(error: DraftError) -> Self {
        Self::Draft(error)
    }
}

impl From<StateConflict> for LodgeError {
    fn from(conflict: StateConflict) -> Self {
        Self::Draft(DraftError::State(conflict))
    }
}

/// Makes a submission and lodges it in one step.
///
/// # Errors
/// [`LodgeError`]; nothing is kept then, not even a draft.
pub fn lodge_new(
    tx: &mut dyn Tx,
    desk: &Desk,
    new: &NewSubmission,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Lodged, LodgeError> {
    let (actor, mut submission) = draft::begin(tx, desk, new, &mut stamp)?;
    let receipt = lodge(tx, desk, &mut submission, None, (&actor, received), &mut stamp)?;
    Ok(Lodged { submission, receipt })
}

/// Lodges a draft.
///
/// # Errors
/// [`LodgeError`]; the draft is unchanged then.
pub fn lodge_draft(
    tx: &mut dyn Tx,
    desk: &Desk,
    command: &LodgeDraft,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Lodged, LodgeError> {
    let actor = command.on_behalf.authorise(tx)?.ok_or(DraftError::NotFound)?;
    let mut submission = tx.submissions().find(&actor.business, &command.id)?.ok_or(DraftError::NotFound)?;
    let current = submission.version;
    if command.expected.is_some_and(|expected| expected != current) {
        return Err(DraftError::Stale { current }.into());
    }
    let receipt = lodge(tx, desk, &mut submission, Some(current), (&actor, received), &mut stamp)?;
    Ok(Lodged { submission, receipt })
}

fn lodge(
    tx: &mut dyn Tx,
    desk: &Desk,
    submission: &mut Submission,
    stored: Option<i64>,
    (actor, received): (&BusinessActor, &Received),
    stamp: &mut Stamp,
) -> Result<Receipt, LodgeError> {
    let service = draft::open_service(desk, &submission.service)?;
    let mut business = tx.businesses().find(&actor.business)?.ok_or(DraftError::NotFound)?;
    submission.lodge(desk.decision_due(service, stamp.now), stamp.now)?;
    submission.service_version = service.document.version;
    let digest = judge(tx, desk, service, submission, &business, stamp)?;
    match stored {
        None => tx.submissions().insert(submission)?,
        Some(version) if tx.submissions().update(submission, version)? => {}
        Some(_) => return Err(DraftError::Stale { current: submission.version }.into()),
    }
    desk.notify(tx, submission, TaskKind::Lodged, stamp)?;
    let mover = Mover::Business(actor);
    let facts = json!({ "decision_due_at": submission.decision_due_at });
    let sequence = desk.tell(tx, submission, EventKind::Lodged, &mover, facts, stamp)?;
    let accepted = Acceptance { act: Act::Lodged, digest, sequence, actor, received };
    let receipt = desk.receipt(tx, submission, &accepted, stamp)?;
    let lesson = service.learned(&submission.form);
    profile::learn(tx, &desk.catalogue, &mut business, &lesson, actor, submission.id.as_str(), stamp)?;
    Ok(receipt)
}

/// The whole chain of checks: format, rules, duplicates. Returns the digest of the document that passed.
fn judge(
    tx: &mut dyn Tx,
    desk: &Desk,
    service: &Service,
    submission: &Submission,
    business: &Business,
    stamp: &Stamp,
) -> Result<Digest, LodgeError> {
    let findings = desk.check(service, (&submission.form, &submission.attachments), business, stamp.now);
    if !findings.violations.is_empty() {
        return Err(LodgeError::Invalid(findings.violations));
    }
    if !findings.unmet.is_empty() {
        return Err(LodgeError::Rules(findings.unmet));
    }
    let digest = submission.digest();
    let twin = tx.submissions().open_twin(&business.id, &submission.service, &digest)?;
    match twin {
        Some(existing) if existing != submission.id => Err(LodgeError::Duplicate { existing }),
        Some(_) | None => Ok(digest),
    }
}
