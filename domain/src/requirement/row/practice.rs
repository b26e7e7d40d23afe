//! Judging what a supervisor publishes of its practice.

use super::{Bench, empty, filled, objection, read, refusal::not_supervised, unknown};
use crate::{
    error::Violation,
    requirement::{
        practice::{Practice, PracticeKind},
        upsert::Row,
    },
};

impl Bench<'_> {
    /// A supervisor publishes in its own name, about requirements that it supervises.
    pub(super) fn practice(&self, row: &Row, wrong: &mut Vec<Violation>) -> Vec<Violation> {
        let Some(practice) = read::<Practice>(&row.body, wrong) else { return Vec::new() };
        let caller = &self.grounds.actor.authority;
        let held = self.grounds.registry.publication(&row.code);
        if practice.authority != *caller || held.is_some_and(|held| held.practice.authority != *caller) {
            wrong.push(another_s());
        }
        if practice.requirements.is_empty() {
            wrong.push(empty("/document/requirements"));
        }
        for (place, code) in practice.requirements.iter().enumerate() {
            let pointer = format!("/document/requirements/{place}");
            match self.find_requirement(code) {
                Some(requirement) if requirement.supervisors.contains(caller) => {}
                Some(_) => wrong.push(not_supervised(&pointer, code)),
                None => wrong.push(unknown(&pointer, "unknown-requirement", code, "/v1/requirements")),
            }
        }
        self.known_activities(&practice.activities, wrong);
        wrong.extend(misdated(&practice));
        wrong.extend(practice.link.as_deref().and_then(no_address));
        let texts = [
            ("/document/title/ru", &practice.title.ru),
            ("/document/title/en", &practice.title.en),
            ("/document/text/ru", &practice.text.ru),
            ("/document/text/en", &practice.text.en),
        ];
        filled(&texts, wrong);
        Vec::new()
    }

    fn known_activities(&self, codes: &[String], wrong: &mut Vec<Violation>) {
        let known = self.grounds.catalogue.dictionary("okved2");
        for (place, code) in codes.iter().enumerate() {
            if !known.is_some_and(|known| known.items.iter().any(|item| item.code == *code)) {
                let pointer = format!("/document/activities/{place}");
                wrong.push(unknown(&pointer, "unknown-activity", code, "/v1/dictionaries/okved2"));
            }
        }
    }
}

/// A digest is of a period that was over when it was published; an explanation is of none.
fn misdated(practice: &Practice) -> Option<Violation> {
    let sound = match (practice.kind, practice.period) {
        (PracticeKind::Digest, Some(period)) => {
            period.from <= period.until && period.until < practice.published_on
        }
        (PracticeKind::Explanation, period) => period.is_none(),
        (PracticeKind::Digest, None) => false,
    };
    (!sound).then(|| {
        objection(
            "/document/period",
            "period",
            (
                "Обобщение относится к периоду, который закончился до публикации; у разъяснения периода нет.",
                "A digest is of a period that ended before it was published; an explanation has none.",
            ),
            (
                "Укажите первый и последний день периода; у разъяснения оставьте null.",
                "Give the first and the last day of the period; leave null for an explanation.",
            ),
        )
    })
}

fn no_address(link: &str) -> Option<Violation> {
    let host = link.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
    let plain = !link.chars().any(|sign| sign.is_whitespace() || sign.is_control());
    let is_address = plain && host.is_some_and(|host| host.contains('.') && !host.contains('@'));
    (!is_address).then(|| {
        objection(
            "/document/link",
            "format",
            ("Нужен адрес страницы по https.", "The address of a page over https is needed."),
            ("Укажите адрес целиком или null.", "Give the whole address, or null."),
        )
    })
}

fn another_s() -> Violation {
    objection(
        "/document/authority",
        "not-yours",
        (
            "Орган публикует практику от своего имени и меняет только свои публикации.",
            "An authority publishes practice in its own name and changes its own publications alone.",
        ),
        ("Укажите свой орган или возьмите другой код.", "Name your own authority, or take another code."),
    )
}
