//! Consents to proactive service.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{Refusal, kept},
    ids::{BusinessId, ConsentId},
    ports::store::Tx,
    proactive::{
        consent::{Consent, ConsentState, give, withdraw},
        terms::consent_texts,
    },
    record::RecordFilter,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{ProactiveRead, ProactiveWrite, Scope},
    extract::{Caller, IdempotencyKey, IfMatchOptional, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::proactive::consent::{ConsentTextList, ConsentView, NewConsent, NewWithdrawal},
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, Public, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ConsentTextList, ConsentView)))]
pub struct Schemas;

/// A consent of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ConsentPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The consent.
    pub consent_id: ConsentId,
}

/// Which consents to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsentQuery {
    /// Only in this state.
    pub state: Option<ConsentState>,
    /// Only to this life situation or service, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub code: Option<String>,
}

/// List the texts of consents
///
/// What a business agrees to, for each subject and mode: the texts in force today. Show the text, then name its version in
/// the consent.
#[utoipa::path(tag = "proactive", security(()),
    extensions(("x-standard" = json!(["4.5.4.1/1", "4.5.4.1/2"]))))]
#[get("/consent-texts")]
pub async fn list_consent_texts(gateway: Data<Gateway>) -> Public<ConsentTextList> {
    let items = consent_texts(gateway.clock.now()).into_iter().cloned().collect();
    Public::new(&ConsentTextList { items }, None)
}

/// Consent to proactive service
///
/// To everything of a life situation until withdrawn, or to a single service with data given ahead; to be offered, or to be
/// provided without asking. It takes the place of an earlier consent to the same. The answer holds the receipt.
#[utoipa::path(tag = "proactive", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [ProactiveWrite::NAME])),
    extensions(("x-standard" = json!(["4.5.4.1/1", "4.5.4.1/2", "4.5.7.4"]))))]
#[post("/businesses/{business_id}/consents")]
pub async fn give_consent(
    caller: Caller<ProactiveWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewConsent>,
    gateway: Data<Gateway>,
) -> Result<Created<ConsentView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = ConsentView::from(give(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List a business's consents
///
/// All that were ever given, newest first, with how and when each ended.
#[utoipa::path(tag = "proactive", params(BusinessPath, ConsentQuery, PageQuery),
    security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.4.1/1", "4.5.4.1/2"]))))]
#[get("/businesses/{business_id}/consents")]
pub async fn list_consents(
    caller: Caller<ProactiveRead>,
    path: Path<BusinessPath>,
    query: Paged<ConsentQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<ConsentView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let ConsentQuery { state, code } = query.filter;
    let state = state.map(|state| <&str>::from(state).to_owned());
    let (filter, page) = (RecordFilter { requirement: code, state }, query.page);
    let found =
        gateway.store.read(move |tx| kept::own_list::<Consent>(tx, &on_behalf, &filter, &page)).await?;
    Ok(Listed(found.map(ConsentView::from)))
}

/// Get a consent
///
/// What it covers, until when, and how it stands.
#[utoipa::path(tag = "proactive", params(ConsentPath, IfNoneMatch),
    security(("oauth2" = [ProactiveRead::NAME])),
    extensions(("x-standard" = json!(["4.5.4.1/1", "4.5.4.1/2", "4.5.6.6"]))))]
#[get("/businesses/{business_id}/consents/{consent_id}")]
pub async fn get_consent(
    caller: Caller<ProactiveRead>,
    path: Path<ConsentPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<ConsentView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().consent_id);
    let found = gateway.store.read(move |tx| kept::own::<Consent>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// Withdraw a consent
///
/// In one call, as it was given: with the answer nothing rests on it any more, and the offers that did have lapsed. The
/// answer holds the receipt.
#[utoipa::path(tag = "proactive", params(ConsentPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [ProactiveWrite::NAME])),
    extensions(("x-standard" = json!(["4.5.4.3"]))))]
#[post("/businesses/{business_id}/consents/{consent_id}/withdrawal")]
pub async fn withdraw_consent(
    caller: Caller<ProactiveWrite>,
    path: Path<ConsentPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewWithdrawal>,
    gateway: Data<Gateway>,
) -> Result<Done<ConsentView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let ConsentPath { business_id, consent_id } = path.into_inner();
    let command = body.value.into_command(caller.on_behalf(&business_id)?, consent_id, seen.0);
    let effect = move |tx: &mut dyn Tx, stamp| {
        withdraw(tx, &clerk, &command, &received, stamp).map(|kept| done(&ConsentView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
