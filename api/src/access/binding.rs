//! What a token is bound to (RFC 7800 `cnf`): whoever presents it has to show the same.

use domain::digest::Digest;
use serde_json::{Map, Value, json};

use super::{
    registered::ClaimError,
    thumbprint::{decode, encode},
};

/// What a token is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// The key with this RFC 7638 thumbprint, shown by DPoP proofs (RFC 9449 section 6.1).
    Key(Digest),
    /// The TLS certificate with this SHA-256 (RFC 8705 section 3.1).
    Certificate(Digest),
}

impl Binding {
    /// The claim `cnf`.
    pub fn to_claim(self) -> Value {
        match self {
            Self::Key(thumbprint) => json!({ "jkt": encode(&thumbprint) }),
            Self::Certificate(digest) => json!({ "x5t#S256": encode(&digest) }),
        }
    }

    /// Reads `cnf`, which names exactly one thing where it stands.
    pub(super) fn read(claims: &Map<String, Value>) -> Result<Option<Self>, ClaimError> {
        let Some(claim) = claims.get("cnf") else { return Ok(None) };
        let named = claim.as_object().filter(|members| members.len() == 1);
        let (name, value) = named.and_then(|members| members.iter().next()).ok_or(MALFORMED)?;
        let digest = value.as_str().and_then(decode).ok_or(MALFORMED)?;
        match name.as_str() {
            "jkt" => Ok(Some(Self::Key(digest))),
            "x5t#S256" => Ok(Some(Self::Certificate(digest))),
            _ => Err(MALFORMED),
        }
    }
}

const MALFORMED: ClaimError = ClaimError::Malformed { name: "cnf" };
