//! Client secrets of the sandbox (`client_secret_basic`).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::digest::Digest;
use subtle::ConstantTimeEq as _;

/// What is kept of a client secret: its SHA-256.
///
/// A secret is 256 random bits that no person chose, so nobody can search for it whatever the hash costs. The slow,
/// salted hashes that passwords need would only slow down the token endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(Digest);

/// A new secret: shown to its owner once, kept as a digest.
pub struct IssuedSecret {
    /// 43 characters of base64url, for the owner; never stored or logged.
    pub plain: String,
    /// For the store.
    pub kept: ClientSecret,
}

impl ClientSecret {
    /// Makes a secret from 32 random bytes drawn by the caller.
    pub fn generate(random: [u8; 32]) -> IssuedSecret {
        let plain = URL_SAFE_NO_PAD.encode(random);
        let kept = Self(Digest::of(plain.as_bytes()));
        IssuedSecret { plain, kept }
    }

    /// Takes a digest from the store.
    pub fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest, for the store.
    pub fn digest(&self) -> &Digest {
        &self.0
    }

    /// Tells whether `presented` is the secret, in a time that depends on its length only.
    pub fn verify(&self, presented: &str) -> bool {
        Digest::of(presented.as_bytes()).as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret")
    }
}

impl fmt::Debug for IssuedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuedSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_verifies_itself_and_nothing_else() {
        let issued = ClientSecret::generate([7; 32]);
        assert_eq!(issued.plain.len(), 43);
        let kept = ClientSecret::from_digest(*issued.kept.digest());
        assert!(kept.verify(&issued.plain));
        let digest = kept.digest().to_string();
        for bad in ["", "a", &issued.plain[1..], &format!("{}=", issued.plain), &digest, &"x".repeat(100_000)]
        {
            assert!(!kept.verify(bad), "{}", bad.len());
        }
        assert_eq!(format!("{kept:?} {issued:?}"), "ClientSecret IssuedSecret");
    }
}
