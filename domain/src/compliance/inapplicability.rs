//! Declarations that a requirement does not apply (4.7.1.5), on one of two grounds and no other: the business does not
//! carry on the activity, or it does not use the objects.
//!
//! A declaration works at once. It holds while the facts that it rests on stay as they were and its term lasts; the
//! supervisor may accept or contest it. Read first: [`Inapplicability::state_on`].

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Profile, Refusal, business, requirement,
    terms::{end_of, terms},
};
use crate::{
    business::Business,
    clerk::{Clerk, Happening},
    event::EventKind,
    ids::{ApplicationId, AuthorityId, InapplicabilityId},
    mandate::OnBehalf,
    page::{Page, PageRequest},
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordFilter, RecordKind, Stored},
    requirement::{condition::Facts, registry::Entry},
    text::Text,
    time::{Stamp, Timestamp},
};

mod ground;
mod lapse;
mod review;

pub use lapse::{expire_due, lapse_changed};
pub use review::{DecideInapplicability, Review, ReviewOutcome, decide, withdraw};

/// The two grounds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Ground {
    /// The business does not carry on the activity to which the requirement extends.
    NoSuchActivity,
    /// The business does not use the objects to which the requirement extends.
    ObjectsNotUsed,
}

/// Where a declaration stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum InapplicabilityState {
    /// It holds; the supervisor has not spoken.
    Declared,
    /// It holds; the supervisor accepts it.
    Accepted,
    /// The supervisor contests it: the requirement is back on the list.
    Contested,
    /// The business took it back.
    Withdrawn,
    /// A fact that it rested on changed.
    Lapsed,
    /// Its term ended.
    Expired,
}

impl InapplicabilityState {
    /// Whether the requirement does not bind.
    pub fn holds(self) -> bool {
        match self {
            Self::Declared | Self::Accepted => true,
            Self::Contested | Self::Withdrawn | Self::Lapsed | Self::Expired => false,
        }
    }

    fn allowed(self) -> Vec<&'static str> {
        match self {
            Self::Declared => vec!["withdraw", "decide"],
            Self::Accepted => vec!["withdraw"],
            Self::Contested | Self::Withdrawn | Self::Lapsed | Self::Expired => Vec::new(),
        }
    }
}

/// A declaration that a requirement does not apply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inapplicability {
    /// The requirement, by code.
    pub requirement: String,
    /// The version of the requirement.
    pub requirement_version: i64,
    /// On which ground.
    pub ground: Ground,
    /// The activities not carried on, or the objects not used, by code.
    pub named: Vec<String>,
    /// The business's own words.
    pub statement: String,
    /// The last day of its term.
    pub until: Date,
    /// What was known of the facts on which the requirement rests; null where nothing was.
    pub rests_on: Map<String, Value>,
    /// Where it stood when it last changed.
    pub state: InapplicabilityState,
    /// The supervisor to whom it is addressed.
    pub supervisor: AuthorityId,
    /// What the supervisor said.
    pub review: Option<Review>,
    /// The facts whose change ended it.
    pub changed_facts: Vec<String>,
    /// The application that declared it.
    pub application: ApplicationId,
}

impl Kept for Inapplicability {
    const KIND: RecordKind = RecordKind::Inapplicability;
    type Id = InapplicabilityId;

    fn requirement(&self) -> Option<&str> {
        Some(&self.requirement)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.supervisor)
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        self.state.holds().then(|| end_of(self.until))
    }
}

impl Inapplicability {
    /// Where it stands for this profile on this day, also before a timer has written it down.
    pub fn state_on(&self, profile: &Profile, day: Date) -> InapplicabilityState {
        if !self.state.holds() {
            self.state
        } else if self.until < day {
            InapplicabilityState::Expired
        } else if self.changed(profile).is_empty() {
            self.state
        } else {
            InapplicabilityState::Lapsed
        }
    }

    /// The facts that are no longer what the declaration rested on.
    fn changed(&self, profile: &Profile) -> Vec<String> {
        let known = |fact: &str| Facts(profile).quoted(fact).unwrap_or_default();
        let changed = self.rests_on.iter().filter(|(fact, value)| known(fact) != **value);
        changed.map(|(fact, _)| fact.clone()).collect()
    }
}

/// The business's declaration as it stands now, also before a timer has written it down.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn find(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    id: &InapplicabilityId,
    day: Date,
) -> Result<Stored<Inapplicability>, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let found = Stored::find(tx, &business.id, id)?.ok_or(Refusal::NotFound)?;
    Ok(as_of(found, &business, day))
}

/// The business's declarations as they stand now, newest first.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn list(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    (filter, page): (&RecordFilter, &PageRequest),
    day: Date,
) -> Result<Page<Stored<Inapplicability>>, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let found = Stored::list(tx, &business.id, filter, page)?;
    Ok(found.map(|one| as_of(one, &business, day)))
}

fn as_of(mut kept: Stored<Inapplicability>, business: &Business, day: Date) -> Stored<Inapplicability> {
    kept.body.state = kept.body.state_on(&business.profile, day);
    kept
}

