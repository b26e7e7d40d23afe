//! Requests to represent a business: made by whoever wants to, answered by the business.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::Refusal,
    ids::{AccessRequestId, BusinessId},
    mandate::{
        access::ask,
        answer::{Narrowed, Reply, approve, escalate, find, list, reject},
    },
    ports::store::{AskedBy, Tx},
    time::Stamp,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::{
    access::scope::{RepresentativesRead, RepresentativesWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::access_request::{AccessReason, AccessRequestView, AskForAccess, NewApproval},
    problem::{Fault, Rejection},
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AccessRequestView)))]
pub struct Schemas;

/// A request of the caller's own in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AccessRequestPath {
    /// The request.
    pub access_request_id: AccessRequestId,
}

/// A request that a business is asked, in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AskedPath {
    /// The business.
    pub business_id: BusinessId,
    /// The request.
    pub access_request_id: AccessRequestId,
}

/// Ask to represent a business
///
/// By its INN and OGRN, with the powers and the term wanted. The answer is the same whether the gateway knows the
/// business or not. A request under the same reference, or one to the same business that still waits, is answered
/// instead of a second one. It waits for the term in `expires_at`.
#[utoipa::path(tag = "mandates", params(IdempotencyKey), security(("oauth2" = [RepresentativesWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.10.1", "4.6.10.2"]))))]
#[post("/access-requests")]
pub async fn ask_for_access(
    caller: Caller<RepresentativesWrite>,
    key: IdempotencyKey,
    body: Json<AskForAccess>,
    gateway: Data<Gateway>,
) -> Result<Created<AccessRequestView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let new = body.value.into_command(caller.as_business()?);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        let now = stamp.now;
        let view = AccessRequestView::at(ask(tx, &clerk, &new, stamp)?, now);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the caller's requests
///
/// Newest first.
#[utoipa::path(tag = "mandates", params(PageQuery), security(("oauth2" = [RepresentativesRead::NAME])),
    extensions(("x-standard" = json!(["4.6.10.1"]))))]
#[get("/access-requests")]
pub async fn list_access_requests(
    caller: Caller<RepresentativesRead>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<AccessRequestView>, Rejection<Refusal>> {
    let (party, page) = (AskedBy::Application(caller.as_business()?), query.page);
    let now = gateway.clock.now();
    let found = gateway.store.read(move |tx| Ok::<_, Refusal>(tx.access_requests().list(&party, &page)?));
    Ok(Listed(found.await?.map(|request| AccessRequestView::at(request, now))))
}

/// Get a request of one's own
///
/// How it stands; the mandate and the business once it is approved.
#[utoipa::path(tag = "mandates", params(AccessRequestPath, IfNoneMatch),
    security(("oauth2" = [RepresentativesRead::NAME])), extensions(("x-standard" = json!(["4.6.10.1"]))))]
#[get("/access-requests/{access_request_id}")]
pub async fn get_access_request(
    caller: Caller<RepresentativesRead>,
    path: Path<AccessRequestPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<AccessRequestView>, Rejection<Refusal>> {
    let (party, now) = (AskedBy::Application(caller.as_business()?), gateway.clock.now());
    let id = path.into_inner().access_request_id;
    let found = gateway.store.read(move |tx| Ok::<_, Refusal>(tx.access_requests().find(&party, &id)?));
    Ok(Fetched(AccessRequestView::at(found.await?.ok_or(Refusal::NotFound)?, now)))
}

/// List the requests that a business is asked
///
/// Newest first, those that wait and those that were answered.
#[utoipa::path(tag = "mandates", params(BusinessPath, PageQuery),
    security(("oauth2" = [RepresentativesRead::NAME])), extensions(("x-standard" = json!(["4.6.10.1"]))))]
#[get("/businesses/{business_id}/access-requests")]
pub async fn list_asked_access(
    caller: Caller<RepresentativesRead>,
    path: Path<BusinessPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<AccessRequestView>, Rejection<Refusal>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let now = on_behalf.at;
    let found = gateway.store.read(move |tx| list(tx, &on_behalf, &page)).await?;
    Ok(Listed(found.map(|request| AccessRequestView::at(request, now))))
}

