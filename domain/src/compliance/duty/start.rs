//! Starting a duty: by an authority, which gets its term computed, or by an event of the business's own.

use jiff::civil::Date;
use serde_json::json;

use super::{
    super::{
        Profile, Refusal, business, schedule,
        sufficient_term::{LegalBounds, SufficientTerm, TermEnd, day_in, sufficient_term, zone},
        supervision::{addressee, model, standing, supervised},
    },
    DutyState, InformationDuty, happening,
};
use crate::{
    actor::{AuthorityActor, Side},
    clerk::{Clerk, Mover},
    error::{Fix, Violation},
    event::EventKind,
    ids::BusinessId,
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::Stored,
    requirement::{
        condition::{Facts, Truth},
        model::{After, Duty, Requirement, Schedule},
        risk::RiskModel,
    },
    text::Text,
    time::{Stamp, Timestamp},
};

/// A duty that an authority starts.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDuty {
    /// Who starts it.
    pub actor: AuthorityActor,
    /// Whose duty.
    pub business: BusinessId,
    /// About which requirement.
    pub requirement: String,
    /// What is to be submitted.
    pub what: Text,
    /// What the law says of its term.
    pub bounds: LegalBounds,
}

/// A duty that an event of the business starts.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeHappened {
    /// Who tells of it.
    pub on_behalf: OnBehalf,
    /// The requirement.
    pub requirement: String,
    /// Its duty, by code.
    pub duty: String,
    /// When the event happened.
    pub happened_on: Date,
}

/// Starts a duty in an authority's name; the gateway sets a sufficient term within what the law allows.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn demand(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    new: &NewDuty,
    mut stamp: Stamp,
) -> Result<Stored<InformationDuty>, Refusal> {
    let model = model(clerk)?;
    let business = addressee(tx, &new.business)?;
    let about = (new.requirement.as_str(), "/requirement");
    let requirement = &supervised(clerk, &new.actor, &business, about, stamp.now)?.requirement;
    possible(new.bounds)?;
    let zone = zone(model, &business.profile);
    let today = day_in(&zone, stamp.now);
    let term = sufficient_term(model, requirement, &business.profile, today, new.bounds);
    let end = TermEnd::of(clerk, &zone, stamp.now, term.working_days);
    let duty = InformationDuty {
        started_by: Side::Authority,
        authority_id: new.actor.authority.clone(),
        requirement: requirement.code.clone(),
        duty: None,
        period: None,
        what: new.what.clone(),
        started_on: today,
        due_on: end.last_day,
        due_at: end.over_at,
        prepare_from: today,
        term,
        remind_at: remind_at(clerk, model, &business.profile, end, stamp.now),
        state: DutyState::Open,
        response: None,
    };
    let made = Stored::insert(tx, &business.id, duty, &mut stamp)?;
    clerk.tell(tx, happening(&made, EventKind::DutyStarted), &Mover::Authority(&new.actor), &mut stamp)?;
    Ok(made)
}

/// Starts the term of a duty that counts from an event of the business.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn tell_change(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ChangeHappened,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<InformationDuty>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let model = model(clerk)?;
    let about = (command.requirement.as_str(), "/requirement");
    let requirement = &standing(clerk, &business, about, stamp.now)?.requirement;
    let (duty, after) = started_by_change(requirement, &command.duty, &business.profile)?;
    if command.happened_on > day_in(&zone(model, &business.profile), stamp.now) {
        return Err(in_the_future());
    }
    let kept = begun(clerk, (requirement, duty, after), &business.profile, command.happened_on, stamp.now)?;
    let made = Stored::insert(tx, &business.id, kept, &mut stamp)?;
    let document = json!({ "requirement": command.requirement, "duty": command.duty, "happened_on": command.happened_on });
    let happening = happening(&made, EventKind::DutyStarted);
    let receipt =
        clerk.accept(tx, happening, (Act::DutyStarted, &document), (&actor, received), &mut stamp)?;
    Ok((made, receipt))
}

