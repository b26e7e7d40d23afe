//! Drafts: partial input is kept and can be resumed (4.6.3.9).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    AttachedDocument, Desk, Dossier, State, StateConflict, Submission,
    desk::{AttachmentNotReady, Mover, attached},
    moves::PATIENCE,
};
use crate::{
    actor::BusinessActor,
    catalogue::{Service, Stage},
    event::EventKind,
    ids::{AttachmentId, SubmissionId},
    mandate::{MandateRefusal, OnBehalf, Unauthorised},
    ports::store::{StoreError, Tx},
    time::Stamp,
};

/// What a new submission is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSubmission {
    /// Who asks, for whom.
    pub on_behalf: OnBehalf,
    /// The service, by code.
    pub service: String,
    /// The life situation it belongs to, by code.
    pub situation: Option<String>,
    /// The form, as far as it is filled.
    pub form: Arc<Map<String, Value>>,
    /// Attachments, in the order given.
    pub attachments: Vec<AttachmentId>,
}

/// A change of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Who asks, for whom.
    pub on_behalf: OnBehalf,
    /// Which draft.
    pub id: SubmissionId,
    /// The version the caller has seen.
    pub expected: i64,
    /// RFC 7396 merge patch of the form.
    pub form: Option<Map<String, Value>>,
    /// The new list of attachments.
    pub attachments: Option<Vec<AttachmentId>>,
    /// The new life situation; the inner None clears it.
    pub situation: Option<Option<String>>,
}

/// Why a draft was not made or changed.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftError {
    /// No such business or draft, or there never was a mandate.
    NotFound,
    /// The mandate does not carry the act.
    Mandate(MandateRefusal),
    /// The catalogue has no such service.
    UnknownService(String),
    /// The service takes nothing any more.
    ServiceRetired(String),
    /// The catalogue has no such life situation.
    UnknownSituation(String),
    /// An attachment is missing or not whole.
    Attachment(AttachmentNotReady),
    /// The draft is at another version.
    Stale {
        /// The version now.
        current: i64,
    },
    /// It is no draft any more.
    State(StateConflict),
    /// The store failed.
    Store(StoreError),
}

impl From<Unauthorised> for DraftError {
    fn from(refused: Unauthorised) -> Self {
        match refused {
            Unauthorised::NotFound => Self::NotFound,
            Unauthorised::Refused(refusal) => Self::Mandate(refusal),
            Unauthorised::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for DraftError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Makes a draft. The form may be partial; nothing in it is judged yet.
///
/// # Errors
/// [`DraftError`]; nothing is kept then.
pub fn draft(
    tx: &mut dyn Tx,
    desk: &Desk,
    new: &NewSubmission,
    mut stamp: Stamp,
) -> Result<Submission, DraftError> {
    let (actor, submission) = begin(tx, desk, new, &mut stamp)?;
    tx.submissions().insert(&submission, None)?;
    desk.tell(tx, &submission, EventKind::Drafted, &Mover::Business(&actor), json!({}), &mut stamp)?;
    Ok(submission)
}

/// Changes a draft by merge patch.
///
/// # Errors
/// [`DraftError`]; nothing is changed then.
pub fn revise(
    tx: &mut dyn Tx,
    desk: &Desk,
    revision: &Revision,
    stamp: &Stamp,
) -> Result<Submission, DraftError> {
    let actor = revision.on_behalf.authorise(tx)?;
    let mut submission = tx.submissions().find(&actor.business, &revision.id)?.ok_or(DraftError::NotFound)?;
    if submission.version != revision.expected {
        return Err(DraftError::Stale { current: submission.version });
    }
    known_situation(desk, revision.situation.as_ref().and_then(Option::as_deref))?;
    let attachments = match &revision.attachments {
        Some(ids) => Some(attached(tx, &actor.business, ids)?.map_err(DraftError::Attachment)?),
        None => None,
    };
    submission
        .revise(revision.form.as_ref(), attachments, revision.situation.clone(), stamp.now)
        .map_err(DraftError::State)?;
    match tx.submissions().update(&submission, revision.expected)? {
        true => Ok(submission),
        false => Err(DraftError::Stale { current: submission.version }),
    }
}

/// Checks who asks and what for, and makes the draft in memory.
pub(super) fn begin(
    tx: &mut dyn Tx,
    desk: &Desk,
    new: &NewSubmission,
    stamp: &mut Stamp,
) -> Result<(BusinessActor, Submission), DraftError> {
    let actor = new.on_behalf.authorise(tx)?;
    let service = open_service(desk, &new.service)?;
    known_situation(desk, new.situation.as_deref())?;
    let attachments = attached(tx, &actor.business, &new.attachments)?.map_err(DraftError::Attachment)?;
    let submission = blank(&actor, service, new, attachments, stamp);
    Ok((actor, submission))
}

/// The service if it takes submissions.
pub(super) fn open_service<'a>(desk: &'a Desk, code: &str) -> Result<&'a Service, DraftError> {
    let service = desk.catalogue.service(code).ok_or_else(|| DraftError::UnknownService(code.to_owned()))?;
    match service.document.stage {
        Stage::Retired => Err(DraftError::ServiceRetired(code.to_owned())),
        Stage::Alpha | Stage::Beta | Stage::Stable => Ok(service),
    }
}

fn known_situation(desk: &Desk, code: Option<&str>) -> Result<(), DraftError> {
    match code {
        Some(code) if !desk.catalogue.situations().iter().any(|known| known.code == code) => {
            Err(DraftError::UnknownSituation(code.to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

fn blank(
    actor: &BusinessActor,
    service: &Service,
    new: &NewSubmission,
    attachments: Vec<AttachedDocument>,
    stamp: &mut Stamp,
) -> Submission {
    Submission {
        id: stamp.id(),
        business: actor.business.clone(),
        application: actor.application.clone(),
        service: service.document.code.clone(),
        service_version: service.document.version,
        authority: service.document.authority_id.clone(),
        situation: new.situation.clone(),
        state: State::Draft,
        number: None,
        form: Arc::clone(&new.form),
        attachments,
        dossier: Dossier::default(),
        version: 1,
        created_at: stamp.now,
        updated_at: stamp.now,
        lodged_at: None,
        decision_due_at: None,
        expires_at: Some(stamp.now.plus(PATIENCE)),
    }
}
