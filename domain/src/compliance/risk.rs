//! The risk profile (4.8.1.3/3): for each kind of control the category and why, the requirements it is about, how often
//! the supervisor comes, and what would lower it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::{
    Profile, Refusal, business,
    fact_used::{FactUsed, facts_used},
    good_faith::{Circle, Dossier, GoodFaith, good_faith, lowered},
    recognition::Granted,
    supervision::{binding, model},
};
use crate::{
    business::Business,
    clerk::Clerk,
    ids::AuthorityId,
    mandate::OnBehalf,
    ports::store::Tx,
    requirement::{
        condition::{Condition, Facts, Truth},
        list::Verdict,
        model::RiskCategory,
        registry::Entry,
        risk::{RiskModel, SupervisionKind},
    },
    text::Text,
    time::Timestamp,
};

/// A business's risk profile.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RiskProfile {
    /// When it was computed.
    pub at: Timestamp,
    /// The version of the profile it rests on.
    #[cfg_attr(feature = "schema", schema(example = 3))]
    pub profile_version: i64,
    /// The day on which the model was checked.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-01"))]
    pub model_as_of: Date,
    /// The kinds of control, the highest category first.
    pub control_kinds: Vec<ControlKindRisk>,
    /// Requirements whose supervisors' kinds of control the model does not hold: without a category, that is low.
    pub uncategorised: Vec<RequirementRisk>,
}

/// The risk under one kind of control.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ControlKindRisk {
    /// The kind, by code.
    #[cfg_attr(feature = "schema", schema(example = "sanitary"))]
    pub code: String,
    /// Its name.
    pub title: Text,
    /// Its code in ЕРКНМ, where it is known.
    #[cfg_attr(feature = "schema", schema(example = "004"))]
    pub erknm_code: Option<String>,
    /// Who exercises it.
    pub authority_id: AuthorityId,
    /// The category.
    pub category: RiskCategory,
    /// False while a fact is missing that could raise it; `could_be` says which.
    pub certain: bool,
    /// Why this category, in words.
    pub reason: Text,
    /// The facts that led to it.
    pub because: Vec<FactUsed>,
    /// Higher categories that wait for a fact.
    pub could_be: Vec<PossibleCategory>,
    /// How often the supervisor comes in this category.
    pub frequency: Text,
    /// The category by each activity alone.
    pub activities: Vec<ActivityRisk>,
    /// The requirements of the list that it is about, the gravest first.
    pub requirements: Vec<RequirementRisk>,
    /// What the business's own record of compliance earns (4.8.1.5).
    pub good_faith: GoodFaith,
    /// The incentives that the supervisor granted under this kind of control and that hold today.
    pub granted: Vec<Granted>,
    /// The category with good faith and grants considered, by whichever lowers it more; the supervisor decides.
    pub considered_category: RiskCategory,
}

/// A category that waits for a fact.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PossibleCategory {
    /// The category.
    pub category: RiskCategory,
    /// Its condition in words.
    pub reason: Text,
    /// The facts that are missing.
    pub waits_for: Vec<FactUsed>,
}

/// The category that one activity alone would have.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ActivityRisk {
    /// The activity's code.
    #[cfg_attr(feature = "schema", schema(example = "56.10"))]
    pub activity: String,
    /// The category.
    pub category: RiskCategory,
}

/// A requirement with the harm that breaking it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RequirementRisk {
    /// Its code.
    #[cfg_attr(feature = "schema", schema(example = "OT-029"))]
    pub code: String,
    /// Its name.
    pub title: Text,
    /// The harm.
    pub severity: RiskCategory,
    /// False while a fact is missing on which it rests.
    pub certain: bool,
    /// Who supervises it.
    pub supervisors: Vec<AuthorityId>,
}

/// Which cut of the profile to show; nothing set means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RiskCut {
    /// Only the kinds of control of this supervisor.
    pub supervisor: Option<AuthorityId>,
    /// Only as this activity alone would have it.
    pub activity: Option<String>,
    /// Only the kinds of control that are about this requirement.
    pub requirement: Option<String>,
}

