//! The risk profile and the incentives of a business: computed at the moment of the answer.

use actix_web::{get, web::Data};
use domain::{
    compliance::{
        Refusal,
        incentive::incentives,
        risk::{RiskCut, RiskProfile, risk_profile},
    },
    ids::AuthorityId,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::registry::activity_code;
use crate::{
    access::scope::{RequirementsRead, Scope},
    extract::{Caller, Path, Query},
    gateway::Gateway,
    models::requirements::risk::IncentiveList,
    problem::Rejection,
    reply::Answered,
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(IncentiveList, RiskProfile)))]
pub struct Schemas;

/// Which cut of the profile to show.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RiskQuery {
    /// Only the kinds of control of this supervisor.
    pub supervisor: Option<AuthorityId>,
    /// As if the business had this activity alone, by code; one of its own.
    #[validate(custom(function = activity_code))]
    #[param(max_length = 8, pattern = r"^\d{2}(\.\d{1,2}){0,2}$", example = "56.10")]
    pub activity: Option<String>,
    /// Only the kinds of control that are about this requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64, example = "OT-029")]
    pub requirement: Option<String>,
}

impl From<RiskQuery> for RiskCut {
    fn from(query: RiskQuery) -> Self {
        let RiskQuery { supervisor, activity, requirement } = query;
        Self { supervisor, activity, requirement }
    }
}

/// Get the risk profile of a business
///
/// For each kind of control: the category and the facts that led to it, higher categories that wait for a fact, how often
/// the supervisor comes, the requirements with the harm that breaking them does, and what the business's own record of
/// compliance earns or could earn. An estimate from the profile: the supervisor assigns the category.
#[utoipa::path(tag = "requirements", params(BusinessPath, RiskQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/3", "4.8.1.5"]))))]
#[get("/businesses/{business_id}/risk-profile")]
pub async fn get_risk_profile(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Query<RiskQuery>,
    gateway: Data<Gateway>,
) -> Result<Answered<RiskProfile>, Rejection<Refusal>> {
    let (on_behalf, cut) = (caller.on_behalf(&path.business_id)?, RiskCut::from(query.0));
    let (clerk, now) = (gateway.clerk(), gateway.clock.now());
    let found = gateway.store.read(move |tx| risk_profile(tx, &clerk, (&on_behalf, &cut), now));
    Ok(Answered(found.await?))
}

/// List the incentives of a business
///
/// Every measure that rewards good faith: whether it is earned, what is still missing for it, and its legal basis.
#[utoipa::path(tag = "requirements", params(BusinessPath), security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[get("/businesses/{business_id}/incentives")]
pub async fn list_incentives(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<IncentiveList>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (clerk, now) = (gateway.clerk(), gateway.clock.now());
    let found = gateway.store.read(move |tx| incentives(tx, &clerk, &on_behalf, now));
    Ok(Answered(IncentiveList { items: found.await? }))
}
