//! The gateway's own signing keys, their rotation, and the JWKS document that publishes them.

use std::{fmt, sync::Arc};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    jwks::{PublicKey, choose},
    jws::{Algorithm, JwsError},
};

/// The `typ` of access tokens (RFC 9068 §2.1).
pub const ACCESS_TOKEN: &str = "at+jwt";
/// The `typ` of receipts.
pub const RECEIPT: &str = "receipt+jwt";

/// The bytes are not an Ed25519 private key in PKCS#8.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 private key in PKCS#8 DER")]
pub struct KeyFormatError;

/// An Ed25519 key that signs for the gateway. Its debug text shows the name only.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
    published: Value,
    kid: Box<str>,
    /// Base64url headers of the two types that are signed per request.
    headers: [(&'static str, Box<str>); 2],
}

impl SigningKey {
    /// Makes a key from 32 random bytes, drawn by the caller and kept by nobody.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self::of(Ed25519KeyPair::from_seed_unchecked(seed).expect("every 32 bytes are an Ed25519 seed"))
    }

    /// Loads a key from PKCS#8 DER, with or without the public half.
    ///
    /// # Errors
    ///
    /// Refuses other key types and a public half of another key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyFormatError> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Self::of).map_err(|_| KeyFormatError)
    }

    /// The private key in PKCS#8 DER, for storing it; as secret as the key.
    pub fn to_pkcs8(&self) -> Vec<u8> {
        self.pair.to_pkcs8().expect("a loaded Ed25519 pair can be written").as_ref().to_vec()
    }

    fn of(pair: Ed25519KeyPair) -> Self {
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let kid = thumbprint(&x);
        let published =
            json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"});
        let headers = [ACCESS_TOKEN, RECEIPT].map(|typ| (typ, header(typ, &kid).into()));
        let public = PublicKey::ed25519(&kid, pair.public_key().as_ref());
        Self { pair, public, published, kid: kid.into(), headers }
    }

    /// The key's name: its RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs claims as a compact JWS of the type `typ`.
    ///
    /// # Panics
    ///
    /// Where `claims` do not write as JSON, which a plain struct or map with text keys always does.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> String {
        let payload = serde_json::to_vec(claims).expect("claims are structs and maps with text keys");
        let prepared = self.headers.iter().find(|(known, _)| *known == typ);
        let mut text = match prepared {
            Some((_, header)) => String::from(&**header),
            None => header(typ, &self.kid),
        };
        text.reserve(payload.len() * 4 / 3 + 96);
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(&payload, &mut text);
        let signature = self.pair.sign(text.as_bytes());
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut text);
        text
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The SHA-256 of the required members in the order of their names (RFC 7638 §3.2, RFC 8037 §2).
fn thumbprint(x: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

fn header(typ: &str, kid: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({"alg": "EdDSA", "typ": typ, "kid": kid}).to_string())
}

/// The key that signs now and the keys before it whose signatures still count.
///
/// A ring never changes: [`KeyRing::rotate`] and [`KeyRing::retire`] return the next one. Receipts are verified for
/// ever and tokens for minutes, so each has a ring of its own, and nothing is ever retired from the ring of receipts.
#[derive(Debug, Clone)]
pub struct KeyRing {
    active: Arc<SigningKey>,
    previous: Vec<(PublicKey, Value)>,
}

impl KeyRing {
    /// A ring of one key.
    pub fn new(active: SigningKey) -> Self {
        Self { active: Arc::new(active), previous: Vec::new() }
    }

    /// The key that signs.
    pub fn active(&self) -> &SigningKey {
        &self.active
    }

    /// The ring where `new` signs and the keys so far go on verifying. The same key again changes nothing.
    #[must_use]
    pub fn rotate(&self, new: SigningKey) -> Self {
        if new.kid == self.active.kid {
            return self.clone();
        }
        let mut previous = self.previous.clone();
        previous.retain(|(key, _)| key.kid() != Some(&new.kid));
        previous.insert(0, (self.active.public.clone(), self.active.published.clone()));
        Self { active: Arc::new(new), previous }
    }

    /// The ring without the previous key `kid`: what it signed counts no longer. The active key cannot be retired.
    #[must_use]
    pub fn retire(&self, kid: &str) -> Self {
        let mut ring = self.clone();
        ring.previous.retain(|(key, _)| key.kid() != Some(kid));
        ring
    }

    /// Tells whether signatures of the key `kid` count.
    pub fn trusts(&self, kid: &str) -> bool {
        *self.active.kid == *kid || self.previous.iter().any(|(key, _)| key.kid() == Some(kid))
    }

    /// The public half of every key whose signatures count, the active one first.
    pub fn jwks(&self) -> Value {
        let previous = self.previous.iter().map(|(_, published)| published);
        json!({"keys": std::iter::once(&self.active.published).chain(previous).collect::<Vec<_>>()})
    }

    /// Signs the claims of a receipt with the active key.
    pub fn sign_receipt(&self, claims: &impl Serialize) -> String {
        self.active.sign(RECEIPT, claims)
    }

    /// Chooses the key for a signature by the rule of [`super::jwks::PublicKeys::choose`].
    ///
    /// # Errors
    ///
    /// As there.
    pub(super) fn choose(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&PublicKey, JwsError> {
        let previous = self.previous.iter().map(|(key, _)| key);
        choose(std::iter::once(&self.active.public).chain(previous), kid, algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 8037 appendix A.1 with the thumbprint of A.3.
    #[test]
    fn a_key_has_the_thumbprint_of_rfc_8037_and_survives_storage() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").expect("base64url");
        let key = SigningKey::from_seed(&seed.try_into().expect("32 bytes"));
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(key.published["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let again = SigningKey::from_pkcs8(&key.to_pkcs8()).expect("our own bytes");
        assert_eq!(again.sign("at+jwt", &json!({"a": 1})), key.sign("at+jwt", &json!({"a": 1})));
        assert!(!format!("{key:?}").contains("pair"));
    }

    #[test]
    fn other_bytes_are_no_key() {
        let mut stranger = SigningKey::from_seed(&[1; 32]).to_pkcs8();
        *stranger.last_mut().expect("not empty") ^= 1; // The public half stands last.
        for bad in [&[][..], &[0x30, 0], &[7; 32], &stranger] {
            assert_eq!(SigningKey::from_pkcs8(bad).err(), Some(KeyFormatError));
        }
    }

    #[test]
    fn rotation_keeps_old_public_keys_until_they_are_retired() {
        let [first, second, third] = [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let names = [&first, &second, &third].map(|key| key.kid().to_owned());
        let ring = KeyRing::new(first).rotate(second).rotate(third);
        let published = |ring: &KeyRing| {
            let keys = ring.jwks()["keys"].as_array().expect("a list").clone();
            keys.iter().map(|key| key["kid"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(published(&ring), [&*names[2], &names[1], &names[0]]);
        let retired = ring.retire(&names[0]).retire(&names[2]);
        assert_eq!(published(&retired), [&*names[2], &names[1]]);
        assert!(retired.trusts(&names[2]) && retired.trusts(&names[1]) && !retired.trusts(&names[0]));
        assert!(!ring.jwks().to_string().contains("\"d\""));
        let same = ring.rotate(SigningKey::from_seed(&[3; 32]));
        assert_eq!(published(&same), published(&ring));
    }
}
