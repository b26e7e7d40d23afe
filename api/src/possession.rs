//! Whether who presents a token holds what the token is bound to: a key, by DPoP proofs (RFC 9449), or a TLS
//! certificate (RFC 8705).
//!
//! A proof counts once. Every process remembers those it has seen; what changes something is moreover claimed in the
//! store before it happens, so that no other gateway and no restart forgets it (docs/adr/0013-possession.md).

use domain::{
    digest::Digest,
    guard::{self, Guard},
    time::Timestamp,
};
use jiff::SignedDuration;

use crate::access::{
    binding::Binding,
    certificate::PeerCertificate,
    claims::VerifiedToken,
    dpop::{PROOF_WINDOW_S, Proof, ProofError, ProofVerifier, Target},
    nonce::{Nonces, Purpose},
    replay::{Replays, Use},
};

/// What is taken as possession; the sandbox is more lenient than the live gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether `client_secret_basic` is taken; never in live mode.
    pub secrets_allowed: bool,
    /// Whether a token may be bound to nothing; never in live mode.
    pub bearer_allowed: bool,
    /// Whether proofs of reads are claimed in the store too.
    pub claims_reads: bool,
    /// Whether clients can show certificates: TLS ends in this program.
    pub mutual_tls: bool,
}

/// Why possession is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PossessionError {
    /// The token is bound to nothing, and such tokens are not taken here.
    #[error("a bearer token, which is not taken here")]
    Unbound,
    /// The scheme of the Authorization header is not that of the token's binding.
    #[error("presented by the other scheme")]
    Scheme,
    /// No proof stands beside the token.
    #[error("no DPoP proof")]
    NoProof,
    /// The proof is of another key, or the certificate another or none.
    #[error("held by another key or certificate")]
    NotHolder,
    /// The certificate is not in force.
    #[error("the certificate is not in force")]
    CertificateTerm,
    /// There is more than one proof.
    #[error("more than one DPoP header")]
    TwoProofs,
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The proof carries no nonce that is good here now.
    #[error("no nonce, or one that is not good any more")]
    Nonce,
    /// The proof was used before.
    #[error("the proof was used before")]
    Replayed,
    /// There is no room to remember the proof.
    #[error("no room to remember the proof")]
    NoRoom,
}

/// How a request presents its token.
pub struct Presented<'r> {
    /// Whether by the scheme DPoP, else Bearer.
    pub by_proof: bool,
    /// The DPoP header; an error where there are several.
    pub proof: Result<Option<&'r str>, PossessionError>,
    /// The certificate of the connection.
    pub certificate: Option<&'r PeerCertificate>,
    /// What a proof has to be for.
    pub target: Target<'r>,
}

/// A proof to be claimed in the store before anything happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofClaim {
    /// The digest of key and `jti`.
    pub name: Digest,
    /// Until when it has to be remembered.
    pub until: Timestamp,
}

/// The proofs, nonces and rules of one process.
pub struct Possession {
    /// What is taken.
    pub rules: Rules,
    /// Server nonces.
    pub nonces: Nonces,
    proofs: ProofVerifier,
    replays: Replays,
    began: Timestamp,
}

impl Possession {
    /// Possession as this process judges it from `began` on.
    pub fn new(rules: Rules, nonces: Nonces, began: Timestamp) -> Self {
        Self { rules, nonces, proofs: ProofVerifier::default(), replays: Replays::default(), began }
    }

    /// Judges a request with a verified token; the proof that is still to be claimed in the store, where there is one.
    ///
    /// # Errors
    /// [`PossessionError`].
    pub fn judge(
        &self,
        token: &VerifiedToken,
        presented: Presented<'_>,
        now: Timestamp,
    ) -> Result<Option<ProofClaim>, PossessionError> {
        if !guard::stands(Guard::Possession) {
            return Ok(None);
        }
        match (token.binding(), presented.by_proof) {
            (None, false) if self.rules.bearer_allowed => Ok(None),
            (None, false) => Err(PossessionError::Unbound),
            (Some(Binding::Certificate(digest)), false) => {
                let shown = presented.certificate.filter(|shown| shown.digest == digest);
                let shown = shown.ok_or(PossessionError::NotHolder)?;
                if shown.is_in_force(now) { Ok(None) } else { Err(PossessionError::CertificateTerm) }
            }
            (Some(Binding::Key(key)), true) => {
                let text = presented.proof?.ok_or(PossessionError::NoProof)?;
                let proof = self.proofs.verify(text, &presented.target, now)?;
                if proof.key != key {
                    return Err(PossessionError::NotHolder);
                }
                let changes = !matches!(presented.target.method, "GET" | "HEAD" | "OPTIONS");
                self.check_nonce(&proof, changes, now)?;
                let claim = self.remember(&proof, now)?;
                Ok((changes || self.rules.claims_reads).then_some(claim))
            }
            (Some(Binding::Key(_)), false) | (Some(Binding::Certificate(_)) | None, true) => {
                Err(PossessionError::Scheme)
            }
        }
    }

    /// Verifies a proof at the token endpoint. Its name is not used up yet.
    ///
    /// # Errors
    /// [`PossessionError`].
    pub fn verify(&self, text: &str, target: &Target<'_>, now: Timestamp) -> Result<Proof, PossessionError> {
        let proof = self.proofs.verify(text, target, now)?;
        let nonce = proof.nonce.as_deref();
        match nonce.and_then(|nonce| self.nonces.made_at(Purpose::Token, nonce, now)) {
            Some(_) => Ok(proof),
            None => Err(PossessionError::Nonce),
        }
    }

    /// Uses a proof up in this process; it is still to be claimed in the store.
    ///
    /// # Errors
    /// [`PossessionError::Replayed`] for every use but the first, [`PossessionError::NoRoom`].
    pub fn remember(&self, proof: &Proof, now: Timestamp) -> Result<ProofClaim, PossessionError> {
        match self.replays.remember(&proof.name, proof.until_s, now) {
            Use::First => {
                // Another gateway's clock may be behind ours.
                let until = now.plus(SignedDuration::from_secs(4 * PROOF_WINDOW_S));
                Ok(ProofClaim { name: proof.name, until })
            }
            Use::Again => Err(PossessionError::Replayed),
            Use::NoRoom => Err(PossessionError::NoRoom),
        }
    }

    /// A change needs a nonce; a read may do without, except after a start: what this process has not seen because it
    /// was another one then must not be taken again.
    fn check_nonce(&self, proof: &Proof, changes: bool, now: Timestamp) -> Result<(), PossessionError> {
        let fresh = now.since(self.began) <= SignedDuration::from_secs(2 * PROOF_WINDOW_S);
        let Some(nonce) = &proof.nonce else {
            return if changes || fresh { Err(PossessionError::Nonce) } else { Ok(()) };
        };
        let made_at = self.nonces.made_at(Purpose::Resource, nonce, now).ok_or(PossessionError::Nonce)?;
        if fresh && !changes && made_at < self.began { Err(PossessionError::Nonce) } else { Ok(()) }
    }
}
