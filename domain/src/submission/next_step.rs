//! What comes next in a submission, and who owes it (4.6.3.7).

use serde::{Deserialize, Serialize};

use super::{Move, State, Submission};
use crate::{actor::Side, ids::SubmissionId, text::Text, time::Timestamp};

/// The step that the submission waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NextStep {
    /// Who owes it.
    pub owed_by: Side,
    /// Which step.
    pub step: Move,
    /// The same in words.
    pub text: Text,
    /// Until when.
    pub due_at: Option<Timestamp>,
}

/// How far a submission has come: what is told of it to those who ask often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Which submission.
    pub id: SubmissionId,
    /// Where it stands.
    pub state: State,
    /// Whether its business has rated it.
    pub rated: bool,
    /// Counts changes from 1.
    pub version: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the authority owes its decision.
    pub decision_due_at: Option<Timestamp>,
    /// When it expires if the business does not take its step.
    pub expires_at: Option<Timestamp>,
}

impl From<&Submission> for Progress {
    fn from(submission: &Submission) -> Self {
        Self {
            id: submission.id.clone(),
            state: submission.state,
            rated: submission.dossier.rating.is_some(),
            version: submission.version,
            updated_at: submission.updated_at,
            decision_due_at: submission.decision_due_at,
            expires_at: submission.expires_at,
        }
    }
}

impl Progress {
    /// The step that is owed; None where nothing more can follow.
    pub fn next_step(&self) -> Option<NextStep> {
        let (owed_by, step, due_at, ru, en) = match self.state {
            State::Draft => (
                Side::Business,
                Move::Lodge,
                self.expires_at,
                "Заполните форму, проверьте её предварительной проверкой и подайте.",
                "Complete the form, try it by preflight, and lodge it.",
            ),
            State::Lodged => (
                Side::Authority,
                Move::Register,
                self.decision_due_at,
                "Орган власти регистрирует поданное. От вас ничего не требуется.",
                "The authority registers the submission. Nothing is needed from you.",
            ),
            State::Registered => (
                Side::Authority,
                Move::BeginReview,
                self.decision_due_at,
                "Орган власти начинает рассмотрение. От вас ничего не требуется.",
                "The authority begins the examination. Nothing is needed from you.",
            ),
            State::InReview => (
                Side::Authority,
                Move::Grant,
                self.decision_due_at,
                "Орган власти рассматривает и принимает решение. От вас ничего не требуется.",
                "The authority examines and decides. Nothing is needed from you.",
            ),
            State::InformationRequested => (
                Side::Business,
                Move::Respond,
                self.expires_at,
                "Ответьте на запрос сведений до указанного срока.",
                "Answer the request for information by the given time.",
            ),
            State::Returned => (
                Side::Business,
                Move::Correct,
                self.expires_at,
                "Исправьте названные недостатки; дата подачи сохраняется.",
                "Correct the named defects; the date of lodging is kept.",
            ),
            State::Granted | State::Refused if !self.rated => (
                Side::Business,
                Move::Rate,
                None,
                "Решение принято. Вы можете оценить услугу.",
                "The decision is made. You may rate the service.",
            ),
            State::Granted | State::Refused | State::Withdrawn | State::Expired => return None,
        };
        Some(NextStep { owed_by, step, text: Text { ru: ru.into(), en: en.into() }, due_at })
    }
}
