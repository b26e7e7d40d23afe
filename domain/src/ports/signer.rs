//! The gateway's signature.

use crate::receipt::Claims;

/// Signs receipts with the gateway's key.
pub trait ReceiptSigner: Send + Sync {
    /// Returns the compact JWS over `claims`, the issuer added.
    fn sign(&self, claims: &Claims<'_>) -> String;
}
