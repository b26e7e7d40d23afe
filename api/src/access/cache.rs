//! The one door for access tokens, with a memory of those it has let in and a list of those revoked.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use domain::{
    digest::Digest,
    guard::{self, Guard},
    ids::ApplicationId,
    time::Timestamp,
};
use moka::{Expiry, sync::Cache};

use super::{
    claims::{Terms, TokenError, VerifiedToken, read},
    jws::{JwsError, MAX_TOKEN_BYTES},
    keys::KeyRing,
};

/// Verifies access tokens. Shared by all workers.
///
/// A token that was verified is remembered under its SHA-256, so the memory holds nothing that could be presented.
/// What can change in a token's life (the moment, the keys, revocation) is judged at every presentation.
pub struct TokenVerifier {
    terms: Terms,
    ring: ArcSwap<KeyRing>,
    cache: Cache<Digest, Remembered>,
    /// Applications that may not call any more.
    suspended: ArcSwap<HashSet<ApplicationId>>,
    /// `jti` of revoked tokens with the moment from which they are expired anyway.
    revoked: RwLock<HashMap<Box<str>, Timestamp>>,
}

/// A verified token and how long it is worth keeping.
#[derive(Clone)]
struct Remembered {
    token: Arc<VerifiedToken>,
    keep: Duration,
}

struct UntilExpiry;

impl Expiry<Digest, Remembered> for UntilExpiry {
    fn expire_after_create(&self, _: &Digest, remembered: &Remembered, _: Instant) -> Option<Duration> {
        Some(remembered.keep)
    }
}

impl TokenVerifier {
    /// A verifier that remembers at most `capacity` tokens (about 1 KiB each).
    pub fn new(terms: Terms, ring: KeyRing, capacity: u64) -> Self {
        let cache = Cache::builder().max_capacity(capacity).expire_after(UntilExpiry).build();
        Self {
            terms,
            ring: ArcSwap::from_pointee(ring),
            cache,
            suspended: ArcSwap::default(),
            revoked: RwLock::default(),
        }
    }

    /// Verifies a token as it was presented, at the moment `now`.
    ///
    /// # Errors
    ///
    /// Names the first failure, for the journal; every caller hears `invalid_token`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<VerifiedToken>, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwsError::TooLarge { bytes: token.len(), limit: MAX_TOKEN_BYTES }.into());
        }
        let name = Digest::of(token.as_bytes());
        let ring = self.ring.load();
        if let Some(Remembered { token, .. }) = self.cache.get(&name)
            && ring.trusts(token.kid())
        {
            token.check_moment(now)?;
            self.refuse_revoked(&token)?;
            return Ok(token);
        }
        let verified = Arc::new(read(token, &ring, &self.terms, now)?);
        self.refuse_revoked(&verified)?;
        let left_s = u64::try_from(verified.expires_s() - now.seconds()).unwrap_or(0);
        self.cache
            .insert(name, Remembered { token: Arc::clone(&verified), keep: Duration::from_secs(left_s) });
        Ok(verified)
    }

    fn refuse_revoked(&self, token: &VerifiedToken) -> Result<(), TokenError> {
        if self.is_suspended(token.client()) && guard::stands(Guard::Suspension) {
            return Err(TokenError::Suspended);
        }
        if self.is_revoked(token.jti()) && guard::stands(Guard::Revocation) {
            Err(TokenError::Revoked)
        } else {
            Ok(())
        }
    }

    /// Tells whether the tokens of an application count no longer.
    pub fn is_suspended(&self, application: &ApplicationId) -> bool {
        let suspended = self.suspended.load();
        !suspended.is_empty() && suspended.contains(application)
    }

    /// Replaces the list of suspended applications: their tokens count no longer, those of others do.
    pub fn suspend(&self, applications: impl IntoIterator<Item = ApplicationId>) {
        self.suspended.store(Arc::new(applications.into_iter().collect()));
    }

    /// Tells whether a token of this name was revoked.
    pub fn is_revoked(&self, jti: &str) -> bool {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).contains_key(jti)
    }

    /// Revokes a token from this call on, remembered or not yet seen; `until` is when it expires by itself.
    pub fn revoke(&self, jti: &str, until: Timestamp) {
        self.load_revocations([(jti, until)]);
    }

    /// Adds revocations from the store, at start or from another node. The later `until` of a name stays.
    pub fn load_revocations<N: Into<Box<str>>>(&self, revocations: impl IntoIterator<Item = (N, Timestamp)>) {
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        for (jti, until) in revocations {
            let kept = revoked.entry(jti.into()).or_insert(until);
            *kept = until.max(*kept);
        }
    }

    /// Forgets revocations of tokens that have expired; the list grows until this is called.
    pub fn forget_expired(&self, now: Timestamp) {
        self.revoked.write().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
    }

    /// The ring in force; its active key signs new tokens.
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.load_full()
    }

    /// Puts another ring in force. Tokens of a key it does not trust fail from this call on.
    pub fn replace_ring(&self, ring: KeyRing) {
        self.ring.store(Arc::new(ring));
    }

    /// The terms tokens are issued and taken on.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier").field("terms", &self.terms).finish_non_exhaustive()
    }
}
