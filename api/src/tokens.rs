//! Access at the gateway's edge: the verifier, the keys and how long tokens live.

use std::sync::Arc;

use domain::{
    ports::{
        signer::ReceiptSigner,
        store::{Store, StoreError, StoredKey},
    },
    time::Timestamp,
};
use serde_json::{Map, Value, json};

use crate::access::{
    cache::TokenVerifier,
    claims::{Terms, TokenError, VerifiedToken},
    keys::{KeyRing, SigningKey},
};

/// How many verified tokens are remembered, about 1 KiB each.
const REMEMBERED_TOKENS: u64 = 50_000;

/// Access at the gateway's edge.
#[derive(Clone)]
pub struct Tokens {
    verifier: Arc<TokenVerifier>,
    /// Whether `client_secret_basic` is taken; never in live mode.
    pub secrets_allowed: bool,
}

/// Why the keys could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored key cannot be read.
    #[error("the stored signing key {0} cannot be read")]
    Unreadable(String),
}

impl Tokens {
    /// Loads keys and revocations from the store, and makes the first key where there is none.
    ///
    /// # Errors
    /// [`KeysError`].
    pub async fn load(
        store: &Store,
        terms: Terms,
        secrets_allowed: bool,
        seed: [u8; 32],
        now: Timestamp,
    ) -> Result<Self, KeysError> {
        let stored = store.write(move |tx| first_key(tx, &seed, now)).await?;
        let verifier = TokenVerifier::new(terms, ring(&stored)?, REMEMBERED_TOKENS);
        let revoked = store.read(move |tx| tx.access().revocations(now)).await?;
        verifier.load_revocations(revoked);
        Ok(Self { verifier: Arc::new(verifier), secrets_allowed })
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// Why it is refused, for the log; callers hear `invalid_token`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<VerifiedToken>, TokenError> {
        self.verifier.verify(token, now)
    }

    /// The verifier, with its terms, keys and revocations.
    pub fn verifier(&self) -> &TokenVerifier {
        &self.verifier
    }

    /// Signs receipts with the active key.
    pub fn receipt_signer(&self) -> Arc<dyn ReceiptSigner> {
        Arc::new(GatewaySigner(Arc::clone(&self.verifier)))
    }

    /// The public keys (RFC 7517).
    pub fn jwks(&self) -> Value {
        self.verifier.ring().jwks()
    }
}

fn first_key(
    tx: &mut dyn domain::ports::store::Tx,
    seed: &[u8; 32],
    now: Timestamp,
) -> Result<Vec<StoredKey>, StoreError> {
    let keys = tx.access().keys()?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    let key = SigningKey::from_seed(seed);
    let stored = StoredKey { kid: key.kid().to_owned(), pkcs8: key.to_pkcs8(), created_at: now };
    tx.access().insert_key(&stored)?;
    Ok(vec![stored])
}

/// The ring of stored keys, newest first: the newest signs, all verify.
fn ring(stored: &[StoredKey]) -> Result<KeyRing, KeysError> {
    let read = |key: &StoredKey| {
        SigningKey::from_pkcs8(&key.pkcs8).map_err(|_| KeysError::Unreadable(key.kid.clone()))
    };
    let mut oldest_first = stored.iter().rev();
    let oldest = oldest_first.next().ok_or_else(|| KeysError::Unreadable("(none)".into()))?;
    let mut ring = KeyRing::new(read(oldest)?);
    for key in oldest_first {
        ring = ring.rotate(read(key)?);
    }
    Ok(ring)
}

struct GatewaySigner(Arc<TokenVerifier>);

impl ReceiptSigner for GatewaySigner {
    fn sign(&self, claims: &Map<String, Value>) -> String {
        let mut claims = claims.clone();
        claims.insert("iss".into(), json!(self.0.terms().issuer));
        self.0.ring().sign_receipt(&claims)
    }
}
