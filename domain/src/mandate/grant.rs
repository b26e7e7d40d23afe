//! Granting a mandate and changing its scope: by the business's own application, or by a representative that may hand
//! its powers on (4.6.10.1, 4.6.10.4).

use serde_json::{Value, json};

use super::{
    Holder, Mandate, MandateKind, MandateStatus, OnBehalf, Paper, Rights, Terms,
    limits::{self, Limits},
    terms,
};
use crate::{
    actor::{BusinessActor, Side},
    clerk::{Clerk, Happening, Mover},
    compliance::Refusal,
    error::Violation,
    event::EventKind,
    ids::{ApplicationId, BusinessId, MandateId},
    page::{Page, PageRequest},
    ports::store::{MandateFilter, Tx},
    receipt::{Act, Receipt, Received},
    text::Text,
    time::{Stamp, Timestamp},
};

/// What a mandate is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What it rests on.
    pub kind: MandateKind,
    /// The powers, by code; none where the application is the business's own.
    pub powers: Vec<String>,
    /// The first moment at which it holds; None for at once.
    pub valid_from: Option<Timestamp>,
    /// The first moment at which it no longer holds; None for no end.
    pub valid_until: Option<Timestamp>,
    /// Whether the representative may hand its powers on.
    pub sub_delegation: bool,
    /// Whether the representative is declared to be an AI agent.
    pub ai_agent: bool,
}

/// A mandate to grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// Who grants, for whom.
    pub on_behalf: OnBehalf,
    /// To whom.
    pub application: ApplicationId,
    /// What.
    pub scope: Scope,
}

/// A change of a mandate's scope; what is None stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeScope {
    /// Who changes it, for whom.
    pub on_behalf: OnBehalf,
    /// Which mandate.
    pub id: MandateId,
    /// The version the caller has seen.
    pub expected: i64,
    /// Other powers.
    pub powers: Option<Vec<String>>,
    /// Another end, or none.
    pub valid_until: Option<Option<Timestamp>>,
    /// Whether the powers may be handed on.
    pub sub_delegation: Option<bool>,
    /// Whether the representative is an AI agent.
    pub ai_agent: Option<bool>,
}

/// A granted mandate and the receipt for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Granted {
    /// The mandate.
    pub mandate: Mandate,
    /// The receipt.
    pub receipt: Receipt,
}

/// Grants a mandate.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn grant(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    new: &NewGrant,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Granted, Refusal> {
    let (actor, held) = manager(tx, &new.on_behalf)?;
    let limits = Limits::of(tx, &held)?;
    let mut wrong = limits::faults(clerk, &new.scope, &limits, stamp.now);
    if tx.applications().find(&new.application)?.is_none_or(|found| found.side != Side::Business) {
        wrong.push(unknown_application(&new.application));
    }
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    make_room(tx, (&new.application, &held.business), &mut stamp)?;
    let mandate = draw(&held, new, &actor, &mut stamp);
    tx.mandates().insert(&mandate)?;
    let document = document(&mandate);
    let (id, business) = (mandate.id.to_string(), mandate.business.clone());
    let happening = Happening {
        kind: EventKind::MandateGranted,
        business: &business,
        authority: None,
        subject: &id,
        data: document.clone(),
    };
    let act = (Act::RepresentativeGranted, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok(Granted { mandate, receipt })
}

/// Changes a mandate's scope; what was handed on from it shrinks with it.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn change(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ChangeScope,
    mut stamp: Stamp,
) -> Result<Mandate, Refusal> {
    let (actor, held) = manager(tx, &command.on_behalf)?;
    let mut mandate = managed(tx, &held, &command.id)?;
    if mandate.version != command.expected {
        return Err(Refusal::Stale { current: mandate.version });
    }
    open(&mandate, "change", stamp.now)?;
    let scope = changed(&mandate, command);
    let wrong = limits::faults(clerk, &scope, &Limits::of(tx, &held)?, stamp.now);
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let Scope { kind: _, powers, valid_from: _, valid_until, sub_delegation, ai_agent } = scope;
    mandate.terms.rights = rights(mandate.kind, &powers, sub_delegation, stamp.now);
    mandate.terms.valid_until = valid_until;
    mandate.paper = Paper { powers, sub_delegation, ai_agent, ..mandate.paper };
    mandate.version += 1;
    keep(tx, &mandate)?;
    tell(tx, EventKind::MandateChanged, &mandate, &Mover::Business(&actor), &mut stamp)?;
    shrink_below(tx, &mandate, &mut stamp)?;
    Ok(mandate)
}

