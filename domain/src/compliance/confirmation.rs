//! Confirmations (4.7.1.4, 4.5.6.5): the business says whether a life situation, a segment, a requirement or a need is its
//! own.
//!
//! A confirmation changes nothing but what is known: a requirement that was declined still binds until it is declared
//! inapplicable. The newest answer about a subject counts; earlier ones stay as history.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Refusal, actor, business, verdict};
use crate::{
    business::Business,
    catalogue::{LifeSituation, ScenarioStep},
    clerk::{Clerk, Happening},
    error::{Fix, Violation},
    event::EventKind,
    ids::{ApplicationId, AuthorityId, ConfirmationId},
    mandate::OnBehalf,
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordFilter, RecordKind, Stored},
    requirement::{
        condition::{Condition, Facts, Truth},
        model::Requirement,
        questions::missing,
    },
    text::Text,
    time::{Stamp, Timestamp},
};

/// How many codes a violation offers.
const OFFERED: usize = 30;

/// What is confirmed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ConfirmationSubject {
    /// A life situation of the catalogue.
    LifeSituation,
    /// A segment of the catalogue.
    Segment,
    /// A requirement of the registry.
    Requirement,
    /// A need: a step of a life situation's scenario.
    Need,
}

/// The code of the need behind a step of a life situation's scenario.
pub fn need_code(situation: &str, step: u32) -> String {
    format!("{situation}/{step}")
}

/// What the business says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ConfirmationAnswer {
    /// It is so.
    Confirmed,
    /// It is not so.
    Declined,
}

/// A confirmation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// What is confirmed.
    pub subject: ConfirmationSubject,
    /// Its code.
    pub code: String,
    /// What the business says.
    pub answer: ConfirmationAnswer,
    /// In its own words.
    pub comment: Option<String>,
    /// The version of the requirement that was confirmed.
    pub requirement_version: Option<i64>,
    /// The version of the profile at that time.
    pub profile_version: i64,
    /// The application that said so.
    pub application: ApplicationId,
    /// Under which the newest answer is found: codes of situations, segments and requirements may be equal.
    key: String,
}

impl Kept for Confirmation {
    const KIND: RecordKind = RecordKind::Confirmation;
    type Id = ConfirmationId;

