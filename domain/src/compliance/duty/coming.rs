//! The calendar of information duties: what the law makes recur, computed from the list, and what was started.

use jiff::{Span, civil::Date};
use serde::Serialize;
use strum::IntoStaticStr;

use super::{
    super::{
        Refusal, business,
        fact_used::{FactUsed, facts_used},
        schedule::{Occurrence, occurrences},
        sufficient_term::{LegalBounds, SufficientTerm, TermEnd, day_in, sufficient_term, zone},
        supervision::{binding, model},
    },
    DutyState, InformationDuty,
    recur::kept,
};
use crate::{
    actor::Side,
    business::Business,
    clerk::Clerk,
    ids::{AuthorityId, DutyId},
    mandate::OnBehalf,
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    record::Stored,
    requirement::{
        condition::{Facts, Truth},
        list::Verdict,
        model::{Duty, Requirement},
        registry::Entry,
    },
    text::Text,
    time::Timestamp,
};

/// Where a duty of the calendar stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DutyStanding {
    /// Its day is still to come.
    Upcoming,
    /// Its day is near.
    DueSoon,
    /// Its day has passed without an answer through this gateway.
    Overdue,
    /// The business answered through this gateway.
    Fulfilled,
    /// Its day has passed, and the gateway does not see whether it was done by another way.
    Unknown,
}

/// What started a duty of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DutyOrigin {
    /// The law: it recurs, or counts from a day that the profile holds.
    Law,
    /// An event of the business.
    Business,
    /// An authority.
    Authority,
}

/// A duty of the calendar.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ComingDuty {
    /// Its id, under which it is answered; null where the law makes it recur and it is not fulfilled yet.
    pub id: Option<DutyId>,
    /// What started it.
    pub origin: DutyOrigin,
    /// The requirement, by code.
    #[cfg_attr(feature = "schema", schema(example = "OT-003"))]
    pub requirement: String,
    /// The requirement's duty, by code.
    #[cfg_attr(feature = "schema", schema(example = "usn-return-company"))]
    pub duty: Option<String>,
    /// The period of a duty of the law, by which it is marked as fulfilled; null for any other.
    #[cfg_attr(feature = "schema", schema(example = "2027"))]
    pub period: Option<String>,
    /// What is to be submitted.
    pub what: Text,
    /// To whom.
    pub authority_id: AuthorityId,
    /// The last day, a working day.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2027-03-25"))]
    pub due_on: Date,
    /// When that day is over, by the clocks of the business's region.
    pub due_at: Timestamp,
    /// The day on which to begin, so that the sufficient term is left.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2027-03-03"))]
    pub prepare_from: Date,
    /// The sufficient term with its parts (4.8.1.4).
    pub term: SufficientTerm,
    /// Where it stands.
    pub state: DutyStanding,
    /// False while a fact is missing on which the duty rests.
    pub certain: bool,
    /// The facts it rests on.
    pub because: Vec<FactUsed>,
}

/// Which duties to tell of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyWindow {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Only about this requirement.
    pub requirement: Option<String>,
    /// Only to this authority.
    pub authority: Option<AuthorityId>,
}

/// How far the calendar reaches where nobody says.
const DEFAULT_DAYS: i64 = 90;
/// The longest window.
const MOST_DAYS: i64 = 400;

impl DutyWindow {
    /// The window between two days, of which either may be left out.
    ///
    /// # Errors
    /// A violation at `?to` where it ends before it begins or is too long.
    pub fn of((from, to): (Option<Date>, Option<Date>), today: Date) -> Result<Self, Refusal> {
        let from = from.unwrap_or(today);
        let to = to.unwrap_or_else(|| from.saturating_add(Span::new().days(DEFAULT_DAYS)));
        let days = from.duration_until(to).as_hours() / 24;
        if (0..=MOST_DAYS).contains(&days) {
            return Ok(Self { from, to, requirement: None, authority: None });
        }
        Err(Refusal::because(
            "?to",
            "range",
            Text::new(
                format!("Окно — от 0 до {MOST_DAYS} дней, здесь {days}."),
                format!("A window is 0 to {MOST_DAYS} days long, this one {days}."),
            ),
            Text::new("Сократите окно или спросите по частям.", "Shorten the window, or ask part by part."),
        ))
    }
}

/// The business's duties that fall due in the window, the nearest first.
///
/// # Errors
/// [`Refusal::NotFound`] without a mandate, or the store's error.
pub fn coming(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, window): (&OnBehalf, &DutyWindow),
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<ComingDuty>, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let listed = binding(tx, clerk, &business, now.moscow_date())?;
    let days = (window.from, window.to);
    let kept = kept(tx, &business.id)?;
    let mut duties = recurring(clerk, &business, listed, (days, now))?;
    duties.retain(|duty| !kept.iter().any(|kept| duty.is_kept_as(&kept.body)));
    let due = kept.into_iter().filter(|duty| (window.from..=window.to).contains(&duty.body.due_on));
    duties.extend(due.map(ComingDuty::from));
    duties.retain(|duty| {
        let about = window.requirement.as_ref().is_none_or(|code| *code == duty.requirement);
        about && window.authority.as_ref().is_none_or(|authority| *authority == duty.authority_id)
    });
    duties.sort_by_cached_key(ComingDuty::place);
    if let Some(after) = &page.after {
        duties.retain(|duty| duty.place() > *after);
    }
    Ok(Page::cut(duties, page, ComingDuty::place))
}

