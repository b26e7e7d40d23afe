//! The business's side: the drafts that concern it, and what it says of them.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{self, Refusal},
    draft_act::{
        browse::concerning,
        opine::{opine, shown, withdraw},
        opinion::{Opinion, OpinionState},
    },
    ids::{BusinessId, DraftActId, OpinionId},
    page::Page,
    ports::store::Tx,
    record::{RecordFilter, Stored},
    requirement::condition::Facts,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::public::DraftQuery;
use crate::{
    access::scope::{AssessmentsRead, AssessmentsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::draft_acts::{
        draft::ConcerningView,
        opinion::{NewOpinion, OpinionView},
    },
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ConcerningView, OpinionView)))]
pub struct Schemas;

/// A draft act before a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct BusinessDraftPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The draft: public, as codes are.
    pub draft: DraftActId,
}

/// An opinion in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OpinionPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The opinion.
    pub opinion_id: OpinionId,
}

/// Which opinions to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpinionQuery {
    /// Only on this draft.
    pub draft_act: Option<DraftActId>,
    /// Only that stand so.
    pub state: Option<OpinionState>,
}

/// List draft acts that concern the business
///
/// Newest first, with whether each concerns it: `yes`, or `maybe` with the facts that are wanted to say so. What does not
/// concern it is left out. `open=true` keeps those that can be spoken of now.
#[utoipa::path(tag = "draft-acts", params(BusinessPath, DraftQuery, PageQuery),
    security(("oauth2" = [AssessmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.4/1", "4.7.4/2", "4.7.4/3"]))))]
#[get("/businesses/{business_id}/draft-acts")]
pub async fn list_concerning_draft_acts(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    query: Paged<DraftQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<ConcerningView>, Rejection<Refusal>> {
    let (on_behalf, clerk) = (caller.on_behalf(&path.business_id)?, gateway.clerk());
    let Paged { filter, page, list: _ } = query;
    let filter = filter.into_filter(gateway.clock.now());
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let (_, business) = compliance::business(tx, &on_behalf)?;
        Ok(concerning(tx, &clerk, Facts(&business.profile), &filter, &page)?)
    });
    Ok(Listed(found.await?.map(ConcerningView::from)))
}

/// Give an opinion on a draft act
///
/// Any business may speak while a discussion is open. One opinion for each draft and discussion: a second one revises the
/// first, whose versions stay. It is passed on to the regulation portal by itself. The answer holds the receipt.
#[utoipa::path(tag = "draft-acts", params(BusinessDraftPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.4/1", "4.7.4/2", "4.7.4/3", "4.7.5.1"]))))]
#[post("/businesses/{business_id}/draft-acts/{draft}/opinions")]
pub async fn give_opinion(
    caller: Caller<AssessmentsWrite>,
    path: Path<BusinessDraftPath>,
    key: IdempotencyKey,
    body: Json<NewOpinion>,
    gateway: Data<Gateway>,
) -> Result<Created<OpinionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (command, clerk) = (body.value.into_command(on_behalf, path.into_inner().draft), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = OpinionView::from(opine(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the business's opinions on draft acts
///
/// Each with its earlier versions, what the developer did with it, and its way to the portal; the order tells nothing.
#[utoipa::path(tag = "draft-acts", params(BusinessPath, OpinionQuery, PageQuery),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.5.1", "4.7.5.2"]))))]
#[get("/businesses/{business_id}/opinions")]
pub async fn list_opinions(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    query: Paged<OpinionQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<OpinionView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let Paged { filter: OpinionQuery { draft_act, state }, page, list: _ } = query;
    let state = state.map(|state| <&str>::from(state).to_owned());
    let filter = RecordFilter { requirement: draft_act.map(|id| id.to_string()), state };
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        let Page { items, next } = Stored::<Opinion>::list(tx, &actor.business, &filter, &page)?;
        let items = items.into_iter().map(|opinion| shown(tx, opinion)).collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    });
    Ok(Listed(found.await?.map(OpinionView::from)))
}

/// Get an opinion on a draft act
///
/// With its earlier versions, what the developer did with it up to the act and the provision that used it or the reasons
/// why it was not used, and its way to the regulation portal.
#[utoipa::path(tag = "draft-acts", params(OpinionPath, IfNoneMatch),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.5.1", "4.7.5.2"]))))]
#[get("/businesses/{business_id}/opinions/{opinion_id}")]
pub async fn get_opinion(
    caller: Caller<AssessmentsRead>,
    path: Path<OpinionPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<OpinionView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().opinion_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        let opinion = Stored::<Opinion>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)?;
        Ok(shown(tx, opinion)?)
    });
    Ok(Fetched(found.await?.into()))
}

/// Withdraw an opinion on a draft act
///
/// As long as its discussion is open; it counts no longer, and the portal is told. The business may give another.
#[utoipa::path(tag = "draft-acts", params(OpinionPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])), extensions(("x-standard" = json!(["4.7.4/2"]))))]
#[post("/businesses/{business_id}/opinions/{opinion_id}/withdrawal")]
pub async fn withdraw_opinion(
    caller: Caller<AssessmentsWrite>,
    path: Path<OpinionPath>,
    key: IdempotencyKey,
    gateway: Data<Gateway>,
) -> Result<Done<OpinionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let (on_behalf, received) = (caller.on_behalf(&path.business_id)?, received(&claim, None));
    let (id, clerk) = (path.into_inner().opinion_id, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let withdrawn = withdraw(tx, &clerk, (&on_behalf, &id), &received, stamp)?;
        Ok(done(&OpinionView::from(withdrawn)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