    /// The key: a requirement's code, or the code of another subject behind the subject's name.
    fn requirement(&self) -> Option<&str> {
        Some(&self.key)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    /// The subject, by which lists are cut.
    fn state(&self) -> &'static str {
        self.subject.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A confirmation to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveConfirmation {
    /// Who gives it.
    pub on_behalf: OnBehalf,
    /// What is confirmed.
    pub subject: ConfirmationSubject,
    /// Its code.
    pub code: String,
    /// What the business says.
    pub answer: ConfirmationAnswer,
    /// In its own words.
    pub comment: Option<String>,
}

/// Keeps what the business says of a subject; the newest answer counts.
///
/// # Errors
/// [`Refusal::Invalid`] for a code that is not known; nothing is kept then.
pub fn give(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &GiveConfirmation,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Confirmation>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let GiveConfirmation { subject, code, answer, comment, on_behalf: _ } = command;
    check_code(clerk, *subject, code)?;
    let requirement_version = match subject {
        ConfirmationSubject::Requirement => clerk.registry.requirement(code).map(|entry| entry.version),
        ConfirmationSubject::LifeSituation | ConfirmationSubject::Segment | ConfirmationSubject::Need => None,
    };
    let confirmation = Confirmation {
        subject: *subject,
        code: code.clone(),
        answer: *answer,
        comment: comment.clone(),
        requirement_version,
        profile_version: business.version,
        application: actor.application.clone(),
        key: key(*subject, code),
    };
    let document = document(&confirmation);
    let kept = Stored::insert(tx, &business.id, confirmation, &mut stamp)?;
    let happening = Happening {
        kind: EventKind::ConfirmationGiven,
        business: &business.id,
        authority: None,
        subject: kept.id.as_str(),
        data: json!({ "subject": subject, "code": code, "answer": answer }),
    };
    let receipt = clerk.accept(tx, happening, (Act::Confirmed, &document), (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

/// The document whose digest the receipt signs.
fn document(confirmation: &Confirmation) -> Value {
    let Confirmation { subject, code, answer, comment, requirement_version, .. } = confirmation;
    json!({ "subject": subject, "code": code, "answer": answer, "comment": comment,
        "requirement_version": requirement_version })
}

fn key(subject: ConfirmationSubject, code: &str) -> String {
    match subject {
        ConfirmationSubject::Requirement => code.to_owned(),
        ConfirmationSubject::LifeSituation | ConfirmationSubject::Segment | ConfirmationSubject::Need => {
            format!("{}/{code}", <&str>::from(subject))
        }
    }
}

fn check_code(clerk: &Clerk, subject: ConfirmationSubject, code: &str) -> Result<(), Refusal> {
    let situations = || clerk.catalogue.situations().iter();
    let (known, list): (Vec<String>, &str) = match subject {
        ConfirmationSubject::LifeSituation => {
            (situations().map(|one| one.code.clone()).collect(), "/v1/life-situations")
        }
        ConfirmationSubject::Segment => {
            (clerk.catalogue.segments().iter().map(|one| one.code.clone()).collect(), "/v1/segments")
        }
        ConfirmationSubject::Need => {
            let steps = |one: &LifeSituation| {
                let needs = one.scenario.iter().map(|step| need_code(&one.code, step.step));
                needs.collect::<Vec<_>>()
            };
            (situations().flat_map(steps).collect(), "/v1/businesses/{business_id}/scenarios")
        }
        ConfirmationSubject::Requirement if clerk.registry.requirement(code).is_some() => return Ok(()),
        ConfirmationSubject::Requirement => (Vec::new(), "/v1/requirements"),
    };
    if known.iter().any(|one| one == code) {
        return Ok(());
    }
    let fix = Text::new(format!("Возьмите код из {list}."), format!("Take a code from {list}."));
    Err(Refusal::Invalid(vec![Violation {
        pointer: "/code".into(),
        code: "unknown-code".into(),
        detail: Text::new(format!("Кода «{code}» нет."), format!("There is no code “{code}”.")),
        fix: Fix { allowed: known.into_iter().take(OFFERED).map(Value::from).collect(), ..Fix::say(fix) },
    }]))
}

/// Which confirmations to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfirmationFilter {
    /// Only of this subject.
    pub subject: Option<ConfirmationSubject>,
    /// Only of this code; of any subject where none is named.
    pub code: Option<String>,
    /// Only the newest answer about each subject.
    pub current: bool,
}

impl ConfirmationFilter {
    fn fits(&self, confirmation: &Confirmation) -> bool {
        self.subject.is_none_or(|subject| subject == confirmation.subject)
            && self.code.as_ref().is_none_or(|code| *code == confirmation.code)
    }
}

/// The business's confirmations: the newest of each subject in the order of codes, or all of them, newest first.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn list(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    filter: &ConfirmationFilter,
    page: &PageRequest,
) -> Result<Page<Stored<Confirmation>>, Refusal> {
    let actor = actor(tx, on_behalf)?;
    if filter.current || (filter.code.is_some() && filter.subject.is_none()) {
        return Ok(whole(tx, &actor.business, filter, page)?);
    }
    let records = RecordFilter {
        requirement: filter.subject.zip(filter.code.as_ref()).map(|(subject, code)| key(subject, code)),
        state: filter.subject.map(|subject| <&str>::from(subject).to_owned()),
    };
    Ok(Stored::list(tx, &actor.business, &records, page)?)
}

/// The newest of each subject; a code without its subject is looked for among these.
fn whole(
    tx: &mut dyn Tx,
    business: &crate::ids::BusinessId,
    filter: &ConfirmationFilter,
    page: &PageRequest,
) -> Result<Page<Stored<Confirmation>>, StoreError> {
    let mut rows: Vec<Stored<Confirmation>> = Stored::latest(tx, business)?;
    rows.retain(|row| {
        filter.fits(&row.body) && page.after.as_ref().is_none_or(|after| row.body.key > *after)
    });
    rows.sort_by(|one, other| one.body.key.cmp(&other.body.key));
    Ok(Page::cut(rows, page, |row| row.body.key.clone()))
}

/// Something that was assigned to the business and that it has not answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// What it is.
    pub subject: ConfirmationSubject,
    /// Its code.
    pub code: String,
    /// Its name.
    pub title: Text,
    /// The facts that must be known before it can be said whether it is the business's; empty where it is.
    pub questions: Vec<String>,
}

/// What is assigned to the business and awaits its word: the situations that can be its own, the segments that its profile
/// leads to, and the requirements on its list, also those confirmed in an earlier version.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn awaited(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    on_behalf: &OnBehalf,
    now: Timestamp,
) -> Result<Vec<Assigned>, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let answered: Vec<Stored<Confirmation>> = Stored::latest(tx, &business.id)?;
    let is_answered = |assigned: &Assigned| {
        let key = key(assigned.subject, &assigned.code);
        let version = clerk.registry.requirement(&assigned.code).map(|entry| entry.version);
        answered.iter().any(|one| {
            let of_this_version = one.body.requirement_version.is_none_or(|seen| Some(seen) == version);
            one.body.key == key && of_this_version
        })
    };
    let mut assigned = assigned(clerk, &business, now);
    assigned.extend(needs(clerk, &answered));
    assigned.retain(|one| !is_answered(one));
    Ok(assigned)
}

