//! What a business does about its evidence: disputes of what a resource says, supplies of its own; and the supervisor's
//! side of both.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        Refusal,
        evidence::{
            dispute::{self, DisputeState, EvidenceDispute},
            supply::{self, EvidenceSupply},
        },
        kept,
    },
    ids::{BusinessId, EvidenceDisputeId, EvidenceSupplyId},
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
    models::requirements::evidence::{
        DisputeView, NewDispute, NewJudgement, NewSupply, NewSupplyReview, SupplyView,
    },
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(DisputeView, SupplyView)))]
pub struct Schemas;

/// A dispute of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DisputePath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The dispute.
    pub dispute_id: EvidenceDisputeId,
}

/// A supply of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SupplyPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The supply.
    pub supply_id: EvidenceSupplyId,
}

/// A dispute addressed to the authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressedDisputePath {
    /// The dispute.
    pub dispute_id: EvidenceDisputeId,
}

/// A supply addressed to the authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressedSupplyPath {
    /// The supply.
    pub supply_id: EvidenceSupplyId,
}

/// Dispute what a state resource says
///
/// Where a resource holds something wrong, or lacks what should be there; the supervisor judges. The answer holds the
/// receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[post("/businesses/{business_id}/evidence/disputes")]
pub async fn dispute_evidence(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewDispute>,
    gateway: Data<Gateway>,
) -> Result<Created<DisputeView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = DisputeView::from(dispute::dispute(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List a business's disputes of evidence
///
/// Newest first.
#[utoipa::path(tag = "requirements", params(BusinessPath, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/businesses/{business_id}/evidence/disputes")]
pub async fn list_evidence_disputes(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<DisputeView>, Rejection<Refusal>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let found = gateway
        .store
        .read(move |tx| kept::own_list::<EvidenceDispute>(tx, &on_behalf, &RecordFilter::default(), &page));
    Ok(Listed(found.await?.map(DisputeView::from)))
}

/// Get a dispute of evidence
///
/// With the supervisor's judgement, once it is passed.
#[utoipa::path(tag = "requirements", params(DisputePath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/businesses/{business_id}/evidence/disputes/{dispute_id}")]
pub async fn get_evidence_dispute(
    caller: Caller<RequirementsRead>,
    path: Path<DisputePath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<DisputeView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().dispute_id;
    let found = gateway.store.read(move |tx| kept::own::<EvidenceDispute>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// Supply evidence
///
/// Shows the supervisor evidence of the business's own, above all where no state resource tracks it: a stored attachment,
/// or the digest of a document that stays with the business. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[post("/businesses/{business_id}/evidence/supplies")]
pub async fn supply_evidence(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewSupply>,
    gateway: Data<Gateway>,
) -> Result<Created<SupplyView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = SupplyView::from(supply::supply(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the evidence that a business supplied
///
/// Newest first.
#[utoipa::path(tag = "requirements", params(BusinessPath, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/businesses/{business_id}/evidence/supplies")]
pub async fn list_evidence_supplies(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<SupplyView>, Rejection<Refusal>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let found = gateway
        .store
        .read(move |tx| kept::own_list::<EvidenceSupply>(tx, &on_behalf, &RecordFilter::default(), &page));
    Ok(Listed(found.await?.map(SupplyView::from)))
}

/// Get evidence that a business supplied
///
/// As it was accepted.
#[utoipa::path(tag = "requirements", params(SupplyPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/businesses/{business_id}/evidence/supplies/{supply_id}")]
pub async fn get_evidence_supply(
    caller: Caller<RequirementsRead>,
    path: Path<SupplyPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<SupplyView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().supply_id;
    let found = gateway.store.read(move |tx| kept::own::<EvidenceSupply>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// Which disputes addressed to the authority to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddressedDisputeQuery {
    /// Only in this state.
    pub state: Option<DisputeState>,
}

/// List disputes of evidence addressed to the authority
///
/// Oldest first.
#[utoipa::path(tag = "authority", params(AddressedDisputeQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/authority/evidence-disputes")]
pub async fn list_addressed_disputes(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<AddressedDisputeQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<DisputeView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (state, page) = (query.filter.state.map(<&str>::from), query.page);
    let found =
        gateway.store.read(move |tx| kept::addressed_list::<EvidenceDispute>(tx, &authority, state, &page));
    Ok(Listed(found.await?.map(DisputeView::from)))
}

/// Judge a dispute of evidence
///
/// Whether the resource is wrong, and why. The business is told.
#[utoipa::path(tag = "authority", params(AddressedDisputePath, IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[post("/authority/evidence-disputes/{dispute_id}/decision")]
pub async fn decide_evidence_dispute(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<AddressedDisputePath>,
    key: IdempotencyKey,
    body: Json<NewJudgement>,
    gateway: Data<Gateway>,
) -> Result<Done<DisputeView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().dispute_id);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        Ok(done(&DisputeView::from(dispute::decide(tx, &clerk, &command, stamp)?)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List evidence supplied to the authority
///
/// Oldest first: what businesses showed about requirements that the authority is the first to supervise.
#[utoipa::path(tag = "authority", params(PageQuery), security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.1", "4.8.1.2"]))))]
#[get("/authority/evidence-supplies")]
pub async fn list_addressed_supplies(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<SupplyView>, Rejection<Refusal>> {
    let (authority, page) = (caller.as_authority()?.authority, query.page);
    let found =
        gateway.store.read(move |tx| kept::addressed_list::<EvidenceSupply>(tx, &authority, None, &page));
    Ok(Listed(found.await?.map(SupplyView::from)))
}

/// Review supplied evidence
///
/// Whether the authority accepts it, and why. The business is told; only what was accepted counts for good faith.
#[utoipa::path(tag = "authority", params(AddressedSupplyPath, IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2", "4.8.1.5"]))))]
#[post("/authority/evidence-supplies/{supply_id}/review")]
pub async fn review_evidence_supply(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<AddressedSupplyPath>,
    key: IdempotencyKey,
    body: Json<NewSupplyReview>,
    gateway: Data<Gateway>,
) -> Result<Done<SupplyView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().supply_id);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        Ok(done(&SupplyView::from(supply::review(tx, &clerk, &command, stamp)?)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
