//! Consents to proactive service («согласие на проактивное предоставление», 4.5.4): to a life situation until withdrawn, or
//! to single services with data given ahead; each lets the gateway offer, or provide of itself.
//!
//! in_force → replaced | withdrawn | expired.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{all_at_once, offer::lapse, terms::consent_texts, unknown_code};
use crate::{
    business::Business,
    catalogue::{Catalogue, ServiceDocument, Stage},
    clerk::{Clerk, Happening, Mover, tell},
    compliance::{Refusal, business, supervision::seen},
    error::{Fix, Violation},
    event::EventKind,
    ids::{ApplicationId, AuthorityId, BusinessId, ConsentId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordFilter, RecordKind, Stored},
    text::Text,
    time::{Stamp, Timestamp},
};

/// What a consent is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ConsentSubject {
    /// Everything that belongs to a life situation.
    LifeSituation,
    /// A single service, support measure or e-service.
    Service,
}

/// What a consent allows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ConsentMode {
    /// To be offered; the business accepts in one call.
    Offer,
    /// To be provided without asking, where it is free of charge and the data suffice; otherwise to be offered.
    Provide,
}

/// How a consent stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ConsentState {
    /// It holds.
    InForce,
    /// A newer consent to the same took its place.
    Replaced,
    /// The business withdrew it.
    Withdrawn,
    /// Its term is over.
    Expired,
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Consent {
    /// What it is about.
    pub subject: ConsentSubject,
    /// The life situation or the service, by code.
    #[cfg_attr(feature = "schema", schema(example = "tax-balance-certificate"))]
    pub code: String,
    /// What it allows.
    pub mode: ConsentMode,
    /// The text that was agreed to, by its version.
    #[cfg_attr(feature = "schema", schema(example = "service-offer-1"))]
    pub text_version: String,
    /// Data for the service's form, given ahead.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub form: Map<String, Value>,
    /// Whether the service was in development or re-engineering: it is offered once that is over.
    pub pre_order: bool,
    /// The first moment at which it no longer holds; null where it holds until withdrawn.
    pub valid_until: Option<Timestamp>,
    /// How it stands.
    pub state: ConsentState,
    /// When it ceased to hold.
    pub ended_at: Option<Timestamp>,
    /// Why the business withdrew it, in its own words.
    pub reason: Option<String>,
    /// The application that gave it.
    pub application_id: ApplicationId,
}

impl Kept for Consent {
    const KIND: RecordKind = RecordKind::Consent;
    type Id = ConsentId;

    /// The code of its subject, by which lists are cut.
    fn requirement(&self) -> Option<&str> {
        Some(&self.code)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        self.valid_until.filter(|_| self.state == ConsentState::InForce)
    }
}

impl Consent {
    /// Whether it holds at a moment, whether the gateway has closed it yet or not.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.state == ConsentState::InForce && self.valid_until.is_none_or(|until| now < until)
    }

    /// Whether it covers a service.
    pub fn covers(&self, service: &ServiceDocument, catalogue: &Catalogue) -> bool {
        match self.subject {
            ConsentSubject::Service => self.code == service.code,
            ConsentSubject::LifeSituation => {
                let situation = catalogue.situations().iter().find(|one| one.code == self.code);
                let mut steps = situation.into_iter().flat_map(|one| &one.scenario);
                service.life_situations.contains(&self.code)
                    || steps.any(|step| step.services.contains(&service.code))
            }
        }
    }
}

/// A consent to be given.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveConsent {
    /// Who gives it.
    pub on_behalf: OnBehalf,
    /// What it is about.
    pub subject: ConsentSubject,
    /// The life situation or the service, by code.
    pub code: String,
    /// What it allows.
    pub mode: ConsentMode,
    /// The text that is agreed to.
    pub text_version: String,
    /// Data for the service's form.
    pub form: Map<String, Value>,
    /// Until when; None until withdrawn.
    pub valid_until: Option<Timestamp>,
}

