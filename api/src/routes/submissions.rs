//! Submissions: drafting, lodging, reading.

use std::sync::Arc;

use actix_web::{get, patch, post, web::Data};
use domain::{
    idempotency::StoredReply,
    ids::{BusinessId, SubmissionId},
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::Received,
    submission::{
        Desk, State,
        draft::{self, DraftError},
        examine::{Examined, examine},
        list::SubmissionFilter,
        lodge::{self, LodgeDraft, LodgeError},
    },
    time::Stamp,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::find;
use crate::{
    access::scope::{Scope, SubmissionsRead, SubmissionsWrite},
    extract::{
        Caller, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, Json, MergePatch, PageQuery, Paged,
        Path, version_tag,
    },
    gateway::Gateway,
    keyed::received,
    models::submission::{NewSubmission, SubmissionPatch, SubmissionStatus, SubmissionView},
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(SubmissionView, SubmissionStatus)))]
pub struct Schemas;

/// A business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct BusinessPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
}

/// A submission of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SubmissionPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The submission.
    pub submission_id: SubmissionId,
}

/// Which submissions to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubmissionQuery {
    /// Only in this state.
    pub state: Option<State>,
    /// Only for this service, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub service: Option<String>,
    /// Only for this life situation, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub life_situation: Option<String>,
}

impl From<SubmissionQuery> for SubmissionFilter {
    fn from(query: SubmissionQuery) -> Self {
        let SubmissionQuery { state, service, life_situation } = query;
        Self { state, service, situation: life_situation }
    }
}

/// Draft or lodge a submission
///
/// With `lodge: true` the submission is checked as by preflight and lodged: the answer holds the receipt, and what it
/// acknowledges is durable. Otherwise it is kept as a draft, however partial.
#[utoipa::path(tag = "submissions", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.6.1.4/speed", "4.5.7.8", "4.6.3.9/drafts", "4.6.3.10", "4.6.3.11", "4.6.3.7/confirmation", "4.5.7.4", "4.5.7.9/consistency", "4.5.7.9/eligibility"]))))]
#[post("/businesses/{business_id}/submissions")]
pub async fn create_submission(
    caller: Caller<SubmissionsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewSubmission>,
    gateway: Data<Gateway>,
) -> Result<Created<SubmissionView>, Rejection<LodgeError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let effect = draft_or_lodge(&gateway, body.value, on_behalf, received).await;
    Ok(gateway.once(claim, effect).await?.into())
}

/// The effect of a new submission, as asked: kept as a draft, or lodged. What is to be lodged is examined before.
pub(super) async fn draft_or_lodge(
    gateway: &Gateway,
    new: NewSubmission,
    on_behalf: OnBehalf,
    received: Received,
) -> impl Fn(&mut dyn Tx, Stamp) -> Result<StoredReply, LodgeError> + Send + 'static {
    let (desk, at_once) = (gateway.desk(), new.lodge);
    let command = Arc::new(new.into_command(on_behalf));
    let ahead = if at_once { examined(gateway, &desk, &command).await } else { None };
    move |tx, stamp| {
        let view: SubmissionView = match at_once {
            true => lodge::lodge_new(tx, &desk, (&command, ahead.as_ref()), &received, stamp)?.into(),
            false => draft::draft(tx, &desk, &command, stamp)?.into(),
        };
        Ok(created(&view, view.address()))
    }
}

/// What an examination finds ahead. A failure of the store is told by the unit of work, which then examines by itself.
async fn examined(gateway: &Gateway, desk: &Desk, command: &Arc<draft::NewSubmission>) -> Option<Examined> {
    let (desk, command, now) = (desk.clone(), Arc::clone(command), gateway.clock.now());
    let examined = gateway.store.read(move |tx| examine(tx, &desk, &command, now));
    examined.await.ok().flatten()
}

