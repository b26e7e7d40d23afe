//! Check packs: rules that a business's own program judges on its own ledgers, so that no ledger need be sent (4.8.1.3/1).

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    catalogue::expression::{Expression, Facts},
    text::Text,
};

/// A check pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckPack {
    /// Stable code.
    pub code: String,
    /// Name.
    pub title: Text,
    /// What it shows compliance with, by code.
    pub requirements: Vec<String>,
    /// Counts its versions from 1.
    pub version: i64,
    /// What it is asked about.
    pub inputs: Vec<PackInput>,
    /// What must hold.
    pub rules: Vec<PackRule>,
    /// The inputs that may be reported, by name; all others stay with the business.
    pub report: Vec<String>,
}

/// What a check pack is asked about: a figure of the business's ledgers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PackInput {
    /// Its name in the report. In expressions it is `inputs.<name>`; a sum is `inputs.<name>_kopecks`, a whole number.
    #[cfg_attr(feature = "schema", schema(example = "receipts_total"))]
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: InputKind,
    /// What it is.
    pub title: Text,
    /// Where the ledgers hold it.
    pub source: Text,
}

/// The type of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum InputKind {
    /// A sum in roubles: a decimal string with at most two places.
    Money,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
}

/// A rule of a check pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PackRule {
    /// Its code within the pack.
    #[cfg_attr(feature = "schema", schema(example = "receipts-equal-revenue"))]
    pub id: String,
    /// What must hold, in words.
    pub title: Text,
    /// What must hold, in CEL over `inputs`.
    #[cfg_attr(
        feature = "schema",
        schema(example = "inputs.receipts_total_kopecks == inputs.revenue_kopecks")
    )]
    pub expression: String,
    /// The outcome where it does not hold.
    pub severity: RuleSeverity,
}

/// What a rule that does not hold comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RuleSeverity {
    /// Something to look at.
    Warn,
    /// A breach.
    Fail,
}

/// How a rule came out; the later, the worse.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = RuleOutcome))]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold; something to look at.
    Warn,
    /// It does not hold; a breach.
    Fail,
}

impl From<RuleSeverity> for Outcome {
    fn from(severity: RuleSeverity) -> Self {
        match severity {
            RuleSeverity::Warn => Self::Warn,
            RuleSeverity::Fail => Self::Fail,
        }
    }
}

/// The largest sum and the largest number that a ledger's figure may be; sums of some of them stay far from overflow.
const MOST: i64 = 1_000_000_000_000_000;

impl CheckPack {
    /// The input with this name.
    pub fn input(&self, name: &str) -> Option<&PackInput> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// How a rule comes out by these figures, which are named as in the report; None where one that it needs is absent.
    pub fn judge(&self, rule: &PackRule, figures: &Map<String, Value>) -> Option<Outcome> {
        let expression = Expression::compile(&rule.expression).ok()?;
        let seen = self.seen(figures);
        let holds = expression.holds(&Facts::of_inputs(&seen))?;
        Some(if holds { Outcome::Pass } else { rule.severity.into() })
    }

    /// What is wrong within it: a rule that does not compile, or a report of something that is no input.
    pub fn objection(&self) -> Option<String> {
        if let Some(unknown) = self.report.iter().find(|name| self.input(name).is_none()) {
            return Some(format!("`{unknown}` is reported but is no input"));
        }
        for (place, rule) in self.rules.iter().enumerate() {
            let id = &rule.id;
            if self.rules[..place].iter().any(|before| before.id == *id) {
                return Some(format!("the rule `{id}` stands twice"));
            }
            match Expression::compile(&rule.expression) {
                Err(error) => return Some(format!("the rule `{id}` does not compile: {error}")),
                Ok(expression) => {
                    let example = self.seen(&self.example());
                    if expression.holds(&Facts::of_inputs(&example)).is_none() {
                        return Some(format!("the rule `{id}` cannot be judged by the pack's inputs"));
                    }
                }
            }
        }
        None
    }

    /// Figures of the right types, to try the rules with.
    fn example(&self) -> Map<String, Value> {
        let figure = |kind| match kind {
            InputKind::Money => Value::from("1.00"),
            InputKind::Integer => Value::from(1),
            InputKind::Boolean => Value::from(true),
        };
        self.inputs.iter().map(|input| (input.name.clone(), figure(input.kind))).collect()
    }

