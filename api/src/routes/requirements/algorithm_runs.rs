//! Algorithms carried out (4.8.1.6): for each requirement those that suit the business, and step by step their proof.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        Refusal, actor,
        algorithm_run::{AlgorithmRun, RunState, confirm, offered},
    },
    ids::{AlgorithmRunId, BusinessId},
    ports::store::Tx,
    record::{RecordFilter, Stored},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::personal_list::PersonalRequirementPath;
use crate::{
    access::scope::{RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::requirements::algorithm_run::{
        AlgorithmRunView, NewConfirmedStep, OfferedAlgorithm, OfferedAlgorithmList,
    },
    problem::Rejection,
    reply::{Answered, Created, Fetched, Listed, created},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AlgorithmRunView, OfferedAlgorithmList)))]
pub struct Schemas;

/// A run of an algorithm in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AlgorithmRunPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The run.
    pub run_id: AlgorithmRunId,
}

/// List the algorithms of a requirement for a business
///
/// Those that the profile does not rule out, those made for such a business first, each with how far the business has
/// come. Carrying one of them out fulfils the requirement, and every other that it names.
#[utoipa::path(tag = "requirements", params(PersonalRequirementPath),
    security(("oauth2" = [RequirementsRead::NAME])), extensions(("x-standard" = json!(["4.8.1.6"]))))]
#[get("/businesses/{business_id}/requirements/{code}/algorithms")]
pub async fn list_offered_algorithms(
    caller: Caller<RequirementsRead>,
    path: Path<PersonalRequirementPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<OfferedAlgorithmList>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (code, clerk) = (path.into_inner().code, gateway.clerk());
    let found = gateway.store.read(move |tx| offered(tx, &clerk, &on_behalf, &code)).await?;
    Ok(Answered(OfferedAlgorithmList { items: found.into_iter().map(OfferedAlgorithm::from).collect() }))
}

/// Confirm a step of an algorithm
///
/// With the proof that the step asks for; each step once, in any order. The first step begins a run, the last one
/// completes it and fulfils every requirement that the algorithm serves. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])), extensions(("x-standard" = json!(["4.8.1.6"]))))]
#[post("/businesses/{business_id}/algorithm-confirmations")]
pub async fn confirm_algorithm_step(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewConfirmedStep>,
    gateway: Data<Gateway>,
) -> Result<Created<AlgorithmRunView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let (command, clerk) = (body.value.into_command(caller.on_behalf(&path.business_id)?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = AlgorithmRunView::from(confirm(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Which runs to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlgorithmRunQuery {
    /// Only in this state.
    pub state: Option<RunState>,
}

/// List runs of algorithms
///
/// Newest first, each with its steps and what confirms them.
#[utoipa::path(tag = "requirements", params(BusinessPath, AlgorithmRunQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])), extensions(("x-standard" = json!(["4.8.1.6"]))))]
#[get("/businesses/{business_id}/algorithm-confirmations")]
pub async fn list_algorithm_confirmations(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<AlgorithmRunQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<AlgorithmRunView>, Rejection<Refusal>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let state = query.filter.state.map(|state| <&str>::from(state).to_owned());
    let filter = RecordFilter { state, ..RecordFilter::default() };
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = actor(tx, &on_behalf)?;
        Ok(Stored::<AlgorithmRun>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(AlgorithmRunView::from)))
}

/// Get a run of an algorithm
///
/// Its steps, what confirms them, and what is left.
#[utoipa::path(tag = "requirements", params(AlgorithmRunPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])), extensions(("x-standard" = json!(["4.8.1.6"]))))]
#[get("/businesses/{business_id}/algorithm-confirmations/{run_id}")]
pub async fn get_algorithm_confirmation(
    caller: Caller<RequirementsRead>,
    path: Path<AlgorithmRunPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<AlgorithmRunView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().run_id;
    let found = gateway.store.read(move |tx| {
        let actor = actor(tx, &on_behalf)?;
        Stored::<AlgorithmRun>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}
