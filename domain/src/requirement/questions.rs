//! What a business is asked so that its list leaves nothing open (4.7.1.2, 4.7.1.6).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    condition::{ACTIVITIES, Condition, Facts, Truth},
    fact::Fact,
    registry::Registry,
};

/// A fact that requirements wait for.
#[derive(Debug, Clone, PartialEq)]
pub struct Question<'r> {
    /// The fact's name in conditions.
    pub name: &'r str,
    /// How it is asked for.
    pub fact: &'r Fact,
    /// The requirements that wait for it, by code in order.
    pub waiting: Vec<&'r str>,
}

/// The facts without which a condition stays open, in order of names; none where it is decided.
///
/// Once all of them are known the condition is decided: a part that is not asked about lies beside a part that decides
/// alone, and no further fact changes a decided part.
pub fn missing<'c>(condition: &'c Condition, facts: Facts<'_>) -> BTreeSet<&'c str> {
    let mut names = BTreeSet::new();
    gather(condition, facts, &mut names);
    names
}

fn gather<'c>(condition: &'c Condition, facts: Facts<'_>, names: &mut BTreeSet<&'c str>) {
    if condition.truth(facts) != Truth::Unknown {
        return;
    }
    match condition {
        Condition::Always(_) => {}
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| gather(part, facts, names));
        }
        Condition::Not(part) => gather(part, facts, names),
        Condition::Fact(test) => drop(names.insert(&test.fact)),
    }
}

/// What to ask so that the requirements with these codes are decided: what most of them wait for first.
pub fn questions<'r>(
    registry: &'r Registry,
    facts: Facts<'_>,
    open: impl Iterator<Item = &'r str>,
) -> Vec<Question<'r>> {
    let mut waiting: BTreeMap<&'r str, Vec<&'r str>> = BTreeMap::new();
    for entry in open.filter_map(|code| registry.requirement(code)) {
        for name in missing(&entry.requirement.applies_when, facts) {
            waiting.entry(name).or_default().push(&entry.requirement.code);
        }
    }
    let asked = waiting
        .into_iter()
        .filter_map(|(name, waiting)| Some(Question { name, fact: registry.facts().get(name)?, waiting }));
    let mut asked: Vec<_> = asked.collect();
    asked.sort_by_key(|question| std::cmp::Reverse(question.waiting.len()));
    asked
}

/// The members of the profile that hold a fact.
pub fn members(fact: &str) -> Vec<&str> {
    if fact == ACTIVITIES { vec!["okved_main", "okved_additional"] } else { vec![fact] }
}
