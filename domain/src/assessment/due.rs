//! What is due to be assessed: every requirement that applies and was not assessed for a year (4.7.3.1).

use std::collections::BTreeMap;

use super::rules::Rules;
use crate::{
    business::Business,
    clerk::Clerk,
    compliance::supervision::binding,
    ids::BusinessId,
    ports::store::{StoreError, Tx},
    requirement::list::Verdict,
    time::Timestamp,
};

/// A requirement that waits to be assessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The requirement, by code.
    pub requirement: String,
    /// When the business last assessed it; None for never.
    pub last_assessed_at: Option<Timestamp>,
}

/// When a business is told of what is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Who is told.
    pub business: BusinessId,
    /// When next; None where it does not wish to be told.
    pub next_at: Option<Timestamp>,
}

/// The requirements that are due, in the order of codes.
///
/// # Errors
/// Only what the store says.
pub fn due(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    rules: &Rules,
    business: &Business,
    now: Timestamp,
) -> Result<Vec<Due>, StoreError> {
    let last = tx.assessments().last_assessed(&business.id)?;
    of(tx, clerk, (rules, &last), business, now)
}

/// The same, where it is known already when each was last assessed. What was declared inapplicable binds nobody.
pub(super) fn of(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (rules, last): (&Rules, &BTreeMap<String, Timestamp>),
    business: &Business,
    now: Timestamp,
) -> Result<Vec<Due>, StoreError> {
    let rows = binding(tx, clerk, business, now.moscow_date())?.into_iter();
    let applying = rows.filter(|(_, verdict)| *verdict == Verdict::Applies);
    let all = applying.map(|(entry, _)| {
        let code = &entry.requirement.code;
        Due { requirement: code.clone(), last_assessed_at: last.get(code).copied() }
    });
    Ok(all.filter(|due| due.last_assessed_at.is_none_or(|at| at.plus(rules.term()) <= now)).collect())
}
