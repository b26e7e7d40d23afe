//! Whom a draft concerns, in three values: an unknown fact becomes a question, never a silent no.

use std::{borrow::Cow, collections::BTreeSet};

use super::DraftAct;
use crate::requirement::{
    condition::{ACTIVITIES, Condition, FactTest, Facts, Test, Truth},
    questions::missing,
    registry::Registry,
};

/// Whether a draft concerns a business, and the facts that are wanted to say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// Whether it does.
    pub truth: Truth,
    /// The names of the facts that nobody has told; none where it is decided.
    pub missing: BTreeSet<String>,
}

/// Whom a draft concerns: whomever one of its requirements would. A draft without requirements concerns those in its
/// kinds of activity, and one without these everybody.
pub fn condition(draft: &DraftAct, registry: &Registry) -> Condition {
    let content = &draft.body.content;
    if !content.requirements.is_empty() {
        let parts = content.requirements.iter().map(|one| {
            let known = || one.code.as_ref().and_then(|code| registry.requirement(code));
            let condition = match &one.applies_when {
                Some(own) => Some(Cow::Borrowed(own)),
                None => known().map(|entry| Cow::Owned(entry.requirement.applies_when.clone())),
            };
            condition.map_or(Condition::Always(true), Cow::into_owned)
        });
        return Condition::Any(parts.collect());
    }
    if content.activities.is_empty() {
        return Condition::Always(true);
    }
    let test = Test::Within(content.activities.clone());
    Condition::Fact(FactTest { fact: ACTIVITIES.to_owned(), test })
}

/// Whether a draft concerns whom these facts are of.
pub fn concern(draft: &DraftAct, registry: &Registry, facts: Facts<'_>) -> Concern {
    let condition = condition(draft, registry);
    let missing = missing(&condition, facts).into_iter().map(str::to_owned).collect();
    Concern { truth: condition.truth(facts), missing }
}
