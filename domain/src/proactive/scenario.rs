//! Scenarios («клиентский сценарий», 4.5.5, 4.5.7.2): prepared for a business from its situation, segments, typical needs
//! and history, with its place on the path from what really happened (4.6.3.7).

use serde::{Deserialize, Serialize};

use super::all_at_once;
use crate::{
    business::Business,
    catalogue::{Catalogue, LifeSituation, Offer as Standing, ScenarioStep, UnmetRule},
    clerk::Clerk,
    compliance::{
        Refusal, business,
        confirmation::{Confirmation, ConfirmationAnswer, ConfirmationSubject, need_code},
    },
    ids::{OfferId, SubmissionId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    proactive::offer::{Offer, OfferState},
    record::Stored,
    requirement::{
        condition::{Facts, Truth},
        questions::missing,
    },
    submission::{State, Submission, list::SubmissionFilter},
    text::Text,
    time::Timestamp,
};

/// How settled a scenario is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ScenarioKind {
    /// Prepared before the business said a word.
    Preliminary,
    /// The business confirmed the situation, or acted in it.
    Personal,
}

/// How a step, and the need behind it, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StepStatus {
    /// Satisfied: decided in favour.
    Done,
    /// Begun.
    UnderWay,
    /// Decided against.
    Refused,
    /// It can be begun.
    Open,
    /// Its conditions are not met.
    Closed,
    /// The business said that it does not need it.
    Declined,
}

/// A service of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StepService {
    /// The service, by code.
    #[cfg_attr(feature = "schema", schema(example = "cash-register-registration"))]
    pub service: String,
    /// How it stands.
    pub status: StepStatus,
    /// The submission that says so.
    pub submission_id: Option<SubmissionId>,
    /// The open offer of it, to be accepted in one call.
    pub offer_id: Option<OfferId>,
    /// What would open it.
    pub unmet: Vec<UnmetRule>,
}

/// A step with the need behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PersonalStep {
    /// Counts from 1.
    #[cfg_attr(feature = "schema", schema(example = 1))]
    pub step: u32,
    /// What is done.
    pub title: Text,
    /// The need, by the code under which it is confirmed or declined.
    #[cfg_attr(feature = "schema", schema(example = "open-cafe/3"))]
    pub need: String,
    /// What the business said of the need; null where it has not.
    pub answer: Option<ConfirmationAnswer>,
    /// How it stands.
    pub status: StepStatus,
    /// Its services.
    pub services: Vec<StepService>,
}

/// Where on the path the business is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Position {
    /// Steps that are done.
    #[cfg_attr(feature = "schema", schema(example = 2))]
    pub done: usize,
    /// Steps that concern the business: those it declined are left out.
    #[cfg_attr(feature = "schema", schema(example = 6))]
    pub of: usize,
    /// The step to be taken or under way; null where none is left.
    #[cfg_attr(feature = "schema", schema(example = 3))]
    pub current: Option<u32>,
    /// The step that follows it.
    #[cfg_attr(feature = "schema", schema(example = 4))]
    pub next: Option<u32>,
}

/// A scenario of a business.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Scenario {
    /// The life situation, by code.
    #[cfg_attr(feature = "schema", schema(example = "open-cafe"))]
    pub life_situation: String,
    /// Its name.
    pub title: Text,
    /// How settled it is.
    pub kind: ScenarioKind,
    /// The business's segments that the situation concerns, by code.
    pub segments: Vec<String>,
    /// What businesses of these segments usually need.
    pub typical_needs: Vec<Text>,
    /// The business's own submissions in this situation, newest first.
    pub history: Vec<SubmissionId>,
    /// Facts that must be known before it can be said whether the situation is the business's; empty where it is.
    pub questions: Vec<String>,
    /// Where the business is.
    pub position: Position,
    /// The steps in their order.
    pub steps: Vec<PersonalStep>,
}

