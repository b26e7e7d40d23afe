//! DPoP proofs (RFC 9449): that whoever sends a request holds a key.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{digest::Digest, time::Timestamp};
use moka::sync::Cache;

use super::{
    jwks::{KeySetError, PublicKey},
    jws::{Algorithm, JwsError, KeySource, MAX_TOKEN_BYTES, Policy, Unverified},
    registered::{ClaimError, Registered},
    thumbprint::thumbprint,
};

/// How far `iat` may lie from now, in seconds (security.md, row D17).
pub const PROOF_WINDOW_S: i64 = 60;
/// The algorithms that may sign proofs, as metadata and challenges name them.
pub const ALGORITHMS: [&str; 4] = ["ES256", "EdDSA", "Ed25519", "PS256"];
/// How many keys are remembered, about half a KiB each.
const REMEMBERED_KEYS: u64 = 10_000;

const POLICY: Policy = Policy {
    max_bytes: MAX_TOKEN_BYTES,
    algorithms: &[Algorithm::Es256, Algorithm::EdDsa, Algorithm::Ed25519, Algorithm::Ps256],
    types: &["dpop+jwt"],
    type_optional: false,
    key: KeySource::Embedded,
};

/// Why a proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Form, header or signature.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// The key in the header.
    #[error(transparent)]
    Key(#[from] KeySetError),
    /// A claim is missing or malformed, or the moment of `exp` or `nbf` is not right.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// `htm` is another method.
    #[error("`htm` is {claimed:?}")]
    Method {
        /// What the proof says.
        claimed: String,
    },
    /// `htu` is another address.
    #[error("`htu` is {claimed:?}")]
    Uri {
        /// What the proof says.
        claimed: String,
    },
    /// `iat` lies too far from now.
    #[error("made at {at_s}, more than {PROOF_WINDOW_S} s from now")]
    Moment {
        /// Seconds since 1970.
        at_s: i64,
    },
    /// `ath` is the digest of another token.
    #[error("`ath` is not of the token presented")]
    Token,
}

/// The request that a proof has to be for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'r> {
    /// The method, in its exact case.
    pub method: &'r str,
    /// The configured public base URL, never what a header says.
    pub base_url: &'r str,
    /// The path, as it was sent.
    pub path: &'r str,
    /// The access token beside it; None at the token endpoint.
    pub token: Option<&'r str>,
}

/// A proof that holds for its request. Whether it was seen before and whose nonce it carries is for the caller to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of the key.
    pub key: Digest,
    /// Names the proof among all: the digest of key and `jti`.
    pub name: Digest,
    /// The server nonce it carries.
    pub nonce: Option<Box<str>>,
    /// The last second at which the same text would be taken.
    pub until_s: i64,
}

/// Verifies proofs, with a memory of the keys met: to read one costs as much as half a signature.
pub struct ProofVerifier {
    keys: Cache<Digest, Arc<PublicKey>>,
}

impl Default for ProofVerifier {
    fn default() -> Self {
        Self { keys: Cache::new(REMEMBERED_KEYS) }
    }
}

impl ProofVerifier {
    /// Verifies a proof for a request at the moment `now`.
    ///
    /// # Errors
    ///
    /// Names the first failure, for the journal; every caller hears `invalid_dpop_proof`.
    pub fn verify(&self, text: &str, target: &Target<'_>, now: Timestamp) -> Result<Proof, ProofError> {
        let jws = Unverified::read(text, &POLICY)?;
        let claims = Registered(jws.claimed());
        check_request(claims, target)?;
        let until_s = check_moment(claims, now)?;
        let jti = claims.jti()?;
        let nonce = claims.0.get("nonce").map(|_| claims.text("nonce")).transpose()?.map(Box::from);
        let (thumbprint, key) = self.key(&jws)?;
        jws.verify(|header| {
            let fits = key.fits(header.algorithm);
            if fits { Ok(&*key) } else { Err(JwsError::KeyMismatch { algorithm: header.algorithm }) }
        })?;
        let name = [thumbprint.as_bytes(), jti.as_bytes()].concat();
        Ok(Proof { key: thumbprint, name: Digest::of(&name), nonce, until_s })
    }

    /// The key in the header and its thumbprint. What the thumbprint does not cover is judged each time: a private
    /// member, or a purpose, may stand beside a key that is known to be sound.
    fn key(&self, jws: &Unverified<'_>) -> Result<(Digest, Arc<PublicKey>), ProofError> {
        let jwk = jws.header().jwk.as_ref().ok_or(JwsError::KeyMissing)?;
        let malformed = || KeySetError::Member { index: 0, member: "jwk" };
        let name = thumbprint(jwk).ok_or_else(malformed)?;
        let bare = jwk.keys().all(|member| BARE.contains(&member.as_str()));
        if let Some(known) = self.keys.get(&name).filter(|_| bare) {
            return Ok((name, known));
        }
        let key = Arc::new(PublicKey::from_jwk(jwk)?);
        if bare {
            self.keys.insert(name, Arc::clone(&key));
        }
        Ok((name, key))
    }
}

/// The members that a thumbprint covers, whatever the type of the key.
const BARE: [&str; 6] = ["kty", "crv", "x", "y", "n", "e"];

fn check_request(claims: Registered<'_>, target: &Target<'_>) -> Result<(), ProofError> {
    let method = claims.text("htm")?;
    if method != target.method {
        return Err(ProofError::Method { claimed: method.to_owned() });
    }
    let uri = claims.text("htu")?;
    if !names(uri, target) {
        return Err(ProofError::Uri { claimed: uri.to_owned() });
    }
    let Some(token) = target.token else { return Ok(()) };
    let digest = URL_SAFE_NO_PAD.encode(Digest::of(token.as_bytes()).as_bytes());
    if claims.text("ath")? == digest { Ok(()) } else { Err(ProofError::Token) }
}

/// Judges `iat`, and `nbf` and `exp` where they stand; the last second at which the proof is taken.
fn check_moment(claims: Registered<'_>, now: Timestamp) -> Result<i64, ProofError> {
    let (now_s, at_s) = (now.seconds(), claims.seconds("iat")?);
    if at_s.saturating_sub(now_s).saturating_abs() > PROOF_WINDOW_S {
        return Err(ProofError::Moment { at_s });
    }
    if let Some(from_s) = claims.optional_seconds("nbf")?.filter(|from_s| *from_s > now_s + PROOF_WINDOW_S) {
        return Err(ClaimError::NotYetValid { from_s }.into());
    }
    if let Some(at_s) = claims.optional_seconds("exp")?.filter(|at_s| *at_s <= now_s) {
        return Err(ClaimError::Expired { at_s }.into());
    }
    Ok(at_s + PROOF_WINDOW_S)
}

/// Whether an address is that of the request: scheme and host in any case, the scheme's own port said or not, query and
/// fragment left out (RFC 9449 section 4.3); the path byte by byte, because two spellings could be two resources.
fn names(claimed: &str, target: &Target<'_>) -> bool {
    let (Some((origin, path)), Some((own, _))) = (parts(claimed), parts(target.base_url)) else {
        return false;
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = if path.is_empty() { "/" } else { path };
    origin == own && path == target.path
}

/// Scheme, host and port in their one spelling, and the rest.
fn parts(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let own_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = authority.strip_suffix(own_port).unwrap_or(&authority);
    Some((format!("{scheme}://{authority}"), path))
}
