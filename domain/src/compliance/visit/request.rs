//! What a business does about visits: it asks for one, chooses a time, or declines.

use serde_json::{Value, json};

use super::{
    super::{
        Refusal, actor, business,
        sufficient_term::{TermEnd, zone},
        supervision::{model, seen, standing},
    },
    PreventiveVisit, Slot, VisitKind, VisitState, happening,
    slots::{ahead, is_taken},
};
use crate::{
    actor::{BusinessActor, Side},
    business::Business,
    clerk::Clerk,
    error::{Fix, Violation},
    event::EventKind,
    ids::{AuthorityId, VisitId},
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::Stored,
    requirement::condition::{Facts, Truth},
    text::Text,
    time::{Stamp, Timestamp},
};

/// A visit that a business asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestVisit {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// Whom; None where one authority alone supervises all the requirements.
    pub authority: Option<AuthorityId>,
    /// What about.
    pub topic: String,
    /// The requirements it is about; at least one.
    pub requirements: Vec<String>,
    /// Times that suit the business.
    pub preferred: Vec<Slot>,
}

/// A step of the business on a visit.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitStep {
    /// Who takes it.
    pub on_behalf: OnBehalf,
    /// On which visit.
    pub id: VisitId,
    /// The version that was seen.
    pub expected: Option<i64>,
}

/// Asks a supervisor for a visit; its answer is due in the model's term.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn request(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &RequestVisit,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<PreventiveVisit>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let model = model(clerk)?;
    if model.visit_on_request.when.truth(Facts(&business.profile)) == Truth::False {
        return Err(not_entitled(&model.visit_on_request.basis));
    }
    let authority = supervisor(clerk, command, &business, stamp.now)?;
    ahead(&command.preferred, "/preferred", stamp.now)?;
    let days = *model.terms.visit_answer_working_days.on(stamp.now.moscow_date());
    let term = TermEnd::of(clerk, &zone(model, &business.profile), stamp.now, days);
    let about = (command.topic.as_str(), command.requirements.as_slice());
    let visit = PreventiveVisit {
        initiator: Side::Business,
        state: VisitState::Requested,
        preferred: command.preferred.clone(),
        answer_due_at: Some(term.over_at),
        ..PreventiveVisit::begun(&authority, VisitKind::Voluntary, about)
    };
    let made = Stored::insert(tx, &business.id, visit, &mut stamp)?;
    let document = json!({ "visit": made.id, "topic": command.topic, "requirements": command.requirements,
        "preferred": command.preferred });
    let receipt = accept(
        tx,
        clerk,
        &made,
        (EventKind::VisitRequested, Act::VisitRequested),
        &document,
        (&actor, received),
        &mut stamp,
    )?;
    Ok((made, receipt))
}

/// Chooses one of the times offered. Who comes first has it: a desk holds one visit at a time.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn book(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (command, slot): (&VisitStep, &Slot),
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<PreventiveVisit>, Receipt), Refusal> {
    let (actor, mut visit) = own(tx, command)?;
    visit.body.allows("book")?;
    let offered = visit.body.slots.iter().find(|offered| offered.from == slot.from && offered.to == slot.to);
    let fits = |offered: &&Slot| slot.desk.is_none() || slot.desk == offered.desk;
    let Some(chosen) = offered.filter(fits).cloned() else { return Err(not_offered(&visit.body.slots)) };
    if chosen.from <= stamp.now {
        return Err(not_offered(&visit.body.slots));
    }
    if is_taken(tx, &visit.body.authority_id, &chosen)? {
        return Err(taken());
    }
    visit.body.booked = Some(chosen);
    visit.body.state = VisitState::Booked;
    visit.update(tx, stamp.now)?;
    let document = json!({ "visit": visit.id, "booked": visit.body.booked });
    let receipt = accept(
        tx,
        clerk,
        &visit,
        (EventKind::VisitBooked, Act::VisitBooked),
        &document,
        (&actor, received),
        &mut stamp,
    )?;
    Ok((visit, receipt))
}

