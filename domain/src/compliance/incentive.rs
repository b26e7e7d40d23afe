//! Incentives («меры стимулирования добросовестности», 248-ФЗ, article 48): what good faith earns, and what is missing.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    Refusal, business,
    fact_used::{FactUsed, facts_used},
    good_faith::{Circle, Dossier},
    recognition::Granted,
    supervision::model,
};
use crate::{
    clerk::Clerk,
    mandate::OnBehalf,
    ports::store::Tx,
    requirement::condition::{Facts, Truth},
    text::Text,
    time::Timestamp,
};

/// Whether an incentive is there for the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum IncentiveState {
    /// Earned, or there for the asking.
    Earned,
    /// Something is missing; `missing` says what.
    WithinReach,
    /// Not for such a business.
    NotAvailable,
}

/// A measure that rewards good faith.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Incentive {
    /// Its code.
    #[cfg_attr(feature = "schema", schema(example = "visit-on-request"))]
    pub code: String,
    /// Name.
    pub title: Text,
    /// Its condition in words.
    pub condition: Text,
    /// Whether it is there.
    pub state: IncentiveState,
    /// The facts of the profile that decide.
    pub because: Vec<FactUsed>,
    /// What is still to be done for it.
    pub missing: Vec<Text>,
    /// Who granted it to the business, on what ground and until when: whoever was granted it has earned it.
    pub granted: Vec<Granted>,
    /// The provision behind it.
    #[cfg_attr(feature = "schema", schema(example = "248-ФЗ ст. 52.2"))]
    pub basis: String,
}

/// The incentives of today, with where the business stands with each.
///
/// # Errors
/// [`Refusal::NotFound`] without a mandate, or the store's error.
pub fn incentives(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    on_behalf: &OnBehalf,
    now: Timestamp,
) -> Result<Vec<Incentive>, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let model = model(clerk)?;
    let dossier = Dossier::load(tx, &business.id, model, now)?;
    let circle = Circle { authority: None, control_kind: None, requirements: &BTreeSet::new() };
    let grants = dossier.granted(&circle);
    let (facts, today) = (Facts(&business.profile), now.moscow_date());
    let rules = model.incentives.iter().filter(|rule| rule.valid_from <= today);
    let judged = rules.map(|rule| {
        let truth = rule.when.as_ref().map_or(Truth::True, |when| when.truth(facts));
        let open = rule.earned_by.iter().filter(|earned| !dossier.meets(earned, &circle).met);
        let missing: Vec<Text> = open.map(|rule| rule.title.clone()).collect();
        let granted: Vec<Granted> = grants.iter().filter(|grant| grant.code == rule.code).cloned().collect();
        let state =
            if granted.is_empty() { reached(truth, missing.is_empty()) } else { IncentiveState::Earned };
        Incentive {
            code: rule.code.clone(),
            title: rule.title.clone(),
            condition: rule.condition.clone(),
            state,
            because: facts_used(rule.when.iter(), facts, clerk.registry.facts()),
            missing: if state == IncentiveState::WithinReach { missing } else { Vec::new() },
            granted,
            basis: rule.basis.clone(),
        }
    });
    Ok(judged.collect())
}

/// Where the business stands by its profile and its record alone.
fn reached(truth: Truth, complete: bool) -> IncentiveState {
    match (truth, complete) {
        (Truth::False, _) => IncentiveState::NotAvailable,
        (Truth::True, true) => IncentiveState::Earned,
        (Truth::True, false) | (Truth::Unknown, _) => IncentiveState::WithinReach,
    }
}
