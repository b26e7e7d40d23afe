//! Conditions over a profile in three values: they hold, do not hold, or wait for a fact that nobody has told yet.
//!
//! Kleene's logic, because an unknown fact must neither include nor exclude silently (4.7.1.2): it becomes a question.
//! Why not CEL, which the forms' rules use: see docs/adr/0008.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::reason::Reason;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// A fact is missing.
    Unknown,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// A condition: a tree of tests of single facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Condition {
    /// Holds, or not, for everybody.
    Always(bool),
    /// Every part holds.
    All(Vec<Condition>),
    /// At least one part holds.
    Any(Vec<Condition>),
    /// The part does not hold.
    Not(Box<Condition>),
    /// A test of one fact.
    Fact(FactTest),
}

/// A test of one fact of the profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactTest {
    /// The fact's name; `activities` are the main and the additional kinds of activity together.
    pub fact: String,
    /// What is asked of it.
    #[serde(flatten)]
    pub test: Test,
}

/// What can be asked of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// A text is one of these.
    OneOf(Vec<String>),
    /// A number is not less.
    AtLeast(Decimal),
    /// A number is not more.
    AtMost(Decimal),
    /// A code of the classifier lies under one of these codes.
    Within(Vec<String>),
    /// A list has at least one of these.
    HasAny(Vec<String>),
    /// A list has at least so many members.
    CountAtLeast(usize),
    /// Yes or no.
    Equals(bool),
}

/// The fact that joins `okved_main` and `okved_additional`.
pub const ACTIVITIES: &str = "activities";

/// A fact that a condition needs.
pub(super) enum Need<'c> {
    /// An activity under one of these codes.
    Activities(&'c [String]),
    /// This fact, which is a text, with one of these values.
    Text(&'c str, &'c [String]),
}

/// What is known of a business.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a>(pub &'a Map<String, Value>);

impl<'a> Facts<'a> {
    pub(super) fn known(self, fact: &str) -> Option<&'a Value> {
        self.0.get(fact).filter(|value| !value.is_null())
    }

    /// The codes of every known kind of activity, and whether both the main and the additional ones are known.
    pub(super) fn activities(self) -> (Vec<&'a str>, bool) {
        let main = self.known("okved_main").and_then(Value::as_str);
        let additional = self.known("okved_additional").and_then(Value::as_array);
        let others = additional.into_iter().flatten().filter_map(Value::as_str);
        (main.into_iter().chain(others).collect(), main.is_some() && additional.is_some())
    }

    /// The value as a reason quotes it.
    pub(crate) fn quoted(self, fact: &str) -> Option<Value> {
        if fact == ACTIVITIES {
            let (codes, _) = self.activities();
            return (!codes.is_empty()).then(|| Value::from(codes));
        }
        self.known(fact).cloned()
    }
}

impl Condition {
    /// Whether the condition holds for what is known.
    pub fn truth(&self, facts: Facts<'_>) -> Truth {
        match self {
            Self::Always(holds) => (*holds).into(),
            Self::All(parts) => sum(parts, facts, Truth::False, Truth::True),
            Self::Any(parts) => sum(parts, facts, Truth::True, Truth::False),
            Self::Not(part) => !part.truth(facts),
            Self::Fact(test) => test.truth(facts),
        }
    }

    /// The tests that made the condition what it is: where it holds, those that carry it; where a fact is missing,
    /// those that wait for it.
    pub fn reasons(&self, facts: Facts<'_>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        self.collect(facts, self.truth(facts), &mut reasons);
        reasons
    }