/// Everything a scenario is prepared from.
struct Known<'k> {
    business: &'k Business,
    answers: Vec<Stored<Confirmation>>,
    submissions: Vec<Submission>,
    offers: Vec<Stored<Offer>>,
    standings: Vec<Standing>,
    segments: Vec<&'k str>,
}

/// The scenarios of a business: of the situations that can be its own and that it has not declined.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn scenarios(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    on_behalf: &OnBehalf,
    now: Timestamp,
) -> Result<Vec<Scenario>, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let known = Known::gather(tx, &clerk.catalogue, &business, now)?;
    let situations = clerk.catalogue.situations().iter();
    let own = situations.filter(|one| {
        let declined = known.answer(ConfirmationSubject::LifeSituation, &one.code);
        one.applies_when.truth(Facts(&business.profile)) != Truth::False
            && declined != Some(ConfirmationAnswer::Declined)
    });
    Ok(own.map(|situation| known.prepare(&clerk.catalogue, situation)).collect())
}

/// The scenario of one situation, whether it can be the business's own or not.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn scenario(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, code): (&OnBehalf, &str),
    now: Timestamp,
) -> Result<Scenario, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let found = clerk.catalogue.situations().iter().find(|one| one.code == code);
    let situation = found.ok_or(Refusal::NotFound)?;
    Ok(Known::gather(tx, &clerk.catalogue, &business, now)?.prepare(&clerk.catalogue, situation))
}

impl<'k> Known<'k> {
    fn gather(
        tx: &mut dyn Tx,
        catalogue: &'k Catalogue,
        business: &'k Business,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let day = now.moscow_date();
        let mut offers: Vec<Stored<Offer>> = Stored::latest(tx, &business.id)?;
        offers.retain(|offer| offer.body.state_at(now) == OfferState::Open);
        let every = SubmissionFilter::default();
        Ok(Self {
            business,
            answers: Stored::latest(tx, &business.id)?,
            submissions: tx.submissions().list(&business.id, &every, &all_at_once())?.items,
            offers,
            standings: catalogue.ordered_for(&business.profile, day),
            segments: catalogue.segments_of(&business.profile, day),
        })
    }

    fn answer(&self, subject: ConfirmationSubject, code: &str) -> Option<ConfirmationAnswer> {
        let said = self.answers.iter().find(|one| one.body.subject == subject && one.body.code == code);
        said.map(|one| one.body.answer)
    }

    fn prepare(&self, catalogue: &Catalogue, situation: &LifeSituation) -> Scenario {
        let code = &situation.code;
        let own = |one: &&Submission| one.situation.as_ref() == Some(code);
        let history: Vec<SubmissionId> =
            self.submissions.iter().filter(own).map(|one| one.id.clone()).collect();
        let confirmed = self.answer(ConfirmationSubject::LifeSituation, code);
        let settled = confirmed == Some(ConfirmationAnswer::Confirmed) || !history.is_empty();
        let shared = |segment: &&str| situation.segments.iter().any(|one| one == segment);
        let segments: Vec<String> = self.segments.iter().copied().filter(shared).map(str::to_owned).collect();
        let typical = catalogue.segments().iter().filter(|one| segments.contains(&one.code));
        let steps: Vec<PersonalStep> = situation.scenario.iter().map(|step| self.step(code, step)).collect();
        let questions = missing(&situation.applies_when, Facts(&self.business.profile));
        Scenario {
            life_situation: code.clone(),
            title: situation.title.clone(),
            kind: if settled { ScenarioKind::Personal } else { ScenarioKind::Preliminary },
            typical_needs: typical.flat_map(|one| one.typical_needs.clone()).collect(),
            segments,
            history,
            questions: questions.into_iter().map(str::to_owned).collect(),
            position: Position::among(&steps),
            steps,
        }
    }

    fn step(&self, situation: &str, step: &ScenarioStep) -> PersonalStep {
        let need = need_code(situation, step.step);
        let answer = self.answer(ConfirmationSubject::Need, &need);
        let services: Vec<StepService> = step.services.iter().map(|code| self.service(code)).collect();
        let status = match answer {
            Some(ConfirmationAnswer::Declined) => StepStatus::Declined,
            Some(ConfirmationAnswer::Confirmed) | None => StepStatus::of(&services),
        };
        PersonalStep { step: step.step, title: step.title.clone(), need, answer, status, services }
    }

