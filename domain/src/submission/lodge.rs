//! Lodging: the draft becomes a submission, and the business holds a receipt.

use std::borrow::Cow;

use serde_json::json;

use super::{
    Desk, StateConflict, Submission,
    desk::{Acceptance, Mover},
    draft::{self, DraftError, NewSubmission},
    examine::Examined,
};
use crate::{
    actor::BusinessActor,
    business::profile,
    catalogue::{Findings, UnmetRule},
    error::Violation,
    event::EventKind,
    ids::{ConsentId, OfferId, SubmissionId},
    inbox::TaskKind,
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    time::{Stamp, Timestamp},
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

/// Makes a submission and lodges it in one step. `ahead` is what an examination of it by the same desk has found.
///
/// # Errors
/// [`LodgeError`]; nothing is kept then, not even a draft.
pub fn lodge_new(
    tx: &mut dyn Tx,
    desk: &Desk,
    (new, ahead): (&NewSubmission, Option<&Examined>),
    received: &Received,
    mut stamp: Stamp,
) -> Result<Lodged, LodgeError> {
    let (actor, mut submission) = draft::begin(tx, desk, new, &mut stamp)?;
    let examined = examined(tx, desk, &submission, ahead, stamp.now)?;
    let by = By { actor: &actor, received, under: None };
    let receipt = lodge(tx, desk, &mut submission, (None, &examined), &by, &mut stamp)?;
    Ok(Lodged { submission, receipt })
}

/// On what the gateway lodges of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Under {
    /// The consent of the business.
    pub consent: ConsentId,
    /// The offer that tells of it.
    pub offer: OfferId,
}

/// Makes a submission and lodges it of itself, under a consent: its event names consent and offer, and no application.
///
/// # Errors
/// [`LodgeError`]; nothing is kept then.
pub fn provide(
    tx: &mut dyn Tx,
    desk: &Desk,
    new: &NewSubmission,
    under: &Under,
    mut stamp: Stamp,
) -> Result<Lodged, LodgeError> {
    let (actor, mut submission) = draft::begin(tx, desk, new, &mut stamp)?;
    let examined = examined(tx, desk, &submission, None, stamp.now)?;
    let received = Received { idempotency_key: None, body_digest: None };
    let by = By { actor: &actor, received: &received, under: Some(under) };
    let receipt = lodge(tx, desk, &mut submission, (None, &examined), &by, &mut stamp)?;
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
    let actor = command.on_behalf.authorise(tx).map_err(DraftError::from)?;
    let mut submission = tx.submissions().find(&actor.business, &command.id)?.ok_or(DraftError::NotFound)?;
    let current = submission.version;
    if command.expected.is_some_and(|expected| expected != current) {
        return Err(DraftError::Stale { current }.into());
    }
    let examined = examined(tx, desk, &submission, None, stamp.now)?;
    let by = By { actor: &actor, received, under: None };
    let receipt = lodge(tx, desk, &mut submission, (Some(current), &examined), &by, &mut stamp)?;
    Ok(Lodged { submission, receipt })
}

/// What was found ahead, where it still holds, or what is found now.
fn examined<'e>(
    tx: &mut dyn Tx,
    desk: &Desk,
    submission: &Submission,
    ahead: Option<&'e Examined>,
    now: Timestamp,
) -> Result<Cow<'e, Examined>, LodgeError> {
    let service = draft::open_service(desk, &submission.service)?;
    let version = tx.businesses().version(&submission.business)?.ok_or(DraftError::NotFound)?;
    if let Some(ahead) = ahead.filter(|ahead| ahead.holds(submission, version, now)) {
        return Ok(Cow::Borrowed(ahead));
    }
    let business = tx.businesses().find(&submission.business)?.ok_or(DraftError::NotFound)?;
    let filled = (&*submission.form, submission.attachments.as_slice());
    Ok(Cow::Owned(Examined::of(desk, service, filled, &business, now)))
}

/// By whose hand a submission is lodged.
struct By<'a> {
    actor: &'a BusinessActor,
    received: &'a Received,
    /// Where the gateway lodges of itself.
    under: Option<&'a Under>,
}

fn lodge(
    tx: &mut dyn Tx,
    desk: &Desk,
    submission: &mut Submission,
    (stored, examined): (Option<i64>, &Examined),
    By { actor, received, under }: &By<'_>,
    stamp: &mut Stamp,
) -> Result<Receipt, LodgeError> {
    let service = draft::open_service(desk, &submission.service)?;
    submission.lodge(desk.decision_due(service, stamp.now), stamp.now)?;
    submission.service_version = service.document.version;
    judge(tx, submission, examined)?;
    let digest = examined.digest;
    match stored {
        None => tx.submissions().insert(submission, Some(&digest))?,
        Some(version) if tx.submissions().update(submission, version)? => {}
        Some(_) => return Err(DraftError::Stale { current: submission.version }.into()),
    }
    desk.notify(tx, submission, TaskKind::Lodged, stamp)?;
    let (mover, facts) = match under {
        None => (Mover::Business(actor), json!({ "decision_due_at": submission.decision_due_at })),
        Some(Under { consent, offer }) => (
            Mover::Gateway,
            json!({ "decision_due_at": submission.decision_due_at, "automatic": true, "consent_id": consent,
                "offer_id": offer }),
        ),
    };
    let sequence = desk.tell(tx, submission, EventKind::Lodged, &mover, facts, stamp)?;
    let accepted = Acceptance { act: Act::Lodged, digest, sequence, actor, received };
    let receipt = desk.receipt(tx, submission, &accepted, stamp)?;
    if let Some(profile) = &examined.profile {
        profile::learn(tx, profile, actor, submission.id.as_str(), stamp)?;
    }
    Ok(receipt)
}

/// The whole chain of checks: format, rules, duplicates.
fn judge(tx: &mut dyn Tx, submission: &Submission, examined: &Examined) -> Result<(), LodgeError> {
    let Findings { violations, unmet, unknown: _ } = &examined.findings;
    if !violations.is_empty() {
        return Err(LodgeError::Invalid(violations.clone()));
    }
    if !unmet.is_empty() {
        return Err(LodgeError::Rules(unmet.clone()));
    }
    let twin = tx.submissions().open_twin(&submission.business, &submission.service, &examined.digest)?;
    match twin {
        Some(existing) if existing != submission.id => Err(LodgeError::Duplicate { existing }),
        Some(_) | None => Ok(()),
    }
}
