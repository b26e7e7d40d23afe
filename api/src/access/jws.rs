//! The strict verifier of compact JWS (RFC 7515): the only door for access tokens, client assertions and receipts.
//!
//! `jsonwebtoken` does the arithmetic of the signature; everything that decides whether a signature may count at all
//! (form, header, algorithm, type, key) is decided here, as RFC 8725 and security.md §3 A ask.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    json::{JsonError, read_object},
    jwks::{MAX_KEY_ID_BYTES, PublicKey, PublicKeys},
};

/// The largest token or assertion, in bytes (security.md, row A22).
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Header parameters that bring keys, encryption, compression or nesting; none is ever followed.
const REFUSED_PARAMETERS: [&str; 15] = [
    "jku", "x5u", "x5c", "x5t", "x5t#S256", "zip", "enc", "cty", "epk", "apu", "apv", "iv", "tag", "p2s",
    "p2c",
];

/// A signature algorithm the gateway knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `EdDSA`, over Ed25519 only.
    EdDsa,
    /// `Ed25519`, the fully specified name (RFC 9864).
    Ed25519,
    /// `ES256`.
    Es256,
    /// `PS256`, for client assertions only.
    Ps256,
}

impl Algorithm {
    /// The name in the `alg` header; exact case.
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
        }
    }

    /// Reads the name; None for every other spelling and algorithm.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::EdDsa, Self::Ed25519, Self::Es256, Self::Ps256].into_iter().find(|known| known.name() == name)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the caller takes: chosen by the kind of token, never by the token.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// The largest text, in bytes.
    pub max_bytes: usize,
    /// The algorithms that may sign.
    pub algorithms: &'static [Algorithm],
    /// The media types that `typ` may name, in lower case without `application/`.
    pub types: &'static [&'static str],
    /// Whether `typ` may be absent.
    pub type_optional: bool,
    /// Whose key signs.
    pub key: KeySource,
}

/// Where the key of a signature comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The signer registered it; a key in the header is refused.
    Registered,
    /// The header brings it as `jwk`: the text proves possession of that key and nothing else (RFC 9449).
    Embedded,
}

/// Why a compact JWS is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// The text is longer than the policy reads.
    #[error("{bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// The length met.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },
    /// There are more or fewer than two dots.
    #[error("not three parts between dots")]
    NotThreeParts,
    /// A part has padding, foreign characters or spare bits.
    #[error("the {part} is not canonical base64url without padding")]
    Base64 {
        /// Which of the three parts.
        part: &'static str,
    },
    /// The header is not one clear JSON object.
    #[error("header: {0}")]
    Header(#[source] JsonError),
    /// The payload is not one clear JSON object.
    #[error("payload: {0}")]
    Payload(#[source] JsonError),
    /// `alg` is absent or not a text.
    #[error("`alg` is missing or not a text")]
    AlgorithmMissing,
    /// The policy does not take the algorithm.
    #[error("the algorithm {name:?} is not taken here")]
    AlgorithmRefused {
        /// The name met.
        name: String,
    },
    /// `typ` is absent where the policy wants it.
    #[error("`typ` is missing")]
    TypeMissing,
    /// The policy does not take the type.
    #[error("the type {typ} is not taken here")]
    TypeRefused {
        /// The value met.
        typ: Value,
    },
    /// `crit` stands in the header or the payload.
    #[error("`crit` names extensions, and none is known")]
    Critical,
    /// `b64` stands in the header (RFC 7797).
    #[error("`b64` would change what is signed")]
    Unencoded,
    /// The header brings a key, encryption, compression or nesting.
    #[error("the header parameter `{name}` is never followed")]
    ParameterRefused {
        /// The name met.
        name: &'static str,
    },
    /// The header does not bring the key that it must bring.
    #[error("`jwk` is missing or not an object")]
    KeyMissing,
    /// `kid` is not a plain, short text.
    #[error("`kid` is not a text of 1 to {MAX_KEY_ID_BYTES} plain characters")]
    KeyIdMalformed,
    /// The signer has no key of the name.
    #[error("no key of that name")]
    KeyUnknown,
    /// More than one key fits.
    #[error("{count} keys could have signed; `kid` has to name one")]
    KeyAmbiguous {
        /// How many there are.
        count: usize,
    },
    /// The named key is for another algorithm.
    #[error("the key of that name does not sign with {algorithm}")]
    KeyMismatch {
        /// What the header says.
        algorithm: Algorithm,
    },
    /// The signature has the wrong length for the key.
    #[error("the signature is not {expected} bytes long")]
    SignatureLength {
        /// The length in bytes that the key makes.
        expected: usize,
    },
    /// The signature does not verify.
    #[error("the signature is not of this key over this text")]
    SignatureWrong,
}

/// The header parameters that were used; all others were refused or ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Names the algorithm.
    pub algorithm: Algorithm,
    /// Names the key within the signer's set.
    pub kid: Option<Box<str>>,
    /// The key itself, where the policy wants it here.
    pub jwk: Option<Map<String, Value>>,
}

/// A compact JWS whose signature was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The header.
    pub header: Header,
    /// The payload, an object without repeated keys.
    pub claims: Map<String, Value>,
}

