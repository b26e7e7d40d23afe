//! What became of each delivery, and deliveries that are asked for.

use actix_web::{get, http::StatusCode, post, web::Data};
use domain::{
    compliance::Refusal,
    ids::{DeliveryId, WebhookId},
    ports::store::Tx,
    time::Stamp,
    webhook::{
        delivery::DeliveryState,
        manage,
        replay::{self, replay_since},
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::{WebhookPath, named};
use crate::{
    access::scope::{Scope, WebhooksRead, WebhooksWrite},
    extract::{Caller, IdempotencyKey, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    models::webhook::{AttemptView, DeliveryView, ReplayRequest, WebhookView},
    problem::Rejection,
    reply::{Answered, Done, Listed, done, render},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(DeliveryView, AttemptView)))]
pub struct Schemas;

/// A delivery in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DeliveryPath {
    /// The endpoint.
    pub webhook_id: WebhookId,
    /// The delivery.
    pub delivery_id: DeliveryId,
}

/// Which deliveries to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only those that stand so.
    pub state: Option<DeliveryState>,
}

/// List deliveries
///
/// Newest first, each with its last attempt. Finished ones are kept for 30 days.
#[utoipa::path(tag = "webhooks", params(WebhookPath, DeliveryQuery, PageQuery),
    security(("oauth2" = [WebhooksRead::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[get("/webhooks/{webhook_id}/deliveries")]
pub async fn list_webhook_deliveries(
    caller: Caller<WebhooksRead>,
    path: Path<WebhookPath>,
    query: Paged<DeliveryQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<DeliveryView>, Rejection<Refusal>> {
    let named = named(&caller, path.into_inner().webhook_id);
    let (state, page) = (query.filter.state, query.page);
    let found = gateway.store.read(move |tx| {
        let webhook = manage::find(tx, &named)?;
        Ok::<_, Refusal>(tx.deliveries().list(&webhook.id, state, &page)?)
    });
    Ok(Listed(found.await?.map(DeliveryView::short)))
}

/// Get a delivery
///
/// With its attempts: when, with what status, how long, and what the receiver answered.
#[utoipa::path(tag = "webhooks", params(DeliveryPath), security(("oauth2" = [WebhooksRead::NAME])),
    extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[get("/webhooks/{webhook_id}/deliveries/{delivery_id}")]
pub async fn get_webhook_delivery(
    caller: Caller<WebhooksRead>,
    path: Path<DeliveryPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<DeliveryView>, Rejection<Refusal>> {
    let DeliveryPath { webhook_id, delivery_id } = path.into_inner();
    let named = named(&caller, webhook_id);
    let found = gateway.store.read(move |tx| replay::find(tx, &named, &delivery_id)).await?;
    Ok(Answered(found.into()))
}

/// Send a delivery again
///
/// At once, under the same `webhook-id`, with all its attempts before it; one that waits is sent now.
#[utoipa::path(tag = "webhooks", params(DeliveryPath, IdempotencyKey),
    security(("oauth2" = [WebhooksWrite::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[post("/webhooks/{webhook_id}/deliveries/{delivery_id}/replay")]
pub async fn replay_webhook_delivery(
    caller: Caller<WebhooksWrite>,
    path: Path<DeliveryPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<DeliveryView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let DeliveryPath { webhook_id, delivery_id } = path.into_inner();
    let named = named(&caller, webhook_id);
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        let again = replay::replay(tx, &named, &delivery_id, stamp.now)?;
        Ok(render(StatusCode::OK, &DeliveryView::from(again), None, None))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Send events again since a point
///
/// Every event behind the cursor `after` that the endpoint is to get, delivered before or not.
#[utoipa::path(tag = "webhooks", params(WebhookPath, IdempotencyKey),
    security(("oauth2" = [WebhooksWrite::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[post("/webhooks/{webhook_id}/replay")]
pub async fn replay_webhook_events(
    caller: Caller<WebhooksWrite>,
    path: Path<WebhookPath>,
    key: IdempotencyKey,
    body: Json<ReplayRequest>,
    gateway: Data<Gateway>,
) -> Result<Done<WebhookView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (named, after) = (named(&caller, path.into_inner().webhook_id), body.value.after);
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        Ok(done(&WebhookView::from(replay_since(tx, &named, after, stamp.now)?)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Send a test
///
/// The message `endpoint.test`, delivered as an event is; the answer names the delivery.
#[utoipa::path(tag = "webhooks", params(WebhookPath, IdempotencyKey),
    security(("oauth2" = [WebhooksWrite::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[post("/webhooks/{webhook_id}/test")]
pub async fn send_webhook_test(
    caller: Caller<WebhooksWrite>,
    path: Path<WebhookPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<DeliveryView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let named = named(&caller, path.into_inner().webhook_id);
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        let test = replay::test(tx, &named, stamp)?;
        Ok(render(StatusCode::OK, &DeliveryView::from(test), None, None))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
