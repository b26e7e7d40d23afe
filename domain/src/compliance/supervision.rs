//! What acts of supervisors share: whom they may address about what, and what the model of risk says.

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    Refusal,
    inapplicability::{Inapplicability, InapplicabilityState},
    verdict::rows,
};
use crate::{
    actor::AuthorityActor,
    business::Business,
    clerk::Clerk,
    error::{Fix, Violation},
    ids::{AuthorityId, BusinessId},
    ports::store::{StoreError, Tx},
    record::Stored,
    requirement::{condition::Facts, list::Verdict, registry::Entry, risk::RiskModel},
    text::Text,
    time::Timestamp,
};

/// The model of risk in force.
///
/// # Errors
/// [`StoreError::Corrupt`] where the registry holds none: the program brings one along.
pub fn model(clerk: &Clerk) -> Result<&Arc<RiskModel>, StoreError> {
    clerk.registry.risk().ok_or_else(|| StoreError::Corrupt("the registry has no model of risk".into()))
}

/// The business that an authority names in a body.
///
/// # Errors
/// A violation at `/business_id`, or the store's error.
pub fn addressee(tx: &mut dyn Tx, id: &BusinessId) -> Result<Business, Refusal> {
    tx.businesses().find(id)?.ok_or_else(|| {
        Refusal::because(
            "/business_id",
            "unknown-business",
            Text::new(format!("Бизнеса {id} здесь нет."), format!("There is no business {id} here.")),
            Text::new(
                "Проверьте идентификатор: он есть в событиях и обращениях.",
                "Check the id: events and submissions carry it.",
            ),
        )
    })
}

/// A requirement in force that the authority supervises and that may apply to the business.
///
/// # Errors
/// A violation at `pointer`.
pub fn supervised<'c>(
    clerk: &'c Clerk,
    actor: &AuthorityActor,
    business: &Business,
    (code, pointer): (&str, &str),
    now: Timestamp,
) -> Result<&'c Arc<Entry>, Refusal> {
    let entry = standing(clerk, business, (code, pointer), now)?;
    if entry.requirement.supervisors.contains(&actor.authority) {
        return Ok(entry);
    }
    Err(Refusal::because(
        pointer,
        "not-supervisor",
        Text::new(
            format!("Требование {code} контролирует другой орган."),
            format!("Another authority supervises the requirement {code}."),
        ),
        Text::new(
            "Назовите требование, у которого вы указаны в supervisors.",
            "Name a requirement that lists you among its supervisors.",
        ),
    ))
}

/// The requirement is still this authority's to supervise: who no longer does reads and decides nothing about it.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn still_supervised(clerk: &Clerk, authority: &AuthorityId, code: &str) -> Result<(), Refusal> {
    let entry = clerk.registry.requirement(code);
    let own = entry.is_some_and(|entry| entry.requirement.supervisors.contains(authority));
    if own { Ok(()) } else { Err(Refusal::NotFound) }
}

/// A requirement in force that may apply to the business.
///
/// # Errors
/// A violation at `pointer`.
pub fn standing<'c>(
    clerk: &'c Clerk,
    business: &Business,
    (code, pointer): (&str, &str),
    now: Timestamp,
) -> Result<&'c Arc<Entry>, Refusal> {
    let Some(entry) = clerk.registry.requirement(code) else {
        return Err(Refusal::because(
            pointer,
            "unknown-requirement",
            Text::new(
                format!("Требования {code} нет в реестре."),
                format!("The registry has no requirement {code}."),
            ),
            Text::new("Возьмите код из /v1/requirements.", "Take a code from /v1/requirements."),
        ));
    };
    if entry.verdict(Facts(&business.profile), now.moscow_date()).is_some() {
        return Ok(entry);
    }
    Err(Refusal::because(
        pointer,
        "not-on-list",
        Text::new(
            format!("Требование {code} не действует или не распространяется на этот бизнес."),
            format!("The requirement {code} is not in force or does not apply to this business."),
        ),
        Text::new(
            "Назовите требование из персонального перечня бизнеса.",
            "Name a requirement of the business's personal list.",
        ),
    ))
}

/// The requirements that bind the business on `day`: those of its list that it has not declared inapplicable.
///
/// # Errors
/// Only what the store says.
pub fn binding<'c>(
    tx: &mut dyn Tx,
    clerk: &'c Clerk,
    business: &Business,
    day: Date,
) -> Result<Vec<(&'c Entry, Verdict)>, StoreError> {
    let declared = Stored::<Inapplicability>::latest(tx, &business.id)?;
    let off = |code: &str| {
        let found = declared.iter().find(|one| one.body.requirement == code);
        found.is_some_and(|one| match one.body.state_on(&business.profile, day) {
            InapplicabilityState::Declared | InapplicabilityState::Accepted => true,
            InapplicabilityState::Contested
            | InapplicabilityState::Withdrawn
            | InapplicabilityState::Lapsed
            | InapplicabilityState::Expired => false,
        })
    };
    let mut listed = rows(clerk, business, day);
    listed.retain(|(entry, _)| !off(&entry.requirement.code));
    Ok(listed)
}

/// One thing that is wrong, with how to mend it.
pub fn one(pointer: &str, code: &str, detail: Text, fix: Text) -> Violation {
    Violation { pointer: pointer.to_owned(), code: code.to_owned(), detail, fix: Fix::say(fix) }
}

/// The version that the caller has seen, where it named one, is the version now.
///
/// # Errors
/// [`Refusal::Stale`].
pub fn seen(expected: Option<i64>, current: i64) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != current => Err(Refusal::Stale { current }),
        Some(_) | None => Ok(()),
    }
}