/// Get a request that a business is asked
///
/// Who asks, for which powers, for how long.
#[utoipa::path(tag = "mandates", params(AskedPath, IfNoneMatch),
    security(("oauth2" = [RepresentativesRead::NAME])), extensions(("x-standard" = json!(["4.6.10.1"]))))]
#[get("/businesses/{business_id}/access-requests/{access_request_id}")]
pub async fn get_asked_access(
    caller: Caller<RepresentativesRead>,
    path: Path<AskedPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<AccessRequestView>, Rejection<Refusal>> {
    let reply = replying(&caller, path)?;
    let now = reply.on_behalf.at;
    let found = gateway.store.read(move |tx| find(tx, &reply)).await?;
    Ok(Fetched(AccessRequestView::at(found, now)))
}

/// Approve a request
///
/// Grants the mandate, as it was asked for or narrower. The answer holds it, with its receipt.
#[utoipa::path(tag = "mandates", params(AskedPath, IdempotencyKey),
    security(("oauth2" = [RepresentativesWrite::NAME])), extensions(("x-standard" = json!(["4.6.10.1"]))))]
#[post("/businesses/{business_id}/access-requests/{access_request_id}/approval")]
pub async fn approve_access(
    caller: Caller<RepresentativesWrite>,
    path: Path<AskedPath>,
    key: IdempotencyKey,
    body: Json<NewApproval>,
    gateway: Data<Gateway>,
) -> Result<Done<AccessRequestView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (received, reply) = (received(&claim, Some(body.digest)), replying(&caller, path)?);
    let (narrowed, clerk) = (Narrowed::from(body.value), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let approved = approve(tx, &clerk, (&reply, &narrowed), &received, stamp)?;
        Ok(done(&AccessRequestView::approved(approved)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Reject a request
///
/// The asker sees the reason. The answer holds the receipt.
#[utoipa::path(tag = "mandates", params(AskedPath, IdempotencyKey),
    security(("oauth2" = [RepresentativesWrite::NAME])), extensions(("x-standard" = json!(["4.6.10.4"]))))]
#[post("/businesses/{business_id}/access-requests/{access_request_id}/rejection")]
pub async fn reject_access(
    caller: Caller<RepresentativesWrite>,
    path: Path<AskedPath>,
    key: IdempotencyKey,
    body: Json<AccessReason>,
    gateway: Data<Gateway>,
) -> Result<Done<AccessRequestView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (received, reply) = (received(&claim, Some(body.digest)), replying(&caller, path)?);
    let (reason, clerk) = (body.value.reason, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let rejected = reject(tx, &clerk, (&reply, &reason), &received, stamp)?;
        Ok(done(&AccessRequestView::rejected(rejected)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Pass a request on
///
/// From a representative that manages others to somebody who may: from then on only the business's own application
/// answers it.
#[utoipa::path(tag = "mandates", params(AskedPath, IdempotencyKey),
    security(("oauth2" = [RepresentativesWrite::NAME])), extensions(("x-standard" = json!(["4.6.10.1"]))))]
#[post("/businesses/{business_id}/access-requests/{access_request_id}/escalation")]
pub async fn escalate_access(
    caller: Caller<RepresentativesWrite>,
    path: Path<AskedPath>,
    key: IdempotencyKey,
    body: Json<AccessReason>,
    gateway: Data<Gateway>,
) -> Result<Done<AccessRequestView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (reply, reason, clerk) = (replying(&caller, path)?, body.value.reason, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp: Stamp| {
        let now = stamp.now;
        let passed = escalate(tx, &clerk, (&reply, &reason), stamp)?;
        Ok(done(&AccessRequestView::at(passed, now)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

fn replying<S: Scope>(caller: &Caller<S>, path: Path<AskedPath>) -> Result<Reply, Fault> {
    let AskedPath { business_id, access_request_id: id } = path.into_inner();
    Ok(Reply { on_behalf: caller.on_behalf(&business_id)?, id })
}
