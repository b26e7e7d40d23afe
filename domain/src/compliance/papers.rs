//! The business's own attachments that an act names.

use super::{Refusal, supervision::one};
use crate::{
    attachment::{Attachment, AttachmentState},
    ids::{AttachmentId, BusinessId},
    ports::store::Tx,
    submission::AttachedDocument,
    text::Text,
};

/// The named attachments with their digests; each must be the business's own, whole and checked.
///
/// # Errors
/// A violation at `/attachments/…` for each that is not, or the store's error.
pub fn papers(
    tx: &mut dyn Tx,
    business: &BusinessId,
    ids: &[AttachmentId],
) -> Result<Vec<AttachedDocument>, Refusal> {
    let (mut documents, mut violations) = (Vec::with_capacity(ids.len()), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        match tx.attachments().find(business, id)? {
            Some(Attachment { id, document, digest, state: AttachmentState::Stored, .. }) => {
                documents.push(AttachedDocument { id, document, digest });
            }
            Some(_) | None => violations.push(one(
                &format!("/attachments/{place}"),
                "attachment-not-ready",
                Text::new(
                    format!("Вложения {id} у этого бизнеса нет, или оно загружено не полностью."),
                    format!("This business has no attachment {id}, or it is not whole yet."),
                ),
                Text::new("Завершите загрузку и повторите.", "Finish the upload and repeat."),
            )),
        }
    }
    if violations.is_empty() { Ok(documents) } else { Err(Refusal::Invalid(violations)) }
}
