//! What a mandate may say: known powers, a term that makes sense, and no more than whoever hands it on has.

use super::{Mandate, MandateKind, grant::Scope, terms};
use crate::{
    clerk::Clerk,
    compliance::Refusal,
    error::{Fix, Violation},
    ports::store::Tx,
    text::Text,
    time::Timestamp,
};

/// The bounds that whoever grants is held to.
pub struct Limits {
    kind: MandateKind,
    powers: Vec<String>,
    until: Option<Timestamp>,
    links: usize,
}

impl Limits {
    /// Those of the business itself.
    pub fn none() -> Self {
        Self { kind: MandateKind::Own, powers: Vec::new(), until: None, links: 0 }
    }

    /// Those of the holder of a mandate.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn of(tx: &mut dyn Tx, held: &Mandate) -> Result<Self, Refusal> {
        let mut links = 1;
        let mut above = held.parent.clone();
        while let Some(id) = above {
            links += 1;
            above = tx.mandates().find(&held.business, &id)?.and_then(|found| found.parent);
        }
        let powers = held.paper.powers.clone();
        Ok(Self { kind: held.kind, powers, until: held.terms.valid_until, links })
    }
}

/// Everything that is wrong with a scope.
pub fn faults(clerk: &Clerk, scope: &Scope, limits: &Limits, now: Timestamp) -> Vec<Violation> {
    let mut wrong = Vec::new();
    wrong.extend(unfit_kind(scope, limits, now));
    wrong.extend(term_faults(scope, limits, now));
    let dictionary = clerk.catalogue.dictionary("powers");
    for (place, code) in scope.powers.iter().enumerate() {
        let pointer = format!("/powers/{place}");
        if dictionary.is_none_or(|known| !known.contains(code)) {
            wrong.push(unknown_power(&pointer, code));
        } else if limits.kind == MandateKind::PowerOfAttorney && !limits.powers.contains(code) {
            wrong.push(power_not_held(&pointer, code, &limits.powers));
        }
    }
    wrong
}

/// The earlier of two ends, where None is no end.
pub fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A violation whose fix only says what to do.
pub fn violation(pointer: &str, code: &str, detail: Text, fix: Text) -> Violation {
    Violation { pointer: pointer.to_owned(), code: code.to_owned(), detail, fix: Fix::say(fix) }
}

fn unfit_kind(scope: &Scope, limits: &Limits, now: Timestamp) -> Vec<Violation> {
    let mut wrong = Vec::new();
    match (scope.kind, limits.kind) {
        (MandateKind::Own, MandateKind::PowerOfAttorney) => wrong.push(violation(
            "/kind",
            "own-by-representative",
            Text::new(
                "Собственное приложение бизнеса назначает только сам бизнес.",
                "Only the business itself names an application of its own.",
            ),
            Text::new("Укажите kind = power_of_attorney.", "Say kind = power_of_attorney."),
        )),
        (MandateKind::Own, MandateKind::Own) if !scope.powers.is_empty() || scope.sub_delegation => wrong
            .push(violation(
                "/powers",
                "powers-of-own",
                Text::new(
                    "Собственное приложение бизнеса действует без перечня полномочий.",
                    "The business's own application acts without a list of powers.",
                ),
                Text::new("Уберите powers и sub_delegation.", "Leave powers and sub_delegation out."),
            )),
        (MandateKind::PowerOfAttorney, _) if scope.powers.is_empty() => wrong.push(violation(
            "/powers",
            "powers-missing",
            Text::new("Не названо ни одного полномочия.", "No power is named."),
            Text::new(
                "Возьмите коды из /v1/dictionaries/powers.",
                "Take codes from /v1/dictionaries/powers.",
            ),
        )),
        (MandateKind::PowerOfAttorney, MandateKind::PowerOfAttorney) => wrong.extend(too_long(limits, now)),
        (MandateKind::Own | MandateKind::PowerOfAttorney, MandateKind::Own) => {}
    }
    wrong
}

fn too_long(limits: &Limits, now: Timestamp) -> Option<Violation> {
    let longest = terms(now).longest_chain;
    (limits.links >= longest).then(|| {
        violation(
            "/powers",
            "chain-too-long",
            Text {
                ru: format!("Полномочия передоверяются не более чем по цепочке из {longest} звеньев."),
                en: format!("Powers are handed on along a chain of at most {longest} links."),
            },
            Text::new(
                "Попросите бизнес выдать полномочие прямо.",
                "Ask the business to grant the mandate directly.",
            ),
        )
    })
}

fn term_faults(scope: &Scope, limits: &Limits, now: Timestamp) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let from = scope.valid_from.unwrap_or(now);
    if scope.valid_until.is_some_and(|until| until <= from.max(now)) {
        wrong.push(violation(
            "/valid_until",
            "term-over",
            Text::new(
                "Срок кончается раньше, чем начинается, или уже прошёл.",
                "The term ends before it begins, or is over.",
            ),
            Text::new(
                "Укажите valid_until позже valid_from и позже текущего времени.",
                "Give a valid_until later than valid_from and later than now.",
            ),
        ));
    }
    if let (Some(until), Some(bound)) = (scope.valid_until, limits.until)
        && until > bound
    {
        wrong.push(violation(
            "/valid_until",
            "term-beyond-parent",
            Text {
                ru: format!("Срок длиннее, чем у полномочия, от которого оно передаётся: {bound}."),
                en: format!("The term is longer than that of the mandate it is handed on from: {bound}."),
            },
            Text::new(
                "Укажите valid_until не позже этого времени.",
                "Give a valid_until no later than that.",
            ),
        ));
    }
    wrong
}

fn unknown_power(pointer: &str, code: &str) -> Violation {
    violation(
        pointer,
        "unknown-power",
        Text {
            ru: format!("Кода полномочия «{code}» в классификаторе нет."),
            en: format!("The classifier has no power “{code}”."),
        },
        Text::new("Возьмите код из /v1/dictionaries/powers.", "Take a code from /v1/dictionaries/powers."),
    )
}

fn power_not_held(pointer: &str, code: &str, held: &[String]) -> Violation {
    let held = held.join(", ");
    violation(
        pointer,
        "power-not-held",
        Text {
            ru: format!("Полномочия {code} у передающего нет."),
            en: format!("Whoever hands on does not have the power {code}."),
        },
        Text {
            ru: format!("Передать можно: {held}."), en: format!("These can be handed on: {held}.")
        },
    )
}
