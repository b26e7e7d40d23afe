//! Which requirements can concern whom, so that a list is not made by asking all of them.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use super::{
    condition::{Facts, Need},
    registry::Entry,
};

/// The requirements, filed by a fact without which they concern nobody.
#[derive(Clone, Default)]
pub(super) struct Reach {
    /// All of them in the order of codes; the other members hold places in this one.
    entries: Vec<Arc<Entry>>,
    /// By a code of activity of which the business must carry on one.
    by_activity: HashMap<String, Vec<u32>>,
    /// By a fact that is a text, and by the value that it must have.
    by_text: HashMap<String, HashMap<String, Vec<u32>>>,
    /// All the others.
    everybody: Vec<u32>,
}

impl Reach {
    /// Files requirements that come in the order of codes.
    pub(super) fn of<'e>(entries: impl Iterator<Item = &'e Arc<Entry>>) -> Self {
        let mut reach = Self { entries: entries.cloned().collect(), ..Self::default() };
        for (place, entry) in (0..).zip(&reach.entries) {
            let (shelf, values) = match entry.requirement.applies_when.need() {
                Some(Need::Activities(codes)) => (&mut reach.by_activity, codes),
                Some(Need::Text(fact, values)) => (reach.by_text.entry(fact.to_owned()).or_default(), values),
                None => {
                    reach.everybody.push(place);
                    continue;
                }
            };
            for value in values {
                shelf.entry(value.clone()).or_default().push(place);
            }
        }
        reach
    }

    /// Those that can concern a business of which this is known, in the order of codes.
    pub(super) fn concerning(&self, facts: Facts<'_>) -> impl Iterator<Item = &Arc<Entry>> {
        let mut places = self.everybody.clone();
        self.by_activities(facts, &mut places);
        for (fact, shelf) in &self.by_text {
            match facts.known(fact) {
                Some(Value::String(value)) => places.extend(shelf.get(value).into_iter().flatten()),
                // Unknown, or of another type than expected: nothing is ruled out.
                Some(_) | None => places.extend(shelf.values().flatten()),
            }
        }
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| &self.entries[place as usize])
    }

    fn by_activities(&self, facts: Facts<'_>, places: &mut Vec<u32>) {
        let (known, complete) = facts.activities();
        if !complete {
            places.extend(self.by_activity.values().flatten());
            return;
        }
        for activity in known {
            let wider = (1..=activity.len()).filter_map(|end| activity.get(..end));
            places.extend(wider.filter_map(|code| self.by_activity.get(code)).flatten());
        }
    }
}
