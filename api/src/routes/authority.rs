//! The authority's side: its inbox, its decisions, its result documents, its part of the catalogue.

use actix_web::{
    HttpRequest, get, patch, post, put,
    web::{Data, Payload},
};
use domain::{
    actor::Side,
    attachment::Attachment,
    ids::{AttachmentId, SubmissionId, TaskId},
    inbox::{self, LeaseCommand, LeaseError, Route},
    ports::{
        authority::Step,
        store::{StoreError, Tx},
    },
    submission::{
        Submission,
        decide::{DecideCommand, DecideError, Decider, decide},
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use super::{catalogue::CodePath, find::FindError};
use crate::{
    access::scope::{
        AuthorityCatalogueWrite, AuthorityInboxManage, AuthoritySubmissionsDecide, AuthoritySubmissionsRead,
        Scope,
    },
    extract::{Caller, IdempotencyKey, IfMatchOptional, IfNoneMatch, Json, Path, UploadOffset},
    gateway::Gateway,
    models::{
        attachment::{AttachmentView, NewAttachment},
        authority::{HeldLease, NewDecision, NewInformationRequest, NewLease, TaskList, TaskView},
        catalogue::ServiceView,
        submission::SubmissionView,
    },
    problem::{Fault, Rejection},
    publish::{self, PublishError},
    reply::{Answered, Created, Done, Fetched, done},
    upload::{self, Download, UploadError, Uploaded},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(TaskList, TaskView)))]
pub struct Schemas;

/// A task in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TaskPath {
    /// The task.
    pub task_id: TaskId,
}

/// A submission addressed to the authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressedPath {
    /// The submission.
    pub submission_id: SubmissionId,
}

/// An attachment of a submission addressed to the authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressedAttachmentPath {
    /// The submission.
    pub submission_id: SubmissionId,
    /// The attachment.
    pub attachment_id: AttachmentId,
}

/// Take tasks from the inbox
///
/// The oldest tasks that nobody holds, each under a lease: until it ends nobody else gets the task, after that it is
/// delivered again, until it is acknowledged. Every task comes at least once.
#[utoipa::path(tag = "authority", security(("oauth2" = [AuthorityInboxManage::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/authority/inbox/leases")]
pub async fn lease_tasks(
    caller: Caller<AuthorityInboxManage>,
    body: Json<NewLease>,
    gateway: Data<Gateway>,
) -> Result<Answered<TaskList>, Rejection<StoreError>> {
    let command = LeaseCommand {
        authority: caller.as_authority()?.authority,
        route: Route::Inbox,
        limit: body.value.limit,
        duration: jiff::SignedDuration::from_secs(body.value.lease_s.into()),
    };
    let stamp = gateway.stamp();
    let tasks = gateway.store.write(move |tx| inbox::lease(tx, &command, stamp.clone())).await?;
    Ok(Answered(TaskList { items: tasks.into_iter().map(TaskView::from).collect() }))
}

/// Acknowledge a task
///
/// The authority has the task safely: it is not delivered again. Repeating it under the same lease changes nothing.
#[utoipa::path(tag = "authority", params(TaskPath), security(("oauth2" = [AuthorityInboxManage::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/authority/inbox/{task_id}/acknowledge")]
pub async fn acknowledge_task(
    caller: Caller<AuthorityInboxManage>,
    path: Path<TaskPath>,
    body: Json<HeldLease>,
    gateway: Data<Gateway>,
) -> Result<Answered<TaskView>, Rejection<LeaseError>> {
    let (authority, task, lease) =
        (caller.as_authority()?.authority, path.into_inner().task_id, body.value.lease_id);
    let now = gateway.clock.now();
    let task = gateway.store.write(move |tx| inbox::acknowledge(tx, &authority, &task, &lease, now)).await?;
    Ok(Answered(task.into()))
}

/// Release a task
///
/// Gives the task back before its lease ends: it can be taken again at once.
#[utoipa::path(tag = "authority", params(TaskPath), security(("oauth2" = [AuthorityInboxManage::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/authority/inbox/{task_id}/release")]
pub async fn release_task(
    caller: Caller<AuthorityInboxManage>,
    path: Path<TaskPath>,
    body: Json<HeldLease>,
    gateway: Data<Gateway>,
) -> Result<Answered<TaskView>, Rejection<LeaseError>> {
    let (authority, task, lease) =
        (caller.as_authority()?.authority, path.into_inner().task_id, body.value.lease_id);
    let now = gateway.clock.now();
    let task = gateway.store.write(move |tx| inbox::release(tx, &authority, &task, &lease, now, now)).await?;
    Ok(Answered(task.into()))
}

