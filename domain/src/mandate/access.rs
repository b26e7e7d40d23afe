//! Requests to represent a business: made by whoever wants to, answered by whoever may grant (4.6.10.1).
//!
//! A request names the business by its numbers and is answered alike whether the gateway knows the business or not.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{grant::Scope, limits, terms};
use crate::{
    business::Business,
    clerk::{Clerk, Happening, Mover},
    compliance::Refusal,
    error::Violation,
    event::EventKind,
    identifier::{Inn, Ogrn, Ogrnip},
    ids::{AccessRequestId, ApplicationId, BusinessId, MandateId},
    ports::store::Tx,
    text::Text,
    time::{Stamp, Timestamp},
};

/// How a request stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AccessStatus {
    /// It waits for the business.
    Open,
    /// A representative passed it on: only the business's own application answers it.
    Escalated,
    /// A mandate was granted.
    Approved,
    /// The business does not want it.
    Rejected,
    /// Nobody answered in time.
    Expired,
}

/// A request to represent a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRequest {
    /// Its id.
    pub id: AccessRequestId,
    /// Who asks.
    pub application: ApplicationId,
    /// The business's taxpayer number.
    pub inn: String,
    /// The business's registration number.
    pub ogrn: String,
    /// The asker's own name for it.
    pub reference: String,
    /// How it stands.
    pub status: AccessStatus,
    /// What is asked for, and what came of it.
    pub content: AccessContent,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// Counts its changes from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was answered or expired; None while it waits.
    pub answered_at: Option<Timestamp>,
}

/// What is asked for, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessContent {
    /// The asker, as it called itself when it was registered.
    pub application_name: String,
    /// The powers, by code.
    pub powers: Vec<String>,
    /// The end of the term; None for no end.
    pub valid_until: Option<Timestamp>,
    /// Whether the powers are to be handed on.
    pub sub_delegation: bool,
    /// Whether the asker is an AI agent.
    pub ai_agent: bool,
    /// What became of it: the mandate and its business.
    pub granted: Option<(MandateId, BusinessId)>,
    /// Why it was rejected or passed on, in words.
    pub reason: Option<Text>,
}

/// A request to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccessRequest {
    /// Who asks.
    pub application: ApplicationId,
    /// The business's taxpayer number.
    pub inn: String,
    /// The business's registration number.
    pub ogrn: String,
    /// The asker's own name for it.
    pub reference: String,
    /// What is asked for.
    pub scope: Scope,
}

impl AccessRequest {
    /// How it stands at a moment.
    pub fn status_at(&self, at: Timestamp) -> AccessStatus {
        let over = self.answered_at.is_none() && self.expires_at <= at;
        if over { AccessStatus::Expired } else { self.status }
    }

    /// Refuses an act on a request that no longer waits.
    ///
    /// # Errors
    /// [`Refusal::State`].
    pub(super) fn waiting(&self, attempted: &'static str, now: Timestamp) -> Result<(), Refusal> {
        match self.status_at(now) {
            AccessStatus::Open | AccessStatus::Escalated => Ok(()),
            closed @ (AccessStatus::Approved | AccessStatus::Rejected | AccessStatus::Expired) => {
                Err(Refusal::State { state: closed.into(), attempted, allowed: Vec::new() })
            }
        }
    }

    pub(super) fn close(&mut self, status: AccessStatus, at: Timestamp) {
        self.status = status;
        self.answered_at = Some(at);
        self.version += 1;
    }
}

