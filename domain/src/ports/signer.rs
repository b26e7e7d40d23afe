//! The gateway's signatures.

use crate::receipt::Claims;

use crate::{log::LogKey, time::Timestamp};

/// Signs receipts with the gateway's key.
pub trait ReceiptSigner: Send + Sync {
    /// Returns the compact JWS over `claims`, the issuer added.
    fn sign(&self, claims: &Claims<'_>) -> String;
}

/// Makes keys of the log and signs checkpoints with them.
pub trait LogSigner: Send + Sync {
    /// A key of this name from random bytes.
    fn make(&self, name: &str, seed: &[u8; 32], now: Timestamp) -> LogKey;

    /// The note of `text` (C2SP signed-note), a signature of each key.
    ///
    /// # Errors
    /// The verifier key of a key that cannot be read.
    fn sign(&self, text: &str, keys: &[LogKey]) -> Result<String, String>;
}
