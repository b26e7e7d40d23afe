//! Scenarios, and where on them the business is.

use actix_web::{get, web::Data};
use domain::{
    compliance::Refusal,
    ids::BusinessId,
    proactive::scenario::{Scenario, scenario, scenarios},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::{
    access::scope::{ProactiveRead, Scope},
    extract::{Caller, Path},
    gateway::Gateway,
    models::proactive::scenario::BusinessScenarioList,
    problem::Rejection,
    reply::Answered,
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(Scenario, BusinessScenarioList)))]
pub struct Schemas;

/// A scenario of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ScenarioPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The life situation, by code.
    pub code: String,
}

/// List the scenarios of a business
///
/// Of every life situation that can be its own and that it has not declined: preliminary, or personal once it confirmed the
/// situation or acted in it. Each says which step is done, which is next, and which offers can be accepted.
#[utoipa::path(tag = "proactive", params(BusinessPath), security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.5", "4.5.7.2", "4.6.3.7/position"]))))]
#[get("/businesses/{business_id}/scenarios")]
pub async fn list_business_scenarios(
    caller: Caller<ProactiveRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<BusinessScenarioList>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (clerk, now) = (gateway.clerk(), gateway.clock.now());
    let items = gateway.store.read(move |tx| scenarios(tx, &clerk, &on_behalf, now)).await?;
    Ok(Answered(BusinessScenarioList { items }))
}

/// Get a scenario of a business
///
/// By the code of its life situation: the steps with the needs behind them, how each stands, from what really happened, and
/// where the business is.
#[utoipa::path(tag = "proactive", params(ScenarioPath), security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.5", "4.5.7.2", "4.6.3.7/position", "4.5.6.5", "4.5.7.11"]))))]
#[get("/businesses/{business_id}/scenarios/{code}")]
pub async fn get_business_scenario(
    caller: Caller<ProactiveRead>,
    path: Path<ScenarioPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<Scenario>, Rejection<Refusal>> {
    let ScenarioPath { business_id, code } = path.into_inner();
    let on_behalf = caller.on_behalf(&business_id)?;
    let (clerk, now) = (gateway.clerk(), gateway.clock.now());
    let found = gateway.store.read(move |tx| scenario(tx, &clerk, (&on_behalf, &code), now)).await?;
    Ok(Answered(found))
}
