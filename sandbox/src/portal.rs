//! The scripted regulation portal: a word in what is passed on decides, the same after every restart.

use domain::{
    ports::regulation_portal::{Answer, Passing, RegulationPortal, Telling},
    text::Text,
};
use jiff::SignedDuration;

use crate::verdicts::text;

/// Refused.
pub const REFUSED: &str = "portal:refused";
/// Out of reach for an hour.
pub const DOWN: &str = "portal:down";
/// Received, and accepted an hour later.
pub const SLOW: &str = "portal:slow";
/// How long the portal is down, or thinks.
const ONE_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The words with their meaning, for the documentation and `/sandbox/scenarios`.
pub fn scenarios() -> Vec<(&'static str, Text)> {
    vec![
        (
            REFUSED,
            text(
                "Это слово в тексте мнения или оценки: портал regulation.gov.ru отказывает в приёме.",
                "This word in an opinion or an assessment: the regulation portal does not take it.",
            ),
        ),
        (
            DOWN,
            text(
                "Это слово в тексте мнения или оценки: портал недоступен один виртуальный час, затем принимает.",
                "This word in an opinion or an assessment: the portal cannot be reached for one virtual hour, then it accepts.",
            ),
        ),
        (
            SLOW,
            text(
                "Это слово в тексте мнения или оценки: портал получает сразу, а принимает через виртуальный час.",
                "This word in an opinion or an assessment: the portal receives at once, and accepts a virtual hour later.",
            ),
        ),
    ]
}

/// The regulation portal of the sandbox.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScriptedPortal;

impl RegulationPortal for ScriptedPortal {
    fn pass<'a>(&'a self, passing: &'a Passing) -> Telling<'a> {
        Box::pin(std::future::ready(answer(passing)))
    }
}

fn answer(passing: &Passing) -> Answer {
    let said = passing.content.as_ref().map(ToString::to_string).unwrap_or_default();
    let later = passing.since.plus(ONE_HOUR);
    let waits = passing.now < later;
    if said.contains(REFUSED) {
        return Answer::Refused {
            reason: text("Отказано по сценарию песочницы.", "Refused by the sandbox's script."),
        };
    }
    if waits && said.contains(DOWN) {
        return Answer::Unreachable { retry_at: later };
    }
    if waits && said.contains(SLOW) {
        return Answer::Received { ask_at: later };
    }
    Answer::Accepted { number: format!("SANDBOX-{}", passing.message) }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use serde_json::json;

    use super::*;

    fn told(word: &str, minutes: i64) -> Answer {
        let since: Timestamp = "2026-11-23T09:00:00Z".parse().expect("RFC 3339");
        answer(&Passing {
            message: "trf_1.1".into(),
            about: "trf_1".into(),
            revision: 1,
            withdrawn: false,
            subject: json!({}),
            content: Some(json!({ "risks": word })),
            identity: None,
            since,
            now: since.plus(SignedDuration::from_mins(minutes)),
        })
    }

    #[test]
    fn a_word_decides() {
        assert_eq!(told("a word", 0), Answer::Accepted { number: "SANDBOX-trf_1.1".into() });
        assert!(matches!(told(REFUSED, 0), Answer::Refused { .. }));
        assert!(matches!(told(DOWN, 59), Answer::Unreachable { .. }));
        assert!(matches!(told(SLOW, 59), Answer::Received { .. }));
        assert!([DOWN, SLOW].iter().all(|word| matches!(told(word, 60), Answer::Accepted { .. })));
    }
}