/// The risk profile of a business, computed from its profile, its list and its record.
///
/// # Errors
/// [`Refusal::NotFound`] without a mandate, a violation for an activity that the business does not carry on, or the
/// store's error.
pub fn risk_profile(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, cut): (&OnBehalf, &RiskCut),
    now: Timestamp,
) -> Result<RiskProfile, Refusal> {
    let (_, mut business) = business(tx, on_behalf)?;
    let model = model(clerk)?;
    let activities = carried_on(&business.profile);
    if let Some(activity) = &cut.activity {
        if !activities.contains(activity) {
            return Err(not_carried_on(activity));
        }
        narrow(&mut business.profile, activity);
    }
    let day = now.moscow_date();
    let dossier = Dossier::load(tx, &business.id, model, now)?;
    let listed = binding(tx, clerk, &business, day)?;
    let view = View { clerk, model, business: &business, dossier: &dossier, listed: &listed, day };
    let kinds =
        model.supervision_kinds.iter().filter(|kind| kind.valid_from <= day && cut.holds(kind, &listed));
    let mut control_kinds: Vec<ControlKindRisk> = kinds.map(|kind| view.kind(kind, &activities)).collect();
    control_kinds.sort_by_key(|kind| std::cmp::Reverse(kind.category));
    let uncategorised = listed.iter().filter(|(entry, _)| {
        let covered = model.supervision_kinds.iter().any(|kind| kind.covers(&entry.requirement));
        !covered && cut.shows(entry)
    });
    Ok(RiskProfile {
        at: now,
        profile_version: business.version,
        model_as_of: model.as_of,
        control_kinds,
        uncategorised: uncategorised.map(RequirementRisk::of).collect(),
    })
}

/// What a profile of risk is computed from.
struct View<'a> {
    clerk: &'a Clerk,
    model: &'a RiskModel,
    business: &'a Business,
    dossier: &'a Dossier,
    listed: &'a [(&'a Entry, Verdict)],
    day: Date,
}

impl View<'_> {
    fn kind(&self, kind: &SupervisionKind, activities: &[String]) -> ControlKindRisk {
        let (facts, sheet) = (Facts(&self.business.profile), self.clerk.registry.facts());
        let found = category(kind, facts);
        let covered = self.listed.iter().filter(|(entry, _)| kind.covers(&entry.requirement));
        let mut requirements: Vec<RequirementRisk> = covered.map(RequirementRisk::of).collect();
        requirements.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.code.cmp(&b.code)));
        let codes: BTreeSet<&str> = requirements.iter().map(|one| one.code.as_str()).collect();
        let (authority, control_kind) = (Some(&kind.supervisor), Some(kind.code.as_str()));
        let circle = Circle { authority, control_kind, requirements: &codes };
        let granted = self.dossier.granted(&circle);
        let granted_by = granted.iter().filter_map(|grant| grant.terms.lower_by).max().unwrap_or(0);
        let good_faith = good_faith(&self.model.good_faith, self.dossier, &circle, self.day);
        let tested: Vec<&Condition> = match found.rule {
            Some(rule) => vec![&rule.when],
            None => kind.categories.iter().map(|rule| &rule.when).collect(),
        };
        ControlKindRisk {
            code: kind.code.clone(),
            title: kind.title.clone(),
            erknm_code: kind.code_erknm.clone(),
            authority_id: kind.supervisor.clone(),
            category: found.category,
            certain: found.possible.is_empty(),
            reason: found.rule.map_or_else(by_default, |rule| rule.because.clone()),
            because: facts_used(tested.into_iter(), facts, sheet)
                .into_iter()
                .filter(|fact| fact.value.is_some())
                .collect(),
            could_be: self.possible(&found),
            frequency: self.frequency(found.category),
            activities: activities.iter().map(|activity| self.alone(kind, activity)).collect(),
            considered_category: lowered(found.category, good_faith.lower_by.max(granted_by)),
            granted,
            requirements,
            good_faith,
        }
    }

    fn frequency(&self, category: RiskCategory) -> Text {
        let known = self.model.frequency.get(&category);
        known.map_or_else(by_default, |text| text.on(self.day).clone())
    }

    /// The higher categories that wait for a fact.
    fn possible(&self, found: &Found<'_>) -> Vec<PossibleCategory> {
        let (facts, sheet) = (Facts(&self.business.profile), self.clerk.registry.facts());
        let waiting = found.possible.iter().map(|rule| PossibleCategory {
            category: rule.category,
            reason: rule.because.clone(),
            waits_for: facts_used(std::iter::once(&rule.when), facts, sheet),
        });
        waiting.collect()
    }

    fn alone(&self, kind: &SupervisionKind, activity: &str) -> ActivityRisk {
        let mut profile = self.business.profile.clone();
        narrow(&mut profile, activity);
        ActivityRisk { activity: activity.to_owned(), category: category(kind, Facts(&profile)).category }
    }
}

