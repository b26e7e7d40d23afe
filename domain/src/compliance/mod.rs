//! Compliance («соблюдение», 4.8.1): what a business and its supervisors do about the requirements on its list.
//!
//! One file per noun; each keeps its documents as [`crate::record`]s. Read first: [`Refusal`].

use serde_json::{Map, Value};

use crate::{
    actor::BusinessActor,
    business::Business,
    clerk::Clerk,
    error::{Fix, Violation},
    mandate::{MandateRefusal, OnBehalf, Unauthorised},
    ports::store::{StoreError, Tx},
    requirement::registry::Entry,
    text::Text,
};

pub mod algorithm_run;
pub mod caution;
pub mod check_pack;
pub mod checklist;
pub mod confirmation;
pub mod declaration;
pub mod duty;
pub mod evidence;
pub mod fact_used;
pub mod good_faith;
pub mod inapplicability;
pub mod incentive;
pub mod insight;
pub mod kept;
pub mod papers;
pub mod proof;
pub mod recognition;
pub mod risk;
pub mod schedule;
pub mod self_check;
pub mod standing;
pub mod sufficient_term;
pub mod supervision;
pub mod terms;
pub mod verdict;
pub mod visit;

/// Why an act about requirements did not happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// No such business, requirement or record, or there never was a mandate.
    NotFound,
    /// The mandate does not carry the act.
    Mandate(MandateRefusal),
    /// The record is at another version than the caller had seen.
    Stale {
        /// The version now.
        current: i64,
    },
    /// Its state does not allow the act.
    State {
        /// The present state.
        state: &'static str,
        /// What was asked for.
        attempted: &'static str,
        /// What would be allowed.
        allowed: Vec<&'static str>,
    },
    /// What was sent does not hold.
    Invalid(Vec<Violation>),
    /// The store failed.
    Store(StoreError),
}

impl From<Unauthorised> for Refusal {
    fn from(refused: Unauthorised) -> Self {
        match refused {
            Unauthorised::NotFound => Self::NotFound,
            Unauthorised::Refused(refusal) => Self::Mandate(refusal),
            Unauthorised::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refusal {
    /// One thing is wrong, at one place.
    pub fn because(pointer: &str, code: &str, detail: Text, fix: Text) -> Self {
        let (pointer, code) = (pointer.to_owned(), code.to_owned());
        Self::Invalid(vec![Violation { pointer, code, detail, fix: Fix::say(fix) }])
    }
}

/// The caller under its mandate.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Mandate`], or the store's error.
pub fn actor(tx: &mut dyn Tx, on_behalf: &OnBehalf) -> Result<BusinessActor, Refusal> {
    Ok(on_behalf.authorise(tx)?)
}

/// The business under the caller's mandate.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn business(tx: &mut dyn Tx, on_behalf: &OnBehalf) -> Result<(BusinessActor, Business), Refusal> {
    let actor = actor(tx, on_behalf)?;
    let business = tx.businesses().find(&actor.business)?.ok_or(Refusal::NotFound)?;
    Ok((actor, business))
}

/// The requirement with this code, in force or not.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn requirement<'c>(clerk: &'c Clerk, code: &str) -> Result<&'c Entry, Refusal> {
    clerk.registry.requirement(code).map(AsRef::as_ref).ok_or(Refusal::NotFound)
}

/// The facts of a profile.
pub type Profile = Map<String, Value>;
