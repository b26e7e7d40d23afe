//! What supervisors recognise in a business's good faith: incentives granted, measures counted.

use actix_web::{get, post, put, web::Data};
use domain::{
    compliance::{
        self, Refusal,
        recognition::{
            Recognition, RecognitionState,
            grant::{NewTerms, Which, change, recognise, withdraw},
        },
    },
    ids::{BusinessId, RecognitionId},
    ports::store::Tx,
    record::{RecordFilter, Stored},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AuthoritySupervisionManage, RequirementsRead, Scope},
    extract::{
        Caller, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, Json, PageQuery, Paged, Path,
        version_tag,
    },
    gateway::Gateway,
    models::requirements::recognition::{
        NewRecognition, NewRecognitionTerms, NewRecognitionWithdrawal, RecognitionView,
    },
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(RecognitionView)))]
pub struct Schemas;

/// A recognition by the calling authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct GrantedPath {
    /// What was recognised.
    pub recognition_id: RecognitionId,
}

/// A recognition of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RecognitionPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// What was recognised.
    pub recognition_id: RecognitionId,
}

/// Which recognitions to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecognitionQuery {
    /// Only in this state.
    pub state: Option<RecognitionState>,
}

impl From<RecognitionQuery> for RecordFilter {
    fn from(query: RecognitionQuery) -> Self {
        Self { state: query.state.map(|state| <&str>::from(state).to_owned()), requirement: None }
    }
}

/// Recognise good faith
///
/// Grants an incentive, or counts a measure of good faith that the gateway does not see, such as access to systems, a
/// certificate or an insurance, under a kind of control that the caller exercises. A measure earns its points; an
/// incentive lowers the considered category by `lower_by`. The business sees it at once.
#[utoipa::path(tag = "authority", params(IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[post("/authority/recognitions")]
pub async fn recognise_good_faith(
    caller: Caller<AuthoritySupervisionManage>,
    key: IdempotencyKey,
    body: Json<NewRecognition>,
    gateway: Data<Gateway>,
) -> Result<Created<RecognitionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (command, clerk) = (body.value.into_command(caller.as_authority()?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = RecognitionView::from(recognise(tx, &clerk, &command, stamp)?);
        let location = format!("/v1/authority/recognitions/{}", view.id);
        Ok(created(&view, location))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List what the calling authority recognised
///
/// Oldest first.
#[utoipa::path(tag = "authority", params(RecognitionQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[get("/authority/recognitions")]
pub async fn list_granted_recognitions(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<RecognitionQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<RecognitionView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found =
        gateway.store.read(move |tx| Stored::<Recognition>::of_authority(tx, &authority, &filter, &page));
    Ok(Listed(found.await.map_err(Refusal::from)?.map(RecognitionView::from)))
}

/// Get something that the calling authority recognised
///
/// With the reason and the moment of its withdrawal, where it was taken back.
#[utoipa::path(tag = "authority", params(GrantedPath, IfNoneMatch),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[get("/authority/recognitions/{recognition_id}")]
pub async fn get_granted_recognition(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<GrantedPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<RecognitionView>, Rejection<Refusal>> {
    let (authority, id) = (caller.as_authority()?.authority, path.into_inner().recognition_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        Stored::<Recognition>::addressed(tx, &authority, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}

/// Change the terms of something recognised
///
/// Replaces ground, term and `lower_by` whole; the business sees it at once. Needs If-Match.
#[utoipa::path(tag = "authority", params(GrantedPath, IfMatch),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[put("/authority/recognitions/{recognition_id}")]
pub async fn change_recognition(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<GrantedPath>,
    seen: IfMatch,
    body: Json<NewRecognitionTerms>,
    gateway: Data<Gateway>,
) -> Result<Done<RecognitionView>, Rejection<Refusal>> {
    let (actor, id, terms) =
        (caller.as_authority()?, path.into_inner().recognition_id, NewTerms::from(body.value));
    let which = Which { actor, id, expected: Some(seen.0) };
    let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
    let effect = move |tx: &mut dyn Tx| change(tx, &clerk, (&which, &terms), stamp.clone());
    let view = RecognitionView::from(gateway.store.write(effect).await?);
    Ok(Done::new(&view, Some(version_tag(view.version))))
}

/// Withdraw something recognised
///
/// Takes it back from now on, with the reason; the business sees it at once. What is withdrawn stays so.
#[utoipa::path(tag = "authority", params(GrantedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[post("/authority/recognitions/{recognition_id}/withdrawal")]
pub async fn withdraw_recognition(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<GrantedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewRecognitionWithdrawal>,
    gateway: Data<Gateway>,
) -> Result<Done<RecognitionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (actor, id, reason) = (caller.as_authority()?, path.into_inner().recognition_id, body.value.reason);
    let (which, clerk) = (Which { actor, id, expected: seen.0 }, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        withdraw(tx, &clerk, (&which, &reason), stamp).map(|kept| done(&RecognitionView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List what supervisors recognised in a business
///
/// Newest first: incentives granted and measures counted, with ground and term, also those that were withdrawn.
#[utoipa::path(tag = "requirements", params(BusinessPath, RecognitionQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[get("/businesses/{business_id}/recognitions")]
pub async fn list_recognitions(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<RecognitionQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<RecognitionView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Ok(Stored::<Recognition>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(RecognitionView::from)))
}

/// Get something that a supervisor recognised in a business
///
/// With its ground and term, and with the reason of its withdrawal, where it was taken back.
#[utoipa::path(tag = "requirements", params(RecognitionPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.3/4", "4.8.1.5"]))))]
#[get("/businesses/{business_id}/recognitions/{recognition_id}")]
pub async fn get_recognition(
    caller: Caller<RequirementsRead>,
    path: Path<RecognitionPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<RecognitionView>, Rejection<Refusal>> {
    let RecognitionPath { business_id, recognition_id } = path.into_inner();
    let on_behalf = caller.on_behalf(&business_id)?;
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Stored::<Recognition>::find(tx, &actor.business, &recognition_id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}
