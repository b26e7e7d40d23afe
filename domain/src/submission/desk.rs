//! What the submissions' use cases work with, besides the unit of work.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{AttachedDocument, Submission, withdraw::StepError};
use crate::{
    actor::{AuthorityActor, BusinessActor, Touchpoint},
    attachment::AttachmentState,
    business::Business,
    calendar::WorkingCalendar,
    catalogue::{Catalogue, Findings, Service},
    event::{EventKind, NewEvent},
    ids::{AttachmentId, BusinessId},
    inbox::{Task, TaskKind},
    ports::{
        authority::Authorities,
        signer::ReceiptSigner,
        store::{StoreError, Tx},
    },
    receipt::{Accepted, Act, Receipt, Received},
    time::{Stamp, Timestamp},
};

/// The catalogue, the calendar and the ports that the use cases need. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The catalogue in force.
    pub catalogue: Arc<Catalogue>,
    /// Working days.
    pub calendar: Arc<WorkingCalendar>,
    /// The gateway's signature.
    pub signer: Arc<dyn ReceiptSigner>,
    /// Connectors to authorities' systems; only asked for the route here.
    pub authorities: Arc<dyn Authorities>,
}

/// Who took a step, for the event that tells of it.
pub(super) enum Mover<'a> {
    Business(&'a BusinessActor),
    Authority(&'a AuthorityActor),
    Gateway,
}

/// An attachment that a submission names is not usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentNotReady {
    /// Which one.
    pub id: AttachmentId,
    /// How far it has come; None where the business has no such attachment.
    pub state: Option<AttachmentState>,
}

/// A list of named attachments, or the first that is not usable.
pub(super) type Attached = Result<Vec<AttachedDocument>, AttachmentNotReady>;

impl Desk {
    /// Checks a form against the service's schema and rules, with what is known of the business.
    pub(super) fn check(
        &self,
        service: &Service,
        form: &Map<String, Value>,
        business: &Business,
        now: Timestamp,
    ) -> Findings {
        service.check(form, &business.profile, now.moscow_date())
    }

    /// Checks a changed form as a whole, before the change is kept.
    pub(super) fn recheck(
        &self,
        tx: &mut dyn Tx,
        submission: &Submission,
        stamp: &Stamp,
    ) -> Result<(), StepError> {
        let business = tx.businesses().find(&submission.business)?.ok_or(StepError::NotFound)?;
        let Some(service) = self.catalogue.service(&submission.service) else {
            // The service was replaced by another code meanwhile: what was lodged keeps its course.
            return Ok(());
        };
        let findings = self.check(service, &submission.form, &business, stamp.now);
        if !findings.violations.is_empty() {
            return Err(StepError::Invalid(findings.violations));
        }
        if !findings.unmet.is_empty() {
            return Err(StepError::Rules(findings.unmet));
        }
        Ok(())
    }

    /// When the authority owes its decision: the service's term in working days, in Moscow's time zone.
    pub(super) fn decision_due(&self, service: &Service, lodged_at: Timestamp) -> Timestamp {
        self.working_days_after(lodged_at, service.document.term.working_days)
    }

    /// The end of the `days`-th working day after `start`.
    pub(super) fn working_days_after(&self, start: Timestamp, days: u32) -> Timestamp {
        self.calendar.deadline(start, days, &moscow())
    }

    /// Tells of a step in the feed and returns its place in the sequence.
    pub(super) fn tell(
        &self,
        tx: &mut dyn Tx,
        submission: &Submission,
        kind: EventKind,
        mover: &Mover<'_>,
        data: Value,
        stamp: &mut Stamp,
    ) -> Result<i64, StoreError> {
        let (application, touchpoint) = match mover {
            Mover::Business(actor) => (Some(&actor.application), Touchpoint::Api),
            Mover::Authority(actor) => (Some(&actor.application), Touchpoint::AuthorityApi),
            Mover::Gateway => (None, Touchpoint::Gateway),
        };
        tx.events().append(&NewEvent {
            id: stamp.id(),
            kind,
            at: stamp.now,
            business: submission.business.clone(),
            authority: submission.lodged_at.map(|_| submission.authority.clone()),
            subject: submission.id.to_string(),
            application: application.cloned(),
            touchpoint,
            service: Some(submission.service.clone()),
            situation: submission.situation.clone(),
            data,
        })
    }

    /// Tells that the authority's system cannot be reached and when it is tried again (once per task).
    ///
    /// # Errors
    /// Only what the store says.
    pub fn tell_delay(
        &self,
        tx: &mut dyn Tx,
        task: &Task,
        until: Timestamp,
        mut stamp: Stamp,
    ) -> Result<(), StoreError> {
        let found = tx.submissions().find_addressed(&task.authority, &task.submission)?;
        let Some(submission) = found.filter(|_| task.attempts == 1) else { return Ok(()) };
        let facts = json!({ "next_attempt_at": until });
        self.tell(tx, &submission, EventKind::DeliveryDelayed, &Mover::Gateway, facts, &mut stamp)?;
        Ok(())
    }

    /// Puts a task about the submission before its authority.
    pub(super) fn notify(
        &self,
        tx: &mut dyn Tx,
        submission: &Submission,
        kind: TaskKind,
        stamp: &mut Stamp,
    ) -> Result<(), StoreError> {
        tx.inbox().insert(&Task {
            id: stamp.id(),
            authority: submission.authority.clone(),
            submission: submission.id.clone(),
            kind,
            route: self.authorities.route(&submission.authority, &submission.form),
            available_at: stamp.now,
            attempts: 0,
            lease: None,
            acknowledged_at: None,
        })
    }

    /// Signs and keeps the receipt for an accepted act.
    pub(super) fn receipt(
        &self,
        tx: &mut dyn Tx,
        submission: &Submission,
        accepted: &Acceptance<'_>,
        stamp: &mut Stamp,
    ) -> Result<Receipt, StoreError> {
        let Acceptance { act, document, sequence, actor, received } = accepted;
        let accepted = Accepted {
            id: stamp.id(),
            sequence: *sequence,
            act: *act,
            document,
            actor,
            received,
            subject: submission.id.as_str(),
            at: stamp.now,
        };
        let receipt = accepted.seal(self.signer.as_ref());
        tx.receipts().insert(&receipt)?;
        Ok(receipt)
    }
}

/// An act of a business that was accepted.
pub(super) struct Acceptance<'a> {
    /// Which act.
    pub act: Act,
    /// The document that was accepted.
    pub document: &'a Value,
    /// The place of its event in the sequence.
    pub sequence: i64,
    /// Who acted.
    pub actor: &'a BusinessActor,
    /// What the request brought.
    pub received: &'a Received,
}

/// Resolves named attachments to their digests; each must be the business's own, whole and checked.
pub(super) fn attached(
    tx: &mut dyn Tx,
    business: &BusinessId,
    ids: &[AttachmentId],
) -> Result<Attached, StoreError> {
    let mut documents = Vec::with_capacity(ids.len());
    for id in ids {
        let found = tx.attachments().find(business, id)?;
        match found {
            Some(attachment) if attachment.state == AttachmentState::Stored => {
                documents.push(AttachedDocument { id: attachment.id, digest: attachment.digest });
            }
            other => {
                let state = other.map(|attachment| attachment.state);
                return Ok(Err(AttachmentNotReady { id: id.clone(), state }));
            }
        }
    }
    Ok(Ok(documents))
}

fn moscow() -> TimeZone {
    TimeZone::fixed(jiff::tz::Offset::constant(3))
}
