use diesel::prelude::*;
use domain::{attachment::Attachment, ports::store::StoreError};

use super::{digest, digest_bytes, moment, parsed, parsed_or_none};
use crate::schema::attachments;

/// An attachment's declaration; its bytes are elsewhere.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = attachments, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct AttachmentRow {
    id: String,
    business_id: String,
    submission_id: Option<String>,
    side: String,
    application_id: String,
    name: String,
    content_type: String,
    document: Option<String>,
    size: i64,
    digest: Vec<u8>,
    state: String,
    created_at: i64,
}

impl From<&Attachment> for AttachmentRow {
    fn from(attachment: &Attachment) -> Self {
        let Attachment {
            id,
            business,
            submission,
            side,
            application,
            name,
            content_type,
            document,
            size,
            digest,
            state,
            created_at,
        } = attachment;
        Self {
            id: id.to_string(),
            business_id: business.to_string(),
            submission_id: submission.as_ref().map(ToString::to_string),
            side: <&str>::from(*side).to_owned(),
            application_id: application.to_string(),
            name: name.clone(),
            content_type: content_type.clone(),
            document: document.clone(),
            size: *size,
            digest: digest_bytes(digest),
            state: <&str>::from(*state).to_owned(),
            created_at: created_at.micros(),
        }
    }
}

impl TryFrom<AttachmentRow> for Attachment {
    type Error = StoreError;

    fn try_from(row: AttachmentRow) -> Result<Self, StoreError> {
        let AttachmentRow {
            id,
            business_id,
            submission_id,
            side,
            application_id,
            name,
            content_type,
            document,
            size,
            digest: bytes,
            state,
            created_at,
        } = row;
        Ok(Self {
            id: parsed("attachments.id", &id)?,
            business: parsed("attachments.business_id", &business_id)?,
            submission: parsed_or_none("attachments.submission_id", submission_id.as_deref())?,
            side: parsed("attachments.side", &side)?,
            application: parsed("attachments.application_id", &application_id)?,
            name,
            content_type,
            document,
            size,
            digest: digest("attachments.digest", &bytes)?,
            state: parsed("attachments.state", &state)?,
            created_at: moment("attachments.created_at", created_at)?,
        })
    }
}