    fn collect(&self, facts: Facts<'_>, outcome: Truth, reasons: &mut Vec<Reason>) {
        match self {
            Self::Always(_) => {}
            Self::All(parts) | Self::Any(parts) => {
                let telling = parts.iter().filter(|part| part.truth(facts) == outcome);
                telling.for_each(|part| part.collect(facts, outcome, reasons));
            }
            Self::Not(part) => part.collect(facts, !outcome, reasons),
            Self::Fact(test) => {
                let reason = Reason { test: test.clone(), value: facts.quoted(&test.fact), holds: outcome };
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
    }

    /// Every test in the tree.
    pub fn tests(&self) -> Vec<&FactTest> {
        match self {
            Self::Always(_) => Vec::new(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Fact(test) => vec![test],
        }
    }

    /// A fact without which the condition holds for nobody, by which it can be filed; an activity before anything else,
    /// because activities tell businesses apart best.
    pub(super) fn need(&self) -> Option<Need<'_>> {
        match self {
            Self::Fact(FactTest { fact, test: Test::Within(codes) })
                if fact == ACTIVITIES && !codes.is_empty() =>
            {
                Some(Need::Activities(codes))
            }
            Self::Fact(FactTest { fact, test: Test::OneOf(values) }) if !values.is_empty() => {
                Some(Need::Text(fact, values))
            }
            Self::All(parts) => {
                let needs = parts.iter().filter_map(Self::need);
                needs.min_by_key(|need| match need {
                    Need::Activities(_) => 0,
                    Need::Text(_, values) => values.len(),
                })
            }
            Self::Always(_) | Self::Any(_) | Self::Not(_) | Self::Fact(_) => None,
        }
    }
}

/// Kleene's conjunction and disjunction are one another's mirror: `decisive` decides alone, else all must be `other`.
fn sum(parts: &[Condition], facts: Facts<'_>, decisive: Truth, other: Truth) -> Truth {
    let mut outcome = other;
    for part in parts {
        let truth = part.truth(facts);
        if truth == decisive {
            return decisive;
        }
        if truth == Truth::Unknown {
            outcome = Truth::Unknown;
        }
    }
    outcome
}

impl FactTest {
    fn truth(&self, facts: Facts<'_>) -> Truth {
        if let (ACTIVITIES, Test::Within(codes)) = (self.fact.as_str(), &self.test) {
            let (known, complete) = facts.activities();
            let within = known.iter().any(|code| codes.iter().any(|wide| code.starts_with(wide.as_str())));
            return if within {
                Truth::True
            } else if complete {
                Truth::False
            } else {
                Truth::Unknown
            };
        }
        let Some(value) = facts.known(&self.fact) else { return Truth::Unknown };
        self.test.of(value).map_or(Truth::Unknown, Truth::from)
    }
}

impl Test {
    /// The answer, or None where the value is of another type than the test asks for.
    fn of(&self, value: &Value) -> Option<bool> {
        let text = |codes: &[String], value: &Value| {
            value.as_str().map(|text| codes.iter().any(|code| code == text))
        };
        match self {
            Self::OneOf(codes) => text(codes, value),
            Self::AtLeast(least) => number(value).map(|number| number >= *least),
            Self::AtMost(most) => number(value).map(|number| number <= *most),
            Self::Within(codes) => {
                value.as_str().map(|code| codes.iter().any(|wide| code.starts_with(wide.as_str())))
            }
            Self::HasAny(codes) => {
                value.as_array().map(|members| members.iter().any(|one| text(codes, one) == Some(true)))
            }
            Self::CountAtLeast(least) => value.as_array().map(|members| members.len() >= *least),
            Self::Equals(expected) => value.as_bool().map(|given| given == *expected),
        }
    }
}

/// A JSON number, or a decimal in a string as money is written.
fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Some(whole.into()),
            None => number.to_string().parse().ok(),
        },
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

impl TryFrom<Value> for Condition {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let Value::Object(mut members) = value else { return Err("a condition is an object".into()) };
        if members.contains_key("fact") {
            if members.len() != 2 {
                return Err("a test has two members: `fact` and what is asked of it".into());
            }
            let test = serde_json::from_value(Value::Object(members));
            return test.map(Self::Fact).map_err(|error| format!("a test of a fact: {error}"));
        }
        let (name, part) = match (members.len(), members.iter().next().map(|(name, _)| name.clone())) {
            (1, Some(name)) => {
                let part = members.remove(&name).unwrap_or_default();
                (name, part)
            }
            _ => {
                return Err("a condition has one member: all, any, not, always, or a test with `fact`".into());
            }
        };
        let parts = |part: Value| match part {
            Value::Array(parts) => parts.into_iter().map(Self::try_from).collect::<Result<Vec<_>, _>>(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                Err(format!("`{name}` is a list of conditions"))
            }
        };
        match name.as_str() {
            "all" => parts(part).map(Self::All),
            "any" => parts(part).map(Self::Any),
            "not" => Self::try_from(part).map(|part| Self::Not(Box::new(part))),
            "always" => part.as_bool().map(Self::Always).ok_or_else(|| "`always` is true or false".into()),
            _ => Err(format!("unknown condition `{name}`")),
        }
    }
}

impl From<Condition> for Value {
    fn from(condition: Condition) -> Self {
        let list = |parts: Vec<Condition>| Value::Array(parts.into_iter().map(Self::from).collect());
        match condition {
            Condition::Always(holds) => serde_json::json!({ "always": holds }),
            Condition::All(parts) => serde_json::json!({ "all": list(parts) }),
            Condition::Any(parts) => serde_json::json!({ "any": list(parts) }),
            Condition::Not(part) => serde_json::json!({ "not": Self::from(*part) }),
            Condition::Fact(test) => serde_json::to_value(test).unwrap_or_default(),
        }
    }
}
