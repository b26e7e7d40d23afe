//! The scripted authority: it acts by documented magic values of the form's `/contact/email`.
//!
//! What it does follows from the task, the submission and the moment alone, so a restart changes nothing.

use domain::{
    ids::AuthorityId,
    inbox::{Route, Task, TaskKind},
    ports::authority::{Answer, Authorities, Step},
    submission::{State, Submission, decide::Verdict},
    text::Text,
    time::Timestamp,
};
use jiff::SignedDuration;
use serde_json::{Map, Value};

use crate::verdicts::{ask, give_back, grant, refuse, text};

/// How long [`Scenario::GrantedInTwoDays`] takes from lodging.
const TWO_DAYS: SignedDuration = SignedDuration::from_hours(48);
/// How long [`Scenario::Down`] cannot be reached after lodging.
const ONE_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What the scripted authority is made to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Grants at once.
    Granted,
    /// Grants two virtual days after lodging.
    GrantedInTwoDays,
    /// Asks for information once; grants after the answer.
    Asks,
    /// Refuses with two reasons.
    Refused,
    /// Returns for correction once; grants after the correction.
    Returned,
    /// Cannot be reached for a virtual hour after lodging; then grants.
    Down,
    /// Registers and says nothing more.
    Silent,
}

/// Every magic value with its scenario and its meaning in Russian and English.
pub const MAGIC: [(&str, Scenario, &str, &str); 7] = [
    (
        "granted@magic.test",
        Scenario::Granted,
        "Ведомство сразу принимает положительное решение.",
        "The authority grants at once.",
    ),
    (
        "granted-in-two-days@magic.test",
        Scenario::GrantedInTwoDays,
        "Ведомство сразу регистрирует и принимает положительное решение через двое виртуальных суток после подачи.",
        "The authority registers at once and grants two virtual days after lodging.",
    ),
    (
        "asks@magic.test",
        Scenario::Asks,
        "Ведомство один раз запрашивает сведения; после ответа принимает положительное решение.",
        "The authority asks for information once; after the answer it grants.",
    ),
    (
        "refused@magic.test",
        Scenario::Refused,
        "Ведомство отказывает: две причины с правовыми основаниями и путь к положительному результату.",
        "The authority refuses: two reasons with legal grounds, and the way to a positive result.",
    ),
    (
        "returned@magic.test",
        Scenario::Returned,
        "Ведомство возвращает на исправление; после исправления принимает положительное решение.",
        "The authority returns it for correction; after the correction it grants.",
    ),
    (
        "down@magic.test",
        Scenario::Down,
        "Система ведомства недоступна один виртуальный час после подачи, затем решение положительное.",
        "The authority's system cannot be reached for one virtual hour after lodging, then it grants.",
    ),
    (
        "silent@magic.test",
        Scenario::Silent,
        "Ведомство регистрирует и больше ничего не делает: срок решения может пройти.",
        "The authority registers it and does nothing more: the term of the decision may pass.",
    ),
];

/// The magic values with their meanings, for the documentation and `/sandbox/scenarios`.
pub fn scenarios() -> Vec<(&'static str, Text)> {
    MAGIC.iter().map(|(address, _, ru, en)| (*address, text(ru, en))).collect()
}

impl Scenario {
    /// The scenario that a form's contact address stands for; None leaves the authority to be played by hand.
    pub fn of(form: &Map<String, Value>) -> Option<Self> {
        let address = form.get("contact")?.get("email")?.as_str()?;
        MAGIC
            .iter()
            .find(|(magic, ..)| magic.eq_ignore_ascii_case(address))
            .map(|(_, scenario, ..)| *scenario)
    }

    fn answer(self, submission: &Submission, now: Timestamp) -> Answer {
        let lodged_at = submission.lodged_at.unwrap_or(submission.updated_at);
        match self {
            Self::Granted => conclude(submission, grant(submission)),
            Self::GrantedInTwoDays if now < lodged_at.plus(TWO_DAYS) => {
                Answer::ActAndGoOn(registration(submission), lodged_at.plus(TWO_DAYS))
            }
            Self::GrantedInTwoDays => conclude(submission, grant(submission)),
            Self::Asks if submission.dossier.requests.is_empty() => conclude(submission, ask()),
            Self::Asks => conclude(submission, grant(submission)),
            Self::Refused => conclude(submission, refuse()),
            Self::Returned if was_mended(submission) => conclude(submission, grant(submission)),
            Self::Returned => conclude(submission, give_back()),
            Self::Down if now < lodged_at.plus(ONE_HOUR) => Answer::Unreachable(lodged_at.plus(ONE_HOUR)),
            Self::Down => conclude(submission, grant(submission)),
            Self::Silent => Answer::Act(registration(submission)),
        }
    }
}

/// Every authority of the sandbox, acting by the form's magic value.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScriptedAuthority;

impl Authorities for ScriptedAuthority {
    /// The connector for forms with a magic value; all others wait in the inbox, where the developer plays the
    /// authority.
    fn route(&self, _authority: &AuthorityId, form: &Map<String, Value>) -> Route {
        if Scenario::of(form).is_some() { Route::Connector } else { Route::Inbox }
    }

    /// Acts on the submission as it is now. Where its magic value was corrected away, the later task for that
    /// correction stands in the inbox, and this one is done.
    fn push(&self, task: &Task, submission: &Submission, now: Timestamp) -> Answer {
        let nothing = Answer::Act(Vec::new());
        match task.kind {
            TaskKind::Withdrawn => nothing,
            TaskKind::Lodged | TaskKind::Responded | TaskKind::Corrected => {
                Scenario::of(&submission.form).map_or(nothing, |scenario| scenario.answer(submission, now))
            }
        }
    }
}

/// Whether a correction came after the return. One that came before the authority had registered does not count.
fn was_mended(submission: &Submission) -> bool {
    submission.number.is_some() && !submission.dossier.corrections.is_empty()
}

/// Taking the submission over, where that is still to be done.
fn registration(submission: &Submission) -> Vec<Step> {
    match submission.state {
        State::Lodged => vec![Step::Register],
        State::Draft
        | State::Registered
        | State::InReview
        | State::InformationRequested
        | State::Returned
        | State::Granted
        | State::Refused
        | State::Withdrawn
        | State::Expired => Vec::new(),
    }
}

/// The steps from the present state to the verdict; none where the next step is not the authority's.
fn conclude(submission: &Submission, verdict: Verdict) -> Answer {
    let decide = Step::Decide(verdict);
    Answer::Act(match submission.state {
        State::Lodged => vec![Step::Register, Step::BeginReview, decide],
        State::Registered => vec![Step::BeginReview, decide],
        State::InReview => vec![decide],
        State::Draft
        | State::InformationRequested
        | State::Returned
        | State::Granted
        | State::Refused
        | State::Withdrawn
        | State::Expired => Vec::new(),
    })
}

#[cfg(test)]
mod tests;
