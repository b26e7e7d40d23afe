//! Preflight: the whole chain of lodging with its predicted decision, creating nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    AttachedDocument, Desk,
    desk::attached,
    draft::{self, DraftError},
};
use crate::{
    catalogue::{RuleKind, Unmet, UnmetRule},
    digest::Digest,
    error::Violation,
    ids::{AttachmentId, BusinessId, SubmissionId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::document_digest,
    time::Timestamp,
};

/// What is to be tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Who asks, for whom.
    pub on_behalf: OnBehalf,
    /// The service, by code.
    pub service: String,
    /// The form.
    pub form: Map<String, Value>,
    /// Attachments, in the order given.
    pub attachments: Vec<AttachmentId>,
}

/// One link of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Check {
    /// The caller's mandate for the business covers the service.
    Mandate,
    /// The form holds against its schema.
    Format,
    /// The data agrees with itself and with the state's records.
    Consistency,
    /// The business has the right to the service.
    Eligibility,
    /// Every required document is attached; the attachments are whole, and their digests held.
    Attachments,
    /// The same document is not under way already.
    Duplicates,
    /// The service takes submissions now.
    Deadline,
}

/// What would be decided, as far as rules can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Prediction {
    /// Nothing known speaks against a positive decision.
    Granted,
    /// It could be lodged, but facts are missing that a rule needs.
    Uncertain,
    /// It would be given back to be mended.
    Returned,
    /// It would be refused.
    Refused,
}

/// The outcome of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Whether lodging the same now would be accepted.
    pub lodgeable: bool,
    /// What would be decided.
    pub prediction: Prediction,
    /// Every link with its outcome, in the order of the chain.
    pub checks: Vec<(Check, bool)>,
    /// What is wrong with the form.
    pub violations: Vec<Violation>,
    /// Which rules are not met.
    pub unmet: Vec<UnmetRule>,
    /// Codes of rules that could not be judged because a fact is missing.
    pub unknown: Vec<String>,
    /// Attachments that are not usable.
    pub attachments: Vec<AttachmentId>,
    /// The submission that holds the same document.
    pub duplicate_of: Option<SubmissionId>,
    /// When the authority would owe its decision if it were lodged now.
    pub decision_due_at: Timestamp,
}

/// Tries a submission without creating anything.
///
/// # Errors
/// [`DraftError`] where there is no such business, mandate or service, or the service is retired.
pub fn preflight(
    tx: &mut dyn Tx,
    desk: &Desk,
    trial: &Trial,
    now: Timestamp,
) -> Result<Forecast, DraftError> {
    let actor = trial.on_behalf.authorise(tx)?;
    let service = draft::open_service(desk, &trial.service)?;
    let business = tx.businesses().find(&actor.business)?.ok_or(DraftError::NotFound)?;
    let (attachments, unusable) = sorted_out(tx, &actor.business, &trial.attachments)?;
    let findings = desk.check(service, (&trial.form, &attachments), &business, now);
    let digests: Vec<Digest> = attachments.iter().map(|attached| attached.digest).collect();
    let document = json!({ "service": trial.service, "form": trial.form, "attachments": digests });
    let duplicate_of =
        tx.submissions().open_twin(&business.id, &trial.service, &document_digest(&document))?;
    let holds = |kind| findings.unmet.iter().all(|rule| rule.kind != kind);
    let papers = findings.violations.iter().all(|found| found.pointer != "/attachments");
    let format = findings.violations.iter().all(|found| found.pointer == "/attachments");
    let checks = vec![
        (Check::Mandate, true),
        (Check::Format, format),
        (Check::Consistency, format && holds(RuleKind::Consistency)),
        (Check::Eligibility, format && holds(RuleKind::Eligibility)),
        (Check::Attachments, papers && unusable.is_empty()),
        (Check::Duplicates, duplicate_of.is_none()),
        (Check::Deadline, true),
    ];
    Ok(Forecast {
        lodgeable: checks.iter().all(|(_, passed)| *passed),
        prediction: predict(format && papers && unusable.is_empty(), &findings.unmet, &findings.unknown),
        checks,
        violations: findings.violations,
        unmet: findings.unmet,
        unknown: findings.unknown,
        attachments: unusable,
        duplicate_of,
        decision_due_at: desk.decision_due(service, now),
    })
}

/// The attachments that are usable, and the ids of those that are not.
fn sorted_out(
    tx: &mut dyn Tx,
    business: &BusinessId,
    ids: &[AttachmentId],
) -> Result<(Vec<AttachedDocument>, Vec<AttachmentId>), StoreError> {
    let (mut usable, mut unusable) = (Vec::new(), Vec::new());
    for id in ids {
        match attached(tx, business, std::slice::from_ref(id))? {
            Ok(found) => usable.extend(found),
            Err(unready) => unusable.push(unready.id),
        }
    }
    Ok((usable, unusable))
}

fn predict(whole: bool, unmet: &[UnmetRule], unknown: &[String]) -> Prediction {
    if unmet.iter().any(|rule| rule.unmet == Unmet::Refused) {
        Prediction::Refused
    } else if !whole || !unmet.is_empty() {
        Prediction::Returned
    } else if !unknown.is_empty() {
        Prediction::Uncertain
    } else {
        Prediction::Granted
    }
}
