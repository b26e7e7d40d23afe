//! Granting, changing and ending mandates, and reading them from both sides.

use actix_web::{get, patch, post, web::Data};
use domain::{
    compliance::Refusal,
    ids::{BusinessId, MandateId},
    mandate::{
        MandateKind, MandateStatus, OnBehalf,
        dismiss::dismiss,
        grant::{change, grant, managed, managed_list, manager, own_list},
    },
    page::{Page, PageRequest},
    ports::store::Tx,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{RepresentativesRead, RepresentativesWrite, Scope},
    extract::{
        Caller, IdempotencyKey, IfMatch, IfNoneMatch, Json, MergePatch, PageQuery, Paged, Path, version_tag,
    },
    gateway::Gateway,
    keyed::received,
    models::mandate::{DismissalView, MandateView, NewDismissal, NewRepresentative, ScopePatch},
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(MandateView, DismissalView)))]
pub struct Schemas;

/// A mandate of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RepresentativePath {
    /// The business.
    pub business_id: BusinessId,
    /// The mandate.
    pub mandate_id: MandateId,
}

/// Which mandates to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MandateQuery {
    /// Only those that stand so now.
    pub status: Option<MandateStatus>,
}

/// Grant a mandate
///
/// To a representative's application, by powers and term; to another application of the business itself, everything.
/// A representative that may hand its powers on grants from its own: never more than it has, never for longer.
#[utoipa::path(tag = "mandates", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RepresentativesWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.10.1", "4.6.10.2"]))))]
#[post("/businesses/{business_id}/representatives")]
pub async fn grant_representative(
    caller: Caller<RepresentativesWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewRepresentative>,
    gateway: Data<Gateway>,
) -> Result<Created<MandateView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let new = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = MandateView::granted(grant(tx, &clerk, &new, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List a business's representatives
///
/// The mandates of others than the business's own applications, in the order of ids. A representative that may hand its
/// powers on sees those that it handed on.
#[utoipa::path(tag = "mandates", params(BusinessPath, MandateQuery, PageQuery),
    security(("oauth2" = [RepresentativesRead::NAME])),
    extensions(("x-standard" = json!(["4.6.10.1", "4.6.10.3"]))))]
#[get("/businesses/{business_id}/representatives")]
pub async fn list_representatives(
    caller: Caller<RepresentativesRead>,
    path: Path<BusinessPath>,
    query: Paged<MandateQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<MandateView>, Rejection<Refusal>> {
    let (on_behalf, status) = (caller.on_behalf(&path.business_id)?, query.filter.status);
    let kind = Some(MandateKind::PowerOfAttorney);
    listed(&gateway, on_behalf, (status, kind), query.page).await
}

/// List every mandate of a business
///
/// Its own applications and its representatives, those that have ended included, in the order of ids.
#[utoipa::path(tag = "mandates", params(BusinessPath, MandateQuery, PageQuery),
    security(("oauth2" = [RepresentativesRead::NAME])), extensions(("x-standard" = json!(["4.6.10.3"]))))]
#[get("/businesses/{business_id}/mandates")]
pub async fn list_business_mandates(
    caller: Caller<RepresentativesRead>,
    path: Path<BusinessPath>,
    query: Paged<MandateQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<MandateView>, Rejection<Refusal>> {
    let (on_behalf, status) = (caller.on_behalf(&path.business_id)?, query.filter.status);
    listed(&gateway, on_behalf, (status, None), query.page).await
}

async fn listed(
    gateway: &Gateway,
    on_behalf: OnBehalf,
    cut: (Option<MandateStatus>, Option<MandateKind>),
    page: PageRequest,
) -> Result<Listed<MandateView>, Rejection<Refusal>> {
    let now = on_behalf.at;
    let found: Page<_> = gateway.store.read(move |tx| managed_list(tx, &on_behalf, cut, &page)).await?;
    Ok(Listed(found.map(|mandate| MandateView::at(mandate, now))))
}

/// Get a mandate
///
/// As its business sees it, whether it holds or not.
#[utoipa::path(tag = "mandates", params(RepresentativePath, IfNoneMatch),
    security(("oauth2" = [RepresentativesRead::NAME])),
    extensions(("x-standard" = json!(["4.6.10.1", "4.6.10.3"]))))]