/// The needs of the situations that the business confirmed (4.5.6.5).
fn needs(clerk: &Clerk, answered: &[Stored<Confirmation>]) -> Vec<Assigned> {
    let confirmed = |situation: &&LifeSituation| {
        let key = key(ConfirmationSubject::LifeSituation, &situation.code);
        answered.iter().any(|one| one.body.key == key && one.body.answer == ConfirmationAnswer::Confirmed)
    };
    let situations = clerk.catalogue.situations().iter().filter(confirmed);
    let need = |situation: &LifeSituation| {
        let of = |step: &ScenarioStep| Assigned {
            subject: ConfirmationSubject::Need,
            code: need_code(&situation.code, step.step),
            title: step.title.clone(),
            questions: Vec::new(),
        };
        situation.scenario.iter().map(of).collect::<Vec<_>>()
    };
    situations.flat_map(need).collect()
}

fn assigned(clerk: &Clerk, business: &Business, now: Timestamp) -> Vec<Assigned> {
    let day = now.moscow_date();
    let own = clerk.catalogue.segments_of(&business.profile, day);
    let facts = Facts(&business.profile);
    let make = |subject, (code, title): (&String, &Text), condition: &Condition| {
        let questions = missing(condition, facts).into_iter().map(str::to_owned).collect();
        Assigned { subject, code: code.clone(), title: title.clone(), questions }
    };
    let situations = clerk.catalogue.situations().iter();
    let situations = situations.filter(|one| one.applies_when.truth(facts) != Truth::False);
    let situations = situations
        .map(|one| make(ConfirmationSubject::LifeSituation, (&one.code, &one.title), &one.applies_when));
    let segments = clerk.catalogue.segments().iter().filter(|one| own.contains(&one.code.as_str()));
    let certain = Condition::Always(true);
    let segments = segments.map(|one| make(ConfirmationSubject::Segment, (&one.code, &one.title), &certain));
    let requirements = verdict::rows(clerk, business, day).into_iter().map(|(entry, _)| {
        let Requirement { code, title, applies_when, .. } = &entry.requirement;
        make(ConfirmationSubject::Requirement, (code, title), applies_when)
    });
    situations.chain(segments).chain(requirements).collect()
}