/// The duties that the law makes recur, or that count from a day of the profile.
fn recurring(
    clerk: &Clerk,
    business: &Business,
    listed: Vec<(&Entry, Verdict)>,
    (window, now): ((Date, Date), Timestamp),
) -> Result<Vec<ComingDuty>, StoreError> {
    let model = model(clerk)?;
    let zone = zone(model, &business.profile);
    let today = day_in(&zone, now);
    let soon = clerk.calendar.add_working_days(today, *model.terms.due_soon_working_days.on(today));
    let facts = Facts(&business.profile);
    let mut found = Vec::new();
    for (entry, verdict) in listed {
        let requirement = &entry.requirement;
        if requirement.duties.is_empty() {
            continue;
        }
        let term = sufficient_term(model, requirement, &business.profile, today, LegalBounds::default());
        for duty in &requirement.duties {
            let truth = duty.when.as_ref().map_or(Truth::True, |when| when.truth(facts));
            if truth == Truth::False {
                continue;
            }
            let certain = verdict == Verdict::Applies && truth == Truth::True;
            let conditions = std::iter::once(&requirement.applies_when).chain(&duty.when);
            let because = facts_used(conditions, facts, clerk.registry.facts());
            let falls = occurrences(&duty.schedule, &clerk.calendar, &business.profile, window);
            found.extend(falls.into_iter().map(|Occurrence { period, due_on }| {
                let prepare_from = clerk.calendar.subtract_working_days(due_on, term.working_days);
                let place =
                    Place { period, due_on, due_at: TermEnd::on(due_on, &zone).over_at, prepare_from };
                let state = standing(due_on, today, soon);
                ComingDuty::by_law((requirement, duty), place, &term, (state, certain), because.clone())
            }));
        }
    }
    Ok(found)
}

/// The days of a duty that recurs.
struct Place {
    period: String,
    due_on: Date,
    due_at: Timestamp,
    prepare_from: Date,
}

fn standing(due_on: Date, today: Date, soon: Date) -> DutyStanding {
    if due_on < today {
        DutyStanding::Unknown
    } else if due_on <= soon {
        DutyStanding::DueSoon
    } else {
        DutyStanding::Upcoming
    }
}

impl ComingDuty {
    fn by_law(
        (requirement, duty): (&Requirement, &Duty),
        place: Place,
        term: &SufficientTerm,
        (state, certain): (DutyStanding, bool),
        because: Vec<FactUsed>,
    ) -> Self {
        let Place { period, due_on, due_at, prepare_from } = place;
        Self {
            id: None,
            origin: DutyOrigin::Law,
            requirement: requirement.code.clone(),
            duty: Some(duty.code.clone()),
            period: Some(period),
            what: duty.title.clone(),
            authority_id: duty.to.clone(),
            due_on,
            due_at,
            prepare_from,
            term: term.clone(),
            state,
            certain,
            because,
        }
    }

    /// Whether this is the duty of the law that is kept as fulfilled.
    fn is_kept_as(&self, kept: &InformationDuty) -> bool {
        kept.period.is_some()
            && (&kept.requirement, &kept.duty, &kept.period) == (&self.requirement, &self.duty, &self.period)
    }

    /// Its place in the calendar: by day, then by what it is.
    fn place(&self) -> String {
        let which = self.id.as_ref().map_or("", |id| id.as_str());
        format!("{} {} {} {which}", self.due_on, self.requirement, self.duty.as_deref().unwrap_or(""))
    }
}

impl From<Stored<InformationDuty>> for ComingDuty {
    fn from(kept: Stored<InformationDuty>) -> Self {
        let InformationDuty {
            started_by,
            authority_id,
            requirement,
            duty,
            period,
            what,
            started_on: _,
            due_on,
            due_at,
            prepare_from,
            term,
            remind_at: _,
            state,
            response: _,
        } = kept.body;
        let origin = match (started_by, &period) {
            (Side::Business, Some(_)) => DutyOrigin::Law,
            (Side::Business, None) => DutyOrigin::Business,
            (Side::Authority, _) => DutyOrigin::Authority,
        };
        let (id, because) = (Some(kept.id), Vec::new());
        Self {
            id,
            origin,
            requirement,
            duty,
            period,
            what,
            authority_id,
            due_on,
            due_at,
            prepare_from,
            term,
            state: state.into(),
            certain: true,
            because,
        }
    }
}

impl From<DutyState> for DutyStanding {
    fn from(state: DutyState) -> Self {
        match state {
            DutyState::Open => Self::Upcoming,
            DutyState::DueSoon => Self::DueSoon,
            DutyState::Overdue => Self::Overdue,
            DutyState::Fulfilled => Self::Fulfilled,
        }
    }
}
