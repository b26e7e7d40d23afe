//! The model of risk: kinds of control, categories, what good faith is worth, and the terms of prevention. All of it is
//! data with the days from which it holds.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{
    condition::{Condition, FactTest},
    model::{Requirement, RiskCategory},
};
use crate::{ids::AuthorityId, record::RecordKind, text::Text};

/// A value that the law sets anew from time to time, the oldest first; never empty.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Vec<Dated<T>>")]
pub struct Series<T>(Vec<Dated<T>>);

/// A value with the first day on which it holds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dated<T> {
    /// The first day.
    pub valid_from: Date,
    /// What holds from that day on.
    pub value: T,
}

impl<T> Series<T> {
    /// What holds on `day`; before the first day, what held first.
    pub fn on(&self, day: Date) -> &T {
        let begun = self.0.iter().rfind(|dated| dated.valid_from <= day);
        &begun.unwrap_or(&self.0[0]).value
    }
}

impl<T> TryFrom<Vec<Dated<T>>> for Series<T> {
    type Error = &'static str;

    fn try_from(dated: Vec<Dated<T>>) -> Result<Self, Self::Error> {
        if dated.is_empty() {
            return Err("a dated value needs at least one day from which it holds");
        }
        if !dated.is_sorted_by(|a, b| a.valid_from < b.valid_from) {
            return Err("dated values stand in the order of their days");
        }
        Ok(Self(dated))
    }
}

/// The model of risk.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskModel {
    /// The day on which the facts were checked.
    pub as_of: Date,
    /// How far they can be trusted.
    pub note: String,
    /// The kinds of control.
    pub supervision_kinds: Vec<SupervisionKind>,
    /// What good faith is worth.
    pub good_faith: GoodFaithRules,
    /// How often objects of a category are visited.
    pub frequency: BTreeMap<RiskCategory, Series<Text>>,
    /// Measures that reward good faith.
    pub incentives: Vec<IncentiveRule>,
    /// Terms in working days.
    pub terms: Terms,
    /// What lengthens the term for gathering information.
    pub allowances: Vec<Allowance>,
    /// Who may ask for a preventive visit.
    pub visit_on_request: OnRequest,
    /// How a text would demand documents or information: a caution may not (248-ФЗ, article 49).
    pub caution_forbids: Series<Demand>,
    /// Hours ahead of UTC by region, where they are not those of Moscow.
    pub zones: BTreeMap<String, i8>,
}

/// A kind of control («вид контроля»).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupervisionKind {
    /// Stable code.
    pub code: String,
    /// Name.
    pub title: Text,
    /// Who exercises it.
    pub supervisor: AuthorityId,
    /// Its code in ЕРКНМ, where it is known.
    pub code_erknm: Option<String>,
    /// The acts whose requirements it is about; empty for all that the supervisor supervises.
    pub acts: Vec<String>,
    /// The first day on which the kind exists.
    pub valid_from: Date,
    /// How many working days a business has to object to a caution.
    pub objection_working_days: Series<u32>,
    /// Categories with their conditions, the highest first.
    pub categories: Vec<CategoryRule>,
    /// The category of whatever fits no condition.
    pub default: RiskCategory,
}

impl SupervisionKind {
    /// Whether the requirement is supervised by this kind of control.
    pub fn covers(&self, requirement: &Requirement) -> bool {
        let named = self.acts.is_empty() || self.acts.contains(&requirement.act);
        named && requirement.supervisors.contains(&self.supervisor)
    }
}

/// When an object belongs to a category.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryRule {
    /// The category.
    pub category: RiskCategory,
    /// Its condition.
    pub when: Condition,
    /// The same in words.
    pub because: Text,
}

/// What good faith is worth.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoodFaithRules {
    /// Measures with their points.
    pub measures: Vec<Measure>,
    /// From how many points on the category is considered lower, and by how many steps.
    pub steps: Series<Vec<Step>>,
    /// The provision behind it.
    pub basis: String,
}

