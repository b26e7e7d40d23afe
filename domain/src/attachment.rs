//! Attachments: declared with size and digest, uploaded in resumable pieces, usable once whole and checked.

use serde::{Deserialize, Serialize};

use crate::{
    actor::{Ground, Side, Touchpoint},
    digest::Digest,
    event::{EventKind, NewEvent},
    ids::{ApplicationId, AttachmentId, AuthorityId, BusinessId, SubmissionId},
    ports::store::{StoreError, Tx},
    time::{Stamp, Timestamp},
};

/// The largest attachment, in bytes.
pub const MAX_BYTES: i64 = 100 * 1024 * 1024;

/// The content types that are taken, as in the Content-Type header.
pub const CONTENT_TYPES: [&str; 8] = [
    "application/pdf",
    "application/xml",
    "audio/mpeg",
    "image/jpeg",
    "image/png",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// How far an attachment has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AttachmentState {
    /// Declared; its bytes are still to come, from the offset on that was reached.
    Uploading,
    /// Whole, its digest held, its content checked: may be lodged.
    Stored,
    /// Its bytes did not match the digest or the content check refused them; declare a new one.
    Refused,
}

/// A document that travels with a submission or with a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Whose it is.
    pub business: BusinessId,
    /// The decision it belongs to, for an authority's result documents.
    pub submission: Option<SubmissionId>,
    /// Who gave it.
    pub side: Side,
    /// The declaring application.
    pub application: ApplicationId,
    /// File name, for people.
    pub name: String,
    /// One of [`CONTENT_TYPES`].
    pub content_type: String,
    /// Which of the service's documents it is, by the code that the service gives it.
    pub document: Option<String>,
    /// Declared size in bytes.
    pub size: i64,
    /// Declared digest of the whole content.
    pub digest: Digest,
    /// How far it has come.
    pub state: AttachmentState,
    /// When it was declared.
    pub created_at: Timestamp,
}

/// Records the end of an upload: stored if `accepted`, refused otherwise. A repeat changes nothing. `ground` is that of
/// the business's side.
///
/// # Errors
/// Only what the store says; None where the business has no such attachment.
pub fn finish(
    tx: &mut dyn Tx,
    (business, id): (&BusinessId, &AttachmentId),
    ground: Option<Ground>,
    accepted: bool,
    mut stamp: Stamp,
) -> Result<Option<Attachment>, StoreError> {
    let Some(mut attachment) = tx.attachments().find(business, id)? else { return Ok(None) };
    if attachment.state != AttachmentState::Uploading {
        return Ok(Some(attachment));
    }
    attachment.state = if accepted { AttachmentState::Stored } else { AttachmentState::Refused };
    tx.attachments().update(&attachment)?;
    let kind = if accepted { EventKind::AttachmentStored } else { EventKind::AttachmentRefused };
    let touchpoint = match attachment.side {
        Side::Business => Touchpoint::Api,
        Side::Authority => Touchpoint::AuthorityApi,
    };
    tx.events().append(&NewEvent {
        id: stamp.id(),
        kind,
        at: stamp.now,
        business: attachment.business.clone(),
        authority: None::<AuthorityId>,
        subject: attachment.id.to_string(),
        application: Some(attachment.application.clone()),
        ground,
        touchpoint,
        service: None,
        situation: None,
        data: serde_json::json!({ "digest": attachment.digest, "size": attachment.size }),
    })?;
    Ok(Some(attachment))
}
