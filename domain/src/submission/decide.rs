//! The authority's steps: registering, examining, asking, deciding.

use serde_json::{Value, json};

use super::{
    Desk, InformationRequest, Outcome, Reason, State, StateConflict, Submission,
    desk::{AttachmentNotReady, Mover, attached},
};
use crate::{
    actor::AuthorityActor,
    event::EventKind,
    ids::{AttachmentId, AuthorityId, SubmissionId},
    ports::{
        authority::Step,
        store::{StoreError, Tx},
    },
    text::Text,
    time::Stamp,
};

/// What an authority makes of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// A positive decision.
    Grant {
        /// What was decided.
        summary: Text,
        /// The number of the resulting document or record.
        result_number: Option<String>,
        /// Result documents.
        documents: Vec<AttachmentId>,
    },
    /// A negative decision.
    Refuse {
        /// Every reason; at least one.
        reasons: Vec<Reason>,
        /// How to reach a positive result.
        way_forward: Text,
        /// Result documents.
        documents: Vec<AttachmentId>,
    },
    /// It has to be mended first.
    Return {
        /// Every defect; at least one.
        reasons: Vec<Reason>,
    },
    /// More must be known first.
    RequestInformation {
        /// What is asked.
        question: Text,
        /// Pointers into the form whose values are asked for anew.
        fields: Vec<String>,
        /// How many working days the business has.
        answer_in_working_days: u32,
    },
}

/// Who takes an authority's step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decider {
    /// The authority's own application.
    Application(AuthorityActor),
    /// The authority's system behind the gateway's connector.
    Connector(AuthorityId),
}

impl Decider {
    fn authority(&self) -> &AuthorityId {
        match self {
            Self::Application(actor) => &actor.authority,
            Self::Connector(authority) => authority,
        }
    }

    fn mover(&self) -> Mover<'_> {
        match self {
            Self::Application(actor) => Mover::Authority(actor),
            Self::Connector(_) => Mover::Gateway,
        }
    }
}

/// Why an authority's step did not happen.
#[derive(Debug, Clone, PartialEq)]
pub enum DecideError {
    /// No submission with this id is addressed to the authority.
    NotFound,
    /// The submission is at another version.
    Stale {
        /// The version now.
        current: i64,
    },
    /// Its state does not allow the step.
    State(StateConflict),
    /// A result document is missing or not whole.
    Attachment(AttachmentNotReady),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for DecideError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<StateConflict> for DecideError {
    fn from(conflict: StateConflict) -> Self {
        Self::State(conflict)
    }
}

/// A step of an authority on a submission addressed to it.
#[derive(Debug, Clone, PartialEq)]
pub struct DecideCommand {
    /// Who takes it.
    pub decider: Decider,
    /// On which submission.
    pub id: SubmissionId,
    /// The version the authority has seen, where it says so.
    pub expected: Option<i64>,
    /// What is done.
    pub step: Step,
}

/// Takes an authority's step. Deciding on a submission that was only lodged registers it on the way.
///
/// # Errors
/// [`DecideError`]; nothing is changed then.
pub fn decide(
    tx: &mut dyn Tx,
    desk: &Desk,
    command: &DecideCommand,
    mut stamp: Stamp,
) -> Result<Submission, DecideError> {
    let found = tx.submissions().find_addressed(command.decider.authority(), &command.id)?;
    let mut submission = found.ok_or(DecideError::NotFound)?;
    let current = submission.version;
    if command.expected.is_some_and(|expected| expected != current) {
        return Err(DecideError::Stale { current });
    }
    let mover = command.decider.mover();
    if submission.state == State::Lodged && command.step != Step::Register {
        register(tx, desk, &mut submission, &mover, &mut stamp)?;
    }
    match &command.step {
        Step::Register => register(tx, desk, &mut submission, &mover, &mut stamp)?,
        Step::BeginReview => {
            submission.begin_review(stamp.now)?;
            desk.tell(tx, &submission, EventKind::InReview, &mover, json!({}), &mut stamp)?;
        }
        Step::Decide(verdict) => conclude(tx, desk, &mut submission, verdict, &mover, &mut stamp)?,
    }
    match tx.submissions().update(&submission, current)? {
        true => Ok(submission),
        false => Err(DecideError::Stale { current: submission.version }),
    }
}

fn register(
    tx: &mut dyn Tx,
    desk: &Desk,
    submission: &mut Submission,
    mover: &Mover<'_>,
    stamp: &mut Stamp,
) -> Result<(), DecideError> {
    let number = registration_number(submission, stamp);
    submission.register(number.clone(), stamp.now)?;
    desk.tell(tx, submission, EventKind::Registered, mover, json!({ "number": number }), stamp)?;
    Ok(())
}

/// The year of registration and the sortable part of the id: unique without a counter.
fn registration_number(submission: &Submission, stamp: &Stamp) -> String {
    let body = submission.id.as_str().rsplit('_').next().unwrap_or_default();
    format!("{}-{body}", stamp.now.moscow_date().year())
}

fn conclude(
    tx: &mut dyn Tx,
    desk: &Desk,
    submission: &mut Submission,
    verdict: &Verdict,
    mover: &Mover<'_>,
    stamp: &mut Stamp,
) -> Result<(), DecideError> {
    let (kind, facts) = match verdict {
        Verdict::Grant { summary, result_number, documents } => {
            let documents =
                attached(tx, &submission.business, documents)?.map_err(DecideError::Attachment)?;
            let (summary, result_number) = (summary.clone(), result_number.clone());
            let facts = json!({ "result_number": result_number });
            let outcome = Outcome::Granted { summary, result_number, documents, decided_at: stamp.now };
            submission.conclude(outcome, stamp.now)?;
            (EventKind::Granted, facts)
        }
        Verdict::Refuse { reasons, way_forward, documents } => {
            let documents =
                attached(tx, &submission.business, documents)?.map_err(DecideError::Attachment)?;
            let (reasons, way_forward) = (reasons.clone(), way_forward.clone());
            let facts = codes(&reasons);
            let outcome = Outcome::Refused { reasons, way_forward, documents, decided_at: stamp.now };
            submission.conclude(outcome, stamp.now)?;
            (EventKind::Refused, facts)
        }
        Verdict::Return { reasons } => {
            let outcome = Outcome::Returned { reasons: reasons.clone(), returned_at: stamp.now };
            submission.conclude(outcome, stamp.now)?;
            (EventKind::Returned, codes(reasons))
        }
        Verdict::RequestInformation { question, fields, answer_in_working_days } => {
            let request = InformationRequest {
                id: stamp.id(),
                question: question.clone(),
                fields: fields.clone(),
                asked_at: stamp.now,
                due_at: desk.working_days_after(stamp.now, *answer_in_working_days),
                response: None,
            };
            let facts = json!({ "request_id": request.id, "due_at": request.due_at });
            submission.request_information(request, stamp.now)?;
            (EventKind::InformationRequested, facts)
        }
    };
    desk.tell(tx, submission, kind, mover, facts, stamp)?;
    Ok(())
}

fn codes(reasons: &[Reason]) -> Value {
    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    json!({ "reasons": codes })
}