/// Whoever manages representatives for the business: its own application, or a representative that may hand on.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Mandate`], or what the store says.
pub fn manager(tx: &mut dyn Tx, on_behalf: &OnBehalf) -> Result<(BusinessActor, Mandate), Refusal> {
    Ok((on_behalf.authorise(tx)?, on_behalf.mandate(tx)?))
}

/// A mandate that the holder of another manages: every one of the business for its own application, for a
/// representative those that it handed on itself.
///
/// # Errors
/// [`Refusal::NotFound`], or what the store says.
pub fn managed(tx: &mut dyn Tx, held: &Mandate, id: &MandateId) -> Result<Mandate, Refusal> {
    let found = tx.mandates().find(&held.business, id)?;
    found.filter(|found| manages(held, found)).ok_or(Refusal::NotFound)
}

fn manages(held: &Mandate, other: &Mandate) -> bool {
    match held.kind {
        MandateKind::Own => true,
        MandateKind::PowerOfAttorney => other.parent.as_ref() == Some(&held.id),
    }
}

/// The mandates that the caller manages, in the order of ids.
///
/// # Errors
/// As [`manager`].
pub fn managed_list(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    (status, kind): (Option<MandateStatus>, Option<MandateKind>),
    page: &PageRequest,
) -> Result<Page<Mandate>, Refusal> {
    let (_, held) = manager(tx, on_behalf)?;
    let parent = match held.kind {
        MandateKind::Own => None,
        MandateKind::PowerOfAttorney => Some(held.id),
    };
    let filter = MandateFilter { business: Some(held.business), parent, status, kind, ..Default::default() };
    Ok(tx.mandates().list(&filter, on_behalf.at, page)?)
}

/// The mandates of an application itself, in the order of ids.
///
/// # Errors
/// Only what the store says.
pub fn own_list(
    tx: &mut dyn Tx,
    holder: &Holder,
    status: Option<MandateStatus>,
    page: &PageRequest,
) -> Result<Page<Mandate>, Refusal> {
    let application = Some(holder.application.clone());
    let filter = MandateFilter { application, status, ..Default::default() };
    Ok(tx.mandates().list(&filter, holder.at, page)?)
}

/// Refuses an act on a mandate that is closed.
///
/// # Errors
/// [`Refusal::State`].
pub fn open(mandate: &Mandate, attempted: &'static str, now: Timestamp) -> Result<(), Refusal> {
    match mandate.terms.status_at(now) {
        MandateStatus::Pending | MandateStatus::InForce => Ok(()),
        closed @ (MandateStatus::Ended | MandateStatus::Expired | MandateStatus::Refused) => {
            Err(Refusal::State { state: closed.into(), attempted, allowed: Vec::new() })
        }
    }
}

/// Stores a changed mandate.
///
/// # Errors
/// [`Refusal::Stale`], or what the store says.
pub fn keep(tx: &mut dyn Tx, mandate: &Mandate) -> Result<(), Refusal> {
    match tx.mandates().update(mandate)? {
        true => Ok(()),
        false => Err(Refusal::Stale { current: mandate.version }),
    }
}

/// Tells of a mandate in the feed.
///
/// # Errors
/// Only what the store says.
pub fn tell(
    tx: &mut dyn Tx,
    kind: EventKind,
    mandate: &Mandate,
    mover: &Mover<'_>,
    stamp: &mut Stamp,
) -> Result<i64, Refusal> {
    let subject = mandate.id.to_string();
    let data = document(mandate);
    let happening = Happening { kind, business: &mandate.business, authority: None, subject: &subject, data };
    Ok(crate::clerk::tell(tx, happening, mover, stamp)?)
}

/// What a mandate says, as it is signed and told.
pub fn document(mandate: &Mandate) -> Value {
    let Terms { status, valid_from, valid_until, .. } = mandate.terms;
    let Paper { powers, sub_delegation, ai_agent, .. } = &mandate.paper;
    json!({
        "mandate_id": mandate.id, "application_id": mandate.application, "kind": mandate.kind, "status": status,
        "powers": powers, "valid_from": valid_from, "valid_until": valid_until,
        "sub_delegation": sub_delegation, "ai_agent": ai_agent, "parent_id": mandate.parent,
    })
}

