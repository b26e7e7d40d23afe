//! Transfers to the regulation portal on the wire.

use domain::{
    ids::{BusinessId, TransferId},
    receipt::Receipt,
    record::Stored,
    time::Timestamp,
    transfer::{StoredTransfer, Subject, Transfer, TransferState, TransferStep},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// The way of an assessment or an opinion to the regulation portal.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransferView {
    /// Its id: with the revision it names the message at the portal.
    pub id: TransferId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// What is passed on.
    pub subject: Subject,
    /// How far it has come.
    pub state: TransferState,
    /// The revision of the subject that is on its way, or was passed on.
    #[schema(example = 1)]
    pub revision: i64,
    /// Tries for this revision that found the portal out of reach.
    #[schema(example = 0)]
    pub attempts: u32,
    /// When the portal is asked next; null when it has had its last word.
    pub next_at: Option<Timestamp>,
    /// Its steps, oldest first.
    pub steps: Vec<TransferStep>,
    /// Counts its changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for TransferView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<StoredTransfer> for TransferView {
    fn from(stored: StoredTransfer) -> Self {
        let Stored { id, business, body, version, created_at: _, updated_at: _ } = stored;
        let Transfer { subject, state, revision, steps, attempts, since: _, next_at } = body;
        let receipt = None;
        Self {
            id,
            business_id: business,
            subject,
            state,
            revision,
            attempts,
            next_at,
            steps,
            version,
            receipt,
        }
    }
}

impl From<(StoredTransfer, Receipt)> for TransferView {
    fn from((transfer, receipt): (StoredTransfer, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..transfer.into() }
    }
}
