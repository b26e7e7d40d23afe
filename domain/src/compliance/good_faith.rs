//! Good faith (4.8.1.5): what a business's own record of compliance earns with a supervisor, measure by measure.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    recognition::{Granted, RecognitionKind, StoredRecognition, holding},
    self_check::SelfCheck,
};
use crate::{
    ids::{AuthorityId, BusinessId},
    page::PageRequest,
    ports::store::{StoreError, Tx},
    record::{Record, RecordFilter, RecordKind},
    requirement::{
        model::RiskCategory,
        risk::{GoodFaithRules, Measure, RiskModel, Rule},
    },
    text::Text,
    time::Timestamp,
};

/// How many records of a kind count, the newest first.
const NEWEST: u32 = 1000;

/// What good faith has earned with one supervisor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GoodFaith {
    /// Points earned.
    #[cfg_attr(feature = "schema", schema(example = 25))]
    pub earned: u32,
    /// Points of all measures together.
    #[cfg_attr(feature = "schema", schema(example = 140))]
    pub available: u32,
    /// How many categories lower the risk is considered.
    #[cfg_attr(feature = "schema", schema(example = 0))]
    pub lower_by: u32,
    /// How many points are missing until the next step; null where there is none.
    #[cfg_attr(feature = "schema", schema(example = 5))]
    pub missing: Option<u32>,
    /// The measures.
    pub measures: Vec<MeasureEarned>,
    /// The provision behind it.
    #[cfg_attr(feature = "schema", schema(example = "248-ФЗ ст. 23, ч. 7"))]
    pub basis: String,
}

/// A measure of good faith, and whether it is earned.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MeasureEarned {
    /// Its code.
    #[cfg_attr(feature = "schema", schema(example = "self-check"))]
    pub code: String,
    /// Name.
    pub title: Text,
    /// What it is worth.
    #[cfg_attr(feature = "schema", schema(example = 15))]
    pub points: u32,
    /// Whether it is earned.
    pub state: MeasureState,
    /// What to do for it; null where it is earned or only the supervisor sees it.
    pub todo: Option<Text>,
    /// The record that shows it, by id, which is the supervisor's recognition where only the supervisor sees it; for a
    /// measure that asks for none, the one that stands in the way.
    pub record: Option<String>,
}

/// Whether a measure is earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum MeasureState {
    /// It is.
    Earned,
    /// Within reach.
    Open,
    /// The gateway does not see it, and the supervisor has not counted it: the business shows it to the supervisor itself.
    NotSeen,
}

/// The records of a business that rules ask for, and what supervisors recognised that holds today; read once.
pub struct Dossier {
    records: BTreeMap<&'static str, Vec<Record>>,
    recognised: Vec<StoredRecognition>,
    now: Timestamp,
}

/// Whose good faith counts: the records about these requirements, or addressed to this supervisor.
pub struct Circle<'a> {
    /// The supervisor; None for all of them.
    pub authority: Option<&'a AuthorityId>,
    /// The kind of control, by code; None for all of them.
    pub control_kind: Option<&'a str>,
    /// Codes of requirements.
    pub requirements: &'a BTreeSet<&'a str>,
}

/// Whether a rule is met, with the record that decides.
pub struct Outcome {
    /// Whether it is.
    pub met: bool,
    /// The record.
    pub record: Option<String>,
}

