//! The way of assessments and opinions to the regulation portal.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{self, Refusal},
    ids::{BusinessId, TransferId},
    ports::store::Tx,
    record::{RecordFilter, Stored},
    transfer::{Transfer, TransferState, ask},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AssessmentsRead, AssessmentsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::draft_acts::transfer::TransferView,
    problem::Rejection,
    reply::{Done, Fetched, Listed, done},
    routes::{assessments::given::AssessmentPath, submissions::BusinessPath},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(TransferView)))]
pub struct Schemas;

/// A transfer in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TransferPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The transfer.
    pub transfer_id: TransferId,
}

/// Which transfers to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TransferQuery {
    /// Only in this state.
    pub state: Option<TransferState>,
}

/// Pass an assessment on to the regulation portal
///
/// Now, and whenever it is revised; who gave it is told only where the business agrees to be named. The gateway tries
/// until the portal has had its last word; every new state is an event `transfer.moved`. The answer holds the receipt.
#[utoipa::path(tag = "draft-acts", params(AssessmentPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])), extensions(("x-standard" = json!(["4.7.5.1"]))))]
#[post("/businesses/{business_id}/assessments/{assessment_id}/transfer")]
pub async fn pass_assessment_on(
    caller: Caller<AssessmentsWrite>,
    path: Path<AssessmentPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<TransferView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let (on_behalf, received) = (caller.on_behalf(&path.business_id)?, received(&claim, None));
    let (id, clerk) = (path.into_inner().assessment_id, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        ask(tx, &clerk, (&on_behalf, &id), &received, stamp).map(|asked| done(&TransferView::from(asked)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List transfers to the regulation portal
///
/// Of the business's opinions, and of the assessments that it asked to be passed on.
#[utoipa::path(tag = "draft-acts", params(BusinessPath, TransferQuery, PageQuery),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.5.1"]))))]
#[get("/businesses/{business_id}/transfers")]
pub async fn list_transfers(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    query: Paged<TransferQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<TransferView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let Paged { filter: TransferQuery { state }, page, list: _ } = query;
    let state = state.map(|state| <&str>::from(state).to_owned());
    let filter = RecordFilter { state, ..RecordFilter::default() };
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Ok(Stored::<Transfer>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(TransferView::from)))
}

/// Get a transfer to the regulation portal
///
/// Its steps with their times: `pending`, `sent`, then `accepted` with the portal's number or `refused` with the reason.
#[utoipa::path(tag = "draft-acts", params(TransferPath, IfNoneMatch),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.5.1"]))))]
#[get("/businesses/{business_id}/transfers/{transfer_id}")]
pub async fn get_transfer(
    caller: Caller<AssessmentsRead>,
    path: Path<TransferPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<TransferView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().transfer_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Stored::<Transfer>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}