/// Keeps a consent. It takes the place of an earlier one to the same, whose open offers lapse.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn give(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &GiveConsent,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Consent>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let pre_order = check(&clerk.catalogue, command, &business, stamp.now)?;
    let GiveConsent { subject, code, mode, text_version, form, valid_until, on_behalf: _ } = command;
    for mut former in in_force(tx, &business.id, stamp.now)? {
        if former.body.subject == *subject && former.body.code == *code {
            end(tx, &mut former, ConsentState::Replaced, &mut stamp)?;
        }
    }
    let document = json!({ "subject": subject, "code": code, "mode": mode, "text_version": text_version,
        "form": form, "valid_until": valid_until });
    let consent = Consent {
        subject: *subject,
        code: code.clone(),
        mode: *mode,
        text_version: text_version.clone(),
        form: form.clone(),
        pre_order,
        valid_until: *valid_until,
        state: ConsentState::InForce,
        ended_at: None,
        reason: None,
        application_id: actor.application.clone(),
    };
    let kept = Stored::insert(tx, &business.id, consent, &mut stamp)?;
    tx.looks().begin(&business.id)?;
    let happening = happening(&kept, EventKind::ConsentGiven);
    let receipt =
        clerk.accept(tx, happening, (Act::ConsentGiven, &document), (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

/// A consent to be withdrawn.
#[derive(Debug, Clone, PartialEq)]
pub struct WithdrawConsent {
    /// Who withdraws it.
    pub on_behalf: OnBehalf,
    /// Which one.
    pub id: ConsentId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// Why.
    pub reason: Option<String>,
}

/// Withdraws a consent: with the answer nothing rests on it any more, and its open offers have lapsed.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn withdraw(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &WithdrawConsent,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Consent>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let mut consent = Stored::<Consent>::find(tx, &business.id, &command.id)?.ok_or(Refusal::NotFound)?;
    seen(command.expected, consent.version)?;
    if !consent.body.holds(stamp.now) {
        let state = consent.body.state.into();
        return Err(Refusal::State { state, attempted: "withdraw", allowed: Vec::new() });
    }
    consent.body.reason = command.reason.clone();
    end(tx, &mut consent, ConsentState::Withdrawn, &mut stamp)?;
    let document = json!({ "consent": consent.id, "reason": command.reason });
    let happening = happening(&consent, EventKind::ConsentWithdrawn);
    let receipt =
        clerk.accept(tx, happening, (Act::ConsentWithdrawn, &document), (&actor, received), &mut stamp)?;
    Ok((consent, receipt))
}

/// Ends consents whose term is over; returns how many.
///
/// # Errors
/// Only what the store says.
pub fn expire_due(tx: &mut dyn Tx, limit: u32, mut stamp: Stamp) -> Result<usize, StoreError> {
    let mut due = Stored::<Consent>::due(tx, stamp.now, limit)?;
    for consent in &mut due {
        end(tx, consent, ConsentState::Expired, &mut stamp)?;
        tell(tx, happening(consent, EventKind::ConsentExpired), &Mover::Gateway, &mut stamp)?;
    }
    Ok(due.len())
}

/// The business's consents that hold, newest first.
pub(super) fn in_force(
    tx: &mut dyn Tx,
    business: &BusinessId,
    now: Timestamp,
) -> Result<Vec<Stored<Consent>>, StoreError> {
    let state: &'static str = ConsentState::InForce.into();
    let filter = RecordFilter { state: Some(state.into()), ..RecordFilter::default() };
    let mut found = Stored::<Consent>::list(tx, business, &filter, &all_at_once())?.items;
    found.retain(|consent| consent.body.holds(now));
    Ok(found)
}

/// The consent on which a service may be offered: one to the service itself before one to a life situation.
pub(super) fn ground<'c>(
    consents: &'c [Stored<Consent>],
    service: &ServiceDocument,
    catalogue: &Catalogue,
) -> Option<&'c Stored<Consent>> {
    let own = |one: &&Stored<Consent>| one.body.subject == ConsentSubject::Service;
    let covering = || consents.iter().filter(|one| one.body.covers(service, catalogue));
    covering().find(own).or_else(|| covering().next())
}

fn end(
    tx: &mut dyn Tx,
    consent: &mut Stored<Consent>,
    state: ConsentState,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    consent.body.state = state;
    consent.body.ended_at = Some(stamp.now);
    consent.update(tx, stamp.now)?;
    lapse(tx, consent, stamp)
}

