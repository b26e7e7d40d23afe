//! The gateway's signature.

use serde_json::{Map, Value};

/// Signs receipts with the gateway's key.
pub trait ReceiptSigner: Send + Sync {
    /// Returns the compact JWS over `claims`, the issuer added.
    fn sign(&self, claims: Map<String, Value>) -> String;
}