/// Makes a request. One under the same reference, or one to the same business that still waits, is answered instead.
///
/// # Errors
/// [`Refusal::Invalid`], or what the store says.
pub fn ask(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    new: &NewAccessRequest,
    mut stamp: Stamp,
) -> Result<AccessRequest, Refusal> {
    if let Some(known) = tx.access_requests().by_reference(&new.application, &new.reference)? {
        return Ok(known);
    }
    if let Some(mut twin) = tx.access_requests().waiting(&new.application, &new.inn)? {
        if twin.waiting("ask", stamp.now).is_ok() {
            return Ok(twin);
        }
        expire(tx, &mut twin)?;
    }
    let wrong = faults(clerk, new, stamp.now);
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let asker = tx.applications().find(&new.application)?.ok_or(Refusal::NotFound)?;
    let request = draw(new, asker.name, &mut stamp);
    tx.access_requests().insert(&request)?;
    let business = tx.businesses().by_inn(&new.inn)?.filter(|found| registered_as(found) == new.ogrn);
    if let Some(business) = business {
        tell(tx, clerk, EventKind::AccessRequested, &request, (&business.id, &Mover::Gateway), &mut stamp)?;
    }
    Ok(request)
}

/// Closes requests that nobody answered in time, at most `limit`; returns how many.
///
/// # Errors
/// Only what the store says.
pub fn expire_over(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<usize, Refusal> {
    let over = tx.access_requests().over(now, limit)?;
    let count = over.len();
    for mut request in over {
        expire(tx, &mut request)?;
    }
    Ok(count)
}

fn expire(tx: &mut dyn Tx, request: &mut AccessRequest) -> Result<(), Refusal> {
    request.close(AccessStatus::Expired, request.expires_at);
    keep(tx, request)
}

/// The business's registration number.
pub(super) fn registered_as(business: &Business) -> String {
    business.profile.get("ogrn").and_then(|ogrn| ogrn.as_str()).unwrap_or_default().to_owned()
}

pub(super) fn keep(tx: &mut dyn Tx, request: &AccessRequest) -> Result<(), Refusal> {
    match tx.access_requests().update(request)? {
        true => Ok(()),
        false => Err(Refusal::Stale { current: request.version }),
    }
}

pub(super) fn tell(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    kind: EventKind,
    request: &AccessRequest,
    (business, mover): (&BusinessId, &Mover<'_>),
    stamp: &mut Stamp,
) -> Result<(), Refusal> {
    let subject = request.id.to_string();
    let data = json!({
        "status": request.status, "application_id": request.application, "powers": request.content.powers,
        "expires_at": request.expires_at,
    });
    clerk.tell(tx, Happening { kind, business, authority: None, subject: &subject, data }, mover, stamp)?;
    Ok(())
}

fn draw(new: &NewAccessRequest, application_name: String, stamp: &mut Stamp) -> AccessRequest {
    let NewAccessRequest { application, inn, ogrn, reference, scope } = new.clone();
    let Scope { kind: _, powers, valid_from: _, valid_until, sub_delegation, ai_agent } = scope;
    AccessRequest {
        id: stamp.id(),
        application,
        inn,
        ogrn,
        reference,
        status: AccessStatus::Open,
        content: AccessContent {
            application_name,
            powers,
            valid_until,
            sub_delegation,
            ai_agent,
            granted: None,
            reason: None,
        },
        expires_at: terms(stamp.now).request_ends(stamp.now),
        version: 1,
        created_at: stamp.now,
        answered_at: None,
    }
}

fn faults(clerk: &Clerk, new: &NewAccessRequest, now: Timestamp) -> Vec<Violation> {
    let mut wrong = limits::faults(clerk, &new.scope, &limits::Limits::none(), now);
    if Inn::parse(&new.inn).is_err() {
        wrong.push(not_a_number("/inn", "inn"));
    }
    if Ogrn::parse(&new.ogrn).is_err() && Ogrnip::parse(&new.ogrn).is_err() {
        wrong.push(not_a_number("/ogrn", "ogrn"));
    }
    wrong
}

pub(super) fn not_a_number(pointer: &str, code: &str) -> Violation {
    limits::violation(
        pointer,
        code,
        Text::new(
            "Такого номера быть не может: не сходится длина или контрольная цифра.",
            "There can be no such number: its length or check digit is wrong.",
        ),
        Text::new(
            "Проверьте номер по выписке из реестра.",
            "Check the number against the register's extract.",
        ),
    )
}
