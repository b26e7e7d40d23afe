//! Verification of a receipt away from the gateway, with nothing but the published keys.

use serde_json::{Map, Value};

use super::{
    jwks::{KeySetError, PublicKeys},
    jws::{Algorithm, JwsError, KeySource, Policy, verify},
    keys::RECEIPT,
};

/// The largest receipt, in bytes.
pub const MAX_RECEIPT_BYTES: usize = 64 * 1024;
/// The most keys of the gateway's own document; every key that ever signed a receipt stays in it.
pub const MAX_GATEWAY_KEYS: usize = 1000;

const POLICY: Policy = Policy {
    max_bytes: MAX_RECEIPT_BYTES,
    algorithms: &[Algorithm::EdDsa, Algorithm::Ed25519],
    types: &[RECEIPT],
    type_optional: false,
    key: KeySource::Registered,
};

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The document of keys.
    #[error("keys: {0}")]
    Keys(#[from] KeySetError),
    /// Form, header, key or signature.
    #[error(transparent)]
    Jws(#[from] JwsError),
}

/// What the gateway signed in a receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptClaims(pub Map<String, Value>);

/// Checks a receipt against the gateway's JWKS document, offline. A receipt never expires.
///
/// # Errors
///
/// Names the fault of the document or of the receipt.
pub fn verify_receipt(jws: &str, jwks: &Value) -> Result<ReceiptClaims, ReceiptError> {
    let keys = PublicKeys::from_value(jwks, MAX_GATEWAY_KEYS)?;
    Ok(ReceiptClaims(verify(jws, &POLICY, &keys)?.claims))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::access::keys::{KeyRing, SigningKey};

    fn claims() -> Map<String, Value> {
        serde_json::from_value(json!({"receipt_id": "rcp_1", "sequence": 7, "digest": "sha-256:00"}))
            .expect("an object")
    }

    #[test]
    fn a_receipt_verifies_after_its_key_was_rotated_out() {
        let ring = KeyRing::new(SigningKey::from_seed(&[1; 32]));
        let receipt = ring.sign_receipt(&claims());
        let rotated = ring.rotate(SigningKey::from_seed(&[2; 32]));
        assert_eq!(verify_receipt(&receipt, &rotated.jwks()), Ok(ReceiptClaims(claims())));
        let stranger = KeyRing::new(SigningKey::from_seed(&[3; 32])).jwks();
        assert_eq!(verify_receipt(&receipt, &stranger), Err(JwsError::KeyUnknown.into()));
        assert_eq!(verify_receipt(&receipt, &json!({})), Err(KeySetError::NotAKeySet.into()));
    }

    #[test]
    fn f51_a_receipt_with_any_character_changed_is_refused() {
        let ring = KeyRing::new(SigningKey::from_seed(&[1; 32]));
        let (receipt, jwks) = (ring.sign_receipt(&claims()), ring.jwks());
        for index in 0..receipt.len() {
            let mut forged = receipt.clone().into_bytes();
            forged[index] = if forged[index] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("ASCII");
            assert!(verify_receipt(&forged, &jwks).is_err(), "{index}");
        }
        assert!(verify_receipt(&format!("{receipt} "), &jwks).is_err());
    }

    #[test]
    fn a20_another_type_under_the_same_key_is_no_receipt() {
        let key = SigningKey::from_seed(&[1; 32]);
        let token = key.sign("at+jwt", &claims());
        let refused = verify_receipt(&token, &KeyRing::new(key).jwks());
        assert_eq!(refused, Err(JwsError::TypeRefused { typ: json!("at+jwt") }.into()));
    }
}
