//! Attachments on the wire.

use actix_web::http::StatusCode;
use domain::{
    actor::{AuthorityActor, BusinessActor, Side},
    attachment::{Attachment, AttachmentState},
    digest::Digest,
    idempotency::StoredReply,
    ids::{ApplicationId, AttachmentId, BusinessId, SubmissionId},
    submission::Submission,
    time::{Stamp, Timestamp},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{extract::refuse, reply::render};

/// An attachment to declare before its bytes are sent.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "устав.pdf", "content_type": "application/pdf", "size": 5,
    "digest": "sha-256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}))]
pub struct NewAttachment {
    /// File name, for people; no path.
    #[validate(length(min = 1, max = 255), custom(function = plain_name))]
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// Its content type: one of those at `/v1/limits`.
    #[validate(custom(function = taken_type))]
    pub content_type: String,
    /// Which of the service's documents it is: a code of the service's `documents`.
    #[serde(default)]
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub document: Option<String>,
    /// Size in bytes, at most 100 MiB.
    #[validate(range(min = 1, max = domain::attachment::MAX_BYTES))]
    #[schema(minimum = 1, maximum = 104857600)]
    pub size: i64,
    /// SHA-256 of the whole content.
    pub digest: Digest,
}

fn plain_name(name: &str) -> Result<(), ValidationError> {
    let bad = name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\')) || name.starts_with('.');
    if bad {
        Err(refuse(
            "file-name",
            "Имя файла без пути и управляющих символов.",
            "A file name without a path or control characters.",
        ))
    } else {
        Ok(())
    }
}

fn taken_type(content_type: &str) -> Result<(), ValidationError> {
    if domain::attachment::CONTENT_TYPES.contains(&content_type) {
        return Ok(());
    }
    let known = domain::attachment::CONTENT_TYPES.join(", ");
    Err(refuse("not-in-list", &format!("Принимаются: {known}."), &format!("Taken are: {known}.")))
}

/// An attachment.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    /// Its id.
    pub id: AttachmentId,
    /// The decision it belongs to, for an authority's result documents.
    pub submission_id: Option<SubmissionId>,
    /// File name, for people.
    #[schema(example = "устав.pdf")]
    pub name: String,
    /// Its content type.
    #[schema(example = "application/pdf")]
    pub content_type: String,
    /// Which of the service's documents it is.
    #[schema(example = "charter")]
    pub document: Option<String>,
    /// Size in bytes.
    #[schema(example = 5)]
    pub size: i64,
    /// SHA-256 of the whole content.
    pub digest: Digest,
    /// How far it has come.
    pub state: AttachmentState,
    /// When it was declared.
    pub created_at: Timestamp,
}

impl NewAttachment {
    /// The attachment of a business, as declared by its application.
    pub fn declare(self, actor: BusinessActor, stamp: &mut Stamp) -> Attachment {
        self.at(Side::Business, actor.application, actor.business, None, stamp)
    }

    /// A result document for a submission, as declared by its authority.
    pub fn declare_result(
        self,
        actor: &AuthorityActor,
        submission: &Submission,
        stamp: &mut Stamp,
    ) -> Attachment {
        let (application, business) = (actor.application.clone(), submission.business.clone());
        self.at(Side::Authority, application, business, Some(submission.id.clone()), stamp)
    }

    fn at(
        self,
        side: Side,
        application: ApplicationId,
        business: BusinessId,
        submission: Option<SubmissionId>,
        stamp: &mut Stamp,
    ) -> Attachment {
        let Self { name, content_type, document, size, digest } = self;
        Attachment {
            id: stamp.id(),
            business,
            submission,
            side,
            application,
            name,
            content_type,
            document,
            size,
            digest,
            state: AttachmentState::Uploading,
            created_at: stamp.now,
        }
    }
}

impl From<Attachment> for AttachmentView {
    fn from(attachment: Attachment) -> Self {
        let Attachment {
            id,
            business: _,
            submission,
            side: _,
            application: _,
            name,
            content_type,
            document,
            size,
            digest,
            state,
            created_at,
        } = attachment;
        Self { id, submission_id: submission, name, content_type, document, size, digest, state, created_at }
    }
}

impl AttachmentView {
    /// The reply to its declaration, found beneath `owner`.
    pub fn declared(&self, owner: &str) -> StoredReply {
        render(StatusCode::CREATED, self, Some(format!("{owner}/attachments/{}", self.id)), None)
    }
}
