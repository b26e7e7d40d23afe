//! Preventive visits by video: offered by a supervisor or asked for by a business.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        self, Refusal,
        visit::{
            PreventiveVisit, VisitState,
            hold::hold,
            offer::{answer, offer},
            request::{VisitStep, book, decline, request},
        },
    },
    ids::{BusinessId, VisitId},
    ports::store::Tx,
    record::{RecordFilter, Stored},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AuthoritySupervisionManage, RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfMatchOptional, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::requirements::visit::{
        NewBooking, NewDecline, NewVisitAnswer, NewVisitOffer, NewVisitRecord, NewVisitRequest, VisitView,
    },
    problem::{Fault, Rejection},
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(VisitView)))]
pub struct Schemas;

/// A visit of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VisitPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The visit.
    pub visit_id: VisitId,
}

/// A visit of the calling authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ArrangedPath {
    /// The visit.
    pub visit_id: VisitId,
}

/// Which visits to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VisitQuery {
    /// Only in this state.
    pub state: Option<VisitState>,
    /// Only about this requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub requirement: Option<String>,
}

impl From<VisitQuery> for RecordFilter {
    fn from(query: VisitQuery) -> Self {
        let VisitQuery { state, requirement } = query;
        Self { requirement, state: state.map(|state| <&str>::from(state).to_owned()) }
    }
}

/// Offer a preventive visit
///
/// By video, about requirements that the caller supervises, at times to choose from. A mandatory one cannot be declined and
/// is held within the term of the law.
#[utoipa::path(tag = "authority", params(IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/authority/preventive-visits")]
pub async fn offer_preventive_visit(
    caller: Caller<AuthoritySupervisionManage>,
    key: IdempotencyKey,
    body: Json<NewVisitOffer>,
    gateway: Data<Gateway>,
) -> Result<Created<VisitView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (command, clerk) = (body.value.into_command(caller.as_authority()?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = VisitView::from(offer(tx, &clerk, &command, stamp)?);
        let location = format!("/v1/authority/preventive-visits/{}", view.id);
        Ok(created(&view, location))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the preventive visits of the calling authority
///
/// Oldest first: requests that wait for an answer are those in the state `requested`. `requirement` looks at the first one
/// named.
#[utoipa::path(tag = "authority", params(VisitQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/authority/preventive-visits")]
pub async fn list_arranged_visits(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<VisitQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<VisitView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found =
        gateway.store.read(move |tx| Stored::<PreventiveVisit>::of_authority(tx, &authority, &filter, &page));
    Ok(Listed(found.await.map_err(Refusal::from)?.map(VisitView::from)))
}

/// Get a preventive visit of the calling authority
///
/// With the times and what came of it.
#[utoipa::path(tag = "authority", params(ArrangedPath, IfNoneMatch),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/authority/preventive-visits/{visit_id}")]
pub async fn get_arranged_visit(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<ArrangedPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<VisitView>, Rejection<Refusal>> {
    let (authority, id) = (caller.as_authority()?.authority, path.into_inner().visit_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        Stored::<PreventiveVisit>::addressed(tx, &authority, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}

/// Answer a request for a preventive visit
///
/// With times to choose from, or with a refusal and its reason. Due in the term of the law; the feed tells when it passed.
#[utoipa::path(tag = "authority", params(ArrangedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/authority/preventive-visits/{visit_id}/answer")]
pub async fn answer_visit_request(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<ArrangedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewVisitAnswer>,
    gateway: Data<Gateway>,
) -> Result<Done<VisitView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().visit_id, seen.0);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        answer(tx, &clerk, &command, stamp).map(|kept| done(&VisitView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Record a preventive visit
///
/// It was held; it ends with recommendations.
#[utoipa::path(tag = "authority", params(ArrangedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/authority/preventive-visits/{visit_id}/record")]
pub async fn record_preventive_visit(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<ArrangedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewVisitRecord>,
    gateway: Data<Gateway>,
) -> Result<Done<VisitView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().visit_id, seen.0);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        hold(tx, &clerk, &command, stamp).map(|kept| done(&VisitView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Ask for a preventive visit
///
/// Of the supervisor of the named requirements. Its answer is due in the term of the law, counted in working days. The
/// answer holds the receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/businesses/{business_id}/preventive-visits")]
pub async fn request_preventive_visit(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewVisitRequest>,
    gateway: Data<Gateway>,
) -> Result<Created<VisitView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = VisitView::from(request(tx, &clerk, &command, &received, stamp)?);
        let location = format!("/v1/businesses/{}/preventive-visits/{}", view.business_id, view.id);
        Ok(created(&view, location))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the preventive visits of a business
///
/// Newest first. `requirement` looks at the first one named.
#[utoipa::path(tag = "requirements", params(BusinessPath, VisitQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/businesses/{business_id}/preventive-visits")]
pub async fn list_preventive_visits(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<VisitQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<VisitView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Ok(Stored::<PreventiveVisit>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(VisitView::from)))
}

/// Get a preventive visit
///
/// With the times offered, the one chosen, the link to the conference, and the recommendations.
#[utoipa::path(tag = "requirements", params(VisitPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/businesses/{business_id}/preventive-visits/{visit_id}")]
pub async fn get_preventive_visit(
    caller: Caller<RequirementsRead>,
    path: Path<VisitPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<VisitView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().visit_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Stored::<PreventiveVisit>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}

/// Choose the time of a preventive visit
///
/// One of those offered. A desk of the supervisor holds one visit at a time: where another business was first, the
/// refusal says so and names the times. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(VisitPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/businesses/{business_id}/preventive-visits/{visit_id}/booking")]
pub async fn book_preventive_visit(
    caller: Caller<RequirementsWrite>,
    path: Path<VisitPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewBooking>,
    gateway: Data<Gateway>,
) -> Result<Done<VisitView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let step = step(&caller, path.into_inner(), seen)?;
    let effect = move |tx: &mut dyn Tx, stamp| {
        book(tx, &clerk, (&step, &body.value.slot), &received, stamp).map(|kept| done(&VisitView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Decline a preventive visit
///
/// A voluntary one, or one that the business asked for itself; a mandatory one cannot be declined. The answer holds the
/// receipt.
#[utoipa::path(tag = "requirements", params(VisitPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/businesses/{business_id}/preventive-visits/{visit_id}/decline")]
pub async fn decline_preventive_visit(
    caller: Caller<RequirementsWrite>,
    path: Path<VisitPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewDecline>,
    gateway: Data<Gateway>,
) -> Result<Done<VisitView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let step = step(&caller, path.into_inner(), seen)?;
    let effect = move |tx: &mut dyn Tx, stamp| {
        decline(tx, &clerk, (&step, body.value.reason.as_deref()), &received, stamp)
            .map(|kept| done(&VisitView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

fn step(
    caller: &Caller<RequirementsWrite>,
    path: VisitPath,
    seen: IfMatchOptional,
) -> Result<VisitStep, Fault> {
    let VisitPath { business_id, visit_id } = path;
    Ok(VisitStep { on_behalf: caller.on_behalf(&business_id)?, id: visit_id, expected: seen.0 })
}
