//! What is told of assessments: public, no token is needed, and nothing in it is carried by few businesses.

use std::collections::BTreeSet;

use actix_web::{get, web::Data};
use domain::{
    assessment::{
        rules::{AssessmentRules, Rules},
        scope::Dimension,
        summary,
        tally::{Matter, Place},
    },
    ids::AuthorityId,
    ports::store::StoreError,
    requirement::registry::Registry,
    text::Text,
};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    extract::{IfNoneMatch, Path, Query},
    gateway::Gateway,
    models::assessments::summary::{
        AssessmentParametersView, AssessmentSummaryView, NamedValue, RequirementAssessmentsView,
        SliceSummaryView,
    },
    problem::Rejection,
    reply::Public,
    routes::{find::FindError, requirements::registry::RequirementPath},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AssessmentParametersView, RequirementAssessmentsView, SliceSummaryView)))]
pub struct Schemas;

/// Which slice to sum up.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SliceQuery {
    /// The parameter.
    #[param(example = "level")]
    pub dimension: Dimension,
    /// Its value: a code, an id, or a key word.
    #[validate(length(min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200, example = "federal")]
    pub value: String,
}

/// Get the summary of a requirement's assessments
///
/// Size, mean, spread, confidence interval and distribution of each scale, the marks, the median cost, and what
/// authorities did with the assessments: in all, and procedure by procedure. A figure appears, and later moves, only
/// when enough businesses have something new in it, so that no two answers differ by what few of them said.
#[utoipa::path(tag = "assessments", params(RequirementPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.2", "4.7.3.3", "4.7.5.2"]))))]
#[get("/requirements/{code}/assessments/summary")]
pub async fn get_requirement_assessments(
    path: Path<RequirementPath>,
    gateway: Data<Gateway>,
) -> Result<Public<RequirementAssessmentsView>, Rejection<FindError>> {
    let (registry, code) = (gateway.registry.load_full(), path.into_inner().code);
    if registry.requirement(&code).is_none() {
        return Err(FindError::NotFound.into());
    }
    let wanted = code.clone();
    let told = gateway.store.read(move |tx| summary::of_requirement(tx, &wanted)).await;
    let told = told.map_err(FindError::from)?;
    let (_, rules) = rules(&registry, today(&gateway)).map_err(FindError::from)?;
    let currency = registry.cost().map_or("RUB", |rates| rates.currency.as_str());
    Ok(Public::new(&RequirementAssessmentsView::new(code, &told, rules, currency), None))
}

/// Get the summary of a slice of assessments
///
/// The same figures over all requirements of an act, a developer, a level, a kind of act, a life situation, a procedure,
/// a key word or of one: sums of what is told of the requirements, and of nothing else. A requirement that came to another
/// slice by a change of the registry is counted there from its figures' next step on.
#[utoipa::path(tag = "assessments", params(SliceQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.1", "4.7.2.2", "4.7.5.2"]))))]
#[get("/assessments/summary")]
pub async fn get_assessment_summary(
    query: Query<SliceQuery>,
    gateway: Data<Gateway>,
) -> Result<Public<SliceSummaryView>, Rejection<StoreError>> {
    Ok(Public::new(&slice(&gateway, Matter::Requirements, query.0).await?, None))
}

/// What is told of a slice of a matter.
///
/// # Errors
/// Only what the store says.
pub async fn slice(
    gateway: &Gateway,
    matter: Matter,
    query: SliceQuery,
) -> Result<SliceSummaryView, StoreError> {
    let SliceQuery { dimension, value } = query;
    let value = if dimension == Dimension::Keyword { value.to_lowercase() } else { value };
    let places = [Place { matter, dimension, value: value.clone() }];
    let told = gateway.store.read(move |tx| tx.assessments().slices(&places)).await?;
    let registry = gateway.registry.load();
    let (_, rules) = rules(&registry, today(gateway))?;
    let told = told.into_iter().next().map(|slice| slice.told).unwrap_or_default();
    let summary = AssessmentSummaryView::new(&told, rules);
    Ok(SliceSummaryView { dimension, value, summary, rule: rules.clone() })
}

/// Get the parameters of assessment
///
/// The eight parameters by which assessments are cut, with the values that they take, and the rules in force: how many
/// businesses move a figure, what is called significant, how often a requirement is due.
#[utoipa::path(tag = "assessments", params(IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.1"]))))]
#[get("/assessments/parameters")]
pub async fn get_assessment_parameters(
    gateway: Data<Gateway>,
) -> Result<Public<AssessmentParametersView>, Rejection<StoreError>> {
    let (registry, catalogue) = (gateway.registry.load(), gateway.catalogue.load());
    let (rules, rule) = rules(&registry, today(&gateway))?;
    let situations = catalogue.situations().iter();
    let view = AssessmentParametersView {
        life_situations: situations.map(|one| named(&one.code, &one.title)).collect(),
        procedures: rules.procedures.clone(),
        developers: developers(&registry),
        levels: distinct(registry.acts().map(|act| act.level)),
        act_kinds: distinct(registry.acts().map(|act| act.kind)),
        acts: registry.acts().map(|act| named(&act.code, &act.title)).collect(),
        keywords: keywords(&registry),
        requirements: requirements(&registry, today(&gateway)),
        rule: rule.clone(),
    };
    Ok(Public::new(&view, None))
}

fn named(code: &str, title: &Text) -> NamedValue {
    NamedValue { code: code.to_owned(), title: title.clone() }
}

fn developers(registry: &Registry) -> Vec<AuthorityId> {
    let all: BTreeSet<_> = registry.acts().map(|act| act.developer.clone()).collect();
    all.into_iter().collect()
}

fn keywords(registry: &Registry) -> Vec<String> {
    let words = registry.requirements().flat_map(|entry| &entry.requirement.keywords);
    let all: BTreeSet<_> = words.map(|word| word.to_lowercase()).collect();
    all.into_iter().collect()
}

fn requirements(registry: &Registry, today: Date) -> Vec<NamedValue> {
    let all = registry.requirements().map(|entry| &entry.requirement);
    let in_force = all.filter(|requirement| requirement.is_in_force(today));
    in_force.map(|requirement| named(&requirement.code, &requirement.title)).collect()
}

/// Each value once, in the order in which it first comes.
fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for value in values {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

fn today(gateway: &Gateway) -> Date {
    gateway.clock.now().moscow_date()
}

fn rules(registry: &Registry, day: Date) -> Result<(&AssessmentRules, &Rules), StoreError> {
    let found = registry.assessing().and_then(|all| Some((all, all.on(day)?)));
    found.ok_or_else(|| StoreError::Corrupt("the registry has no rules of assessment".into()))
}
