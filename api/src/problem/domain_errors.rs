//! What the domain's errors become on the wire. Each match names every variant: a new one stops the build here.

use domain::{
    attachment::AttachmentState,
    business::profile::ProfileError,
    catalogue::UnmetRule,
    compliance::Refusal,
    error::{Fix, Violation},
    ids::AttachmentId,
    inbox::LeaseError,
    ports::store::StoreError,
    proactive::offer::accept::AcceptError,
    submission::{
        Move, StateConflict, decide::DecideError, draft::DraftError, lodge::LodgeError, withdraw::StepError,
    },
    text::Text,
};

use super::{Code, Coded, ProblemDraft, both, violation};
use crate::extract::foreign_cursor;

impl Coded for StoreError {
    const CODES: &'static [Code] = &[];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::Overloaded => ProblemDraft::plain(Code::Overloaded).retry_after(1),
            Self::Unavailable(cause) => {
                ProblemDraft::plain(Code::StoreUnavailable).retry_after(2).cause(cause)
            }
            Self::Full => ProblemDraft::plain(Code::StorageFull).retry_after(60),
            Self::Corrupt(cause) => {
                ProblemDraft::plain(Code::Internal).cause(format!("stored data: {cause}"))
            }
            Self::ForeignKey => foreign_cursor().into_draft(),
            Self::Conflict => {
                ProblemDraft::plain(Code::Internal).cause("a unique key that no use case expected")
            }
        }
    }
}

impl Coded for StateConflict {
    const CODES: &'static [Code] = &[Code::StateConflict];

    fn draft(self) -> ProblemDraft {
        let Self { state, attempted, allowed } = self;
        let (state, attempted): (&str, &str) = (state.into(), attempted.into());
        state_conflict(state, attempted, allowed.iter().map(|step: &Move| (*step).into()).collect())
    }
}

fn state_conflict(state: &str, attempted: &str, allowed: Vec<&str>) -> ProblemDraft {
    let detail = both(
        format!("Действие {attempted} невозможно в состоянии {state}."),
        format!("The step {attempted} is not possible in the state {state}."),
    );
    ProblemDraft::new(Code::StateConflict, detail).with("state", state).with("allowed", allowed)
}

impl Coded for DraftError {
    const CODES: &'static [Code] = &[
        Code::NotFound,
        Code::ValidationFailed,
        Code::AttachmentNotReady,
        Code::StaleVersion,
        Code::StateConflict,
    ];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Mandate(refusal) => refusal.draft(),
            Self::UnknownService(code) => unknown_code("/service", "unknown-service", &code, "/v1/services"),
            Self::ServiceRetired(code) => retired(&code),
            Self::UnknownSituation(code) => {
                unknown_code("/life_situation", "unknown-life-situation", &code, "/v1/life-situations")
            }
            Self::Attachment(unready) => attachment_not_ready(&unready.id, unready.state),
            Self::Stale { current } => stale(current),
            Self::State(conflict) => conflict.draft(),
            Self::Store(error) => error.draft(),
        }
    }
}

impl Coded for LodgeError {
    const CODES: &'static [Code] = &[
        Code::NotFound,
        Code::ValidationFailed,
        Code::RuleViolated,
        Code::AttachmentNotReady,
        Code::DuplicateSubmission,
        Code::StaleVersion,
        Code::StateConflict,
    ];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::Draft(error) => error.draft(),
            Self::Invalid(violations) => invalid(violations),
            Self::Rules(rules) => rules_unmet(rules),
            Self::Duplicate { existing } => {
                let detail = both(
                    format!("Обращение {existing} с теми же данными ещё рассматривается."),
                    format!("The submission {existing} with the same data is still under way."),
                );
                ProblemDraft::new(Code::DuplicateSubmission, detail).with("existing_id", existing.as_str())
            }
        }
    }
}

impl Coded for AcceptError {
    const CODES: &'static [Code] = LodgeError::CODES;

    fn draft(self) -> ProblemDraft {
        match self {
            Self::Offer(refusal) => refusal.draft(),
            Self::Lodge(error) => error.draft(),
        }
    }
}

impl Coded for StepError {
    const CODES: &'static [Code] = &[
        Code::NotFound,
        Code::ValidationFailed,
        Code::RuleViolated,
        Code::AttachmentNotReady,
        Code::StaleVersion,
        Code::StateConflict,
    ];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Mandate(refusal) => refusal.draft(),
            Self::Stale { current } => stale(current),
            Self::State(conflict) => conflict.draft(),
            Self::NoSuchRequest(id) => one_violation(violation(
                "/request_id",
                "unknown-request",
                both(format!("Открытого запроса {id} нет."), format!("There is no open request {id}.")),
                both(
                    "Прочитайте обращение: открытый запрос — без ответа (response).",
                    "Read the submission: the open request is the one without a response.",
                ),
            )),
            Self::Attachment(unready) => attachment_not_ready(&unready.id, unready.state),
            Self::Invalid(violations) => invalid(violations),
            Self::Rules(rules) => rules_unmet(rules),
            Self::Store(error) => error.draft(),
        }
    }
}