/// A measure of good faith.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Stable code.
    pub code: String,
    /// Name.
    pub title: Text,
    /// What it is worth.
    pub points: Series<u32>,
    /// How the gateway sees it; None where only the supervisor does.
    pub earned_by: Option<Rule>,
}

/// From so many points on, so many steps lower.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// At least so many points.
    pub points: u32,
    /// So many categories lower.
    pub lower_by: u32,
}

/// What a business's records must show, or must not.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What to do to meet it.
    pub title: Text,
    /// The kind of record.
    #[serde(deserialize_with = "record_kind")]
    pub record: RecordKind,
    /// In one of these states.
    pub states: Vec<String>,
    /// Changed within so many days.
    pub days: i64,
    /// Whether there must be none, instead of at least one.
    pub absent: bool,
    /// What the document must hold besides.
    pub tests: Vec<BodyTest>,
}

/// A test of a place in a record's document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyTest {
    /// JSON Pointer.
    pub pointer: String,
    /// The value there.
    #[serde(default)]
    pub equals: Option<Value>,
    /// The values of which one is there.
    #[serde(default)]
    pub one_of: Option<Vec<Value>>,
    /// The least number there.
    #[serde(default)]
    pub at_least: Option<Decimal>,
    /// Whether the day there must not be over.
    #[serde(default)]
    pub not_over: bool,
}

impl BodyTest {
    /// Whether the document passes on `day`.
    pub fn passes(&self, body: &Value, day: Date) -> bool {
        let Some(value) = body.pointer(&self.pointer) else { return false };
        let equal = self.equals.as_ref().is_none_or(|expected| expected == value);
        let among = self.one_of.as_ref().is_none_or(|values| values.contains(value));
        let number = || value.as_str().map_or_else(|| value.to_string(), str::to_owned).parse().ok();
        let enough = self.at_least.is_none_or(|least| number().is_some_and(|given: Decimal| given >= least));
        let last = || value.as_str().and_then(|text| text.parse::<Date>().ok());
        let fresh = !self.not_over || last().is_some_and(|last| last >= day);
        equal && among && enough && fresh
    }
}

/// A measure that rewards good faith («мера стимулирования»).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncentiveRule {
    /// Stable code.
    pub code: String,
    /// Name.
    pub title: Text,
    /// Its condition in words.
    pub condition: Text,
    /// The provision behind it.
    pub basis: String,
    /// The first day on which it exists.
    pub valid_from: Date,
    /// For whom; None for all.
    pub when: Option<Condition>,
    /// What earns it, all of it; nothing where it is there for the asking.
    pub earned_by: Vec<Rule>,
}

/// Terms in working days.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// For an objection to a caution, where the kind of control sets none.
    pub objection_working_days: Series<u32>,
    /// For the supervisor's answer to a request for a preventive visit.
    pub visit_answer_working_days: Series<u32>,
    /// The longest that a mandatory preventive visit may lie ahead.
    pub visit_mandatory_working_days: Series<u32>,
    /// For preparing information, before anything lengthens it.
    pub preparation_working_days: Series<u32>,
    /// How long before its day a duty is recalled.
    pub due_soon_working_days: Series<u32>,
}

/// What lengthens the term for gathering information.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Stable code.
    pub code: String,
    /// Why.
    pub title: Text,
    /// For whom.
    pub when: Condition,
    /// By how much.
    pub working_days: Series<u32>,
}

/// The words by which a text demands something: a verb and a thing beside one another, in any order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// How the verbs begin, in lower case, with е for ё. Of several words all but the last are whole and stand in a row:
    /// a word that is often no verb, or another one, is named with what makes it one.
    pub verbs: Vec<String>,
    /// How the things begin.
    pub things: Vec<String>,
    /// How many words apart at most.
    pub apart: usize,
}

