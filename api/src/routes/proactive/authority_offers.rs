//! Offers, as authorities make them.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::Refusal,
    ports::store::Tx,
    proactive::offer::{Offer, propose::propose},
    record::{RecordFilter, Stored},
};

use super::offers::OfferQuery;
use crate::{
    access::scope::{AuthorityProactiveManage, Scope},
    extract::{Caller, IdempotencyKey, Json, PageQuery, Paged},
    gateway::Gateway,
    models::proactive::offer::{NewOffer, OfferView},
    problem::Rejection,
    reply::{Created, Listed, created},
};

/// Offer a service to a business
///
/// A service of the caller's own, on a consent of the business that covers it, or on a law that needs none. The business
/// learns both, and accepts in one call.
#[utoipa::path(tag = "authority", params(IdempotencyKey),
    security(("oauth2" = [AuthorityProactiveManage::NAME])),
    extensions(("x-standard" = json!(["4.5.6.6", "4.5.7.1"]))))]
#[post("/authority/offers")]
pub async fn make_offer(
    caller: Caller<AuthorityProactiveManage>,
    key: IdempotencyKey,
    body: Json<NewOffer>,
    gateway: Data<Gateway>,
) -> Result<Created<OfferView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (command, clerk) = (body.value.into_command(caller.as_authority()?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = OfferView::from(propose(tx, &clerk, &command, stamp)?);
        Ok(created(&view, "/v1/authority/offers".to_owned()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the offers that the calling authority made
///
/// Oldest first, with what became of each.
#[utoipa::path(tag = "authority", params(OfferQuery, PageQuery),
    security(("oauth2" = [AuthorityProactiveManage::NAME])),
    extensions(("x-standard" = json!(["4.5.7.1"]))))]
#[get("/authority/offers")]
pub async fn list_made_offers(
    caller: Caller<AuthorityProactiveManage>,
    query: Paged<OfferQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<OfferView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| Stored::<Offer>::of_authority(tx, &authority, &filter, &page));
    Ok(Listed(found.await.map_err(Refusal::from)?.map(OfferView::from)))
}
