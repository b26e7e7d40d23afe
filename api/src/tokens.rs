//! Access at the gateway's edge: the verifier, the keys and how long tokens live.

use std::sync::Arc;

use domain::{
    ids::ApplicationId,
    ports::{
        signer::ReceiptSigner,
        store::{Store, StoreError, StoredKey, Tx},
    },
    receipt::Claims,
    time::Timestamp,
};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Value;

use crate::{
    access::{
        cache::TokenVerifier,
        claims::{Terms, TokenError, VerifiedToken},
        keys::{KeyRing, SigningKey},
        nonce::Nonces,
    },
    possession::{Possession, Rules},
};

/// How many verified tokens are remembered, about 1 KiB each.
const REMEMBERED_TOKENS: u64 = 50_000;

/// Access at the gateway's edge.
#[derive(Clone)]
pub struct Tokens {
    verifier: Arc<TokenVerifier>,
    possession: Arc<Possession>,
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
        rules: Rules,
        (seed, rotate_after): ([u8; 32], SignedDuration),
        now: Timestamp,
    ) -> Result<Self, KeysError> {
        let stored = store.write(move |tx| with_fresh_key(tx, &seed, rotate_after, now)).await?;
        let verifier = TokenVerifier::new(terms, ring(&stored, now)?, REMEMBERED_TOKENS);
        store.read(move |tx| Ended::read(tx, now)).await?.tell(&verifier);
        let possession = Possession::new(rules, Nonces::new(secrets(&stored, now)), now);
        Ok(Self { verifier: Arc::new(verifier), possession: Arc::new(possession) })
    }

    /// Takes over the keys and revocations that other gateways over the same store made; makes a successor to a key
    /// older than `rotate_after` from `seed`.
    ///
    /// # Errors
    /// [`KeysError`]; what was known stays in force.
    pub async fn refresh(
        &self,
        store: &Store,
        (seed, rotate_after): ([u8; 32], SignedDuration),
        now: Timestamp,
    ) -> Result<(), KeysError> {
        let reading =
            move |tx: &mut dyn Tx| Ok::<_, StoreError>((tx.access().keys()?, Ended::read(tx, now)?));
        let (mut keys, ended) = store.read(reading).await?;
        ended.tell(&self.verifier);
        if keys.first().is_none_or(|newest| now.since(newest.created_at) > rotate_after) {
            keys = store.write(move |tx| with_fresh_key(tx, &seed, rotate_after, now)).await?;
        }
        let (known, stored) = (self.verifier.ring(), ring(&keys, now)?);
        if known.jwks() != stored.jwks() {
            tracing::info!(kid = stored.active().kid(), "the gateway's keys changed");
            self.verifier.replace_ring(stored);
            self.possession.nonces.replace(secrets(&keys, now));
        }
        Ok(())
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

    /// What tokens are bound to, and the proofs of it.
    pub fn possession(&self) -> &Possession {
        &self.possession
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

/// What ended before its time.
struct Ended {
    /// Tokens, with their expiry.
    tokens: Vec<(String, Timestamp)>,
    /// Applications; one that was suspended a day ago has no token left.
    applications: Vec<ApplicationId>,
}

impl Ended {
    fn read(tx: &mut dyn Tx, now: Timestamp) -> Result<Self, StoreError> {
        let day_ago = now.plus(-SignedDuration::from_hours(24));
        let applications = tx.applications().suspended_since(day_ago)?;
        Ok(Self { tokens: tx.access().revocations(now)?, applications })
    }

    fn tell(self, verifier: &TokenVerifier) {
        verifier.load_revocations(self.tokens);
        verifier.suspend(self.applications);
    }
}

/// How long before it signs a new key is published, so that every replica and every cache knows it by then.
const LEAD: SignedDuration = SignedDuration::from_mins(10);

/// The stored keys; the first one is made here, and a successor when the newest is older than `rotate_after`.
fn with_fresh_key(
    tx: &mut dyn Tx,
    seed: &[u8; 32],
    rotate_after: SignedDuration,
    now: Timestamp,
) -> Result<Vec<StoredKey>, StoreError> {
    let mut keys = tx.access().keys()?;
    let signs_from = match keys.first() {
        None => now,
        Some(newest) if now.since(newest.created_at) > rotate_after => now.plus(LEAD),
        Some(_) => return Ok(keys),
    };
    let key = SigningKey::from_seed(seed);
    let stored = StoredKey { kid: key.kid().to_owned(), pkcs8: key.to_pkcs8(), created_at: signs_from };
    tx.access().insert_key(&stored)?;
    keys.insert(0, stored);
    Ok(keys)
}

/// The ring of stored keys, newest first: the newest whose time has come signs, all verify.
fn ring(stored: &[StoredKey], now: Timestamp) -> Result<KeyRing, KeysError> {
    let read = |key: &StoredKey| {
        SigningKey::from_pkcs8(&key.pkcs8).map_err(|_| KeysError::Unreadable(key.kid.clone()))
    };
    let oldest = stored.last().ok_or_else(|| KeysError::Unreadable("(none)".into()))?;
    let active = stored.iter().find(|key| key.created_at <= now).unwrap_or(oldest);
    let mut ring = KeyRing::new(read(oldest)?);
    for key in stored.iter().rev().chain([active]) {
        ring = ring.rotate(read(key)?);
    }
    Ok(ring)
}

/// The private halves of the keys whose time has come, the newest first: what nonces are made under.
fn secrets(stored: &[StoredKey], now: Timestamp) -> impl Iterator<Item = &[u8]> {
    let (come, coming): (Vec<_>, Vec<_>) = stored.iter().partition(|key| key.created_at <= now);
    come.into_iter().chain(coming).map(|key| key.pkcs8.as_slice())
}

struct GatewaySigner(Arc<TokenVerifier>);

/// The claims of a receipt with its issuer.
#[derive(Serialize)]
struct Issued<'a> {
    iss: &'a str,
    #[serde(flatten)]
    claims: &'a Claims<'a>,
}

impl ReceiptSigner for GatewaySigner {
    fn sign(&self, claims: &Claims<'_>) -> String {
        self.0.ring().sign_receipt(&Issued { iss: &self.0.terms().issuer, claims })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_micros(hours * 3_600_000_000).expect("in range")
    }

    fn stored(seed: u8, created_at: Timestamp) -> StoredKey {
        let key = SigningKey::from_seed(&[seed; 32]);
        StoredKey { kid: key.kid().to_owned(), pkcs8: key.to_pkcs8(), created_at }
    }

    #[test]
    fn a_successor_is_published_before_it_signs() {
        let (old, new) = (stored(1, at(0)), stored(2, at(25)));
        let keys = [new.clone(), old.clone()];
        let before = ring(&keys, at(24)).expect("readable keys");
        assert_eq!(before.active().kid(), old.kid);
        assert!(before.trusts(&new.kid), "other replicas must know the key before it signs");
        let after = ring(&keys, at(25)).expect("readable keys");
        assert_eq!(after.active().kid(), new.kid);
        assert!(after.trusts(&old.kid), "what the old key signed must go on verifying");
        assert!(at(25).since(at(0)) > DAY);
    }
}