/// Get a submission addressed to the authority
///
/// The whole submission; drafts and other authorities' submissions are not found.
#[utoipa::path(tag = "authority", params(AddressedPath, IfNoneMatch),
    security(("oauth2" = [AuthoritySubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.1.16", "4.5.7.8"]))))]
#[get("/authority/submissions/{submission_id}")]
pub async fn get_addressed_submission(
    caller: Caller<AuthoritySubmissionsRead>,
    path: Path<AddressedPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<SubmissionView>, Rejection<FindError>> {
    let found = addressed(&caller, path.into_inner().submission_id, &gateway).await?;
    Ok(Fetched(found.into()))
}

async fn addressed<S: Scope>(
    caller: &Caller<S>,
    id: SubmissionId,
    gateway: &Gateway,
) -> Result<Submission, Fault> {
    let authority = caller.as_authority()?.authority;
    let found = gateway.store.read(move |tx| tx.submissions().find_addressed(&authority, &id)).await;
    Ok(found.map_err(FindError::from)?.ok_or(FindError::NotFound)?)
}

/// Register a submission
///
/// The authority takes it over; the gateway gives it a registration number.
#[utoipa::path(tag = "authority", params(AddressedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySubmissionsDecide::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/authority/submissions/{submission_id}/registration")]
pub async fn register_submission(
    caller: Caller<AuthoritySubmissionsDecide>,
    path: Path<AddressedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<DecideError>> {
    let claim = key.claim(&caller.application, None)?;
    let command = command(&caller, path, seen, Step::Register)?;
    let desk = gateway.desk();
    let effect =
        move |tx: &mut dyn Tx, stamp| decide(tx, &desk, &command, stamp).map(|moved| done(&view(moved)));
    Ok(gateway.once(claim, effect).await?.into())
}

fn command(
    caller: &Caller<AuthoritySubmissionsDecide>,
    path: Path<AddressedPath>,
    seen: IfMatchOptional,
    step: Step,
) -> Result<DecideCommand, Fault> {
    let decider = Decider::Application(caller.as_authority()?);
    Ok(DecideCommand { decider, id: path.into_inner().submission_id, expected: seen.0, step })
}

fn view(submission: Submission) -> SubmissionView {
    submission.into()
}

/// Begin the examination
///
/// The business sees that its submission is being examined.
#[utoipa::path(tag = "authority", params(AddressedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySubmissionsDecide::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/authority/submissions/{submission_id}/review")]
pub async fn begin_review(
    caller: Caller<AuthoritySubmissionsDecide>,
    path: Path<AddressedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<DecideError>> {
    let claim = key.claim(&caller.application, None)?;
    let command = command(&caller, path, seen, Step::BeginReview)?;
    let desk = gateway.desk();
    let effect =
        move |tx: &mut dyn Tx, stamp| decide(tx, &desk, &command, stamp).map(|moved| done(&view(moved)));
    Ok(gateway.once(claim, effect).await?.into())
}

/// Decide on a submission
///
/// Grant, refuse with every reason, its legal ground and the way to a positive result, or return to be mended.
#[utoipa::path(tag = "authority", params(AddressedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySubmissionsDecide::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.1.5", "4.5.7.11"]))))]
#[post("/authority/submissions/{submission_id}/decision")]
pub async fn decide_submission(
    caller: Caller<AuthoritySubmissionsDecide>,
    path: Path<AddressedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewDecision>,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<DecideError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = command(&caller, path, seen, Step::Decide(body.value.into_verdict()))?;
    let desk = gateway.desk();
    let effect =
        move |tx: &mut dyn Tx, stamp| decide(tx, &desk, &command, stamp).map(|moved| done(&view(moved)));
    Ok(gateway.once(claim, effect).await?.into())
}

/// Request information
///
/// Asks the business for more; the term for its answer is computed in working days.
#[utoipa::path(tag = "authority", params(AddressedPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [AuthoritySubmissionsDecide::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.5.7.6"]))))]
#[post("/authority/submissions/{submission_id}/information-requests")]
pub async fn request_information(
    caller: Caller<AuthoritySubmissionsDecide>,
    path: Path<AddressedPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewInformationRequest>,
    gateway: Data<Gateway>,
) -> Result<Done<SubmissionView>, Rejection<DecideError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let command = command(&caller, path, seen, Step::Decide(body.value.into_verdict()))?;
    let desk = gateway.desk();
    let effect =
        move |tx: &mut dyn Tx, stamp| decide(tx, &desk, &command, stamp).map(|moved| done(&view(moved)));
    Ok(gateway.once(claim, effect).await?.into())
}

/// Declare a result document
///
/// Name, type, size and digest first; the bytes follow by PATCH to its `content`. Then a decision may name it.
#[utoipa::path(tag = "authority", params(AddressedPath, IdempotencyKey),
    security(("oauth2" = [AuthoritySubmissionsDecide::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/authority/submissions/{submission_id}/attachments")]
pub async fn declare_result_document(
    caller: Caller<AuthoritySubmissionsDecide>,
    path: Path<AddressedPath>,
    key: IdempotencyKey,
    body: Json<NewAttachment>,
    gateway: Data<Gateway>,
) -> Result<Created<AttachmentView>, Rejection<FindError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (actor, id, new) = (caller.as_authority()?, path.into_inner().submission_id, body.value);
    let effect = move |tx: &mut dyn Tx, mut stamp: domain::time::Stamp| -> Result<_, FindError> {
        let found = tx.submissions().find_addressed(&actor.authority, &id)?;
        let submission = found.ok_or(FindError::NotFound)?;
        let attachment = new.clone().declare_result(&actor, &submission, &mut stamp);
        tx.attachments().insert(&attachment)?;
        Ok(AttachmentView::from(attachment).declared(&format!("/v1/authority/submissions/{id}")))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Upload a piece of a result document
///
/// As for a business's attachment: the bytes from `Upload-Offset` on, the whole checked after the last one.
#[utoipa::path(tag = "authority", params(AddressedAttachmentPath, UploadOffset),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The next bytes."),
    security(("oauth2" = [AuthoritySubmissionsDecide::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[patch("/authority/submissions/{submission_id}/attachments/{attachment_id}/content")]
pub async fn upload_result_document(
    caller: Caller<AuthoritySubmissionsDecide>,
    path: Path<AddressedAttachmentPath>,
    offset: UploadOffset,
    request: HttpRequest,
    bytes: Payload,
    gateway: Data<Gateway>,
) -> Result<Uploaded, Rejection<UploadError>> {
    let found = named(&caller, path.into_inner(), &gateway).await?;
    let own = found.side == Side::Authority;
    let found = Some(found).filter(|_| own).ok_or(UploadError::NotFound)?;
    Ok(upload::receive(&gateway, (found, None), offset.0, &request, bytes).await?)
}

/// Download an attachment of a submission
///
/// The bytes of what the business attached, or of a result document; `Repr-Digest` carries their SHA-256.
#[utoipa::path(tag = "authority", params(AddressedAttachmentPath),
    security(("oauth2" = [AuthoritySubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.1.16"]))))]
#[get("/authority/submissions/{submission_id}/attachments/{attachment_id}/content")]
pub async fn download_addressed_attachment(
    caller: Caller<AuthoritySubmissionsRead>,
    path: Path<AddressedAttachmentPath>,
    gateway: Data<Gateway>,
) -> Result<Download, Rejection<UploadError>> {
    let found = named(&caller, path.into_inner(), &gateway).await?;
    Ok(upload::send(&gateway, &found).await?)
}

/// An attachment that the submission names, or a result document that belongs to it.
async fn named<S: Scope>(
    caller: &Caller<S>,
    path: AddressedAttachmentPath,
    gateway: &Gateway,
) -> Result<Attachment, Fault> {
    let submission = addressed(caller, path.submission_id, gateway).await?;
    let id = path.attachment_id;
    let (business, wanted) = (submission.business.clone(), id.clone());
    let found = gateway.store.read(move |tx| tx.attachments().find(&business, &wanted)).await;
    let attachment = found.map_err(FindError::from)?.ok_or(FindError::NotFound)?;
    let belongs = attachment.submission.as_ref() == Some(&submission.id) || submission.names(&id);
    Ok(Some(attachment).filter(|_| belongs).ok_or(FindError::NotFound)?)
}

/// Publish a service
///
/// Replaces a service of the calling authority, or adds one, as a new version: form, hints, examples and rules are
/// checked as a whole, and every fault is named. Submissions lodged before keep the version they were checked against.
#[utoipa::path(tag = "authority", params(CodePath),
    request_body(content = Object, description = "A service document: docs/catalogue.md tells its shape.",
        example = json!({"code": "tax-balance-certificate", "authority_id": "aut_fns", "stage": "beta"})),
    security(("oauth2" = [AuthorityCatalogueWrite::NAME])),
    extensions(("x-standard" = json!(["4.4.4/prototypes", "4.3.5.1"]))))]
#[put("/authority/services/{code}")]
pub async fn publish_service(
    caller: Caller<AuthorityCatalogueWrite>,
    path: Path<CodePath>,
    body: Json<publish::ServiceBody>,
    gateway: Data<Gateway>,
) -> Result<Done<ServiceView>, Rejection<PublishError>> {
    let authority = caller.as_authority()?.authority;
    let published = publish::service(&gateway, &authority, path.into_inner().code, body.value).await?;
    Ok(Done::new(&published, None))
}