    fn service(&self, code: &str) -> StepService {
        let own = || self.submissions.iter().filter(|one| one.service == code);
        let granted = own().find(|one| one.state == State::Granted);
        let going = || own().find(|one| !one.state.is_final());
        let refused = || own().next().filter(|one| one.state == State::Refused);
        let standing = self.standings.iter().find(|one| one.service == code);
        let open = standing.is_some_and(|one| one.available);
        let (status, told) = match (granted, going(), refused()) {
            (Some(granted), _, _) => (StepStatus::Done, Some(granted)),
            (None, Some(going), _) => (StepStatus::UnderWay, Some(going)),
            (None, None, Some(refused)) => (StepStatus::Refused, Some(refused)),
            (None, None, None) if open => (StepStatus::Open, None),
            (None, None, None) => (StepStatus::Closed, None),
        };
        let offer = self.offers.iter().find(|offer| offer.body.service == code);
        StepService {
            service: code.to_owned(),
            status,
            submission_id: told.map(|one| one.id.clone()),
            offer_id: offer.map(|offer| offer.id.clone()),
            unmet: standing.map(|one| one.unmet.clone()).unwrap_or_default(),
        }
    }
}

impl StepStatus {
    /// What services say of their step: what is under way before what is done, and that before what can be begun.
    fn of(services: &[StepService]) -> Self {
        let order = [Self::UnderWay, Self::Done, Self::Refused, Self::Open];
        let first = order.into_iter().find(|status| services.iter().any(|one| one.status == *status));
        first.unwrap_or(Self::Closed)
    }

    fn is_ahead(self) -> bool {
        matches!(self, Self::UnderWay | Self::Refused | Self::Open)
    }
}

impl Position {
    fn among(steps: &[PersonalStep]) -> Self {
        let mut ahead = steps.iter().filter(|step| step.status.is_ahead()).map(|step| step.step);
        Self {
            done: steps.iter().filter(|step| step.status == StepStatus::Done).count(),
            of: steps.iter().filter(|step| step.status != StepStatus::Declined).count(),
            current: ahead.next(),
            next: ahead.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: u32, status: StepStatus) -> PersonalStep {
        let title = Text::new("Шаг", "A step");
        PersonalStep { step, title, need: String::new(), answer: None, status, services: Vec::new() }
    }

    #[test]
    fn the_position_is_the_first_step_that_is_neither_done_nor_out_of_reach() {
        let steps = [
            step(1, StepStatus::Done),
            step(2, StepStatus::Closed),
            step(3, StepStatus::Declined),
            step(4, StepStatus::UnderWay),
            step(5, StepStatus::Open),
        ];
        let expected = Position { done: 1, of: 4, current: Some(4), next: Some(5) };
        assert_eq!(Position::among(&steps), expected);
        let over = Position { done: 1, of: 1, current: None, next: None };
        assert_eq!(Position::among(&steps[..1]), over);
    }

    #[test]
    fn a_step_stands_as_the_furthest_of_its_services() {
        let service = |status| StepService {
            service: "any".into(),
            status,
            submission_id: None,
            offer_id: None,
            unmet: Vec::new(),
        };
        for (statuses, expected) in [
            (vec![StepStatus::Closed, StepStatus::Done], StepStatus::Done),
            (vec![StepStatus::Done, StepStatus::UnderWay], StepStatus::UnderWay),
            (vec![StepStatus::Open, StepStatus::Refused], StepStatus::Refused),
            (vec![StepStatus::Closed], StepStatus::Closed),
            (vec![], StepStatus::Closed),
        ] {
            let services: Vec<StepService> = statuses.into_iter().map(service).collect();
            assert_eq!(StepStatus::of(&services), expected, "{services:?}");
        }
    }
}