/// The rights that a mandate's powers give.
pub fn rights(kind: MandateKind, powers: &[String], sub_delegation: bool, now: Timestamp) -> Rights {
    match kind {
        MandateKind::Own => Rights::ALL,
        MandateKind::PowerOfAttorney if sub_delegation => terms(now).rights(powers).with_delegation(),
        MandateKind::PowerOfAttorney => terms(now).rights(powers),
    }
}

/// An open mandate of the same application stands in the way, unless its term is over.
///
/// # Errors
/// [`Refusal::State`], or what the store says.
pub(super) fn make_room(
    tx: &mut dyn Tx,
    (application, business): (&ApplicationId, &BusinessId),
    stamp: &mut Stamp,
) -> Result<(), Refusal> {
    let Some(mut known) = tx.mandates().open(application, business)? else { return Ok(()) };
    let status = known.terms.status_at(stamp.now);
    if status == MandateStatus::Expired {
        return super::expire::expire(tx, &mut known, stamp);
    }
    Err(Refusal::State { state: status.into(), attempted: "grant", allowed: vec!["change", "dismiss"] })
}

fn draw(held: &Mandate, new: &NewGrant, actor: &BusinessActor, stamp: &mut Stamp) -> Mandate {
    let Scope { kind, powers, valid_from, valid_until, sub_delegation, ai_agent } = new.scope.clone();
    let (parent, end) = match held.kind {
        MandateKind::Own => (None, None),
        MandateKind::PowerOfAttorney => (Some(held.id.clone()), held.terms.valid_until),
    };
    let terms = Terms {
        status: MandateStatus::InForce,
        rights: rights(kind, &powers, sub_delegation, stamp.now),
        valid_from: valid_from.unwrap_or(stamp.now),
        valid_until: valid_until.or(end),
        principal_active: held.terms.principal_active,
    };
    let granted_by = Some(actor.application.clone());
    let paper = Paper { powers, sub_delegation, ai_agent, granted_by, ended_because: None };
    let (application, business) = (new.application.clone(), held.business.clone());
    Mandate { kind, terms, paper, parent, ..Mandate::own(stamp.id(), application, business, stamp.now) }
}

fn changed(mandate: &Mandate, command: &ChangeScope) -> Scope {
    let ChangeScope { powers, valid_until, sub_delegation, ai_agent, .. } = command.clone();
    Scope {
        kind: mandate.kind,
        powers: powers.unwrap_or_else(|| mandate.paper.powers.clone()),
        valid_from: Some(mandate.terms.valid_from),
        valid_until: valid_until.unwrap_or(mandate.terms.valid_until),
        sub_delegation: sub_delegation.unwrap_or(mandate.paper.sub_delegation),
        ai_agent: ai_agent.unwrap_or(mandate.paper.ai_agent),
    }
}

/// What was handed on from a mandate never says more than the mandate itself; what is left with nothing ends.
fn shrink_below(tx: &mut dyn Tx, above: &Mandate, stamp: &mut Stamp) -> Result<(), Refusal> {
    for mut child in tx.mandates().children(&above.id)? {
        child.paper.powers.retain(|code| above.paper.powers.contains(code));
        if child.paper.powers.is_empty() || !above.paper.sub_delegation {
            let because = Text::new(
                "Сократилось полномочие, от которого оно передано.",
                "The mandate it was handed on from was reduced.",
            );
            super::dismiss::end(tx, &mut child, &Mover::Gateway, Some(because), stamp)?;
            continue;
        }
        child.terms.rights = rights(child.kind, &child.paper.powers, child.paper.sub_delegation, stamp.now);
        child.terms.valid_until = limits::earlier(child.terms.valid_until, above.terms.valid_until);
        child.version += 1;
        keep(tx, &child)?;
        tell(tx, EventKind::MandateChanged, &child, &Mover::Gateway, stamp)?;
        shrink_below(tx, &child, stamp)?;
    }
    Ok(())
}

pub(super) fn unknown_application(id: &ApplicationId) -> Violation {
    limits::violation(
        "/application_id",
        "unknown-application",
        Text {
            ru: format!("Приложения бизнеса {id} шлюз не знает."),
            en: format!("The gateway knows no business's application {id}."),
        },
        Text::new(
            "Возьмите client_id, который приложение получило при регистрации.",
            "Take the client_id that the application got when it was registered.",
        ),
    )
}