/// List a business's submissions
///
/// Newest first. Reading one by one is not needed to follow many: see the event feed and the bulk status query.
#[utoipa::path(tag = "submissions", params(BusinessPath, SubmissionQuery, PageQuery),
    security(("oauth2" = [SubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.3.9/drafts", "4.6.3.8"]))))]
#[get("/businesses/{business_id}/submissions")]
pub async fn list_submissions(
    caller: Caller<SubmissionsRead>,
    path: Path<BusinessPath>,
    query: Paged<SubmissionQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<SubmissionView>, Rejection<find::FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (filter, page) = (SubmissionFilter::from(query.filter), query.page);
    let found = gateway.store.read(move |tx| -> Result<_, find::FindError> {
        let actor = find::actor(tx, &on_behalf)?;
        Ok(tx.submissions().list(&actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(SubmissionView::from)))
}

/// Get a submission
///
/// The whole submission: form, state, next step, requests, outcome. Its ETag is the version that a change must name.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfNoneMatch),
    security(("oauth2" = [SubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.1.16", "4.6.3.9/drafts", "4.6.3.7/position", "4.6.3.8", "4.1.5", "4.1.8", "4.5.7.11"]))))]
#[get("/businesses/{business_id}/submissions/{submission_id}")]
pub async fn get_submission(
    caller: Caller<SubmissionsRead>,
    path: Path<SubmissionPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<SubmissionView>, Rejection<find::FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().submission_id;
    let found = gateway.store.read(move |tx| find::submission(tx, &on_behalf, &id));
    Ok(Fetched(found.await?.into()))
}

/// Get the status of a submission
///
/// State, next step and version alone: the cheapest way to poll one submission.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfNoneMatch),
    security(("oauth2" = [SubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.4/speed", "4.6.3.7/position", "4.6.3.8", "4.1.8"]))))]
#[get("/businesses/{business_id}/submissions/{submission_id}/status")]
pub async fn get_submission_status(
    caller: Caller<SubmissionsRead>,
    path: Path<SubmissionPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<SubmissionStatus>, Rejection<find::FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().submission_id;
    let found = gateway.store.read(move |tx| find::progress(tx, &on_behalf, &id));
    Ok(Fetched(found.await?.into()))
}

/// Change a draft
///
/// A merge patch (RFC 7396) of what the draft holds; `form` is itself merged. Needs If-Match.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfMatch),
    request_body(content = SubmissionPatch, content_type = "application/merge-patch+json"),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.3.9/drafts"]))))]
#[patch("/businesses/{business_id}/submissions/{submission_id}")]
pub async fn revise_submission(
    caller: Caller<SubmissionsWrite>,
    path: Path<SubmissionPath>,
    seen: IfMatch,
    body: MergePatch<SubmissionPatch>,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<DraftError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let revision = body.value.into_command(on_behalf, path.into_inner().submission_id, seen.0);
    let (desk, stamp) = (gateway.desk(), gateway.stamp());
    let revised = gateway.store.write(move |tx| draft::revise(tx, &desk, &revision, &stamp)).await?;
    let view = SubmissionView::from(revised);
    Ok(Done::new(&view, Some(version_tag(view.version))))
}

/// Lodge a draft
///
/// Runs the whole chain of checks (as preflight does) and lodges: the answer holds the receipt.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.5.7.8", "4.6.3.10", "4.6.3.11", "4.6.3.7/confirmation", "4.5.7.9/consistency", "4.5.7.9/eligibility"]))))]
#[post("/businesses/{business_id}/submissions/{submission_id}/lodge")]
pub async fn lodge_submission(
    caller: Caller<SubmissionsWrite>,
    path: Path<SubmissionPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<LodgeError>> {
    let claim = key.claim(&caller.application, None)?;
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let command = LodgeDraft { on_behalf, id: path.into_inner().submission_id, expected: seen.0 };
    let (desk, received) = (gateway.desk(), received(&claim, None));
    let effect = move |tx: &mut dyn Tx, stamp| {
        lodge::lodge_draft(tx, &desk, &command, &received, stamp)
            .map(|lodged| done(&SubmissionView::from(lodged)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