#[get("/businesses/{business_id}/representatives/{mandate_id}")]
pub async fn get_representative(
    caller: Caller<RepresentativesRead>,
    path: Path<RepresentativePath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<MandateView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (now, id) = (on_behalf.at, path.into_inner().mandate_id);
    let found = gateway.store.read(move |tx| {
        let (_, held) = manager(tx, &on_behalf)?;
        managed(tx, &held, &id)
    });
    Ok(Fetched(MandateView::at(found.await?, now)))
}

/// Change the scope of a mandate
///
/// Other powers, another end, with or without handing on. It holds with the answer, for acts under way too; what was
/// handed on from it shrinks with it, and ends where nothing is left. Needs If-Match.
#[utoipa::path(tag = "mandates", params(RepresentativePath, IfMatch),
    request_body(content = ScopePatch, content_type = "application/merge-patch+json",
        example = json!({"powers": ["2_FNS22"]})),
    security(("oauth2" = [RepresentativesWrite::NAME])), extensions(("x-standard" = json!(["4.6.10.4"]))))]
#[patch("/businesses/{business_id}/representatives/{mandate_id}")]
pub async fn change_representative(
    caller: Caller<RepresentativesWrite>,
    path: Path<RepresentativePath>,
    seen: IfMatch,
    body: MergePatch<ScopePatch>,
    gateway: Data<Gateway>,
) -> Result<Done<MandateView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (now, id) = (on_behalf.at, path.into_inner().mandate_id);
    let command = body.value.into_command(on_behalf, id, seen.0);
    let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
    let changed = gateway.store.write(move |tx| change(tx, &clerk, &command, stamp.clone())).await?;
    let view = MandateView::at(changed, now);
    Ok(Done::new(&view, Some(version_tag(view.version))))
}

/// Dismiss a representative
///
/// Access ends with this answer, on every instance of the gateway: no act of the dismissed is dated after
/// `effective_from`, and what was handed on from the mandate ends with it. The answer names what the dismissed lodged
/// and is still open; the receipt signs all of it.
#[utoipa::path(tag = "mandates", params(RepresentativePath, IdempotencyKey),
    security(("oauth2" = [RepresentativesWrite::NAME])), extensions(("x-standard" = json!(["4.6.10.4"]))))]
#[post("/businesses/{business_id}/representatives/{mandate_id}/dismissal")]
pub async fn dismiss_representative(
    caller: Caller<RepresentativesWrite>,
    path: Path<RepresentativePath>,
    key: IdempotencyKey,
    body: Json<NewDismissal>,
    gateway: Data<Gateway>,
) -> Result<Done<DismissalView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let command = body.value.into_command(on_behalf, path.into_inner().mandate_id);
    let (clerk, clock) = (gateway.clerk(), gateway.clock.clone());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let dismissal = dismiss(tx, &clerk, (&command, clock.as_ref()), &received, stamp)?;
        Ok(done(&DismissalView::from(dismissal)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the caller's mandates
///
/// Every mandate of the calling application, for whichever business, in the order of ids: of a representative with
/// thousands of clients, page by page.
#[utoipa::path(tag = "mandates", params(MandateQuery, PageQuery),
    security(("oauth2" = [RepresentativesRead::NAME])), extensions(("x-standard" = json!(["4.6.10.2"]))))]
#[get("/mandates")]
pub async fn list_mandates(
    caller: Caller<RepresentativesRead>,
    query: Paged<MandateQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<MandateView>, Rejection<Refusal>> {
    let (holder, status, page) = (caller.holder()?, query.filter.status, query.page);
    let now = holder.at;
    let mut found = gateway.store.read(move |tx| own_list(tx, &holder, status, &page)).await?;
    found.items.retain(|mandate| caller.reaches(&mandate.business));
    Ok(Listed(found.map(|mandate| MandateView::at(mandate, now))))
}
