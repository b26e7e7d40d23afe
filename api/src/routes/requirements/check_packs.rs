//! Check packs (4.8.1.3/1): an accounting program judges the rules on its own ledgers and reports how they came out.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        Refusal, actor,
        check_pack::{PackResult, report},
    },
    ids::{BusinessId, PackResultId},
    ports::store::Tx,
    record::{RecordFilter, Stored},
    requirement::check_pack::Outcome,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::requirements::check_pack::{CheckPackList, CheckPackView, NewPackResult, PackResultView},
    problem::Rejection,
    reply::{Created, Fetched, Listed, Public, created},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(CheckPackList, CheckPackView, PackResultView)))]
pub struct Schemas;

/// A check pack in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CheckPackPath {
    /// Its code.
    #[param(example = "cash-register-daily")]
    pub code: String,
}

/// A result of a check pack in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PackResultPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The result.
    pub check_pack_result_id: PackResultId,
}

/// List check packs
///
/// Every check pack in its version in force, whole.
#[utoipa::path(tag = "requirements", params(IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[get("/check-packs")]
pub async fn list_check_packs(gateway: Data<Gateway>) -> Public<CheckPackList> {
    let registry = gateway.clerk().registry;
    Public::new(&CheckPackList { items: registry.checks().packs().map(CheckPackView::from).collect() }, None)
}

/// Get a check pack
///
/// Declarative and versioned: inputs, rules in CEL, and what may be reported. Run it on your own ledgers; no ledger is
/// sent anywhere.
#[utoipa::path(tag = "requirements", params(CheckPackPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[get("/check-packs/{code}")]
pub async fn get_check_pack(
    path: Path<CheckPackPath>,
    gateway: Data<Gateway>,
) -> Result<Public<CheckPackView>, Rejection<Refusal>> {
    let registry = gateway.clerk().registry;
    let pack = registry.checks().pack(&path.code).ok_or(Refusal::NotFound)?;
    Ok(Public::new(&CheckPackView::from(pack), None))
}

/// Report the result of a check pack
///
/// A verdict on every rule, digests of what proves them, and of the figures only those in the pack's `report`: any other
/// is refused. What the figures decide is judged again, and a verdict against its own figures is refused. The answer holds
/// the receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.3", "4.8.1.3/1"]))))]
#[post("/businesses/{business_id}/check-pack-results")]
pub async fn report_check_pack(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewPackResult>,
    gateway: Data<Gateway>,
) -> Result<Created<PackResultView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (on_behalf, received) = (caller.on_behalf(&path.business_id)?, received(&claim, Some(body.digest)));
    let (told, clerk) = (body.value.into_report(), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = PackResultView::from(report(tx, &clerk, (&on_behalf, &told), &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Which results to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PackResultQuery {
    /// Only those that came out like this.
    pub outcome: Option<Outcome>,
}

/// List the results of check packs
///
/// Newest first.
#[utoipa::path(tag = "requirements", params(BusinessPath, PackResultQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])), extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[get("/businesses/{business_id}/check-pack-results")]
pub async fn list_check_pack_results(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<PackResultQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<PackResultView>, Rejection<Refusal>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let state = query.filter.outcome.map(|outcome| <&str>::from(outcome).to_owned());
    let filter = RecordFilter { state, ..RecordFilter::default() };
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = actor(tx, &on_behalf)?;
        Ok(Stored::<PackResult>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(PackResultView::from)))
}

/// Get a result of a check pack
///
/// What was reported, and which rules the gateway judged again.
#[utoipa::path(tag = "requirements", params(PackResultPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])), extensions(("x-standard" = json!(["4.8.1.3/1"]))))]
#[get("/businesses/{business_id}/check-pack-results/{check_pack_result_id}")]
pub async fn get_check_pack_result(
    caller: Caller<RequirementsRead>,
    path: Path<PackResultPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<PackResultView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().check_pack_result_id;
    let found = gateway.store.read(move |tx| {
        let actor = actor(tx, &on_behalf)?;
        Stored::<PackResult>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}