/// Who may ask for a preventive visit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnRequest {
    /// For whom.
    pub when: Condition,
    /// The provision behind it.
    pub basis: String,
}

impl RiskModel {
    /// Every test of a fact, for checking against the facts there are.
    pub fn tests(&self) -> Vec<&FactTest> {
        let categories = self.supervision_kinds.iter().flat_map(|kind| &kind.categories);
        let categories = categories.map(|rule| &rule.when);
        let incentives = self.incentives.iter().filter_map(|incentive| incentive.when.as_ref());
        let allowances = self.allowances.iter().map(|allowance| &allowance.when);
        let all = categories.chain(incentives).chain(allowances).chain([&self.visit_on_request.when]);
        all.flat_map(Condition::tests).collect()
    }

    /// The kind of control that supervises a requirement for this authority.
    pub fn kind_of(&self, authority: &AuthorityId, requirement: &Requirement) -> Option<&SupervisionKind> {
        let mut own = self.supervision_kinds.iter().filter(|kind| kind.supervisor == *authority);
        own.find(|kind| kind.covers(requirement))
    }
}

fn record_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RecordKind, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| serde::de::Error::custom(format!("there is no kind of record `{name}`")))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::requirement::{builtin::builtin, document::RegistryKind};

    fn series(dated: Value) -> Result<Series<u32>, serde_json::Error> {
        serde_json::from_value(dated)
    }

    #[test]
    fn a_dated_value_holds_from_its_day_on() {
        let two =
            json!([{ "valid_from": "2021-07-01", "value": 5 }, { "valid_from": "2027-01-01", "value": 7 }]);
        let two = series(two).expect("in order");
        let held = |year, month, day| *two.on(date(year, month, day));
        assert_eq!((held(2020, 1, 1), held(2021, 7, 1), held(2026, 12, 31), held(2027, 1, 1)), (5, 5, 5, 7));
    }

    #[test]
    fn dated_values_are_there_and_in_order() {
        assert!(series(json!([])).is_err());
        let twice =
            json!([{ "valid_from": "2027-01-01", "value": 1 }, { "valid_from": "2027-01-01", "value": 2 }]);
        assert!(series(twice).is_err());
    }

    #[test]
    fn the_program_s_model_is_read_and_every_category_has_a_frequency() {
        let document =
            builtin().into_iter().find(|one| one.kind == RegistryKind::Risk).expect("it is shipped");
        let model: RiskModel = serde_json::from_value(document.body).expect("it holds");
        assert!(model.supervision_kinds.len() >= 8 && model.frequency.len() == 6);
        for kind in &model.supervision_kinds {
            let falling = kind.categories.is_sorted_by(|a, b| a.category > b.category);
            assert!(falling, "{}: the highest category stands first", kind.code);
        }
        assert!(model.tests().len() > 30);
    }

    #[test]
    fn a_document_is_tested_by_value_and_by_number() {
        let body = json!({ "result": { "score": 85, "valid_until": "2026-11-23" }, "sum": "79.9",
            "initiator": "business" });
        let test = |pointer: &str, equals: Option<Value>, least: Option<i64>| BodyTest {
            pointer: pointer.into(),
            equals,
            one_of: None,
            at_least: least.map(Decimal::from),
            not_over: false,
        };
        let today = date(2026, 11, 23);
        assert!(test("/result/score", None, Some(80)).passes(&body, today));
        assert!(!test("/sum", None, Some(80)).passes(&body, today));
        assert!(test("/initiator", Some(json!("business")), None).passes(&body, today));
        assert!(!test("/nothing", None, None).passes(&body, today));
        let fresh = BodyTest { not_over: true, ..test("/result/valid_until", None, None) };
        assert!(fresh.passes(&body, today) && !fresh.passes(&body, date(2026, 11, 24)));
        assert!(!BodyTest { not_over: true, ..test("/initiator", None, None) }.passes(&body, today));
    }
}