impl Dossier {
    /// Reads the records of every kind that the model's rules name.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn load(
        tx: &mut dyn Tx,
        business: &BusinessId,
        model: &RiskModel,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let measures = model.good_faith.measures.iter().filter_map(|measure| measure.earned_by.as_ref());
        let rules = measures.chain(model.incentives.iter().flat_map(|incentive| &incentive.earned_by));
        let mut records = BTreeMap::new();
        let page = PageRequest { after: None, limit: NEWEST };
        for kind in rules.map(|rule| rule.record) {
            let name: &'static str = kind.into();
            if !records.contains_key(name) {
                let found = tx.records().list(business, kind, &RecordFilter::default(), &page)?;
                records.insert(name, found.items);
            }
        }
        Ok(Self { records, recognised: holding(tx, business, now.moscow_date())?, now })
    }

    /// Whether a rule is met within a circle.
    pub fn meets(&self, rule: &Rule, circle: &Circle<'_>) -> Outcome {
        let day = self.now.moscow_date();
        let deciding = self.of(rule.record).iter().find(|record| {
            let recent = self.now.since(record.updated_at) <= SignedDuration::from_hours(24 * rule.days);
            recent
                && rule.states.contains(&record.state)
                && circle.holds(record)
                && circle
                    .said(record)
                    .is_some_and(|body| rule.tests.iter().all(|test| test.passes(&body, day)))
        });
        Outcome { met: deciding.is_some() != rule.absent, record: deciding.map(|record| record.id.clone()) }
    }

    /// The incentives that supervisors granted within a circle.
    pub fn granted(&self, circle: &Circle<'_>) -> Vec<Granted> {
        self.recognised(RecognitionKind::Incentive, circle).map(Granted::from).collect()
    }

    fn recognised(
        &self,
        kind: RecognitionKind,
        circle: &Circle<'_>,
    ) -> impl Iterator<Item = &StoredRecognition> {
        let (authority, control_kind) = (circle.authority, circle.control_kind);
        self.recognised.iter().filter(move |one| {
            let own = authority.is_none_or(|authority| *authority == one.body.authority_id);
            one.body.kind == kind && own && control_kind.is_none_or(|code| code == one.body.control_kind)
        })
    }

    /// Whether a measure is earned within a circle, what to do for it, and the record that decides.
    fn judge(&self, measure: &Measure, circle: &Circle<'_>) -> (MeasureState, Option<Text>, Option<String>) {
        let Some(rule) = &measure.earned_by else {
            let mut counted = self.recognised(RecognitionKind::Measure, circle);
            let shown = counted.find(|one| one.body.code == measure.code);
            let state = if shown.is_some() { MeasureState::Earned } else { MeasureState::NotSeen };
            return (state, None, shown.map(|one| one.id.to_string()));
        };
        match self.meets(rule, circle) {
            Outcome { met: true, record } => (MeasureState::Earned, None, record),
            Outcome { met: false, record } => (MeasureState::Open, Some(rule.title.clone()), record),
        }
    }

    fn of(&self, kind: RecordKind) -> &[Record] {
        let name: &'static str = kind.into();
        self.records.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Circle<'_> {
    /// What a record says within the circle: of a self-check, what it says of the circle's requirements alone.
    fn said<'r>(&self, record: &'r Record) -> Option<Cow<'r, Value>> {
        if self.authority.is_none() || record.kind != RecordKind::SelfCheck {
            return Some(Cow::Borrowed(&record.body));
        }
        let own = SelfCheck::deserialize(&record.body).ok()?.result_of(self.requirements)?;
        Some(Cow::Owned(json!({ "result": own })))
    }

    fn holds(&self, record: &Record) -> bool {
        if self.authority.is_none() || record.authority.as_ref() == self.authority {
            return true;
        }
        let own = record.requirement.iter().map(String::as_str);
        let several = record.body.get("requirements").and_then(Value::as_array).into_iter().flatten();
        let several = several.filter_map(|one| one.as_str().or_else(|| one.get("code")?.as_str()));
        own.chain(several).any(|code| self.requirements.contains(code))
    }
}

/// What a business's record earns with one supervisor.
pub fn good_faith(rules: &GoodFaithRules, dossier: &Dossier, circle: &Circle<'_>, day: Date) -> GoodFaith {
    let measures: Vec<MeasureEarned> = rules
        .measures
        .iter()
        .map(|measure| {
            let (state, todo, record) = dossier.judge(measure, circle);
            let (code, title) = (measure.code.clone(), measure.title.clone());
            MeasureEarned { code, title, points: *measure.points.on(day), state, todo, record }
        })
        .collect();
    let earned = measures.iter().filter(|one| one.state == MeasureState::Earned).map(|one| one.points).sum();
    let available = measures.iter().map(|one| one.points).sum();
    let steps = rules.steps.on(day);
    let reached = steps.iter().filter(|step| step.points <= earned);
    let next = steps.iter().filter(|step| step.points > earned).map(|step| step.points).min();
    GoodFaith {
        earned,
        available,
        lower_by: reached.map(|step| step.lower_by).max().unwrap_or(0),
        missing: next.map(|points| points - earned),
        measures,
        basis: rules.basis.clone(),
    }
}

