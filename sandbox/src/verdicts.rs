//! What the scripted authority says, in both languages.

use domain::{
    submission::{Reason, Submission, decide::Verdict},
    text::Text,
};

/// The acts that the scripted refusal and return rest on.
const SERVICES_ACT: &str = "Федеральный закон от 27.07.2010 № 210-ФЗ, ст. 14";

pub(crate) fn text(ru: &str, en: &str) -> Text {
    Text { ru: ru.into(), en: en.into() }
}

/// A positive decision; its number follows from the submission's id.
pub(crate) fn grant(submission: &Submission) -> Verdict {
    let body = submission.id.as_str().rsplit('_').next().unwrap_or_default();
    Verdict::Grant {
        summary: text(
            "Принято положительное решение (учебный ответ песочницы).",
            "A positive decision was taken (a training answer of the sandbox).",
        ),
        result_number: Some(format!("TEST-{body}")),
        documents: Vec::new(),
    }
}

/// A negative decision with two reasons and the way to a positive one (4.1.5, 4.5.7.11).
pub(crate) fn refuse() -> Verdict {
    let mismatch = reason(
        "data-mismatch",
        text(
            "Сведения в заявлении расходятся со сведениями государственного реестра.",
            "The data in the submission differ from those in the state register.",
        ),
        text(
            "Сверьте сведения с выпиской из реестра и подайте заявление заново.",
            "Compare the data with a register extract and lodge again.",
        ),
    );
    let condition = reason(
        "condition-not-met",
        text("Не выполнено условие получения услуги.", "A condition of the service is not met."),
        text(
            "Выполните условие и проверьте себя предварительной проверкой перед подачей.",
            "Meet the condition and run a preflight before lodging.",
        ),
    );
    Verdict::Refuse {
        reasons: vec![mismatch, condition],
        way_forward: text(
            "Исправьте сведения, выполните условие и подайте новое заявление: отказ этому не препятствует. \
             В песочнице укажите в /contact/email адрес granted@magic.test.",
            "Correct the data, meet the condition and lodge anew: a refusal does not prevent it. \
             In the sandbox, give granted@magic.test as /contact/email.",
        ),
        documents: Vec::new(),
    }
}

/// Gives the submission back to be mended.
pub(crate) fn give_back() -> Verdict {
    let defect = reason(
        "contact-incomplete",
        text("В контактах не хватает телефона для связи.", "The contacts lack a telephone number."),
        text(
            "Подайте исправление с номером телефона; дата подачи сохранится.",
            "Send a correction with a telephone number; the date of lodging is kept.",
        ),
    );
    Verdict::Return { reasons: vec![Reason { pointer: Some("/contact/phone".into()), ..defect }] }
}

/// Asks for information once.
pub(crate) fn ask() -> Verdict {
    Verdict::RequestInformation {
        question: text(
            "Подтвердите телефон, по которому с вами можно связаться.",
            "Confirm the telephone number by which you can be reached.",
        ),
        fields: vec!["/contact/phone".into()],
        answer_in_working_days: 5,
    }
}

fn reason(code: &str, text: Text, fix: Text) -> Reason {
    Reason { code: code.into(), text, legal_ground: SERVICES_ACT.into(), fix, pointer: None }
}
