//! Answers to requests for access: approved as asked for or narrower, rejected, passed on to somebody who may.

use serde_json::json;

use super::{
    MandateKind, MandateRefusal, OnBehalf, Right,
    access::{AccessRequest, AccessStatus, keep, registered_as, tell},
    grant::{Granted, NewGrant, Scope, grant, manager},
    limits,
};
use crate::{
    actor::BusinessActor,
    clerk::{Clerk, Happening, Mover},
    compliance::Refusal,
    error::Violation,
    event::EventKind,
    ids::AccessRequestId,
    page::{Page, PageRequest},
    ports::store::{AskedBy, Tx},
    receipt::{Act, Receipt, Received},
    text::Text,
    time::{Stamp, Timestamp},
};

/// An answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Who answers, for whom.
    pub on_behalf: OnBehalf,
    /// Which request.
    pub id: AccessRequestId,
}

/// Approves a request: its mandate is granted, as it was asked for or narrower.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn approve(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (reply, narrowed): (&Reply, &Narrowed),
    received: &Received,
    mut stamp: Stamp,
) -> Result<(AccessRequest, Granted), Refusal> {
    let (actor, mut request) = addressed(tx, reply, "approve", stamp.now)?;
    let content = &request.content;
    let powers = narrowed.powers.clone().unwrap_or_else(|| content.powers.clone());
    if let Some(place) = powers.iter().position(|code| !content.powers.contains(code)) {
        return Err(Refusal::Invalid(vec![never_asked_for(place)]));
    }
    let scope = Scope {
        kind: MandateKind::PowerOfAttorney,
        powers,
        valid_from: None,
        valid_until: limits::earlier(narrowed.valid_until, content.valid_until),
        sub_delegation: content.sub_delegation && narrowed.sub_delegation,
        ai_agent: content.ai_agent,
    };
    let (on_behalf, application) = (reply.on_behalf.clone(), request.application.clone());
    let new = NewGrant { on_behalf, application, scope };
    let granted = grant(tx, clerk, &new, received, stamp.split())?;
    request.content.granted = Some((granted.mandate.id.clone(), actor.business.clone()));
    request.close(AccessStatus::Approved, stamp.now);
    keep(tx, &request)?;
    let mover = Mover::Business(&actor);
    tell(tx, clerk, EventKind::AccessAnswered, &request, (&actor.business, &mover), &mut stamp)?;
    Ok((request, granted))
}

/// What an approval allows of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// These of the powers; None for all.
    pub powers: Option<Vec<String>>,
    /// No longer than this.
    pub valid_until: Option<Timestamp>,
    /// Whether handing on is allowed where it was asked for.
    pub sub_delegation: bool,
}

/// Rejects a request.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn reject(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (reply, reason): (&Reply, &Option<Text>),
    received: &Received,
    mut stamp: Stamp,
) -> Result<(AccessRequest, Receipt), Refusal> {
    let (actor, mut request) = addressed(tx, reply, "reject", stamp.now)?;
    request.content.reason = reason.clone();
    request.close(AccessStatus::Rejected, stamp.now);
    keep(tx, &request)?;
    let document = json!({ "access_request_id": request.id, "reason": reason });
    let subject = request.id.to_string();
    let happening = Happening {
        kind: EventKind::AccessAnswered,
        business: &actor.business,
        authority: None,
        subject: &subject,
        data: json!({ "status": request.status, "application_id": request.application }),
    };
    let act = (Act::AccessRejected, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((request, receipt))
}

/// Passes a request on to somebody who may: from a representative to the business's own application.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn escalate(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (reply, reason): (&Reply, &Option<Text>),
    mut stamp: Stamp,
) -> Result<AccessRequest, Refusal> {
    let (actor, mut request) = addressed(tx, reply, "escalate", stamp.now)?;
    request.content.reason = reason.clone();
    request.status = AccessStatus::Escalated;
    request.version += 1;
    keep(tx, &request)?;
    let mover = Mover::Business(&actor);
    tell(tx, clerk, EventKind::AccessAnswered, &request, (&actor.business, &mover), &mut stamp)?;
    Ok(request)
}

/// A request that a business is asked, for whoever manages its representatives.
///
/// # Errors
/// [`Refusal`].
pub fn find(tx: &mut dyn Tx, reply: &Reply) -> Result<AccessRequest, Refusal> {
    let (actor, _) = manager(tx, &reply.on_behalf)?;
    let party = party(tx, &actor)?;
    tx.access_requests().find(&party, &reply.id)?.ok_or(Refusal::NotFound)
}

/// The requests that a business is asked, newest first.
///
/// # Errors
/// [`Refusal`].
pub fn list(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    page: &PageRequest,
) -> Result<Page<AccessRequest>, Refusal> {
    let (actor, _) = manager(tx, on_behalf)?;
    let party = party(tx, &actor)?;
    Ok(tx.access_requests().list(&party, page)?)
}

fn addressed(
    tx: &mut dyn Tx,
    reply: &Reply,
    attempted: &'static str,
    now: Timestamp,
) -> Result<(BusinessActor, AccessRequest), Refusal> {
    let (actor, held) = manager(tx, &reply.on_behalf)?;
    let party = party(tx, &actor)?;
    let request = tx.access_requests().find(&party, &reply.id)?.ok_or(Refusal::NotFound)?;
    request.waiting(attempted, now)?;
    match (request.status, held.kind) {
        (AccessStatus::Escalated, MandateKind::PowerOfAttorney) => {
            let right = Right::RepresentativesWrite;
            Err(Refusal::Mandate(MandateRefusal::Insufficient { right, sufficient: &[] }))
        }
        _ => Ok((actor, request)),
    }
}

fn party(tx: &mut dyn Tx, actor: &BusinessActor) -> Result<AskedBy, Refusal> {
    let business = tx.businesses().find(&actor.business)?.ok_or(Refusal::NotFound)?;
    let ogrn = registered_as(&business);
    Ok(AskedBy::Business { inn: business.inn, ogrn })
}

fn never_asked_for(place: usize) -> Violation {
    limits::violation(
        &format!("/powers/{place}"),
        "power-not-asked-for",
        Text::new("Этого полномочия не просили.", "This power was not asked for."),
        Text::new(
            "Одобрить можно только то, о чём просили, или часть этого.",
            "Only what was asked for, or a part of it, can be approved.",
        ),
    )
}
