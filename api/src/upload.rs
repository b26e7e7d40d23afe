//! Uploading and sending attachments' bytes: both sides of the gateway use the same protocol.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
    web::Payload,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    attachment::{self, Attachment, AttachmentState},
    mandate::{MandateRefusal, OnBehalf, Unauthorised},
    ports::store::StoreError,
};
use futures_util::StreamExt;
use utoipa::openapi::{KnownFormat, RefOr, Response, SchemaFormat};

use crate::{
    blobs::AppendError,
    extract::body::PacedBody,
    gateway::Gateway,
    problem::{Code, Coded, Fault, ProblemDraft, both},
};

/// Why bytes were not taken or given.
#[derive(Debug)]
pub enum UploadError {
    /// The attachment is not there, or not whole yet.
    NotFound,
    /// The mandate does not carry the upload, or no longer.
    Mandate(MandateRefusal),
    /// The upload goes on at another offset.
    Offset {
        /// At this one.
        current: i64,
    },
    /// All bytes have come already.
    Complete,
    /// More bytes came than were declared.
    TooLong {
        /// The declared size.
        size: i64,
    },
    /// The whole content does not match its declaration, or the content check refused it.
    Refused,
    /// The request itself is at fault.
    Request(Fault),
    /// The disk failed.
    Disk(std::io::Error),
    /// The store failed.
    Store(StoreError),
}

impl From<Unauthorised> for UploadError {
    fn from(refused: Unauthorised) -> Self {
        match refused {
            Unauthorised::NotFound => Self::NotFound,
            Unauthorised::Refused(refusal) => Self::Mandate(refusal),
            Unauthorised::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for UploadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for UploadError {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<AppendError<Fault>> for UploadError {
    fn from(error: AppendError<Fault>) -> Self {
        match error {
            AppendError::Offset { current } => Self::Offset { current },
            AppendError::TooLong { size } => Self::TooLong { size },
            AppendError::Sender(fault) => Self::Request(fault),
            AppendError::Disk(error) => Self::Disk(error),
        }
    }
}

impl Coded for UploadError {
    const CODES: &'static [Code] =
        &[Code::NotFound, Code::UploadOffsetMismatch, Code::PayloadTooLarge, Code::DigestMismatch];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Mandate(refusal) => refusal.draft(),
            Self::Offset { current } => {
                ProblemDraft::plain(Code::UploadOffsetMismatch).with("upload_offset", current)
            }
            Self::Complete => ProblemDraft::new(
                Code::UploadOffsetMismatch,
                both("Файл уже получен целиком.", "All bytes have come already."),
            ),
            Self::TooLong { size } => ProblemDraft::plain(Code::PayloadTooLarge).with("declared_size", size),
            Self::Refused => ProblemDraft::plain(Code::DigestMismatch),
            Self::Request(fault) => fault.into_draft(),
            Self::Disk(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                ProblemDraft::plain(Code::StorageFull).retry_after(60)
            }
            Self::Disk(error) => ProblemDraft::plain(Code::StoreUnavailable).retry_after(5).cause(error),
            Self::Store(error) => error.draft(),
        }
    }
}

/// How far an upload has come: 204 with `Upload-Offset` and `Upload-Length`.
pub struct Uploaded {
    offset: i64,
    length: i64,
}

impl actix_web::Responder for Uploaded {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent()
            .insert_header(("Upload-Offset", self.offset))
            .insert_header(("Upload-Length", self.length))
            .finish()
    }
}

impl utoipa::IntoResponses for Uploaded {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let header =
            |text: &str| utoipa::openapi::header::HeaderBuilder::new().description(Some(text)).build();
        let response = utoipa::openapi::ResponseBuilder::new()
            .description("How far the upload has come.")
            .header(
                "Upload-Offset",
                header("The next byte to send; equal to Upload-Length when all have come."),
            )
            .header("Upload-Length", header("The declared size in bytes."))
            .build();
        [("204".to_owned(), response.into())].into()
    }
}