fn happening(consent: &Stored<Consent>, kind: EventKind) -> Happening<'_> {
    let Consent { subject, code, mode, text_version, valid_until, state, .. } = &consent.body;
    let data = json!({ "subject": subject, "code": code, "mode": mode, "state": state,
        "text_version": text_version, "valid_until": valid_until });
    Happening { kind, business: &consent.business, authority: None, subject: consent.id.as_str(), data }
}

/// Whether the consent can be given; says whether it is a pre-order.
fn check(
    catalogue: &Catalogue,
    command: &GiveConsent,
    business: &Business,
    now: Timestamp,
) -> Result<bool, Refusal> {
    let GiveConsent { subject, code, mode, text_version, form, valid_until, on_behalf: _ } = command;
    let mut violations = Vec::new();
    let in_force = consent_texts(now).into_iter().find(|row| (row.subject, row.mode) == (*subject, *mode));
    let current = in_force.map(|row| row.version.as_str());
    if current != Some(text_version) {
        violations.push(other_text(current));
    }
    violations.extend(valid_until.filter(|until| *until <= now).map(|_| over_already()));
    let (pre_order, wrong) = check_subject(catalogue, (*subject, code, form), business, now)?;
    violations.extend(wrong);
    if violations.is_empty() { Ok(pre_order) } else { Err(Refusal::Invalid(violations)) }
}

/// Whether it is a pre-order, and what is wrong with the data given ahead.
fn check_subject(
    catalogue: &Catalogue,
    (subject, code, form): (ConsentSubject, &str, &Map<String, Value>),
    business: &Business,
    now: Timestamp,
) -> Result<(bool, Vec<Violation>), Refusal> {
    match subject {
        ConsentSubject::LifeSituation => {
            let known = || catalogue.situations().iter().map(|one| one.code.as_str());
            if !known().any(|one| one == code) {
                return Err(unknown_code("/code", code, known(), "/v1/life-situations"));
            }
            Ok((false, (!form.is_empty()).then(form_without_service).into_iter().collect()))
        }
        ConsentSubject::Service => {
            let Some(service) = catalogue.service(code) else {
                let known = catalogue.services().map(|one| one.document.code.as_str());
                return Err(unknown_code("/code", code, known, "/v1/services"));
            };
            let pre_order = matches!(service.document.stage, Stage::Alpha | Stage::Retired);
            let found = service.check(form, &business.profile, now.moscow_date()).under("/form");
            let wrong = found.violations.into_iter().filter(|one| one.code != "required");
            Ok((pre_order, wrong.collect()))
        }
    }
}

fn other_text(current: Option<&str>) -> Violation {
    let detail = Text::new(
        "Это не действующий текст такого согласия.",
        "This is not the text of such a consent that is in force.",
    );
    let fix = Text::new(
        "Покажите действующий текст из /v1/consent-texts и назовите его версию.",
        "Show the text in force from /v1/consent-texts and name its version.",
    );
    let fix = Fix { allowed: current.map(Value::from).into_iter().collect(), ..Fix::say(fix) };
    Violation { pointer: "/text_version".into(), code: "text-not-in-force".into(), detail, fix }
}

fn over_already() -> Violation {
    let detail = Text::new("Срок согласия уже прошёл.", "The term of the consent is over already.");
    let fix = Text::new(
        "Назовите срок в будущем или уберите valid_until: согласие действует до отзыва.",
        "Name a moment ahead, or leave valid_until out: the consent then holds until withdrawn.",
    );
    Violation { pointer: "/valid_until".into(), code: "not-ahead".into(), detail, fix: Fix::say(fix) }
}

fn form_without_service() -> Violation {
    let detail = Text::new(
        "Данные формы называют только в согласии на отдельную услугу.",
        "Data for a form come with a consent to a single service only.",
    );
    let fix = Text::new(
        "Уберите form или дайте согласие с subject = service.",
        "Leave form out, or give a consent with subject = service.",
    );
    Violation { pointer: "/form".into(), code: "no-form-here".into(), detail, fix: Fix::say(fix) }
}
