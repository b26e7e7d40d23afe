//! Declaring that a requirement does not apply, and what its supervisor says to that.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        Refusal,
        inapplicability::{self, Inapplicability, InapplicabilityState},
        kept,
    },
    ids::{BusinessId, InapplicabilityId},
    ports::store::Tx,
    record::RecordFilter,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AuthoritySupervisionManage, RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::requirements::inapplicability::{InapplicabilityView, NewInapplicability, NewReview},
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(InapplicabilityView)))]
pub struct Schemas;

/// A requirement of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OwnRequirementPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The requirement, by code.
    pub code: String,
}

/// A declaration of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InapplicabilityPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The declaration.
    pub inapplicability_id: InapplicabilityId,
}

/// A declaration addressed to the authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressedInapplicabilityPath {
    /// The declaration.
    pub inapplicability_id: InapplicabilityId,
}

/// Declare a requirement inapplicable
///
/// On one of exactly two grounds: the business does not carry on the activity, or it does not use the objects, to which
/// the requirement extends; they must be named, and all of them. It works at once, the supervisor is told, and it ends by
/// itself when a fact it rests on changes or its term is over. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(OwnRequirementPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1.5"]))))]
#[post("/businesses/{business_id}/requirements/{code}/inapplicability")]
pub async fn declare_inapplicable(
    caller: Caller<RequirementsWrite>,
    path: Path<OwnRequirementPath>,
    key: IdempotencyKey,
    body: Json<NewInapplicability>,
    gateway: Data<Gateway>,
) -> Result<Created<InapplicabilityView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let OwnRequirementPath { business_id, code } = path.into_inner();
    let command = body.value.into_command(caller.on_behalf(&business_id)?, code);
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let effect = move |tx: &mut dyn Tx, stamp| {
        let declared = inapplicability::declare(tx, &clerk, &command, &received, stamp)?;
        let view = InapplicabilityView::from(declared);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Which of the business's declarations to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InapplicabilityQuery {
    /// Only about this requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub requirement: Option<String>,
}

/// List a business's declarations of inapplicability
///
/// Newest first, each as it stands now.
#[utoipa::path(tag = "requirements", params(BusinessPath, InapplicabilityQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.5"]))))]
#[get("/businesses/{business_id}/inapplicabilities")]
pub async fn list_inapplicabilities(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<InapplicabilityQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<InapplicabilityView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let Paged { filter: InapplicabilityQuery { requirement }, page, list: _ } = query;
    let filter = RecordFilter { requirement, state: None };
    let day = gateway.clock.now().moscow_date();
    let found =
        gateway.store.read(move |tx| inapplicability::list(tx, &on_behalf, (&filter, &page), day)).await?;
    Ok(Listed(found.map(InapplicabilityView::from)))
}

/// Get a declaration of inapplicability
///
/// As it stands now.
#[utoipa::path(tag = "requirements", params(InapplicabilityPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.5"]))))]
#[get("/businesses/{business_id}/inapplicabilities/{inapplicability_id}")]
pub async fn get_inapplicability(
    caller: Caller<RequirementsRead>,
    path: Path<InapplicabilityPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<InapplicabilityView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (id, day) = (path.into_inner().inapplicability_id, gateway.clock.now().moscow_date());
    let found = gateway.store.read(move |tx| inapplicability::find(tx, &on_behalf, &id, day)).await?;
    Ok(Fetched(found.into()))
}

/// Withdraw a declaration of inapplicability
///
/// The requirement binds again at once; the supervisor is told. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(InapplicabilityPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1.5"]))))]
#[post("/businesses/{business_id}/inapplicabilities/{inapplicability_id}/withdraw")]
pub async fn withdraw_inapplicability(
    caller: Caller<RequirementsWrite>,
    path: Path<InapplicabilityPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<InapplicabilityView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().inapplicability_id;
    let (clerk, received) = (gateway.clerk(), received(&claim, None));
    let effect = move |tx: &mut dyn Tx, stamp| {
        let withdrawn = inapplicability::withdraw(tx, &clerk, (&on_behalf, &id), &received, stamp)?;
        Ok(done(&InapplicabilityView::from(withdrawn)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Which declarations addressed to the authority to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddressedInapplicabilityQuery {
    /// Only in this state.
    pub state: Option<InapplicabilityState>,
}

/// List declarations of inapplicability addressed to the authority
///
/// Oldest first: what businesses declared about requirements that the authority is the first to supervise.
#[utoipa::path(tag = "authority", params(AddressedInapplicabilityQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.7.1.5"]))))]
#[get("/authority/inapplicabilities")]
pub async fn list_addressed_inapplicabilities(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<AddressedInapplicabilityQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<InapplicabilityView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (state, page) = (query.filter.state.map(<&str>::from), query.page);
    let found =
        gateway.store.read(move |tx| kept::addressed_list::<Inapplicability>(tx, &authority, state, &page));
    Ok(Listed(found.await?.map(InapplicabilityView::from)))
}

/// Decide on a declaration of inapplicability
///
/// Accept it, or contest it with a reason: a contested requirement binds again at once. The business is told.
#[utoipa::path(tag = "authority", params(AddressedInapplicabilityPath, IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.7.1.5"]))))]
#[post("/authority/inapplicabilities/{inapplicability_id}/decision")]
pub async fn decide_inapplicability(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<AddressedInapplicabilityPath>,
    key: IdempotencyKey,
    body: Json<NewReview>,
    gateway: Data<Gateway>,
) -> Result<Done<InapplicabilityView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().inapplicability_id);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        let decided = inapplicability::decide(tx, &clerk, &command, stamp)?;
        Ok(done(&InapplicabilityView::from(decided)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