/// Declines a voluntary visit, or takes a request back; a mandatory visit cannot be declined.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn decline(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (command, reason): (&VisitStep, Option<&str>),
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<PreventiveVisit>, Receipt), Refusal> {
    let (actor, mut visit) = own(tx, command)?;
    visit.body.allows("decline")?;
    visit.body.decline_reason = reason.map(str::to_owned);
    visit.body.booked = None;
    visit.body.state = VisitState::Declined;
    visit.update(tx, stamp.now)?;
    let document = json!({ "visit": visit.id, "decline_reason": reason });
    let receipt = accept(
        tx,
        clerk,
        &visit,
        (EventKind::VisitDeclined, Act::VisitDeclined),
        &document,
        (&actor, received),
        &mut stamp,
    )?;
    Ok((visit, receipt))
}

fn own(tx: &mut dyn Tx, command: &VisitStep) -> Result<(BusinessActor, Stored<PreventiveVisit>), Refusal> {
    let actor = actor(tx, &command.on_behalf)?;
    let visit =
        Stored::<PreventiveVisit>::find(tx, &actor.business, &command.id)?.ok_or(Refusal::NotFound)?;
    seen(command.expected, visit.version)?;
    Ok((actor, visit))
}

fn accept(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    visit: &Stored<PreventiveVisit>,
    (kind, act): (EventKind, Act),
    document: &Value,
    by: (&BusinessActor, &Received),
    stamp: &mut Stamp,
) -> Result<Receipt, Refusal> {
    Ok(clerk.accept(tx, happening(visit, kind), (act, document), by, stamp)?)
}

/// The authority that is asked: the one named, or the only one that supervises all the requirements.
fn supervisor(
    clerk: &Clerk,
    command: &RequestVisit,
    business: &Business,
    now: Timestamp,
) -> Result<AuthorityId, Refusal> {
    let mut common: Option<Vec<AuthorityId>> = None;
    for (place, code) in command.requirements.iter().enumerate() {
        let pointer = format!("/requirements/{place}");
        let entry = standing(clerk, business, (code, &pointer), now)?;
        let supervisors = &entry.requirement.supervisors;
        common = Some(match common {
            None => supervisors.clone(),
            Some(common) => common.into_iter().filter(|one| supervisors.contains(one)).collect(),
        });
    }
    let common = common.unwrap_or_default();
    match (&command.authority, common.as_slice()) {
        (Some(named), all) if all.contains(named) => Ok(named.clone()),
        (None, [only]) => Ok(only.clone()),
        (Some(_) | None, all) => Err(Refusal::Invalid(vec![Violation {
            pointer: "/authority_id".into(),
            code: "which-supervisor".into(),
            detail: Text::new(
                format!("Все названные требования контролируют органов: {}.", all.len()),
                format!("Authorities that supervise all the named requirements: {}.", all.len()),
            ),
            fix: Fix {
                allowed: all.iter().map(|one| json!(one)).collect(),
                ..Fix::say(Text::new(
                    "Назовите один из них; если общих нет, попросите о нескольких визитах.",
                    "Name one of them; where none is common, ask for several visits.",
                ))
            },
        }])),
    }
}

fn not_entitled(basis: &str) -> Refusal {
    Refusal::because(
        "",
        "not-entitled",
        Text::new(
            format!("Визит по своей инициативе доступен малому и микропредприятию ({basis})."),
            format!("A visit on request is open to small and micro businesses ({basis})."),
        ),
        Text::new(
            "Проверьте msp_category в профиле или обратитесь за консультацией.",
            "Check msp_category in the profile, or ask for a consultation.",
        ),
    )
}

fn not_offered(slots: &[Slot]) -> Refusal {
    Refusal::Invalid(vec![Violation {
        pointer: "/slot".into(),
        code: "not-offered".into(),
        detail: Text::new(
            "Такого времени среди предложенных нет, или оно прошло.",
            "No such time is offered, or it has passed.",
        ),
        fix: Fix {
            allowed: slots.iter().take(30).map(|slot| json!(slot)).collect(),
            ..Fix::say(Text::new("Выберите одно из предложенных.", "Choose one of those offered."))
        },
    }])
}

fn taken() -> Refusal {
    Refusal::because(
        "/slot",
        "slot-taken",
        Text::new("Это время уже занято другим визитом.", "Another visit has taken this time."),
        Text::new("Выберите другое из предложенных.", "Choose another of those offered."),
    )
}
