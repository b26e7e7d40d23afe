//! What a supervisor reads of the documents that a business showed to it, and of the self-check that they belong to
//! (4.8.1.1): only while it supervises what they were shown for, and each reading is an event that the business sees.

use serde::Serialize;
use serde_json::json;

use super::{
    caution::Caution,
    evidence::supply::EvidenceSupply,
    self_check::{RequirementResult, SelfCheck, ShownEvidence},
    supervision::still_supervised,
};
use crate::{
    actor::AuthorityActor,
    attachment::Attachment,
    clerk::{Clerk, Happening, Mover},
    event::EventKind,
    ids::{AttachmentId, BusinessId, CautionId, EvidenceSupplyId, SelfCheckId},
    ports::store::{StoreError, Tx},
    record::Stored,
    time::{Stamp, Timestamp},
};

/// A completed self-check as far as a supervisor may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ShownSelfCheck {
    /// Its id.
    pub id: SelfCheckId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// What it came to for each requirement that the authority supervises.
    pub requirements: Vec<RequirementResult>,
    /// The documents that were shown for them.
    pub evidence: Vec<ShownEvidence>,
    /// When it was completed.
    pub completed_at: Timestamp,
}

/// Reads a self-check with which documents were shown to the authority; None where there is none.
///
/// # Errors
/// Only what the store says.
pub fn self_check(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, business, id): (&AuthorityActor, &BusinessId, &SelfCheckId),
    mut stamp: Stamp,
) -> Result<Option<ShownSelfCheck>, StoreError> {
    let Some(shown) = shown(tx, clerk, (actor, business, id))? else { return Ok(None) };
    let codes: Vec<&String> = shown.requirements.iter().map(|one| &one.code).collect();
    tell(tx, clerk, (actor, business, id.as_str()), (&codes, None), &mut stamp)?;
    Ok(Some(shown))
}

/// A document that was shown with a self-check; None where it was not shown to the authority.
///
/// # Errors
/// Only what the store says.
pub fn of_self_check(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, business, id): (&AuthorityActor, &BusinessId, &SelfCheckId),
    attachment: &AttachmentId,
    mut stamp: Stamp,
) -> Result<Option<Attachment>, StoreError> {
    let Some(shown) = shown(tx, clerk, (actor, business, id))? else { return Ok(None) };
    let mut evidence = shown.evidence.iter();
    let named = evidence.find(|one| one.document.attachment_id.as_ref() == Some(attachment));
    let Some(named) = named else { return Ok(None) };
    let codes: Vec<&String> = named.requirements.iter().collect();
    tell(tx, clerk, (actor, business, id.as_str()), (&codes, Some(attachment)), &mut stamp)?;
    tx.attachments().find(business, attachment)
}

/// A document of an objection to the authority's caution, or of the notice of measures; None for any other.
///
/// # Errors
/// Only what the store says.
pub fn of_caution(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, id): (&AuthorityActor, &CautionId),
    attachment: &AttachmentId,
    mut stamp: Stamp,
) -> Result<Option<Attachment>, StoreError> {
    let Some(caution) = Stored::<Caution>::addressed(tx, &actor.authority, id)? else { return Ok(None) };
    let Caution { objection, notice, requirement, .. } = &caution.body;
    let objected = objection.iter().flat_map(|objection| &objection.attachments);
    let mut sent = objected.chain(notice.iter().flat_map(|notice| &notice.attachments));
    let was_sent = sent.any(|one| one.id == *attachment);
    if !was_sent || still_supervised(clerk, &actor.authority, requirement).is_err() {
        return Ok(None);
    }
    let about = (actor, &caution.business, id.as_str());
    tell(tx, clerk, about, (&[requirement], Some(attachment)), &mut stamp)?;
    tx.attachments().find(&caution.business, attachment)
}

/// The document of a supply that is addressed to the authority; None where there is no such supply, and where the
/// document stayed with the business.
///
/// # Errors
/// Only what the store says.
pub fn of_supply(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, id): (&AuthorityActor, &EvidenceSupplyId),
    mut stamp: Stamp,
) -> Result<Option<Attachment>, StoreError> {
    let Some(supply) = Stored::<EvidenceSupply>::addressed(tx, &actor.authority, id)? else {
        return Ok(None);
    };
    let EvidenceSupply { requirement, attachment, .. } = &supply.body;
    let Some(attachment) = attachment else { return Ok(None) };
    if still_supervised(clerk, &actor.authority, requirement).is_err() {
        return Ok(None);
    }
    let about = (actor, &supply.business, id.as_str());
    tell(tx, clerk, about, (&[requirement], Some(attachment)), &mut stamp)?;
    tx.attachments().find(&supply.business, attachment)
}

/// The self-check, if documents were shown with it to the authority, and what of it the authority still supervises.
fn shown(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, business, id): (&AuthorityActor, &BusinessId, &SelfCheckId),
) -> Result<Option<ShownSelfCheck>, StoreError> {
    let Some(check) = Stored::<SelfCheck>::find(tx, business, id)? else { return Ok(None) };
    let Some(result) = &check.body.result else { return Ok(None) };
    if !check.body.shown_to().contains(&actor.authority) {
        return Ok(None);
    }
    let own = check.body.supervised_by(&actor.authority).map(|one| one.code.as_str());
    let own: Vec<&str> = own.filter(|code| still_supervised(clerk, &actor.authority, code).is_ok()).collect();
    let is_own = |code: &String| own.contains(&code.as_str());
    let evidence = result.evidence.iter().filter(|one| one.requirements.iter().any(is_own)).cloned();
    let shown = ShownSelfCheck {
        id: check.id.clone(),
        business_id: business.clone(),
        requirements: result.requirements.iter().filter(|one| is_own(&one.code)).cloned().collect(),
        evidence: evidence.collect(),
        completed_at: result.completed_at,
    };
    Ok((!shown.evidence.is_empty()).then_some(shown))
}

/// Tells the business, and the authority, that something was read.
fn tell(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, business, subject): (&AuthorityActor, &BusinessId, &str),
    (requirements, attachment): (&[&String], Option<&AttachmentId>),
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let happening = Happening {
        kind: EventKind::DocumentRead,
        business,
        authority: Some(&actor.authority),
        subject,
        data: json!({ "requirements": requirements, "attachment_id": attachment }),
    };
    clerk.tell(tx, happening, &Mover::Authority(actor), stamp)?;
    Ok(())
}
