//! The facts on which an answer rests, in words.

use std::cmp::Reverse;

use serde::Serialize;
use serde_json::Value;

use crate::{
    requirement::{
        condition::{Condition, Facts},
        fact::FactSheet,
        wording::worded,
    },
    text::Text,
};

/// A fact on which something rests.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FactUsed {
    /// Its name.
    #[cfg_attr(feature = "schema", schema(example = "employees"))]
    pub fact: String,
    /// Its value; null where it is not known.
    pub value: Option<Value>,
    /// What follows from it, in words.
    pub text: Text,
}

/// The facts that made the conditions what they are, each once, the known ones first.
pub fn facts_used<'c>(
    conditions: impl Iterator<Item = &'c Condition>,
    facts: Facts<'_>,
    sheet: &FactSheet,
) -> Vec<FactUsed> {
    let mut used: Vec<FactUsed> = Vec::new();
    for reason in conditions.flat_map(|condition| condition.reasons(facts)) {
        let text = worded(&reason, sheet);
        let fact = FactUsed { fact: reason.test.fact, value: reason.value, text };
        if !used.contains(&fact) {
            used.push(fact);
        }
    }
    used.sort_by_key(|fact| Reverse(fact.value.is_some()));
    used
}
