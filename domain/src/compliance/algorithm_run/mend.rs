//! What is wrong with a confirmation, and how to mend it.

use serde_json::Value;

use super::{AlgorithmStep, Text, VALUE_CHARS};
use crate::error::{Fix, Violation};

fn wrong(pointer: &str, code: &str, detail: Text, fix: Fix) -> Violation {
    Violation { pointer: pointer.to_owned(), code: code.to_owned(), detail, fix }
}

pub(super) fn unknown_algorithm(code: &str) -> Violation {
    wrong(
        "/algorithm",
        "unknown-algorithm",
        Text::new(
            format!("Алгоритма {code} в реестре нет."),
            format!("The registry has no algorithm {code}."),
        ),
        Fix::say(Text::new(
            "Возьмите код из /v1/businesses/{business_id}/requirements/{code}/algorithms.",
            "Take a code from /v1/businesses/{business_id}/requirements/{code}/algorithms.",
        )),
    )
}

pub(super) fn not_for_this_business(code: &str) -> Violation {
    wrong(
        "/algorithm",
        "not-for-this-business",
        Text::new(
            format!("Алгоритм {code} не для профиля этого бизнеса."),
            format!("The algorithm {code} is not made for this business's profile."),
        ),
        Fix::say(Text::new(
            "Выберите другой алгоритм требования или исправьте профиль.",
            "Choose another algorithm of the requirement, or mend the profile.",
        )),
    )
}

pub(super) fn unknown_step(step: &str, steps: &[AlgorithmStep]) -> Violation {
    let allowed = steps.iter().take(30).map(|one| Value::from(one.id.as_str())).collect();
    let fix = Fix::say(Text::new("Назовите шаг алгоритма.", "Name a step of the algorithm."));
    wrong(
        "/step",
        "unknown-step",
        Text::new(format!("Шага «{step}» в алгоритме нет."), format!("The algorithm has no step “{step}”.")),
        Fix { allowed, ..fix },
    )
}

pub(super) fn confirmed_already(step: &str) -> Violation {
    wrong(
        "/step",
        "confirmed-already",
        Text::new(
            format!("Шаг «{step}» уже подтверждён."),
            format!("The step “{step}” is confirmed already."),
        ),
        Fix::say(Text::new("Подтвердите оставшиеся шаги.", "Confirm the steps that are left.")),
    )
}

pub(super) fn wrong_proof(step: &AlgorithmStep) -> Violation {
    let kind: &str = step.proof.into();
    let fix =
        Text::new(format!("Передайте proof с kind = {kind}."), format!("Give a proof of the kind {kind}."));
    wrong(
        "/proof/kind",
        "proof-kind",
        Text::new(
            format!("Шаг «{}» подтверждается иначе: {kind}.", step.id),
            format!("The step “{}” takes another proof: {kind}.", step.id),
        ),
        Fix { allowed: vec![Value::from(kind)], ..Fix::say(fix) },
    )
}

pub(super) fn empty_or_long() -> Violation {
    let text = Text::new(
        format!("Значение — от 1 до {VALUE_CHARS} символов."),
        format!("The value has 1 to {VALUE_CHARS} characters."),
    );
    wrong("/proof/value", "length", text.clone(), Fix::say(text))
}
