//! Attachments: declared, uploaded in resumable pieces, read back.

use actix_web::{
    HttpRequest, get, head, patch, post,
    web::{Data, Payload},
};
use domain::{
    attachment::Attachment,
    ids::{AttachmentId, BusinessId},
    ports::store::Tx,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use super::{
    find::{self, FindError},
    submissions::BusinessPath,
};
use crate::{
    access::scope::{AttachmentsRead, AttachmentsWrite, Scope},
    extract::{Caller, IdempotencyKey, Json, PageQuery, Paged, Path, UploadOffset},
    gateway::Gateway,
    models::attachment::{AttachmentView, NewAttachment},
    problem::{Fault, Rejection},
    reply::{Answered, Created, Listed},
    upload::{self, Download, UploadError, Uploaded},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AttachmentView)))]
pub struct Schemas;

/// An attachment of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AttachmentPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The attachment.
    pub attachment_id: AttachmentId,
}

/// Declare an attachment
///
/// Name, type, size and digest first; the bytes follow by PATCH to its `content`, in as many pieces as the line allows.
#[utoipa::path(tag = "attachments", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [AttachmentsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/businesses/{business_id}/attachments")]
pub async fn declare_attachment(
    caller: Caller<AttachmentsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewAttachment>,
    gateway: Data<Gateway>,
) -> Result<Created<AttachmentView>, Rejection<FindError>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (on_behalf, new) = (caller.on_behalf(&path.business_id)?, body.value);
    let effect = move |tx: &mut dyn Tx, mut stamp: domain::time::Stamp| -> Result<_, FindError> {
        let actor = find::actor(tx, &on_behalf)?;
        let owner = format!("/v1/businesses/{}", actor.business);
        let attachment = new.clone().declare(actor, &mut stamp);
        tx.attachments().insert(&attachment)?;
        Ok(AttachmentView::from(attachment).declared(&owner))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List a business's attachments
///
/// Newest first, result documents of authorities among them.
#[utoipa::path(tag = "attachments", params(BusinessPath, PageQuery),
    security(("oauth2" = [AttachmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[get("/businesses/{business_id}/attachments")]
pub async fn list_attachments(
    caller: Caller<AttachmentsRead>,
    path: Path<BusinessPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<AttachmentView>, Rejection<FindError>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let found = gateway.store.read(move |tx| -> Result<_, FindError> {
        let actor = find::actor(tx, &on_behalf)?;
        Ok(tx.attachments().list(&actor.business, &page)?)
    });
    Ok(Listed(found.await?.map(AttachmentView::from)))
}

/// Get an attachment
///
/// Its declaration and how far it has come; not its bytes.
#[utoipa::path(tag = "attachments", params(AttachmentPath),
    security(("oauth2" = [AttachmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[get("/businesses/{business_id}/attachments/{attachment_id}")]
pub async fn get_attachment(
    caller: Caller<AttachmentsRead>,
    path: Path<AttachmentPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<AttachmentView>, Rejection<FindError>> {
    let found = owned(&caller, path.into_inner(), &gateway).await?;
    Ok(Answered(found.into()))
}

/// Get the offset of an upload
///
/// `Upload-Offset` says from which byte on the upload continues, `Upload-Length` how many bytes there will be.
#[utoipa::path(tag = "attachments", params(AttachmentPath),
    security(("oauth2" = [AttachmentsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[head("/businesses/{business_id}/attachments/{attachment_id}/content")]
pub async fn get_upload_offset(
    caller: Caller<AttachmentsWrite>,
    path: Path<AttachmentPath>,
    gateway: Data<Gateway>,
) -> Result<Uploaded, Rejection<UploadError>> {
    let found = owned(&caller, path.into_inner(), &gateway).await?;
    Ok(upload::progress(&gateway, &found).await?)
}

/// Upload a piece of an attachment
///
/// The bytes from `Upload-Offset` on. When the last byte has come, size, digest, type and content are checked, and the
/// attachment is `stored` or `refused`. After a broken line, HEAD tells where to go on.
#[utoipa::path(tag = "attachments", params(AttachmentPath, UploadOffset),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The next bytes."),
    security(("oauth2" = [AttachmentsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[patch("/businesses/{business_id}/attachments/{attachment_id}/content")]
pub async fn upload_attachment(
    caller: Caller<AttachmentsWrite>,
    path: Path<AttachmentPath>,
    offset: UploadOffset,
    request: HttpRequest,
    bytes: Payload,
    gateway: Data<Gateway>,
) -> Result<Uploaded, Rejection<UploadError>> {
    let found = owned(&caller, path.into_inner(), &gateway).await?;
    let claim = Some(caller.on_behalf(&found.business)?);
    Ok(upload::receive(&gateway, (found, claim), offset.0, &request, bytes).await?)
}

/// Download an attachment
///
/// The bytes as they were uploaded; `Repr-Digest` (RFC 9530) carries their SHA-256.
#[utoipa::path(tag = "attachments", params(AttachmentPath),
    security(("oauth2" = [AttachmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.1.16"]))))]
#[get("/businesses/{business_id}/attachments/{attachment_id}/content")]
pub async fn download_attachment(
    caller: Caller<AttachmentsRead>,
    path: Path<AttachmentPath>,
    gateway: Data<Gateway>,
) -> Result<Download, Rejection<UploadError>> {
    let found = owned(&caller, path.into_inner(), &gateway).await?;
    Ok(upload::send(&gateway, &found).await?)
}

async fn owned<S: Scope>(
    caller: &Caller<S>,
    path: AttachmentPath,
    gateway: &Gateway,
) -> Result<Attachment, Fault> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let found = gateway.store.read(move |tx| -> Result<_, FindError> {
        let actor = find::actor(tx, &on_behalf)?;
        tx.attachments().find(&actor.business, &path.attachment_id)?.ok_or(FindError::NotFound)
    });
    Ok(found.await?)
}
