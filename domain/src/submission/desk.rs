//! What the submissions' use cases work with, besides the unit of work.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{AttachedDocument, Submission, withdraw::StepError};
use crate::{
    actor::{AuthorityActor, BusinessActor, Touchpoint},
    attachment::{Attachment, AttachmentState},
    business::Business,
    calendar::WorkingCalendar,
    catalogue::{Catalogue, DocumentSpec, Findings, Service},
    digest::Digest,
    error::{Fix, Violation},
    event::{EventKind, NewEvent},
    ids::{AttachmentId, BusinessId},
    inbox::{Task, TaskKind},
    ports::{
        authority::Authorities,
        signer::ReceiptSigner,
        store::{StoreError, Tx},
    },
    receipt::{Accepted, Act, Receipt, Received},
    text::Text,
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
    /// Checks a form and what is attached to it against the service's schema, rules and documents, with what is known
    /// of the business. Pointers are into the submission: `/form/…` and `/attachments`.
    pub(super) fn check(
        &self,
        service: &Service,
        (form, attachments): (&Map<String, Value>, &[AttachedDocument]),
        business: &Business,
        now: Timestamp,
    ) -> Findings {
        let (findings, papers) = service.examine(form, &business.profile, now.moscow_date());
        let mut findings = findings.under("/form");
        if findings.violations.is_empty() {
            findings.violations.extend(missing_papers(&papers, attachments));
        }
        findings
    }

    /// Checks a changed form as a whole, before the change is kept.
    ///
    /// A submission keeps the version of the form it was lodged by: where the service was replaced meanwhile, only the
    /// authority can judge the change.
    pub(super) fn recheck(
        &self,
        tx: &mut dyn Tx,
        submission: &Submission,
        stamp: &Stamp,
    ) -> Result<(), StepError> {
        let business = tx.businesses().find(&submission.business)?.ok_or(StepError::NotFound)?;
        let service = self.catalogue.service(&submission.service);
        let Some(service) = service.filter(|found| found.document.version == submission.service_version)
        else {
            return Ok(());
        };
        let filled = (&*submission.form, submission.attachments.as_slice());
        let findings = self.check(service, filled, &business, stamp.now);
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
        let (application, ground, touchpoint) = match mover {
            Mover::Business(actor) => (Some(&actor.application), Some(&actor.ground), Touchpoint::Api),
            Mover::Authority(actor) => (Some(&actor.application), None, Touchpoint::AuthorityApi),
            Mover::Gateway => (None, None, Touchpoint::Gateway),
        };
        tx.events().append(&NewEvent {
            id: stamp.id(),
            kind,
            at: stamp.now,
            business: submission.business.clone(),
            authority: submission.lodged_at.map(|_| submission.authority.clone()),
            subject: submission.id.to_string(),
            application: application.cloned(),
            ground: ground.cloned(),
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
        let Acceptance { act, digest, sequence, actor, received } = accepted;
        let accepted = Accepted {
            id: stamp.id(),
            sequence: *sequence,
            act: *act,
            digest: *digest,
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
    /// The digest of the document that was accepted.
    pub digest: Digest,
    /// The place of its event in the sequence.
    pub sequence: i64,
    /// Who acted.
    pub actor: &'a BusinessActor,
    /// What the request brought.
    pub received: &'a Received,
}

/// The documents that must be attached and are not.
fn missing_papers(papers: &[&DocumentSpec], attachments: &[AttachedDocument]) -> Vec<Violation> {
    let attached = |code: &str| attachments.iter().any(|one| one.document.as_deref() == Some(code));
    let missing = papers.iter().filter(|paper| paper.required && !attached(&paper.code));
    missing
        .map(|paper| Violation {
            pointer: "/attachments".into(),
            code: "document-missing".into(),
            detail: Text {
                ru: format!("Не приложен обязательный документ «{}».", paper.title.ru),
                en: format!("The required document “{}” is not attached.", paper.title.en),
            },
            fix: Fix::say(Text {
                ru: format!("Загрузите вложение с document = {} и назовите его в attachments.", paper.code),
                en: format!(
                    "Upload an attachment with document = {} and name it in attachments.",
                    paper.code
                ),
            }),
        })
        .collect()
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
                let Attachment { id, document, digest, .. } = attachment;
                documents.push(AttachedDocument { id, document, digest });
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
