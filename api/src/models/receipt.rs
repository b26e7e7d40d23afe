//! Receipts on the wire.

use domain::{
    digest::Digest,
    ids::{ApplicationId, BusinessId, ReceiptId},
    receipt::{Act, Receipt},
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A signed receipt: the gateway's proof that it accepted an act.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    /// Its id.
    pub id: ReceiptId,
    /// The act it proves.
    pub act: Act,
    /// What the act is about: the submission's id.
    #[schema(example = "sub_01KAZ8Q3V5T2N4W6Y8B0D2F4H6")]
    pub subject: String,
    /// In whose name.
    pub business_id: BusinessId,
    /// By which application.
    pub application_id: ApplicationId,
    /// The place of the act's event in the gateway's sequence.
    #[schema(example = 42)]
    pub sequence: i64,
    /// SHA-256 of the accepted document in the canonical form of RFC 8785:
    /// `{"attachments": [digests], "form": {…}, "service": code}` for a lodged or corrected submission.
    pub digest: Digest,
    /// SHA-256 of the bytes of the accepting request's body; null where it had none.
    pub body_digest: Option<Digest>,
    /// The Idempotency-Key of the accepting request.
    pub idempotency_key: Option<String>,
    /// When the act was accepted.
    pub at: Timestamp,
    /// The receipt itself: a compact JWS (EdDSA, `typ: receipt+jwt`) that verifies offline with `/.well-known/jwks.json`.
    pub jws: String,
    /// The index of its leaf in the log, where one receipt is read and the log holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 41)]
    pub leaf_index: Option<u64>,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
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
            id,
            act,
            subject,
            business_id: business,
            application_id: application,
            sequence,
            digest,
            body_digest,
            idempotency_key,
            at,
            jws,
            leaf_index: None,
        }
    }
}

/// Receipts found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptList {
    /// Newest first, at most 100.
    pub items: Vec<ReceiptView>,
}
