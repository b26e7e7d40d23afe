//! Endpoints: made, changed, given another secret, activated, deactivated, removed.

use actix_web::{delete, get, patch, post, web::Data};
use domain::{
    compliance::Refusal,
    ports::store::Tx,
    time::Stamp,
    webhook::manage::{self, NewWebhook},
};
use utoipa::OpenApi;

use super::{WebhookPath, fresh_challenge, fresh_secret, named, owner, vetted};
use crate::{
    access::scope::{Scope, WebhooksRead, WebhooksWrite},
    extract::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Json, MergePatch, PageQuery, Paged, Path},
    gateway::Gateway,
    models::webhook::{EndpointPatch, NewEndpoint, WebhookView},
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, NoContent, created, done},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(WebhookView)))]
pub struct Schemas;

/// Make an endpoint
///
/// The answer holds the secret that signs deliveries, this once. The gateway then sends `endpoint.verify`; when the
/// answer to it holds its `data.challenge`, the endpoint is active and gets what the feed shows from this moment on.
#[utoipa::path(tag = "webhooks", params(IdempotencyKey), security(("oauth2" = [WebhooksWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.3.8", "4.1.8"]))))]
#[post("/webhooks")]
pub async fn create_webhook(
    caller: Caller<WebhooksWrite>,
    key: IdempotencyKey,
    body: Json<NewEndpoint>,
    gateway: Data<Gateway>,
) -> Result<Created<WebhookView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    if let Some(known) = gateway.remembered::<Refusal>(&claim).await? {
        return Ok(known.into());
    }
    let url = vetted(&gateway, &body.value.url).await?;
    let (owner, settings) = (owner(&caller), body.value.into_settings(url));
    let (secret, challenge) = (fresh_secret(&gateway), fresh_challenge(&gateway));
    let new = NewWebhook { owner, settings, secret, challenge };
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        let view = WebhookView::with_secret(manage::register(tx, &new, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List endpoints
///
/// Those of the calling application, newest first; of a token that names businesses, those that get no others' events.
#[utoipa::path(tag = "webhooks", params(PageQuery), security(("oauth2" = [WebhooksRead::NAME])),
    extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[get("/webhooks")]
pub async fn list_webhooks(
    caller: Caller<WebhooksRead>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<WebhookView>, Rejection<Refusal>> {
    let (owner, page) = (owner(&caller), query.page);
    let listing = move |tx: &mut dyn Tx| Ok::<_, Refusal>(manage::list(tx, &owner, &page)?);
    Ok(Listed(gateway.store.read(listing).await?.map(WebhookView::from)))
}

/// Get an endpoint
///
/// How it stands, and why where it is disabled. Never its secret.
#[utoipa::path(tag = "webhooks", params(WebhookPath, IfNoneMatch), security(("oauth2" = [WebhooksRead::NAME])),
    extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[get("/webhooks/{webhook_id}")]
pub async fn get_webhook(
    caller: Caller<WebhooksRead>,
    path: Path<WebhookPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<WebhookView>, Rejection<Refusal>> {
    let named = named(&caller, path.into_inner().webhook_id);
    let found = gateway.store.read(move |tx| manage::find(tx, &named)).await?;
    Ok(Fetched(found.into()))
}

/// Change an endpoint
///
/// By a merge patch, in force at once. Another address has to be verified before anything else is sent there.
#[utoipa::path(tag = "webhooks", params(WebhookPath, IfMatch),
    request_body(content = EndpointPatch, content_type = "application/merge-patch+json"),
    security(("oauth2" = [WebhooksWrite::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[patch("/webhooks/{webhook_id}")]
pub async fn change_webhook(
    caller: Caller<WebhooksWrite>,
    path: Path<WebhookPath>,
    expected: IfMatch,
    body: MergePatch<EndpointPatch>,
    gateway: Data<Gateway>,
) -> Result<Fetched<WebhookView>, Rejection<Refusal>> {
    let named = named(&caller, path.into_inner().webhook_id);
    let url = match &body.value.url {
        Some(url) => Some(vetted(&gateway, url).await?),
        None => None,
    };
    let change = body.value.into_command(url, expected.0);
    let (challenge, stamp) = (fresh_challenge(&gateway), gateway.stamp());
    let changing = move |tx: &mut dyn Tx| manage::change(tx, &named, &change, &challenge, stamp.clone());
    Ok(Fetched(gateway.store.write(changing).await?.into()))
}

/// Remove an endpoint
///
/// With its deliveries; nothing more is sent. A second time it is not found.
#[utoipa::path(tag = "webhooks", params(WebhookPath), security(("oauth2" = [WebhooksWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[delete("/webhooks/{webhook_id}")]
pub async fn delete_webhook(
    caller: Caller<WebhooksWrite>,
    path: Path<WebhookPath>,
    gateway: Data<Gateway>,
) -> Result<NoContent, Rejection<Refusal>> {
    let named = named(&caller, path.into_inner().webhook_id);
    let now = gateway.clock.now();
    gateway.store.write(move |tx| manage::remove(tx, &named, now)).await?;
    Ok(NoContent)
}

/// Take a new secret
///
/// The answer holds it, this once. Until `old_secret_until` every delivery carries a signature by each of the two, so a
/// receiver changes its secret whenever it likes in between.
#[utoipa::path(tag = "webhooks", params(WebhookPath, IdempotencyKey),
    security(("oauth2" = [WebhooksWrite::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[post("/webhooks/{webhook_id}/secret-rotation")]
pub async fn rotate_webhook_secret(
    caller: Caller<WebhooksWrite>,
    path: Path<WebhookPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<WebhookView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let (named, secret) = (named(&caller, path.into_inner().webhook_id), fresh_secret(&gateway));
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        Ok(done(&WebhookView::with_secret(manage::rotate(tx, &named, &secret, &stamp)?)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Activate an endpoint
///
/// Sends a new challenge, also where the first one was never answered; once it is echoed, what has waited is delivered.
#[utoipa::path(tag = "webhooks", params(WebhookPath, IdempotencyKey),
    security(("oauth2" = [WebhooksWrite::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[post("/webhooks/{webhook_id}/activation")]
pub async fn activate_webhook(
    caller: Caller<WebhooksWrite>,
    path: Path<WebhookPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<WebhookView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let (named, challenge) = (named(&caller, path.into_inner().webhook_id), fresh_challenge(&gateway));
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        Ok(done(&WebhookView::from(manage::activate(tx, &named, &challenge, stamp)?)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Deactivate an endpoint
///
/// Nothing more is sent; what happens meanwhile waits until the endpoint is activated again.
#[utoipa::path(tag = "webhooks", params(WebhookPath, IdempotencyKey),
    security(("oauth2" = [WebhooksWrite::NAME])), extensions(("x-standard" = json!(["4.6.3.8"]))))]
#[post("/webhooks/{webhook_id}/deactivation")]
pub async fn deactivate_webhook(
    caller: Caller<WebhooksWrite>,
    path: Path<WebhookPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<WebhookView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let named = named(&caller, path.into_inner().webhook_id);
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        Ok(done(&WebhookView::from(manage::deactivate(tx, &named, stamp.now)?)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
