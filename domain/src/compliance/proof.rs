//! Documents shown as proof, either attached or named by the digest of what the business keeps.

use serde::{Deserialize, Serialize};

use crate::{
    attachment::AttachmentState,
    digest::Digest,
    error::{Fix, Violation},
    ids::{AttachmentId, BusinessId},
    ports::store::{StoreError, Tx},
    text::Text,
};

/// A document shown as proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProofDocument {
    /// The attachment; null where the document stays with the business.
    pub attachment_id: Option<AttachmentId>,
    /// SHA-256 of the document.
    pub digest: Digest,
}

/// The document, or what is wrong with it at `pointer`: an attachment must be the business's own and stored, and its
/// digest the one that was named.
///
/// # Errors
/// Only what the store says.
pub fn shown(
    tx: &mut dyn Tx,
    business: &BusinessId,
    (attachment, digest): (Option<&AttachmentId>, Option<Digest>),
    pointer: &str,
) -> Result<Result<ProofDocument, Violation>, StoreError> {
    let Some(id) = attachment else {
        return Ok(match digest {
            Some(digest) => Ok(ProofDocument { attachment_id: None, digest }),
            None => Err(unnamed(pointer)),
        });
    };
    let found = tx.attachments().find(business, id)?;
    Ok(match found.filter(|attachment| attachment.state == AttachmentState::Stored) {
        None => Err(not_ready(pointer, id)),
        Some(attachment) if digest.is_some_and(|named| named != attachment.digest) => {
            Err(another_digest(pointer, &attachment.digest))
        }
        Some(attachment) => Ok(ProofDocument { attachment_id: Some(id.clone()), digest: attachment.digest }),
    })
}

fn wrong(pointer: &str, code: &str, detail: Text, fix: Text) -> Violation {
    Violation { pointer: pointer.to_owned(), code: code.to_owned(), detail, fix: Fix::say(fix) }
}

fn unnamed(pointer: &str) -> Violation {
    let detail = Text::new("Не назван документ.", "No document is named.");
    let fix = Text::new("Укажите attachment_id или digest.", "Give attachment_id or digest.");
    wrong(pointer, "required", detail, fix)
}

fn not_ready(pointer: &str, id: &AttachmentId) -> Violation {
    let detail = Text::new(
        format!("Загруженного вложения {id} у этого бизнеса нет."),
        format!("This business has no stored attachment {id}."),
    );
    let fix = Text::new("Загрузите вложение и повторите.", "Upload the attachment and repeat.");
    wrong(pointer, "attachment-not-ready", detail, fix)
}

fn another_digest(pointer: &str, digest: &Digest) -> Violation {
    let detail = Text::new(
        format!("Дайджест вложения другой: {digest}."),
        format!("The attachment's digest is another: {digest}."),
    );
    let fix = Text::new(
        "Уберите digest (в merge patch — null) или укажите этот.",
        "Leave digest out (null in a merge patch) or give this one.",
    );
    wrong(pointer, "digest-mismatch", detail, fix)
}