/// What is known of the facts that a requirement tests.
fn facts_beneath(entry: &Entry, profile: &Profile) -> Map<String, Value> {
    let tests = entry.requirement.applies_when.tests();
    let known = |fact: &String| Facts(profile).quoted(fact).unwrap_or_default();
    tests.into_iter().map(|test| (test.fact.clone(), known(&test.fact))).collect()
}

/// A declaration to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclareInapplicable {
    /// Who declares.
    pub on_behalf: OnBehalf,
    /// The requirement, by code.
    pub requirement: String,
    /// On which ground.
    pub ground: Ground,
    /// The activities not carried on.
    pub activities: Vec<String>,
    /// The objects not used.
    pub objects: Vec<String>,
    /// The business's own words.
    pub statement: String,
    /// The last day of its term; None for the longest term.
    pub until: Option<Date>,
}

/// Declares a requirement of the list inapplicable; it works at once and the supervisor is told.
///
/// # Errors
/// [`Refusal::NotFound`] for an unknown requirement; [`Refusal::State`] where it is not on the list, is declared already,
/// or was contested on the same ground with the same facts; [`Refusal::Invalid`] where the ground does not carry it.
pub fn declare(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &DeclareInapplicable,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Inapplicability>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let entry = requirement(clerk, &command.requirement)?;
    let day = stamp.now.moscow_date();
    let rests_on = facts_beneath(entry, &business.profile);
    may_be_declared(tx, (entry, &business), (command.ground, &rests_on), day)?;
    let mut violations = ground::objections(entry, command, &business.profile);
    let until = term(command.until, day, &mut violations);
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    let supervisor = entry.requirement.supervisors.first().ok_or(Refusal::NotFound)?;
    let declaration = Inapplicability {
        requirement: command.requirement.clone(),
        requirement_version: entry.version,
        ground: command.ground,
        named: ground::named(command).to_vec(),
        statement: command.statement.clone(),
        until,
        rests_on,
        state: InapplicabilityState::Declared,
        supervisor: supervisor.clone(),
        review: None,
        changed_facts: Vec::new(),
        application: actor.application.clone(),
    };
    let document = document(&declaration);
    let kept = Stored::insert(tx, &business.id, declaration, &mut stamp)?;
    let happening = happening(EventKind::InapplicabilityDeclared, &kept);
    let act = (Act::DeclaredInapplicable, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

/// The document whose digest the receipt signs.
fn document(declaration: &Inapplicability) -> Value {
    let Inapplicability { requirement, requirement_version, ground, named, statement, until, .. } =
        declaration;
    json!({ "requirement": requirement, "requirement_version": requirement_version, "ground": ground,
        "named": named, "statement": statement, "until": until })
}

/// What the feed tells of a declaration.
fn happening(kind: EventKind, kept: &Stored<Inapplicability>) -> Happening<'_> {
    let Inapplicability { requirement, ground, state, until, changed_facts, .. } = &kept.body;
    Happening {
        kind,
        business: &kept.business,
        authority: Some(&kept.body.supervisor),
        subject: kept.id.as_str(),
        data: json!({ "requirement": requirement, "ground": ground, "state": state, "until": until,
            "changed_facts": changed_facts }),
    }
}

fn may_be_declared(
    tx: &mut dyn Tx,
    (entry, business): (&Entry, &Business),
    (ground, facts): (Ground, &Map<String, Value>),
    day: Date,
) -> Result<(), Refusal> {
    let refuse = |state, allowed| Err(Refusal::State { state, attempted: "declare_inapplicable", allowed });
    if entry.verdict(Facts(&business.profile), day).is_none() {
        return refuse("does_not_apply", Vec::new());
    }
    let latest: Vec<Stored<Inapplicability>> = Stored::latest(tx, &business.id)?;
    let Some(last) = latest.into_iter().find(|one| one.body.requirement == entry.requirement.code) else {
        return Ok(());
    };
    let state = last.body.state_on(&business.profile, day);
    let is_the_same = last.body.ground == ground && last.body.rests_on == *facts;
    match state {
        InapplicabilityState::Declared | InapplicabilityState::Accepted => {
            refuse(state.into(), vec!["withdraw"])
        }
        InapplicabilityState::Contested if is_the_same => refuse(state.into(), Vec::new()),
        InapplicabilityState::Contested
        | InapplicabilityState::Withdrawn
        | InapplicabilityState::Lapsed
        | InapplicabilityState::Expired => Ok(()),
    }
}

fn term(asked: Option<Date>, day: Date, violations: &mut Vec<crate::error::Violation>) -> Date {
    let longest = terms().on(day).longest_inapplicability(day);
    let until = asked.unwrap_or(longest);
    if !(day..=longest).contains(&until) {
        let detail = Text::new(
            format!("Заявление действует не дольше чем по {longest} и не может кончиться до {day}."),
            format!("A declaration holds until {longest} at most and cannot end before {day}."),
        );
        let fix =
            Text::new("Назовите день из этого промежутка или null.", "Name a day between the two, or null.");
        violations.push(ground::violation("/until", "term-out-of-bounds", detail, fix));
    }
    until
}
