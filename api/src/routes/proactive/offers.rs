//! Offers, as the business meets them.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{Refusal, kept},
    ids::{BusinessId, OfferId},
    ports::store::Tx,
    proactive::offer::{
        Offer, OfferState,
        accept::{AcceptError, accept},
        decline::decline,
    },
    record::RecordFilter,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{ProactiveRead, ProactiveWrite, Scope, SubmissionsWrite},
    extract::{Caller, IdempotencyKey, IfMatchOptional, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::proactive::offer::{NewAcceptance, NewRefusal, OfferView},
    problem::Rejection,
    reply::{Done, Fetched, Listed, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(OfferView)))]
pub struct Schemas;

/// An offer to a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfferPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The offer.
    pub offer_id: OfferId,
}

/// Which offers to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfferQuery {
    /// Only in this state.
    pub state: Option<OfferState>,
    /// Only of this service, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub service: Option<String>,
}

impl From<OfferQuery> for RecordFilter {
    fn from(query: OfferQuery) -> Self {
        let OfferQuery { state, service } = query;
        Self { requirement: service, state: state.map(|state| <&str>::from(state).to_owned()) }
    }
}

/// List the offers to a business
///
/// Newest first; each names the consent it rests on and why it was made.
#[utoipa::path(tag = "proactive", params(BusinessPath, OfferQuery, PageQuery),
    security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.6.6", "4.5.7.1"]))))]
#[get("/businesses/{business_id}/offers")]
pub async fn list_offers(
    caller: Caller<ProactiveRead>,
    path: Path<BusinessPath>,
    query: Paged<OfferQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<OfferView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| kept::own_list::<Offer>(tx, &on_behalf, &filter, &page)).await?;
    Ok(Listed(found.map(OfferView::from)))
}

/// Get an offer
///
/// With the form as it would be lodged and the fields that are still missing.
#[utoipa::path(tag = "proactive", params(OfferPath, IfNoneMatch),
    security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.6.6", "4.5.7.1", "4.5.7.6"]))))]
#[get("/businesses/{business_id}/offers/{offer_id}")]
pub async fn get_offer(
    caller: Caller<ProactiveRead>,
    path: Path<OfferPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<OfferView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().offer_id);
    let found = gateway.store.read(move |tx| kept::own::<Offer>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// Accept an offer
///
/// In one call the form is filled from the profile and what was given ahead, completed by the body, checked and lodged.
/// The answer names the submission and holds the receipt of its lodging.
#[utoipa::path(tag = "proactive", params(OfferPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.5.7.4", "4.6.7.2"]))))]
#[post("/businesses/{business_id}/offers/{offer_id}/acceptance")]
pub async fn accept_offer(
    caller: Caller<SubmissionsWrite>,
    path: Path<OfferPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewAcceptance>,
    gateway: Data<Gateway>,
) -> Result<Done<OfferView>, Rejection<AcceptError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (desk, received) = (gateway.desk(), received(&claim, Some(body.digest)));
    let OfferPath { business_id, offer_id } = path.into_inner();
    let command = body.value.into_command(caller.on_behalf(&business_id)?, offer_id, seen.0);
    let effect = move |tx: &mut dyn Tx, stamp| {
        accept(tx, &desk, &command, &received, stamp).map(|kept| done(&OfferView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Decline an offer
///
/// With a reason or without, and with the consent it rests on if `withdraw_consent` says so. What was provided of itself is
/// undone by the same call: its submission is withdrawn, until `withdrawable_until` and before the decision. The answer
/// holds the receipt.
#[utoipa::path(tag = "proactive", params(OfferPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [ProactiveWrite::NAME])),
    extensions(("x-standard" = json!(["4.5.6.7", "4.5.4.3"]))))]
#[post("/businesses/{business_id}/offers/{offer_id}/decline")]
pub async fn decline_offer(
    caller: Caller<ProactiveWrite>,
    path: Path<OfferPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewRefusal>,
    gateway: Data<Gateway>,
) -> Result<Done<OfferView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (tools, received) = ((gateway.desk(), gateway.clerk()), received(&claim, Some(body.digest)));
    let OfferPath { business_id, offer_id } = path.into_inner();
    let command = body.value.into_command(caller.on_behalf(&business_id)?, offer_id, seen.0);
    let effect = move |tx: &mut dyn Tx, stamp| {
        let declined = decline(tx, (&tools.0, &tools.1), &command, &received, stamp);
        declined.map(|kept| done(&OfferView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