impl Coded for DecideError {
    const CODES: &'static [Code] =
        &[Code::NotFound, Code::AttachmentNotReady, Code::StaleVersion, Code::StateConflict];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Stale { current } => stale(current),
            Self::State(conflict) => conflict.draft(),
            Self::Attachment(unready) => attachment_not_ready(&unready.id, unready.state),
            Self::Store(error) => error.draft(),
        }
    }
}

impl Coded for ProfileError {
    const CODES: &'static [Code] = &[Code::NotFound, Code::StaleVersion, Code::ValidationFailed];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Mandate(refusal) => refusal.draft(),
            Self::Stale { current } => stale(current),
            Self::Invalid(violations) => invalid(violations),
            Self::Store(error) => error.draft(),
        }
    }
}

impl Coded for Refusal {
    const CODES: &'static [Code] =
        &[Code::NotFound, Code::ValidationFailed, Code::StaleVersion, Code::StateConflict];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Mandate(refusal) => refusal.draft(),
            Self::Stale { current } => stale(current),
            Self::State { state, attempted, allowed } => state_conflict(state, attempted, allowed),
            Self::Invalid(violations) => invalid(violations),
            Self::Store(error) => error.draft(),
        }
    }
}

impl Coded for LeaseError {
    const CODES: &'static [Code] = &[Code::NotFound, Code::LeaseLost];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::LeaseLost => ProblemDraft::plain(Code::LeaseLost),
            Self::Store(error) => error.draft(),
        }
    }
}

fn stale(current: i64) -> ProblemDraft {
    let detail =
        both(format!("Сейчас действует версия {current}."), format!("The version now is {current}."));
    ProblemDraft::new(Code::StaleVersion, detail).with("current_version", current)
}

fn invalid(violations: Vec<Violation>) -> ProblemDraft {
    let count = violations.len();
    let detail =
        both(format!("Мест, которые нужно исправить: {count}."), format!("Places to be mended: {count}."));
    ProblemDraft::new(Code::ValidationFailed, detail).violations(violations)
}

fn one_violation(violation: Violation) -> ProblemDraft {
    ProblemDraft::new(Code::ValidationFailed, violation.detail.clone()).violations(vec![violation])
}

fn rules_unmet(rules: Vec<UnmetRule>) -> ProblemDraft {
    let count = rules.len();
    let detail = both(format!("Не выполнено правил: {count}."), format!("Rules that are not met: {count}."));
    let bases: Vec<String> = rules.iter().map(|rule| rule.legal_basis.clone()).collect();
    let violations = rules.into_iter().map(rule_violation).collect();
    ProblemDraft::new(Code::RuleViolated, detail).violations(violations).with("legal_bases", bases)
}

/// A rule that is not met, as a violation.
pub fn rule_violation(rule: UnmetRule) -> Violation {
    let UnmetRule { code, kind: _, pointer, message, fix, legal_basis: _, unmet: _ } = rule;
    Violation { pointer, code, detail: message, fix: Fix::say(fix) }
}

fn unknown_code(pointer: &str, code: &str, given: &str, list: &str) -> ProblemDraft {
    one_violation(violation(
        pointer,
        code,
        both(format!("Кода «{given}» в каталоге нет."), format!("The catalogue has no code “{given}”.")),
        both(format!("Возьмите код из {list}."), format!("Take a code from {list}.")),
    ))
}

fn retired(code: &str) -> ProblemDraft {
    one_violation(violation(
        "/service",
        "service-retired",
        both(
            format!("Услуга «{code}» больше не принимает обращений."),
            format!("The service “{code}” takes no more submissions."),
        ),
        both("Найдите действующую услугу в /v1/services.", "Find a service in force in /v1/services."),
    ))
}

fn attachment_not_ready(id: &AttachmentId, state: Option<AttachmentState>) -> ProblemDraft {
    let (detail, fix) = why_not_ready(id, state);
    ProblemDraft::new(Code::AttachmentNotReady, detail.clone())
        .violations(vec![violation("/attachments", "attachment-not-ready", detail, fix)])
        .with("attachment_id", id.as_str())
}

fn why_not_ready(id: &AttachmentId, state: Option<AttachmentState>) -> (Text, Text) {
    match state {
        None => (
            both(
                format!("Вложения {id} у этого бизнеса нет."),
                format!("This business has no attachment {id}."),
            ),
            both("Проверьте идентификатор вложения.", "Check the attachment's id."),
        ),
        Some(AttachmentState::Uploading) => (
            both(
                format!("Вложение {id} загружено не полностью."),
                format!("The attachment {id} is not whole yet."),
            ),
            both("Завершите загрузку и повторите.", "Finish the upload and repeat."),
        ),
        Some(AttachmentState::Refused) => (
            both(
                format!("Вложение {id} отклонено при проверке."),
                format!("The attachment {id} was refused when checked."),
            ),
            both("Объявите и загрузите документ заново.", "Declare and upload the document anew."),
        ),
        Some(AttachmentState::Stored) => (
            both(
                format!("Вложение {id} здесь неприменимо."),
                format!("The attachment {id} cannot be used here."),
            ),
            both(
                "Объявите для этого действия своё вложение.",
                "Declare an attachment of its own for this act.",
            ),
        ),
    }
}
