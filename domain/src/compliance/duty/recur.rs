//! Marking a duty that the law makes recur as fulfilled, period by period; the calendar goes on to the next.

use jiff::{Span, civil::Date};
use serde_json::{Value, json};

use super::{
    super::{
        Refusal, business,
        papers::papers,
        schedule::{Occurrence, occurrences},
        sufficient_term::{LegalBounds, TermEnd, day_in, sufficient_term, zone},
        supervision::{model, standing},
    },
    DutyResponse, DutyState, InformationDuty,
    fulfil::nothing,
    happening,
};
use crate::{
    actor::Side,
    business::Business,
    clerk::Clerk,
    error::{Fix, Violation},
    event::EventKind,
    ids::{AttachmentId, BusinessId},
    mandate::OnBehalf,
    page::PageRequest,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::{RecordFilter, Stored},
    requirement::{
        condition::{Facts, Truth},
        model::{Duty, Requirement},
    },
    text::Text,
    time::{Stamp, Timestamp},
};

/// How far from today a period may lie, in days.
const REACH: i64 = 400;
/// How many kept duties are read at once.
const AT_ONCE: u32 = 1000;
/// How many periods a violation offers.
const OFFERED: usize = 12;

/// A period of a recurring duty that is fulfilled.
#[derive(Debug, Clone, PartialEq)]
pub struct FulfilPeriod {
    /// Who tells of it.
    pub on_behalf: OnBehalf,
    /// The requirement, by code.
    pub requirement: String,
    /// Its duty, by code.
    pub duty: String,
    /// The period in which it falls due, as the calendar names it.
    pub period: String,
    /// What was submitted, in words.
    pub statement: Option<String>,
    /// With which documents.
    pub attachments: Vec<AttachmentId>,
}

/// Marks one period of a recurring duty as fulfilled; its authority is told.
///
/// # Errors
/// [`Refusal::Invalid`] for an unknown duty or period, [`Refusal::State`] where the period is fulfilled already.
pub fn fulfil_period(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &FulfilPeriod,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<InformationDuty>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let about = (command.requirement.as_str(), "/requirement");
    let requirement = &standing(clerk, &business, about, stamp.now)?.requirement;
    let duty = concerning(requirement, &command.duty, &business)?;
    let found = occurrence(clerk, duty, (&business, &command.period), stamp.now)?;
    if command.statement.is_none() && command.attachments.is_empty() {
        return Err(nothing());
    }
    if kept(tx, &business.id)?.iter().any(|kept| kept.body.is_of(&command.requirement, duty, &found.period)) {
        let state = DutyState::Fulfilled.into();
        return Err(Refusal::State { state, attempted: "fulfil", allowed: Vec::new() });
    }
    let mut body = drawn_up(clerk, (requirement, duty, found), &business, stamp.now)?;
    body.response = Some(DutyResponse {
        statement: command.statement.clone(),
        attachments: papers(tx, &business.id, &command.attachments)?,
        application_id: actor.application.clone(),
        late: stamp.now >= body.due_at,
        at: stamp.now,
    });
    let made = Stored::insert(tx, &business.id, body, &mut stamp)?;
    let document = json!({ "requirement": command.requirement, "duty": command.duty, "period": command.period,
        "response": made.body.response });
    let happening = happening(&made, EventKind::DutyFulfilled);
    let act = (Act::DutyFulfilled, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((made, receipt))
}

/// All duties that are kept of a business.
pub(super) fn kept(
    tx: &mut dyn Tx,
    business: &BusinessId,
) -> Result<Vec<Stored<InformationDuty>>, StoreError> {
    let (mut found, mut page) = (Vec::new(), PageRequest { after: None, limit: AT_ONCE });
    loop {
        let kept = Stored::<InformationDuty>::list(tx, business, &RecordFilter::default(), &page)?;
        found.extend(kept.items);
        match kept.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

/// The duty of the requirement with this code, if it may concern the business.
fn concerning<'r>(
    requirement: &'r Requirement,
    code: &str,
    business: &Business,
) -> Result<&'r Duty, Refusal> {
    let facts = Facts(&business.profile);
    let mut own = requirement.duties.iter();
    let found = own.find(|duty| {
        let concerns = duty.when.as_ref().is_none_or(|when| when.truth(facts) != Truth::False);
        duty.code == code && concerns
    });
    found.ok_or_else(|| {
        Refusal::because(
            "/duty",
            "unknown-duty",
            Text::new(
                format!("У требования {} нет такой обязанности этого бизнеса: {code}.", requirement.code),
                format!("The requirement {} has no such duty of this business: {code}.", requirement.code),
            ),
            Text::new(
                "Возьмите requirement и duty из календаря.",
                "Take requirement and duty from the calendar.",
            ),
        )
    })
}

/// The period with this name, not too far from today.
fn occurrence(
    clerk: &Clerk,
    duty: &Duty,
    (business, period): (&Business, &str),
    now: Timestamp,
) -> Result<Occurrence, Refusal> {
    let today = day_in(&zone(model(clerk)?, &business.profile), now);
    let window =
        (today.saturating_sub(Span::new().days(REACH)), today.saturating_add(Span::new().days(REACH)));
    let mut all = occurrences(&duty.schedule, &clerk.calendar, &business.profile, window);
    if let Some(place) = all.iter().position(|one| one.period == period) {
        return Ok(all.swap_remove(place));
    }
    all.sort_by_key(|one| distance(one.due_on, today));
    let near = all.into_iter().take(OFFERED).map(|one| Value::from(one.period)).collect();
    let fix = Text::new("Возьмите period из календаря.", "Take period from the calendar.");
    Err(Refusal::Invalid(vec![Violation {
        pointer: "/period".into(),
        code: "unknown-period".into(),
        detail: Text::new(
            format!("Периода «{period}» у этой обязанности нет, или он слишком далёк."),
            format!("This duty has no period “{period}”, or it is too far away."),
        ),
        fix: Fix { allowed: near, ..Fix::say(fix) },
    }]))
}

fn distance(one: Date, other: Date) -> i64 {
    one.duration_until(other).as_hours().abs()
}

/// The period's duty as it is kept, fulfilled.
fn drawn_up(
    clerk: &Clerk,
    (requirement, duty, found): (&Requirement, &Duty, Occurrence),
    business: &Business,
    now: Timestamp,
) -> Result<InformationDuty, StoreError> {
    let model = model(clerk)?;
    let zone = zone(model, &business.profile);
    let (today, end) = (day_in(&zone, now), TermEnd::on(found.due_on, &zone));
    let term = sufficient_term(model, requirement, &business.profile, today, LegalBounds::default());
    Ok(InformationDuty {
        started_by: Side::Business,
        authority_id: duty.to.clone(),
        requirement: requirement.code.clone(),
        duty: Some(duty.code.clone()),
        period: Some(found.period),
        what: duty.title.clone(),
        started_on: today,
        due_on: end.last_day,
        due_at: end.over_at,
        prepare_from: clerk.calendar.subtract_working_days(end.last_day, term.working_days),
        term,
        remind_at: now,
        state: DutyState::Fulfilled,
        response: None,
    })
}
