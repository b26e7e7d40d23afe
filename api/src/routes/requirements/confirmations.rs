//! Confirming what was assigned to a business: life situations, segments, requirements.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        Refusal,
        confirmation::{self, Confirmation, ConfirmationFilter, ConfirmationSubject, awaited, give},
        kept,
    },
    ids::{BusinessId, ConfirmationId},
    ports::store::Tx,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::requirements::confirmation::{AssignedView, AwaitedList, ConfirmationView, NewConfirmation},
    problem::Rejection,
    reply::{Answered, Created, Fetched, Listed, created},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ConfirmationView, AwaitedList)))]
pub struct Schemas;

/// Confirm a life situation, a segment or a requirement
///
/// The business says whether what was assigned to it is its own. The newest answer counts, earlier ones stay as history.
/// A requirement that is declined still binds; to be freed of it, declare it inapplicable. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1.4", "4.5.6.5"]))))]
#[post("/businesses/{business_id}/confirmations")]
pub async fn give_confirmation(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewConfirmation>,
    gateway: Data<Gateway>,
) -> Result<Created<ConfirmationView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = ConfirmationView::from(give(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Which confirmations to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfirmationQuery {
    /// Only of this subject.
    pub subject: Option<ConfirmationSubject>,
    /// Only of this code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub code: Option<String>,
    /// True for the newest answer about each subject alone, in the order of codes; the history otherwise.
    pub current: Option<bool>,
}

/// List a business's confirmations
///
/// The whole history, newest first; or the newest answer about each subject.
#[utoipa::path(tag = "requirements", params(BusinessPath, ConfirmationQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.4"]))))]
#[get("/businesses/{business_id}/confirmations")]
pub async fn list_confirmations(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<ConfirmationQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<ConfirmationView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let Paged { filter: ConfirmationQuery { subject, code, current }, page, list: _ } = query;
    let filter = ConfirmationFilter { subject, code, current: current.unwrap_or(false) };
    let found = gateway.store.read(move |tx| confirmation::list(tx, &on_behalf, &filter, &page)).await?;
    Ok(Listed(found.map(ConfirmationView::from)))
}

/// A confirmation in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ConfirmationPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The confirmation.
    pub confirmation_id: ConfirmationId,
}

/// Get a confirmation
///
/// As it was given.
#[utoipa::path(tag = "requirements", params(ConfirmationPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.4"]))))]
#[get("/businesses/{business_id}/confirmations/{confirmation_id}")]
pub async fn get_confirmation(
    caller: Caller<RequirementsRead>,
    path: Path<ConfirmationPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<ConfirmationView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().confirmation_id;
    let found = gateway.store.read(move |tx| kept::own::<Confirmation>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// List what awaits confirmation
///
/// The life situations that can be the business's own, the segments that the profile leads to, and the requirements on the
/// list, as far as the business has not answered, or answered of an earlier version. Where that waits for a fact,
/// `questions` names it.
#[utoipa::path(tag = "requirements", params(BusinessPath), security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.4"]))))]
#[get("/businesses/{business_id}/confirmations/awaited")]
pub async fn list_awaited_confirmations(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<AwaitedList>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (clerk, now) = (gateway.clerk(), gateway.clock.now());
    let found = gateway.store.read(move |tx| awaited(tx, &clerk, &on_behalf, now)).await?;
    Ok(Answered(AwaitedList { items: found.into_iter().map(AssignedView::from).collect() }))
}
