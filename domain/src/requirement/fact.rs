//! The facts on which requirements rest: how they are called, and how a missing one is asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::{ACTIVITIES, FactTest, Test};
use crate::text::Text;

/// Every fact that conditions may test, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactSheet(BTreeMap<String, Fact>);

/// A fact of the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What it is.
    pub kind: FactKind,
    /// Its name.
    pub title: Text,
    /// The question that asks for it.
    pub question: Text,
    /// How long an answer takes, in seconds.
    pub seconds: u32,
    /// Its values by code, where they form a closed list.
    #[serde(default)]
    pub values: BTreeMap<String, Text>,
}

/// The type of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum FactKind {
    /// Text, of a closed list where there are values.
    Text,
    /// A whole number.
    Number,
    /// A sum in roubles as a decimal string.
    Money,
    /// Yes or no.
    YesNo,
    /// A list of codes.
    List,
    /// Codes of the classifier of activities.
    Activities,
}

impl FactSheet {
    /// The fact with this name.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.get(name)
    }

    /// The facts by name.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Fact)> {
        self.0.iter()
    }

    /// What is wrong with a test: an unknown fact or value, or a question that the fact cannot answer.
    pub fn objection(&self, test: &FactTest) -> Option<String> {
        let name = &test.fact;
        let Some(fact) = self.get(name) else { return Some(format!("there is no fact `{name}`")) };
        let fits = match (&test.test, fact.kind) {
            (Test::OneOf(codes), FactKind::Text) | (Test::HasAny(codes), FactKind::List) => {
                let known = |code: &String| fact.values.is_empty() || fact.values.contains_key(code);
                return codes
                    .iter()
                    .find(|code| !known(code))
                    .map(|code| format!("`{name}` is never `{code}`"));
            }
            (Test::AtLeast(_) | Test::AtMost(_), FactKind::Number | FactKind::Money)
            | (Test::CountAtLeast(_), FactKind::List)
            | (Test::Equals(_), FactKind::YesNo) => true,
            (Test::Within(codes), FactKind::Activities) => {
                name == ACTIVITIES && codes.iter().all(|code| code.len() >= 2)
            }
            _ => false,
        };
        (!fits).then(|| format!("`{name}` cannot be asked that"))
    }
}