    /// The figures as expressions see them; what is not of its input's type is not seen.
    fn seen(&self, figures: &Map<String, Value>) -> Map<String, Value> {
        let mut seen = Map::new();
        for input in &self.inputs {
            let fitting = figures.get(&input.name).filter(|figure| input.kind.fits(figure));
            let Some(figure) = fitting else { continue };
            match input.kind {
                InputKind::Money => {
                    if let Some(kopecks) = kopecks(figure) {
                        seen.insert(format!("{}_kopecks", input.name), kopecks.into());
                    }
                }
                InputKind::Integer | InputKind::Boolean => {
                    seen.insert(input.name.clone(), figure.clone());
                }
            }
        }
        seen
    }
}

impl InputKind {
    /// Whether the figure is of this type and within its bounds.
    pub fn fits(self, figure: &Value) -> bool {
        match self {
            Self::Money => kopecks(figure).is_some(),
            Self::Integer => figure.as_i64().is_some_and(|number| (-MOST..=MOST).contains(&number)),
            Self::Boolean => figure.is_boolean(),
        }
    }
}

/// A sum in whole kopecks; None where it is no decimal string with at most two places, or out of bounds.
fn kopecks(figure: &Value) -> Option<i64> {
    let text = figure.as_str().filter(|text| text.len() <= 20)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    let sum: Decimal = text.parse().ok().filter(|sum: &Decimal| plain && sum.scale() <= 2)?;
    let kopecks = sum.checked_mul(Decimal::ONE_HUNDRED)?.to_i64()?;
    (-MOST..=MOST).contains(&kopecks).then_some(kopecks)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pack() -> CheckPack {
        let text = json!({ "ru": "т", "en": "t" });
        let input =
            |name: &str, kind: &str| json!({ "name": name, "type": kind, "title": text, "source": text });
        let rule = |id: &str, expression: &str, severity: &str| json!({ "id": id, "title": text, "expression": expression, "severity": severity });
        serde_json::from_value(json!({
            "code": "p", "title": text, "requirements": ["OT-028"], "version": 1,
            "inputs": [input("a", "money"), input("b", "money"), input("n", "integer"), input("y", "boolean")],
            "rules": [rule("equal", "inputs.a_kopecks == inputs.b_kopecks", "fail"),
                rule("few", "inputs.y || inputs.n <= 2", "warn")],
            "report": ["a", "b"],
        }))
        .expect("it is a pack")
    }

    fn judged(figures: &Value) -> [Option<Outcome>; 2] {
        let pack = pack();
        [0, 1].map(|rule| pack.judge(&pack.rules[rule], figures.as_object().expect("an object")))
    }

    #[test]
    fn rules_are_judged_by_the_figures_that_are_there() {
        use Outcome::{Fail, Pass, Warn};
        assert_eq!(judged(&json!({ "a": "0.30", "b": "0.3", "n": 2, "y": false })), [Some(Pass), Some(Pass)]);
        assert_eq!(
            judged(&json!({ "a": "0.30", "b": "0.31", "n": 3, "y": false })),
            [Some(Fail), Some(Warn)]
        );
        assert_eq!(judged(&json!({ "a": "0.30" })), [None, None]);
        assert_eq!(judged(&json!({ "y": true })), [None, Some(Pass)]);
    }

    #[test]
    fn sums_are_exact_and_bounded() {
        let table =
            [("12.34", Some(1234)), ("-0.5", Some(-50)), ("7", Some(700)), ("10000000000000", Some(MOST))];
        for (text, expected) in table {
            assert_eq!(kopecks(&json!(text)), expected, "{text}");
        }
        for bad in
            [json!("1.234"), json!("1e3"), json!("10000000000000.01"), json!(1), json!("+1"), json!("")]
        {
            assert_eq!(kopecks(&bad), None, "{bad}");
        }
        assert!(InputKind::Integer.fits(&json!(5)) && !InputKind::Integer.fits(&json!("5")));
        assert!(!InputKind::Integer.fits(&json!(1.5)) && !InputKind::Boolean.fits(&json!(1)));
    }

    #[test]
    fn a_pack_names_what_it_has_and_compiles() {
        assert_eq!(pack().objection(), None);
        let mut unreported = pack();
        unreported.report.push("c".into());
        let mut broken = pack();
        broken.rules[0].expression = "inputs.a_kopecks ==".into();
        let mut foreign = pack();
        foreign.rules[0].expression = "inputs.c == 1".into();
        let mut twice = pack();
        twice.rules[1].id = "equal".into();
        for bad in [unreported, broken, foreign, twice] {
            assert!(bad.objection().is_some(), "{bad:?}");
        }
    }
}
