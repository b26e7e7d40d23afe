//! What is wrong with answers, and how to mend it.

use serde_json::{Value, json};

use crate::{
    error::{Fix, Violation},
    requirement::checklist::{Question, QuestionKind},
    text::Text,
};

/// Where the answer to a question stands in the body; a key has a slash in it (RFC 6901).
pub(super) fn pointer(key: &str) -> String {
    format!("/answers/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn wrong(pointer: String, code: &str, detail: Text, fix: Fix) -> Violation {
    Violation { pointer, code: code.to_owned(), detail, fix }
}

/// A requirement that is unknown, or known but not in force.
pub(super) fn cannot_examine(place: usize, code: &str, known: bool) -> Violation {
    let (slug, detail) = if known {
        (
            "requirement-not-in-force",
            Text::new(
                format!("Требование {code} сейчас не действует."),
                format!("The requirement {code} is not in force now."),
            ),
        )
    } else {
        (
            "unknown-requirement",
            Text::new(
                format!("Требования {code} в реестре нет."),
                format!("The registry has no requirement {code}."),
            ),
        )
    };
    let fix = Text::new(
        "Возьмите коды из перечня бизнеса: /v1/businesses/{business_id}/requirements.",
        "Take codes from the business's list: /v1/businesses/{business_id}/requirements.",
    );
    wrong(format!("/requirements/{place}"), slug, detail, Fix::say(fix))
}

pub(super) fn unknown(key: &str) -> Violation {
    let detail = Text::new(
        format!("Вопроса «{key}» в этом самообследовании нет."),
        format!("This self-check has no question “{key}”."),
    );
    let fix = Text::new("Возьмите ключ из questions[].key.", "Take a key from questions[].key.");
    wrong(pointer(key), "unknown-question", detail, Fix::say(fix))
}

/// A question that is not asked.
pub(super) fn hidden(key: &str, question: Option<&Question>) -> Violation {
    let opener = question.and_then(|question| question.when.as_ref());
    let opener = opener.map(|when| when.question.as_str()).unwrap_or_default();
    let detail = Text::new(
        format!("Вопрос «{key}» не задаётся: его открывает ответ на «{opener}»."),
        format!("The question “{key}” is not asked: the answer to “{opener}” opens it."),
    );
    let fix = Text::new(
        format!("Ответьте сначала на «{opener}» или уберите этот ответ."),
        format!("Answer “{opener}” first, or leave this answer out."),
    );
    wrong(pointer(key), "question-hidden", detail, Fix::say(fix))
}

/// An answer of another kind than the question asks for.
pub(super) fn misfit(key: &str, kind: QuestionKind) -> Violation {
    let (fits, example) = fitting(kind);
    let detail = Text::new(
        format!("Ответ на «{key}» не подходит к вопросу."),
        format!("The answer to “{key}” does not fit the question."),
    );
    let fix = Text::new(
        format!("Подходит: {fits}. Прежние члены ответа уберите: null."),
        format!("What fits: {fits}. Remove earlier members of the answer by null."),
    );
    wrong(pointer(key), "answer-kind", detail, Fix { example: Some(example), ..Fix::say(fix) })
}

/// A question that still waits for its answer.
pub(super) fn unanswered(key: &str, question: &Question) -> Violation {
    let Question { text, kind, .. } = question;
    let (fits, example) = fitting(*kind);
    let detail = Text::new(
        format!("Нет ответа на вопрос: {}", text.ru),
        format!("There is no answer to: {}", text.en),
    );
    let fix = Text::new(format!("Ответьте: {fits}."), format!("Answer: {fits}."));
    wrong(pointer(key), "required", detail, Fix { example: Some(example), ..Fix::say(fix) })
}

/// The shapes of an answer to a question of this kind, and one of them.
fn fitting(kind: QuestionKind) -> (&'static str, Value) {
    match kind {
        QuestionKind::YesNo => (r#"{"answer": "yes" | "no" | "not_applicable"}"#, json!({ "answer": "yes" })),
        QuestionKind::Value => (r#"{"value": "4.5"} | {"answer": "no"}"#, json!({ "value": "4.5" })),
        QuestionKind::Document => (
            r#"{"attachment_id": "att_…"} | {"digest": "sha-256:…"} | {"answer": "no"}"#,
            json!({ "answer": "no" }),
        ),
    }
}
