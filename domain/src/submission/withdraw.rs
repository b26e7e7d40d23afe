//! Withdrawing: the business takes its submission back, before the decision.

use serde_json::json;

use super::{
    Desk, State, StateConflict, Submission,
    desk::{Acceptance, AttachmentNotReady, Mover},
    lodge::Lodged,
};
use crate::{
    actor::BusinessActor,
    catalogue::UnmetRule,
    error::Violation,
    event::EventKind,
    ids::{RequestId, SubmissionId},
    inbox::TaskKind,
    mandate::{MandateRefusal, OnBehalf, Unauthorised},
    ports::store::{StoreError, Tx},
    receipt::{Act, Received, document_digest},
    time::Stamp,
};

/// Which submission a business moves, and what it has seen of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Who asks, for whom.
    pub on_behalf: OnBehalf,
    /// Which submission.
    pub id: SubmissionId,
    /// The version the caller has seen, where it says so.
    pub expected: Option<i64>,
}

/// Why a business's step on its submission did not happen.
#[derive(Debug, Clone, PartialEq)]
pub enum StepError {
    /// No such business or submission, or there never was a mandate.
    NotFound,
    /// The mandate does not carry the step.
    Mandate(MandateRefusal),
    /// The submission is at another version.
    Stale {
        /// The version now.
        current: i64,
    },
    /// Its state does not allow the step.
    State(StateConflict),
    /// The submission has no such open request.
    NoSuchRequest(RequestId),
    /// An attachment is missing or not whole.
    Attachment(AttachmentNotReady),
    /// The form would not hold.
    Invalid(Vec<Violation>),
    /// A rule of the service would not be met.
    Rules(Vec<UnmetRule>),
    /// The store failed.
    Store(StoreError),
}

impl From<Unauthorised> for StepError {
    fn from(refused: Unauthorised) -> Self {
        match refused {
            Unauthorised::NotFound => Self::NotFound,
            Unauthorised::Refused(refusal) => Self::Mandate(refusal),
            Unauthorised::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<StateConflict> for StepError {
    fn from(conflict: StateConflict) -> Self {
        Self::State(conflict)
    }
}

impl Target {
    /// Loads the submission for the business that owns it, at the version the caller has seen.
    pub(super) fn load(&self, tx: &mut dyn Tx) -> Result<(BusinessActor, Submission), StepError> {
        let actor = self.on_behalf.authorise(tx)?;
        let submission = tx.submissions().find(&actor.business, &self.id)?.ok_or(StepError::NotFound)?;
        let current = submission.version;
        match self.expected {
            Some(expected) if expected != current => Err(StepError::Stale { current }),
            Some(_) | None => Ok((actor, submission)),
        }
    }
}

/// Stores a moved submission.
pub(super) fn keep(tx: &mut dyn Tx, submission: &Submission) -> Result<(), StepError> {
    match tx.submissions().update(submission, submission.version - 1)? {
        true => Ok(()),
        false => Err(StepError::Stale { current: submission.version }),
    }
}

/// Takes the submission back. The authority is told where it had been lodged.
///
/// # Errors
/// [`StepError`]; nothing is changed then.
pub fn withdraw(
    tx: &mut dyn Tx,
    desk: &Desk,
    target: &Target,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Lodged, StepError> {
    let (actor, mut submission) = target.load(tx)?;
    let was_draft = submission.state == State::Draft;
    submission.withdraw(stamp.now)?;
    keep(tx, &submission)?;
    if !was_draft {
        desk.notify(tx, &submission, TaskKind::Withdrawn, &mut stamp)?;
    }
    let mover = Mover::Business(&actor);
    let sequence = desk.tell(tx, &submission, EventKind::Withdrawn, &mover, json!({}), &mut stamp)?;
    let document = json!({ "withdraw": submission.id });
    let digest = document_digest(&document);
    let accepted = Acceptance { act: Act::Withdrawn, digest, sequence, actor: &actor, received };
    let receipt = desk.receipt(tx, &submission, &accepted, &mut stamp)?;
    Ok(Lodged { submission, receipt })
}