/// The duty as an event on this day starts it.
fn begun(
    clerk: &Clerk,
    (requirement, duty, after): (&Requirement, &Duty, &After),
    profile: &Profile,
    happened_on: Date,
    now: Timestamp,
) -> Result<InformationDuty, StoreError> {
    let model = model(clerk)?;
    let end = TermEnd::on(schedule::end_of_term(after, &clerk.calendar, happened_on), &zone(model, profile));
    let days = clerk.calendar.working_days_between(happened_on, end.last_day);
    let prepare = sufficient_term(model, requirement, profile, happened_on, LegalBounds::default());
    let begin = clerk.calendar.subtract_working_days(end.last_day, prepare.working_days);
    Ok(InformationDuty {
        started_by: Side::Business,
        authority_id: duty.to.clone(),
        requirement: requirement.code.clone(),
        duty: Some(duty.code.clone()),
        period: None,
        what: duty.title.clone(),
        started_on: happened_on,
        due_on: end.last_day,
        due_at: end.over_at,
        prepare_from: begin.max(happened_on),
        term: SufficientTerm::legal(days, words(after)),
        remind_at: remind_at(clerk, model, profile, end, now),
        state: DutyState::Open,
        response: None,
    })
}

/// When a duty is recalled: so many working days before its day as the model says, or at once.
fn remind_at(clerk: &Clerk, model: &RiskModel, profile: &Profile, end: TermEnd, now: Timestamp) -> Timestamp {
    let before = *model.terms.due_soon_working_days.on(now.moscow_date());
    let day = clerk.calendar.subtract_working_days(end.last_day, before);
    let begins = day.to_zoned_datetime(zone(model, profile)).map(|day| Timestamp::from(day.timestamp()));
    begins.map_or(now, |begins| begins.max(now))
}

fn possible(bounds: LegalBounds) -> Result<(), Refusal> {
    let LegalBounds { least: Some(least), most: Some(most) } = bounds else { return Ok(()) };
    if least <= most {
        return Ok(());
    }
    Err(Refusal::because(
        "/legal_max_working_days",
        "below-minimum",
        Text::new(
            format!("Наибольший срок {most} меньше наименьшего {least}."),
            format!("The greatest term {most} is below the least term {least}."),
        ),
        Text::new("Исправьте одно из чисел или уберите его.", "Mend one of the numbers or leave it out."),
    ))
}

/// The duty of the requirement and its term, if an event starts it and it concerns the business.
fn started_by_change<'r>(
    requirement: &'r Requirement,
    code: &str,
    profile: &Profile,
) -> Result<(&'r Duty, &'r After), Refusal> {
    let concerns =
        |duty: &Duty| duty.when.as_ref().is_none_or(|when| when.truth(Facts(profile)) != Truth::False);
    let by_event = requirement.duties.iter().filter_map(|duty| match &duty.schedule {
        Schedule::After(after) if after.after == schedule::CHANGE && concerns(duty) => Some((duty, after)),
        Schedule::After(_) | Schedule::Every(_) => None,
    });
    let possible: Vec<_> = by_event.collect();
    let found = possible.iter().find(|(duty, _)| duty.code == code);
    found.copied().ok_or_else(|| {
        Refusal::Invalid(vec![Violation {
            pointer: "/duty".into(),
            code: "not-started-by-event".into(),
            detail: Text::new(
                format!(
                    "У требования {} нет обязанности {code}, срок которой начинает событие.",
                    requirement.code
                ),
                format!(
                    "The requirement {} has no duty {code} whose term an event starts.",
                    requirement.code
                ),
            ),
            fix: Fix {
                allowed: possible.iter().map(|(duty, _)| json!(duty.code)).collect(),
                ..Fix::say(Text::new(
                    "Возьмите код такой обязанности; остальные сроки шлюз считает сам.",
                    "Take the code of such a duty; the gateway computes all other terms by itself.",
                ))
            },
        }])
    })
}

fn in_the_future() -> Refusal {
    Refusal::because(
        "/happened_on",
        "not-yet",
        Text::new("Этот день ещё не наступил.", "That day is still to come."),
        Text::new("Сообщите о событии, когда оно произойдёт.", "Tell of the event once it has happened."),
    )
}

fn words(after: &After) -> Text {
    match (after.working_days, after.calendar_days) {
        (Some(days), _) => Text::new(
            format!("Срок по закону: рабочих дней со дня события — {days}"),
            format!("The term of the law: {days} working days from the event"),
        ),
        (None, days) => Text::new(
            format!("Срок по закону: календарных дней со дня события — {}", days.unwrap_or(0)),
            format!("The term of the law: {} calendar days from the event", days.unwrap_or(0)),
        ),
    }
}
