//! The scripted state resources: they answer by a documented rule, the same for everybody and after every restart.
//!
//! The last digit of the requirement's code decides; one resource is down for the first virtual hour of each business.

use domain::{
    ports::state_resource::{Answer, Asking, Question, StateResources},
    text::Text,
};
use jiff::{SignedDuration, ToSpan as _};

use crate::verdicts::text;

/// The resource that cannot be reached at first.
pub const DOWN: &str = "fns-ens";
/// How long, from the moment the business became known.
const ONE_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What the last digit of a requirement's code leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holding {
    /// Fresh and in order.
    InOrder,
    /// Older than it may be.
    Old,
    /// Nothing.
    Nothing,
    /// Fresh, and it does not confirm.
    Contrary,
}

/// The rule with its meaning, for the documentation and `/sandbox/scenarios`.
pub fn scenarios() -> Vec<(&'static str, Text)> {
    vec![
        (
            "0 1 2 3 4",
            text(
                "Последняя цифра кода требования: сведения есть, свежие и подтверждают соблюдение.",
                "The last digit of the requirement's code: held, fresh, and confirms compliance.",
            ),
        ),
        (
            "5 6",
            text(
                "Последняя цифра кода требования: сведения есть, но устарели на один день; бессрочные считаются свежими.",
                "The last digit of the requirement's code: held, but a day too old; what never ages is fresh.",
            ),
        ),
        (
            "7 8",
            text(
                "Последняя цифра кода требования: сведений нет.",
                "The last digit of the requirement's code: nothing is held.",
            ),
        ),
        (
            "9",
            text(
                "Последняя цифра кода требования: сведения есть, но соблюдение не подтверждают.",
                "The last digit of the requirement's code: held, but it does not confirm compliance.",
            ),
        ),
        (
            DOWN,
            text(
                "Этот ресурс недоступен первый виртуальный час после появления бизнеса в песочнице.",
                "This resource cannot be reached for the first virtual hour after the business was made.",
            ),
        ),
    ]
}

fn holding(requirement: &str) -> Holding {
    match requirement.bytes().rev().find(u8::is_ascii_digit) {
        Some(b'5' | b'6') => Holding::Old,
        Some(b'7' | b'8') => Holding::Nothing,
        Some(b'9') => Holding::Contrary,
        Some(_) | None => Holding::InOrder,
    }
}

/// Every state resource of the sandbox.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScriptedResources;

impl StateResources for ScriptedResources {
    fn ask<'a>(&'a self, question: &'a Question) -> Asking<'a> {
        Box::pin(std::future::ready(answer(question)))
    }
}

fn answer(question: &Question) -> Answer {
    let up_again = question.known_since.plus(ONE_HOUR);
    if question.resource == DOWN && question.now < up_again {
        return Answer::Unreachable { retry_at: up_again };
    }
    let today = question.now.moscow_date();
    let too_old = |days: u32| today.saturating_sub((i64::from(days) + 1).days());
    let (as_of, confirms) = match holding(&question.requirement) {
        Holding::InOrder => (today, true),
        Holding::Old => (question.valid_days.map_or(today, too_old), true),
        Holding::Contrary => (today, false),
        Holding::Nothing => return Answer::Absent,
    };
    let summary = text(
        "Учебные сведения песочницы: настоящий ресурс не запрашивался.",
        "Training data of the sandbox: no real resource was asked.",
    );
    Answer::Found { as_of, confirms, summary }
}

#[cfg(test)]
mod tests {
    use domain::{business::BusinessKind, time::Timestamp};

    use super::*;

    fn asked(requirement: &str, resource: &str, minutes: i64) -> Answer {
        let known_since: Timestamp = "2026-11-23T09:00:00Z".parse().expect("RFC 3339");
        answer(&Question {
            resource: resource.into(),
            requirement: requirement.into(),
            evidence: "extract".into(),
            valid_days: Some(30),
            kind: BusinessKind::LegalEntity,
            inn: "9600989390".into(),
            known_since,
            now: known_since.plus(SignedDuration::from_mins(minutes)),
        })
    }

    #[test]
    fn the_last_digit_decides() {
        let shape = |code: &str| match asked(code, "egrul", 0) {
            Answer::Found { as_of, confirms, .. } => format!("{as_of} {confirms}"),
            Answer::Absent => "absent".into(),
            Answer::Unreachable { .. } => "unreachable".into(),
        };
        let answers = ["OT-010", "OT-015", "OT-018", "OT-019", "no-digit"].map(shape);
        assert_eq!(
            answers,
            ["2026-11-23 true", "2026-10-23 true", "absent", "2026-11-23 false", "2026-11-23 true"]
        );
    }

    #[test]
    fn one_resource_is_down_for_an_hour() {
        assert!(matches!(asked("OT-010", DOWN, 59), Answer::Unreachable { .. }));
        assert!(matches!(asked("OT-010", DOWN, 60), Answer::Found { .. }));
    }
}