/// Tells how far an upload has come.
///
/// # Errors
/// [`UploadError::Disk`].
pub async fn progress(gateway: &Gateway, attachment: &Attachment) -> Result<Uploaded, UploadError> {
    let offset = match attachment.state {
        AttachmentState::Uploading => gateway.blobs.offset(&attachment.id).await?,
        AttachmentState::Stored | AttachmentState::Refused => attachment.size,
    };
    Ok(Uploaded { offset, length: attachment.size })
}

/// Takes the next bytes; after the last one, checks the whole and records the end. Bytes may come for long: the mandate of
/// the business's side is asked once more in the unit that records the end.
///
/// # Errors
/// [`UploadError`]; the bytes that came before a failure are kept and the upload can go on.
pub async fn receive(
    gateway: &Gateway,
    (attachment, on_behalf): (Attachment, Option<OnBehalf>),
    offset: i64,
    request: &HttpRequest,
    bytes: Payload,
) -> Result<Uploaded, UploadError> {
    if attachment.state != AttachmentState::Uploading {
        return Err(UploadError::Complete);
    }
    let body = paced(gateway, request, bytes)?;
    let pieces = async_stream::stream! {
        let mut body = body;
        loop {
            match body.next().await {
                Ok(None) => break,
                Ok(Some(piece)) => yield Ok(piece),
                Err(fault) => {
                    yield Err(fault);
                    break;
                }
            }
        }
    };
    let reached = gateway.blobs.append(&attachment.id, offset, attachment.size, pieces.boxed_local()).await?;
    let uploaded = Uploaded { offset: reached, length: attachment.size };
    if reached < attachment.size {
        return Ok(uploaded);
    }
    if complete(gateway, attachment, on_behalf).await? { Ok(uploaded) } else { Err(UploadError::Refused) }
}

fn paced(gateway: &Gateway, request: &HttpRequest, bytes: Payload) -> Result<PacedBody, UploadError> {
    let limits = &gateway.limits;
    PacedBody::begin(request, bytes.into_inner(), limits.upload_pace(), limits.values.attachment_bytes)
        .map_err(UploadError::Request)
}

async fn complete(
    gateway: &Gateway,
    attachment: Attachment,
    on_behalf: Option<OnBehalf>,
) -> Result<bool, UploadError> {
    let Attachment { id, business, digest, content_type, .. } = attachment;
    let accepted = gateway.blobs.finish(&id, &digest, &content_type).await?;
    let stamp = gateway.stamp();
    let on_behalf = on_behalf.map(|claim| OnBehalf { at: stamp.now, ..claim });
    let finishing = move |tx: &mut dyn domain::ports::store::Tx| -> Result<_, UploadError> {
        let actor = on_behalf.as_ref().map(|claim| claim.authorise(tx)).transpose()?;
        let ground = actor.map(|actor| actor.ground);
        Ok(attachment::finish(tx, (&business, &id), ground, accepted, stamp.clone())?)
    };
    gateway.store.write(finishing).await?;
    Ok(accepted)
}

/// An attachment's bytes.
pub struct Download(HttpResponse);

impl actix_web::Responder for Download {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0
    }
}

impl utoipa::IntoResponses for Download {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let bytes = utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .build();
        let content = utoipa::openapi::ContentBuilder::new().schema(Some(bytes)).build();
        let response = utoipa::openapi::ResponseBuilder::new()
            .description("The bytes.")
            .content("application/octet-stream", content);
        [("200".to_owned(), response.build().into())].into()
    }
}

/// Sends a stored attachment.
///
/// # Errors
/// [`UploadError::NotFound`] while it is not whole.
pub async fn send(gateway: &Gateway, attachment: &Attachment) -> Result<Download, UploadError> {
    if attachment.state != AttachmentState::Stored {
        return Err(UploadError::NotFound);
    }
    let bytes = gateway.blobs.read(&attachment.id).await?;
    let digest = BASE64_STANDARD.encode(attachment.digest.as_bytes());
    let mut response: HttpResponseBuilder = HttpResponse::build(StatusCode::OK);
    response
        // Whatever it was declared as, no browser is to open it in our name (security.md, row F40).
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, "attachment"))
        .insert_header(("Repr-Digest", format!("sha-256=:{digest}:")));
    let length = u64::try_from(attachment.size).unwrap_or(0);
    Ok(Download(response.no_chunking(length).streaming(bytes)))
}
