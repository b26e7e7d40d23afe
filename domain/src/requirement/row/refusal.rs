//! How the refusal of a row is worded.

use crate::{error::Violation, requirement::objection::objection};

pub(super) fn filled(texts: &[(&str, &String)], wrong: &mut Vec<Violation>) {
    let blank = texts.iter().filter(|(_, text)| text.trim().is_empty());
    wrong.extend(blank.map(|(pointer, _)| empty(pointer)));
}

pub(super) fn empty(pointer: &str) -> Violation {
    objection(pointer, "empty", ("Здесь пусто.", "This is empty."), ("Заполните.", "Fill it in."))
}

pub(super) fn repeated() -> Violation {
    objection(
        "/code",
        "repeated",
        (
            "Запись с этим кодом уже есть выше в этом запросе.",
            "A row with this code stands above in this call.",
        ),
        ("Оставьте одну запись или передайте вторую отдельно.", "Keep one row, or send the second apart."),
    )
}

pub(super) fn not_yours() -> Violation {
    objection(
        "",
        "not-yours",
        (
            "Орган ведёт требования, за которыми надзирает или акты которых разрабатывает, и только их.",
            "An authority writes the requirements that it supervises or whose acts it develops, and no others.",
        ),
        (
            "Передайте запись органу, который её ведёт, или исправьте надзорный орган и акт.",
            "Leave the row to the authority whose it is, or correct supervisor and act.",
        ),
    )
}

pub(super) fn unknown(pointer: &str, code: &str, given: &str, list: &str) -> Violation {
    objection(
        pointer,
        code,
        (format!("Кода «{given}» нет."), format!("There is no code “{given}”.")),
        (
            format!("Возьмите код из {list} или передайте недостающую запись в этом же запросе."),
            format!("Take a code from {list}, or send the missing row in this call."),
        ),
    )
}

pub(super) fn ends_before_it_begins() -> Violation {
    objection(
        "/document/valid_until",
        "range",
        ("Последний день раньше первого.", "The last day is before the first."),
        ("Исправьте один из дней.", "Correct one of the days."),
    )
}

pub(super) fn step_id(place: usize) -> Violation {
    objection(
        &format!("/document/steps/{place}/id"),
        "step-id",
        ("Код шага пуст или повторяется.", "The step's id is empty or stands twice."),
        ("Дайте каждому шагу свой код.", "Give each step an id of its own."),
    )
}

pub(super) fn without_algorithm() -> Violation {
    objection(
        "",
        "no-algorithm",
        (
            "У требования нет алгоритма, подходящего всем (4.8.1.6).",
            "No algorithm that fits everybody fulfils the requirement (4.8.1.6).",
        ),
        (
            "Передайте алгоритм без условия `when`, названный для этого требования.",
            "Send an algorithm without `when` that names this requirement.",
        ),
    )
}

pub(super) fn not_supervised(pointer: &str, code: &str) -> Violation {
    objection(
        pointer,
        "not-supervisor",
        (
            format!("Требование {code} контролирует другой орган."),
            format!("Another authority supervises the requirement {code}."),
        ),
        (
            "Назовите требование, у которого вы указаны в supervisors.",
            "Name a requirement that lists you among its supervisors.",
        ),
    )
}
