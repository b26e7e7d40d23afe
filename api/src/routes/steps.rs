//! A business's steps on a lodged submission, and what can be read beside it.

use actix_web::{get, post, web::Data};
use domain::{
    event::HistoryFilter,
    ports::store::Tx,
    submission::{
        correct::correct,
        rate::rate,
        respond::respond,
        withdraw::{StepError, Target, withdraw},
    },
};
use utoipa::OpenApi;

use super::{
    find::{self, FindError},
    submissions::SubmissionPath,
};
use crate::{
    access::scope::{ReceiptsRead, Scope, SubmissionsRead, SubmissionsWrite},
    extract::{Caller, IdempotencyKey, IfMatchOptional, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::{
        event::EventView,
        receipt::{ReceiptList, ReceiptView},
        submission::{NewCorrection, NewRating, NewResponse, SubmissionView},
    },
    problem::{Fault, Rejection},
    reply::{Answered, Done, Listed, done},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(EventView, ReceiptList, ReceiptView)))]
pub struct Schemas;

fn target<S: Scope>(
    caller: &Caller<S>,
    path: SubmissionPath,
    seen: IfMatchOptional,
) -> Result<Target, Fault> {
    Ok(Target { on_behalf: caller.on_behalf(&path.business_id)?, id: path.submission_id, expected: seen.0 })
}

/// Withdraw a submission
///
/// Allowed until the decision; the authority is told. The answer holds the receipt.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.6.3.7/confirmation"]))))]
#[post("/businesses/{business_id}/submissions/{submission_id}/withdraw")]
pub async fn withdraw_submission(
    caller: Caller<SubmissionsWrite>,
    path: Path<SubmissionPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<StepError>> {
    let claim = key.claim(&caller.application, None)?;
    let target = target(&caller, path.into_inner(), seen)?;
    let (desk, received) = (gateway.desk(), received(&claim, None));
    let effect = move |tx: &mut dyn Tx, stamp| {
        withdraw(tx, &desk, &target, &received, stamp).map(|moved| done(&SubmissionView::from(moved)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Correct a submission
///
/// Mends an error after lodging, or the defects for which it was returned. The date of lodging is kept, so the
/// business suffers no harm from the error. The answer holds the receipt.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.3.10", "4.6.3.11", "4.6.3.7/confirmation", "4.4.7/2"]))))]
#[post("/businesses/{business_id}/submissions/{submission_id}/corrections")]
pub async fn correct_submission(
    caller: Caller<SubmissionsWrite>,
    path: Path<SubmissionPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewCorrection>,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<StepError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(target(&caller, path.into_inner(), seen)?);
    let (desk, received) = (gateway.desk(), received(&claim, Some(body.digest)));
    let effect = move |tx: &mut dyn Tx, stamp| {
        correct(tx, &desk, &command, &received, stamp).map(|moved| done(&SubmissionView::from(moved)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Answer a request for information
///
/// Supplies what the authority asked for: words, documents, or new values for the form. The answer holds the receipt.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.3.10", "4.6.3.11", "4.6.3.7/confirmation", "4.5.7.6"]))))]
#[post("/businesses/{business_id}/submissions/{submission_id}/responses")]
pub async fn respond_to_request(
    caller: Caller<SubmissionsWrite>,
    path: Path<SubmissionPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewResponse>,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<StepError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(target(&caller, path.into_inner(), seen)?);
    let (desk, received) = (gateway.desk(), received(&claim, Some(body.digest)));
    let effect = move |tx: &mut dyn Tx, stamp| {
        respond(tx, &desk, &command, &received, stamp).map(|moved| done(&SubmissionView::from(moved)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Rate a decided submission
///
/// Satisfaction and ease on scales of four, by one method for every service. A later rating replaces the earlier one.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.3.7/confirmation", "4.5.7.5", "4.5.8.1", "4.5.8.2"]))))]
#[post("/businesses/{business_id}/submissions/{submission_id}/rating")]
pub async fn rate_submission(
    caller: Caller<SubmissionsWrite>,
    path: Path<SubmissionPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewRating>,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<StepError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = body.value.into_command(target(&caller, path.into_inner(), seen)?);
    let (desk, received) = (gateway.desk(), received(&claim, Some(body.digest)));
    let effect = move |tx: &mut dyn Tx, stamp| {
        rate(tx, &desk, &command, &received, stamp).map(|moved| done(&SubmissionView::from(moved)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the timeline of a submission
///
/// Every event of the submission, newest first: what happened, when, by whom, through which channel.
#[utoipa::path(tag = "submissions", params(SubmissionPath, PageQuery),
    security(("oauth2" = [SubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.6/history", "4.6.10.3", "4.6.3.7/position", "4.1.8"]))))]
#[get("/businesses/{business_id}/submissions/{submission_id}/timeline")]
pub async fn list_timeline(
    caller: Caller<SubmissionsRead>,
    path: Path<SubmissionPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<EventView>, Rejection<FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (id, page) = (path.into_inner().submission_id, query.page);
    let found = gateway.store.read(move |tx| -> Result<_, FindError> {
        let submission = find::submission(tx, &on_behalf, &id)?;
        let filter = HistoryFilter { subject: Some(submission.id.to_string()), ..HistoryFilter::default() };
        Ok(tx.events().history(&submission.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(|event| EventView::new(event, &gateway.base_url))))
}

/// List the receipts of a submission
///
/// Every receipt that was given for acts on the submission, oldest first.
#[utoipa::path(tag = "receipts", params(SubmissionPath),
    security(("oauth2" = [ReceiptsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.3.7/confirmation"]))))]
#[get("/businesses/{business_id}/submissions/{submission_id}/receipts")]
pub async fn list_submission_receipts(
    caller: Caller<ReceiptsRead>,
    path: Path<SubmissionPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<ReceiptList>, Rejection<FindError>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().submission_id;
    let found = gateway.store.read(move |tx| -> Result<_, FindError> {
        let submission = find::submission(tx, &on_behalf, &id)?;
        Ok(tx.receipts().of_subject(&submission.business, submission.id.as_str())?)
    });
    let items = found.await?.into_iter().map(ReceiptView::from).collect();
    Ok(Answered(ReceiptList { items }))
}
