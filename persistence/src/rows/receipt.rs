use diesel::prelude::*;
use domain::{ports::store::StoreError, receipt::Receipt};

use super::{digest, digest_bytes, moment, parsed};
use crate::schema::receipts;

/// A signed receipt.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = receipts, primary_key(sequence))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ReceiptRow {
    sequence: i64,
    id: String,
    act: String,
    digest: Vec<u8>,
    body_digest: Option<Vec<u8>>,
    business_id: String,
    application_id: String,
    idempotency_key: Option<String>,
    subject: String,
    at: i64,
    jws: String,
}

impl From<&Receipt> for ReceiptRow {
    fn from(receipt: &Receipt) -> Self {
        let Receipt {
            id,
            sequence,
            act,
            digest,
            body_digest,
            business,
            application,
            idempotency_key,
            subject,
            at,
            jws,
        } = receipt;
        Self {
            id: id.to_string(),
            sequence: *sequence,
            act: <&str>::from(*act).to_owned(),
            digest: digest_bytes(digest),
            body_digest: body_digest.as_ref().map(digest_bytes),
            business_id: business.to_string(),
            application_id: application.to_string(),
            idempotency_key: idempotency_key.clone(),
            subject: subject.clone(),
            at: at.micros(),
            jws: jws.clone(),
        }
    }
}

impl TryFrom<ReceiptRow> for Receipt {
    type Error = StoreError;

    fn try_from(row: ReceiptRow) -> Result<Self, StoreError> {
        let ReceiptRow {
            id,
            sequence,
            act,
            digest: bytes,
            body_digest,
            business_id,
            application_id,
            idempotency_key,
            subject,
            at,
            jws,
        } = row;
        Ok(Self {
            id: parsed("receipts.id", &id)?,
            sequence,
            act: parsed("receipts.act", &act)?,
            digest: digest("receipts.digest", &bytes)?,
            body_digest: body_digest.map(|bytes| digest("receipts.body_digest", &bytes)).transpose()?,
            business: parsed("receipts.business_id", &business_id)?,
            application: parsed("receipts.application_id", &application_id)?,
            idempotency_key,
            subject,
            at: moment("receipts.at", at)?,
            jws,
        })
    }
}