/// The category of a kind of control, with the rule that made it and the higher ones that wait for a fact.
struct Found<'k> {
    category: RiskCategory,
    rule: Option<&'k crate::requirement::risk::CategoryRule>,
    possible: Vec<&'k crate::requirement::risk::CategoryRule>,
}

fn category<'k>(kind: &'k SupervisionKind, facts: Facts<'_>) -> Found<'k> {
    let mut possible = Vec::new();
    for rule in &kind.categories {
        match rule.when.truth(facts) {
            Truth::True => return Found { category: rule.category, rule: Some(rule), possible },
            Truth::Unknown => possible.push(rule),
            Truth::False => {}
        }
    }
    Found { category: kind.default, rule: None, possible }
}

impl RequirementRisk {
    fn of((entry, verdict): &(&Entry, Verdict)) -> Self {
        let requirement = &entry.requirement;
        Self {
            code: requirement.code.clone(),
            title: requirement.title.clone(),
            severity: requirement.severity,
            certain: *verdict == Verdict::Applies,
            supervisors: requirement.supervisors.clone(),
        }
    }
}

impl RiskCut {
    fn holds(&self, kind: &SupervisionKind, listed: &[(&Entry, Verdict)]) -> bool {
        let own = self.supervisor.as_ref().is_none_or(|supervisor| *supervisor == kind.supervisor);
        let about = self.requirement.as_ref().is_none_or(|code| {
            listed.iter().any(|(entry, _)| entry.requirement.code == *code && kind.covers(&entry.requirement))
        });
        own && about
    }

    fn shows(&self, entry: &Entry) -> bool {
        let requirement = &entry.requirement;
        let own =
            self.supervisor.as_ref().is_none_or(|supervisor| requirement.supervisors.contains(supervisor));
        own && self.requirement.as_ref().is_none_or(|code| *code == requirement.code)
    }
}

/// The main and the additional activities.
fn carried_on(profile: &Profile) -> Vec<String> {
    let main = profile.get("okved_main").and_then(Value::as_str);
    let additional = profile.get("okved_additional").and_then(Value::as_array).into_iter().flatten();
    main.into_iter().chain(additional.filter_map(Value::as_str)).map(str::to_owned).collect()
}

/// The same business, had it this activity alone.
fn narrow(profile: &mut Profile, activity: &str) {
    profile.insert("okved_main".into(), activity.into());
    profile.insert("okved_additional".into(), Value::Array(Vec::new()));
}

fn by_default() -> Text {
    Text::new(
        "Ни одно из условий более высокой категории не выполнено.",
        "No condition of a higher category is met.",
    )
}

fn not_carried_on(activity: &str) -> Refusal {
    Refusal::because(
        "?activity",
        "not-carried-on",
        Text::new(
            format!("Вида деятельности {activity} нет в профиле бизнеса."),
            format!("The business's profile has no activity {activity}."),
        ),
        Text::new(
            "Назовите основной или дополнительный вид деятельности из профиля.",
            "Name the main or an additional activity of the profile.",
        ),
    )
}
