//! Cautions: what the supervisor announces and answers, what the business replies.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        self, Refusal,
        caution::{
            Caution, CautionState,
            announce::announce,
            reply::{answer, notify, object},
        },
    },
    ids::{BusinessId, CautionId},
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
    models::requirements::caution::{
        CautionView, NewCaution, NewCautionAnswer, NewMeasuresNotice, NewObjection,
    },
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(CautionView)))]
pub struct Schemas;

/// A caution of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CautionPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The caution.
    pub caution_id: CautionId,
}

/// A caution of the calling authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AnnouncedPath {
    /// The caution.
    pub caution_id: CautionId,
}

/// Which cautions to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CautionQuery {
    /// Only in this state.
    pub state: Option<CautionState>,
    /// Only about this requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub requirement: Option<String>,
}

impl From<CautionQuery> for RecordFilter {
    fn from(query: CautionQuery) -> Self {
        let CautionQuery { state, requirement } = query;
        Self { requirement, state: state.map(|state| <&str>::from(state).to_owned()) }
    }
}

/// Announce a caution
///
/// Warns a business that something leads, or may lead, to a violation of a requirement which the caller supervises, and
/// proposes measures. It cannot demand documents. The business sees it in its feed at once and may object in the term of
/// the kind of control, counted in working days by the clocks of its region.
#[utoipa::path(tag = "authority", params(IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/authority/cautions")]
pub async fn announce_caution(
    caller: Caller<AuthoritySupervisionManage>,
    key: IdempotencyKey,
    body: Json<NewCaution>,
    gateway: Data<Gateway>,
) -> Result<Created<CautionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (command, clerk) = (body.value.into_command(caller.as_authority()?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = CautionView::from(announce(tx, &clerk, &command, stamp)?);
        let location = format!("/v1/authority/cautions/{}", view.id);
        Ok(created(&view, location))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the cautions of the calling authority
///
/// Oldest first.
#[utoipa::path(tag = "authority", params(CautionQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/authority/cautions")]
pub async fn list_announced_cautions(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<CautionQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<CautionView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| Stored::<Caution>::of_authority(tx, &authority, &filter, &page));
    Ok(Listed(found.await.map_err(Refusal::from)?.map(CautionView::from)))
}

/// Get a caution of the calling authority
///
/// With the objection and the notice of measures, where there are any.
#[utoipa::path(tag = "authority", params(AnnouncedPath, IfNoneMatch),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/authority/cautions/{caution_id}")]
pub async fn get_announced_caution(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<AnnouncedPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<CautionView>, Rejection<Refusal>> {
    let (authority, id) = (caller.as_authority()?.authority, path.into_inner().caution_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        Stored::<Caution>::addressed(tx, &authority, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}

/// Answer an objection to a caution
///
/// Withdraws the caution, or keeps it, with the reason.
#[utoipa::path(tag = "authority", params(AnnouncedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/authority/cautions/{caution_id}/answer")]
pub async fn answer_objection(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<AnnouncedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewCautionAnswer>,
    gateway: Data<Gateway>,
) -> Result<Done<CautionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().caution_id, seen.0);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        answer(tx, &clerk, &command, stamp).map(|kept| done(&CautionView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the cautions of a business
///
/// Newest first.
#[utoipa::path(tag = "requirements", params(BusinessPath, CautionQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/businesses/{business_id}/cautions")]
pub async fn list_cautions(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<CautionQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<CautionView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Ok(Stored::<Caution>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(CautionView::from)))
}

/// Get a caution
///
/// The requirement, the ground, the measures proposed, and until when an objection is possible.
#[utoipa::path(tag = "requirements", params(CautionPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/businesses/{business_id}/cautions/{caution_id}")]
pub async fn get_caution(
    caller: Caller<RequirementsRead>,
    path: Path<CautionPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<CautionView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().caution_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Stored::<Caution>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}

/// Object to a caution
///
/// Possible within its term; afterwards the refusal names the last day. The supervisor sees it at once and answers. The
/// answer holds the receipt.
#[utoipa::path(tag = "requirements", params(CautionPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/businesses/{business_id}/cautions/{caution_id}/objection")]
pub async fn object_to_caution(
    caller: Caller<RequirementsWrite>,
    path: Path<CautionPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewObjection>,
    gateway: Data<Gateway>,
) -> Result<Done<CautionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let command = body.value.into_command(on_behalf, path.into_inner().caution_id, seen.0);
    let effect = move |tx: &mut dyn Tx, stamp| {
        object(tx, &clerk, &command, &received, stamp).map(|kept| done(&CautionView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Tell of measures taken upon a caution
///
/// Closes the caution; what was heeded no longer counts against good faith. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(CautionPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[post("/businesses/{business_id}/cautions/{caution_id}/notice")]
pub async fn notify_of_measures(
    caller: Caller<RequirementsWrite>,
    path: Path<CautionPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewMeasuresNotice>,
    gateway: Data<Gateway>,
) -> Result<Done<CautionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let command = body.value.into_command(on_behalf, path.into_inner().caution_id, seen.0);
    let effect = move |tx: &mut dyn Tx, stamp| {
        notify(tx, &clerk, &command, &received, stamp).map(|kept| done(&CautionView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