/// The category so many steps lower, never below the lowest.
pub fn lowered(category: RiskCategory, by: u32) -> RiskCategory {
    (0..by).fold(category, |category, _| match category {
        RiskCategory::Extreme => RiskCategory::High,
        RiskCategory::High => RiskCategory::Significant,
        RiskCategory::Significant => RiskCategory::Medium,
        RiskCategory::Medium => RiskCategory::Moderate,
        RiskCategory::Moderate | RiskCategory::Low => RiskCategory::Low,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::{builtin::builtin, document::RegistryKind};

    fn model() -> RiskModel {
        let found = builtin().into_iter().find(|one| one.kind == RegistryKind::Risk).expect("it is shipped");
        serde_json::from_value(found.body).expect("it holds")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("RFC 3339")
    }

    fn record(kind: RecordKind, requirement: &str, state: &str, updated: &str, body: Value) -> Record {
        Record {
            id: format!("{kind}_{requirement}"),
            kind,
            business: "biz_1".parse().expect("an id"),
            requirement: Some(requirement.into()),
            authority: None,
            state: state.into(),
            due_at: None,
            body,
            version: 1,
            created_at: at(updated),
            updated_at: at(updated),
        }
    }

    fn judged(records: Vec<Record>) -> GoodFaith {
        let mut kept: BTreeMap<&'static str, Vec<Record>> = BTreeMap::new();
        for record in records {
            kept.entry(record.kind.into()).or_default().push(record);
        }
        let dossier = Dossier { records: kept, recognised: Vec::new(), now: at("2026-11-23T09:00:00Z") };
        let (authority, requirements) = ("aut_rpn".parse().expect("an id"), BTreeSet::from(["OT-021"]));
        let circle = Circle { authority: Some(&authority), control_kind: None, requirements: &requirements };
        good_faith(&model().good_faith, &dossier, &circle, jiff::civil::date(2026, 11, 23))
    }

    #[test]
    fn a_clean_slate_earns_what_asks_for_nothing() {
        let judged = judged(Vec::new());
        assert_eq!((judged.earned, judged.lower_by, judged.missing), (20, 0, Some(10)));
        assert!(
            judged.available > 100 && judged.measures.iter().any(|one| one.state == MeasureState::NotSeen)
        );
    }

    #[test]
    fn records_of_the_circle_count_and_others_do_not() {
        let visit = |requirement: &str, initiator: &str| {
            let body = json!({ "initiator": initiator });
            record(RecordKind::PreventiveVisit, requirement, "held", "2026-10-01T09:00:00Z", body)
        };
        assert_eq!(judged(vec![visit("OT-021", "business")]).earned, 30);
        assert_eq!(judged(vec![visit("OT-021", "business")]).lower_by, 1);
        assert_eq!(judged(vec![visit("OT-021", "authority")]).earned, 20, "not on own initiative");
        assert_eq!(judged(vec![visit("OT-001", "business")]).earned, 20, "another supervisor's requirement");
        let mut several = visit("OT-001", "business");
        several.body["requirements"] = json!(["OT-001", "OT-021"]);
        assert_eq!(judged(vec![several]).earned, 30);
    }

    #[test]
    fn a_caution_costs_its_points_until_it_is_heeded_or_a_year_old() {
        let caution =
            |state: &str, updated: &str| record(RecordKind::Caution, "OT-021", state, updated, json!({}));
        assert_eq!(judged(vec![caution("kept", "2026-10-01T09:00:00Z")]).earned, 10);
        assert_eq!(judged(vec![caution("closed", "2026-10-01T09:00:00Z")]).earned, 20);
        assert_eq!(judged(vec![caution("kept", "2025-10-01T09:00:00Z")]).earned, 20);
    }

    /// A completed self-check of OT-021, so scored, and of OT-001, so scored.
    fn checked(own: &str, other: &str) -> Record {
        let score = |score: &str, met: u32| {
            json!({ "score": score, "weight_applicable": 100, "weight_met": met,
            "critical_unmet": [] })
        };
        let requirement = |code: &str, given: &str| {
            let verdict = if given == "90" { "compliant" } else { "not_compliant" };
            let mut result = score(given, given.parse().expect("a number"));
            result["code"] = json!(code);
            result["version"] = json!(1);
            result["verdict"] = json!(verdict);
            result["valid_until"] = json!("2027-02-01");
            result
        };
        let part = |code: &str| {
            json!({ "part": code, "checklist": code, "version": 1, "valid_days": 90,
            "requirements": [code], "questions": [] })
        };
        let terms = serde_json::to_value(
            crate::requirement::checklist::SelfCheckRules::default()
                .on(jiff::civil::date(2026, 11, 23))
                .expect("the program's terms"),
        );
        let mut result = score("50", 50);
        result["verdict"] = json!("not_compliant");
        result["requirements"] = json!([requirement("OT-001", other), requirement("OT-021", own)]);
        result["evidence"] = json!([]);
        result["formula"] = json!({ "ru": "Доля", "en": "Share" });
        result["terms"] = terms.expect("plain JSON");
        result["completed_at"] = json!("2026-11-20T09:00:00Z");
        result["valid_until"] = json!("2027-02-01");
        let examined = |code: &str| json!({ "code": code, "version": 1, "title": { "ru": "а", "en": "a" }, "supervisors": [] });
        let body = json!({ "requirements": [examined("OT-001"), examined("OT-021")],
            "parts": [part("OT-001"), part("OT-021")], "answers": {}, "result": result, "declarations": {} });
        let mut kept = record(RecordKind::SelfCheck, "", "completed", "2026-11-20T09:00:00Z", body);
        kept.requirement = None;
        kept
    }

    #[test]
    fn a_self_check_counts_by_what_it_says_of_the_supervisor_s_requirements() {
        let earned = |record: Record| {
            let judged = judged(vec![record]);
            let measure =
                judged.measures.iter().find(|one| one.code == "self-check").expect("it is a measure");
            measure.state
        };
        assert_eq!(
            earned(checked("90", "10")),
            MeasureState::Earned,
            "another's requirements are another's matter"
        );
        assert_eq!(earned(checked("10", "90")), MeasureState::Open, "and do not help");
    }

    #[test]
    fn a_category_falls_to_the_lowest_and_no_further() {
        assert_eq!(lowered(RiskCategory::Extreme, 1), RiskCategory::High);
        assert_eq!(lowered(RiskCategory::Significant, 2), RiskCategory::Moderate);
        assert_eq!(lowered(RiskCategory::Moderate, 5), RiskCategory::Low);
    }
}
