//! The cost calculator, and reports of costs borne.

use actix_web::{get, post, web::Data};
use domain::{
    assessment::estimate::{CostEstimate, CostReport, estimate, report},
    compliance::{self, Refusal},
    ids::{BusinessId, CostEstimateId, CostReportId},
    mandate::OnBehalf,
    page::{Page, PageRequest},
    ports::store::Tx,
    record::{Kept, RecordFilter, Stored},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AssessmentsRead, AssessmentsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::assessments::cost::{CostEstimateView, CostReportView, NewCostEstimate, NewCostReport},
    problem::Rejection,
    reply::{Created, Fetched, Listed, created},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(CostEstimateView, CostReportView)))]
pub struct Schemas;

/// A cost estimate in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct EstimatePath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The estimate.
    pub estimate_id: CostEstimateId,
}

/// A report of costs in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CostReportPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The report.
    pub report_id: CostReportId,
}

/// Whose costs to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CostQuery {
    /// Only of this requirement, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub requirement: Option<String>,
}

/// Estimate the cost of a requirement
///
/// The personal calculator: I = Σ (T·W + A)·q in decimals, rounded to the kopeck once, half up. The answer holds the
/// formula, the inputs, every intermediate, and the defaults used with their first days and sources; the estimate is
/// kept, an assessment can name it. With the receipt.
#[utoipa::path(tag = "assessments", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])), extensions(("x-standard" = json!(["4.7.3.2/5"]))))]
#[post("/businesses/{business_id}/cost-estimates")]
pub async fn make_cost_estimate(
    caller: Caller<AssessmentsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewCostEstimate>,
    gateway: Data<Gateway>,
) -> Result<Created<CostEstimateView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = CostEstimateView::from(estimate(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List cost estimates
///
/// The business's estimates, newest first.
#[utoipa::path(tag = "assessments", params(BusinessPath, CostQuery, PageQuery),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.3.2/5"]))))]
#[get("/businesses/{business_id}/cost-estimates")]
pub async fn list_cost_estimates(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    query: Paged<CostQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<CostEstimateView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let Paged { filter, page, list: _ } = query;
    let found = gateway.store.read(move |tx| listed::<CostEstimate>(tx, &on_behalf, &filter, &page)).await?;
    Ok(Listed(found.map(CostEstimateView::from)))
}

/// Get a cost estimate
///
/// As it was computed, with the defaults of that day.
#[utoipa::path(tag = "assessments", params(EstimatePath, IfNoneMatch),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.3.2/5"]))))]
#[get("/businesses/{business_id}/cost-estimates/{estimate_id}")]
pub async fn get_cost_estimate(
    caller: Caller<AssessmentsRead>,
    path: Path<EstimatePath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<CostEstimateView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().estimate_id;
    let found = gateway.store.read(move |tx| own::<CostEstimate>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// Report what a requirement did cost
///
/// The sum that the business bore in a period that is over. The answer holds the receipt.
#[utoipa::path(tag = "assessments", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])), extensions(("x-standard" = json!(["4.7.3.2/5"]))))]
#[post("/businesses/{business_id}/cost-reports")]
pub async fn make_cost_report(
    caller: Caller<AssessmentsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewCostReport>,
    gateway: Data<Gateway>,
) -> Result<Created<CostReportView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = CostReportView::from(report(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List reports of costs
///
/// The business's reports, newest first.
#[utoipa::path(tag = "assessments", params(BusinessPath, CostQuery, PageQuery),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.3.2/5"]))))]
#[get("/businesses/{business_id}/cost-reports")]
pub async fn list_cost_reports(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    query: Paged<CostQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<CostReportView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let Paged { filter, page, list: _ } = query;
    let found = gateway.store.read(move |tx| listed::<CostReport>(tx, &on_behalf, &filter, &page)).await?;
    Ok(Listed(found.map(CostReportView::from)))
}

/// Get a report of costs
///
/// As it was made.
#[utoipa::path(tag = "assessments", params(CostReportPath, IfNoneMatch),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.3.2/5"]))))]
#[get("/businesses/{business_id}/cost-reports/{report_id}")]
pub async fn get_cost_report(
    caller: Caller<AssessmentsRead>,
    path: Path<CostReportPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<CostReportView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().report_id;
    let found = gateway.store.read(move |tx| own::<CostReport>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

fn listed<T: Kept>(
    tx: &mut dyn Tx,
    on_behalf: &OnBehalf,
    query: &CostQuery,
    page: &PageRequest,
) -> Result<Page<Stored<T>>, Refusal> {
    let actor = compliance::actor(tx, on_behalf)?;
    let filter = RecordFilter { requirement: query.requirement.clone(), ..RecordFilter::default() };
    Ok(Stored::list(tx, &actor.business, &filter, page)?)
}

fn own<T: Kept>(tx: &mut dyn Tx, on_behalf: &OnBehalf, id: &T::Id) -> Result<Stored<T>, Refusal> {
    let actor = compliance::actor(tx, on_behalf)?;
    Stored::find(tx, &actor.business, id)?.ok_or(Refusal::NotFound)
}
