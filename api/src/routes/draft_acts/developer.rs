//! The developer's side: drafts are published, changed and moved; opinions are read and considered.

use actix_web::{get, post, put, web::Data};
use domain::{
    compliance::Refusal,
    draft_act::{
        Content, DiscussionKind,
        consider::{addressed, consider},
        publish::{change, discuss, move_on, publish},
    },
    ids::{DraftActId, OpinionId},
    ports::store::Tx,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::public::DraftActPath;
use crate::{
    access::scope::{AuthorityAssessmentsManage, Scope},
    extract::{Caller, IdempotencyKey, IfMatch, IfMatchOptional, Json, PageQuery, Paged, Path, version_tag},
    gateway::Gateway,
    models::{
        assessments::addressed::NewConsideration,
        draft_acts::{
            draft::{DraftActView, NewDiscussion, NewDraftAct, NewDraftContent, NewDraftStage},
            opinion::AddressedOpinionView,
        },
    },
    problem::Rejection,
    reply::{Created, Done, Exported, created, done},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AddressedOpinionView, DraftActView)))]
pub struct Schemas;

/// An opinion on a draft as its developer names it in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressedOpinionPath {
    /// The draft.
    pub draft_id: DraftActId,
    /// The opinion.
    pub opinion_id: OpinionId,
}

/// Which opinions to read.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddressedOpinionQuery {
    /// Only of this discussion.
    pub discussion: Option<DiscussionKind>,
}

/// Publish a draft act
///
/// As a notice of drafting or at once as a text; its discussion is opened for the term of the law at least. Everybody can
/// read it at once; the businesses that it concerns hear `draft_act.opened` soon after.
#[utoipa::path(tag = "draft-acts", params(IdempotencyKey),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])),
    extensions(("x-standard" = json!(["4.7.4/1", "4.7.4/2"]))))]
#[post("/authority/draft-acts")]
pub async fn publish_draft_act(
    caller: Caller<AuthorityAssessmentsManage>,
    key: IdempotencyKey,
    body: Json<NewDraftAct>,
    gateway: Data<Gateway>,
) -> Result<Created<DraftActView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (command, clerk) = (body.value.into_command(caller.as_authority()?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = DraftActView::from(publish(tx, &clerk, &command, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Change a draft act
///
/// Replaces what is said of it whole; the version before stays readable. Neither stage nor terms move. Needs If-Match.
#[utoipa::path(tag = "draft-acts", params(DraftActPath, IfMatch),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])), extensions(("x-standard" = json!(["4.7.4/2"]))))]
#[put("/authority/draft-acts/{draft_id}")]
pub async fn change_draft_act(
    caller: Caller<AuthorityAssessmentsManage>,
    path: Path<DraftActPath>,
    seen: IfMatch,
    body: Json<NewDraftContent>,
    gateway: Data<Gateway>,
) -> Result<Done<DraftActView>, Rejection<Refusal>> {
    let (actor, id, content) =
        (caller.as_authority()?, path.into_inner().draft_id, Content::from(body.value));
    let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
    let effect = move |tx: &mut dyn Tx| change(tx, &clerk, (&actor, &id, seen.0), &content, &stamp);
    let view = DraftActView::from(gateway.store.write(effect).await?);
    Ok(Done::new(&view, Some(version_tag(view.version))))
}

/// Move a draft act to its next stage
///
/// `notice → discussion → conclusion → adopted`, or `withdrawn` from each. A discussion must be over before, except for a
/// withdrawal, which ends it. The businesses that it concerns hear of it.
#[utoipa::path(tag = "draft-acts", params(DraftActPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])),
    extensions(("x-standard" = json!(["4.7.4/1", "4.7.4/2"]))))]
#[post("/authority/draft-acts/{draft_id}/stage")]
pub async fn move_draft_act(
    caller: Caller<AuthorityAssessmentsManage>,
    path: Path<DraftActPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewDraftStage>,
    gateway: Data<Gateway>,
) -> Result<Done<DraftActView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(caller.as_authority()?, path.into_inner().draft_id, seen.0);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        move_on(tx, &clerk, &command, &stamp).map(|moved| done(&DraftActView::from(moved)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Open a further discussion of a draft act
///
/// An independent anti-corruption review or another public procedure set by law, once each, beside the stages.
#[utoipa::path(tag = "draft-acts", params(DraftActPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])), extensions(("x-standard" = json!(["4.7.4/3"]))))]
#[post("/authority/draft-acts/{draft_id}/discussions")]
pub async fn open_discussion(
    caller: Caller<AuthorityAssessmentsManage>,
    path: Path<DraftActPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewDiscussion>,
    gateway: Data<Gateway>,
) -> Result<Done<DraftActView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (actor, id, clerk) = (caller.as_authority()?, path.into_inner().draft_id, gateway.clerk());
    let NewDiscussion { kind, last_day } = body.value;
    let effect = move |tx: &mut dyn Tx, stamp| {
        let opened = discuss(tx, &clerk, (&actor, &id, seen.0), (kind, last_day), &stamp)?;
        Ok(done(&DraftActView::from(opened)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the opinions on a draft act
///
/// Those that stand, without identity, or with it where the business agrees. `Accept` chooses JSON, a line for each
/// (`application/x-ndjson`) or a table (`text/csv`); `Link` leads to the next page. Another developer's draft is not found.
#[utoipa::path(tag = "draft-acts", params(DraftActPath, AddressedOpinionQuery, PageQuery),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])), extensions(("x-standard" = json!(["4.7.5.3"]))))]
#[get("/authority/draft-acts/{draft_id}/opinions")]
pub async fn list_addressed_opinions(
    caller: Caller<AuthorityAssessmentsManage>,
    path: Path<DraftActPath>,
    query: Paged<AddressedOpinionQuery>,
    gateway: Data<Gateway>,
) -> Result<Exported<AddressedOpinionView>, Rejection<Refusal>> {
    let (authority, id) = (caller.as_authority()?.authority, path.into_inner().draft_id);
    let Paged { filter, page, list: _ } = query;
    let found =
        gateway.store.read(move |tx| addressed(tx, &authority, &id, filter.discussion, &page)).await?;
    Ok(Exported(found.map(AddressedOpinionView::from)))
}

/// Say what becomes of an opinion
///
/// Received, considered, then used, used in part or refused with the reasons, and the act and the provision in which it
/// was used. The business hears `opinion.considered`.
#[utoipa::path(tag = "draft-acts", params(AddressedOpinionPath, IdempotencyKey),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])), extensions(("x-standard" = json!(["4.7.5.2"]))))]
#[post("/authority/draft-acts/{draft_id}/opinions/{opinion_id}/consideration")]
pub async fn consider_opinion(
    caller: Caller<AuthorityAssessmentsManage>,
    path: Path<AddressedOpinionPath>,
    key: IdempotencyKey,
    body: Json<NewConsideration>,
    gateway: Data<Gateway>,
) -> Result<Done<AddressedOpinionView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let AddressedOpinionPath { draft_id, opinion_id } = path.into_inner();
    let command = body.value.into_opinion_command(caller.as_authority()?, draft_id, opinion_id);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        consider(tx, &clerk, &command, stamp).map(|shown| done(&AddressedOpinionView::from(shown)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
