//! Wishes to be told when a service becomes possible.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{Refusal, kept},
    ids::{BusinessId, ServiceWatchId},
    ports::store::Tx,
    proactive::watch::{ServiceWatch, WatchState, cancel, watch},
    record::RecordFilter,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{ProactiveRead, ProactiveWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::proactive::watch::{NewServiceWatch, ServiceWatchView},
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ServiceWatchView)))]
pub struct Schemas;

/// A wish of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WatchPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The wish to be told.
    pub watch_id: ServiceWatchId,
}

/// Which wishes to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// Only in this state.
    pub state: Option<WatchState>,
    /// Only for this service, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub service: Option<String>,
}

/// Ask to be told when a service becomes possible
///
/// For a service whose conditions the business does not meet, or that was refused: `service.possible` comes in the feed
/// once the profile, the service's rules or the day open it. The answer holds the receipt and what stands in the way now.
#[utoipa::path(tag = "proactive", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [ProactiveWrite::NAME])),
    extensions(("x-standard" = json!(["4.5.7.11", "4.5.3"]))))]
#[post("/businesses/{business_id}/service-watches")]
pub async fn watch_service(
    caller: Caller<ProactiveWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewServiceWatch>,
    gateway: Data<Gateway>,
) -> Result<Created<ServiceWatchView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = ServiceWatchView::from(watch(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List what a business waits for
///
/// Newest first.
#[utoipa::path(tag = "proactive", params(BusinessPath, WatchQuery, PageQuery),
    security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.7.11"]))))]
#[get("/businesses/{business_id}/service-watches")]
pub async fn list_service_watches(
    caller: Caller<ProactiveRead>,
    path: Path<BusinessPath>,
    query: Paged<WatchQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<ServiceWatchView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let WatchQuery { state, service } = query.filter;
    let state = state.map(|state| <&str>::from(state).to_owned());
    let (filter, page) = (RecordFilter { requirement: service, state }, query.page);
    let found = gateway.store.read(move |tx| kept::own_list::<ServiceWatch>(tx, &on_behalf, &filter, &page));
    Ok(Listed(found.await?.map(ServiceWatchView::from)))
}

/// Get what a business waits for
///
/// With what stood in the way when it began, and what changed.
#[utoipa::path(tag = "proactive", params(WatchPath, IfNoneMatch),
    security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.7.11"]))))]
#[get("/businesses/{business_id}/service-watches/{watch_id}")]
pub async fn get_service_watch(
    caller: Caller<ProactiveRead>,
    path: Path<WatchPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<ServiceWatchView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().watch_id);
    let found = gateway.store.read(move |tx| kept::own::<ServiceWatch>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// Stop waiting for a service
///
/// Nothing is told of it any more.
#[utoipa::path(tag = "proactive", params(WatchPath, IdempotencyKey),
    security(("oauth2" = [ProactiveWrite::NAME])),
    extensions(("x-standard" = json!(["4.5.7.11"]))))]
#[post("/businesses/{business_id}/service-watches/{watch_id}/cancellation")]
pub async fn cancel_service_watch(
    caller: Caller<ProactiveWrite>,
    path: Path<WatchPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<ServiceWatchView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let clerk = gateway.clerk();
    let WatchPath { business_id, watch_id } = path.into_inner();
    let on_behalf = caller.on_behalf(&business_id)?;
    let effect = move |tx: &mut dyn Tx, stamp| {
        cancel(tx, &clerk, (&on_behalf, &watch_id), stamp).map(|kept| done(&ServiceWatchView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