/// Checks form, header, key and signature, in this order.
///
/// # Errors
///
/// Names the first failure. Claims are not judged here.
pub fn verify(text: &str, policy: &Policy, keys: &PublicKeys) -> Result<Verified, JwsError> {
    Unverified::read(text, policy)?.verify(|header| keys.choose(header.kid.as_deref(), header.algorithm))
}

/// A well-formed compact JWS that nobody vouches for yet.
#[derive(Debug)]
pub struct Unverified<'t> {
    signed: &'t str,
    signature: &'t str,
    header: Header,
    claims: Map<String, Value>,
}

impl<'t> Unverified<'t> {
    /// Reads a compact JWS and judges its form and header.
    ///
    /// # Errors
    ///
    /// Names the first failure; of the key and the signature it says nothing.
    pub fn read(text: &'t str, policy: &Policy) -> Result<Self, JwsError> {
        if text.len() > policy.max_bytes {
            return Err(JwsError::TooLarge { bytes: text.len(), limit: policy.max_bytes });
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsError::NotThreeParts);
        };
        let signed = &text[..header.len() + 1 + payload.len()];
        let header =
            read_header(&read_object(&decode("header", header)?).map_err(JwsError::Header)?, policy)?;
        let claims = read_object(&decode("payload", payload)?).map_err(JwsError::Payload)?;
        if claims.contains_key("crit") {
            return Err(JwsError::Critical);
        }
        decode("signature", signature)?;
        Ok(Self { signed, signature, header, claims })
    }

    /// The header, for choosing a key.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What the text claims and nobody has checked; good for looking up whose keys to check it with.
    pub fn claimed(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Spends the time of a signature check on `key` and forgets the outcome, so that a refusal for another reason
    /// takes as long as a wrong signature (security.md, row C11).
    pub(super) fn spend_a_check(&self, key: &PublicKey) {
        let _outcome = key.check(self.signed, self.signature);
    }

    /// Checks the signature with the key that `choose` finds for the header.
    ///
    /// # Errors
    ///
    /// What `choose` says, or the failure of the signature.
    pub fn verify<'k>(
        self,
        choose: impl FnOnce(&Header) -> Result<&'k PublicKey, JwsError>,
    ) -> Result<Verified, JwsError> {
        choose(&self.header)?.check(self.signed, self.signature)?;
        Ok(Verified { header: self.header, claims: self.claims })
    }
}

/// Tells whether a text has 1 to `max` characters that are safe in keys, logs and lookups: letters, digits, `-._~:+=@`.
pub(super) fn is_plain(text: &str, max: usize) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:+=@".contains(&byte);
    (1..=max).contains(&text.len()) && text.bytes().all(is_plain)
}

/// The engine refuses padding, foreign characters and spare bits that are not zero.
fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwsError::Base64 { part })
}

fn read_header(members: &Map<String, Value>, policy: &Policy) -> Result<Header, JwsError> {
    let name = members.get("alg").and_then(Value::as_str).ok_or(JwsError::AlgorithmMissing)?;
    let algorithm = Algorithm::parse(name)
        .filter(|algorithm| policy.algorithms.contains(algorithm))
        .ok_or_else(|| JwsError::AlgorithmRefused { name: name.to_owned() })?;
    if members.contains_key("crit") {
        return Err(JwsError::Critical);
    }
    if members.contains_key("b64") {
        return Err(JwsError::Unencoded);
    }
    if let Some(name) = REFUSED_PARAMETERS.into_iter().find(|name| members.contains_key(*name)) {
        return Err(JwsError::ParameterRefused { name });
    }
    check_type(members.get("typ"), policy)?;
    Ok(Header {
        algorithm,
        kid: read_key_id(members.get("kid"))?,
        jwk: read_key(members.get("jwk"), policy)?,
    })
}

fn read_key(jwk: Option<&Value>, policy: &Policy) -> Result<Option<Map<String, Value>>, JwsError> {
    match (policy.key, jwk) {
        (KeySource::Registered, None) => Ok(None),
        (KeySource::Registered, Some(_)) => Err(JwsError::ParameterRefused { name: "jwk" }),
        (KeySource::Embedded, jwk) => {
            jwk.and_then(Value::as_object).cloned().map(Some).ok_or(JwsError::KeyMissing)
        }
    }
}

/// Media types compare without case, and `application/` may be left out (RFC 7515 §4.1.9).
fn check_type(typ: Option<&Value>, policy: &Policy) -> Result<(), JwsError> {
    let Some(typ) = typ else {
        return if policy.type_optional { Ok(()) } else { Err(JwsError::TypeMissing) };
    };
    let lower = typ.as_str().map(str::to_ascii_lowercase);
    let named = lower.as_deref().map(|name| name.strip_prefix("application/").unwrap_or(name));
    match named {
        Some(name) if policy.types.contains(&name) => Ok(()),
        _ => Err(JwsError::TypeRefused { typ: typ.clone() }),
    }
}

fn read_key_id(kid: Option<&Value>) -> Result<Option<Box<str>>, JwsError> {
    let Some(kid) = kid else { return Ok(None) };
    match kid.as_str() {
        Some(kid) if is_plain(kid, MAX_KEY_ID_BYTES) => Ok(Some(kid.into())),
        _ => Err(JwsError::KeyIdMalformed),
    }
}
