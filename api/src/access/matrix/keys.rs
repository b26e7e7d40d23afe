//! Rows A3 to A7, A17, A18, B18 and C10: which key verifies, and which keys are taken at all.

use aws_lc_rs::{hmac, signature::KeyPair as _};
use serde_json::{Value, json};

use super::{
    DOORS, Door, ISSUER, NOW_S, P256, REGISTERED, RSA, at, b64, ed25519, es256, jwks, kid, of_form, ring,
    rsa, signed, terms, token_claims,
};
use crate::access::{
    assertion::PresentedAssertion,
    cache::TokenVerifier,
    claims::TokenError,
    json::JsonError,
    jwks::{KeySetError, PublicKeys},
    jws::{Algorithm, JwsError},
    keys::SigningKey,
};

/// An assertion with this algorithm and key name.
fn assertion(alg: &str, kid: Option<&str>, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let mut header = json!({"alg": alg, "typ": "JWT"});
    if let Some(kid) = kid {
        header["kid"] = json!(kid);
    }
    signed(&header.to_string(), &Door::Assertion.claims().to_string(), sign)
}

fn present(keys: &Value, text: &str) -> Result<(), JwsError> {
    let keys = PublicKeys::from_jwks(keys).expect("sound keys");
    let presented = PresentedAssertion::read(text).map_err(of_form)?;
    presented.verify(&keys, ISSUER, at(NOW_S)).map(drop).map_err(of_form)
}

fn edited(index: usize, change: impl FnOnce(&mut Value)) -> Value {
    let mut keys = jwks();
    change(&mut keys["keys"][index]);
    keys
}

#[test]
fn every_algorithm_verifies_with_its_key() {
    let name = kid();
    for text in [
        assertion("EdDSA", Some(&name), ed25519),
        assertion("Ed25519", Some(&name), ed25519),
        assertion("ES256", Some("ec"), es256),
        assertion("PS256", Some("rsa"), |message| rsa(message, true)),
    ] {
        assert_eq!(present(&jwks(), &text), Ok(()));
    }
}

#[test]
fn a3_a_public_key_is_no_hmac_secret() {
    let published = jwks().to_string();
    let secrets: [&[u8]; 3] = [published.as_bytes(), P256.public_key().as_ref(), RSA.public_key().as_ref()];
    for door in DOORS {
        for secret in secrets {
            let mac = |message: &str| {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()).as_ref().to_vec()
            };
            let mut header = door.header();
            header["alg"] = json!("HS256");
            let text = signed(&header.to_string(), &door.claims().to_string(), mac);
            assert_eq!(door.present(&text), Err(JwsError::AlgorithmRefused { name: "HS256".to_owned() }));
            header["alg"] = json!("EdDSA");
            let text = signed(&header.to_string(), &door.claims().to_string(), mac);
            assert_eq!(door.present(&text), Err(JwsError::SignatureLength { expected: 64 }));
        }
    }
}

#[test]
fn a4_c8_rs256_under_a_pss_key() {
    let text = assertion("RS256", Some("rsa"), |message| rsa(message, false));
    assert!(PresentedAssertion::read(&text).is_err());
    let text = assertion("PS256", Some("rsa"), |message| rsa(message, false));
    assert_eq!(present(&jwks(), &text), Err(JwsError::SignatureWrong));
}

#[test]
fn a5_the_key_decides_the_algorithm() {
    let name = kid();
    for (alg, key, expected) in [
        ("ES256", name.as_str(), Algorithm::Es256),
        ("EdDSA", "ec", Algorithm::EdDsa),
        ("PS256", "ec", Algorithm::Ps256),
        ("ES256", "rsa", Algorithm::Es256),
    ] {
        let refused = present(&jwks(), &assertion(alg, Some(key), es256));
        assert_eq!(refused, Err(JwsError::KeyMismatch { algorithm: expected }), "{alg} {key}");
    }
    let encryption = edited(1, |key| key["use"] = json!("enc"));
    assert_eq!(present(&encryption, &assertion("ES256", Some("ec"), es256)), Err(JwsError::KeyUnknown));
    let signing_only = edited(2, |key| key["key_ops"] = json!(["encrypt"]));
    let text = assertion("PS256", Some("rsa"), |message| rsa(message, true));
    assert_eq!(present(&signing_only, &text), Err(JwsError::KeyUnknown));
}

#[test]
fn a6_degenerate_ecdsa_signatures() {
    let order: Vec<u8> = (0..64)
        .map(|i| {
            u8::from_str_radix(
                &"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".repeat(2)
                    [i * 2..i * 2 + 2],
                16,
            )
        })
        .collect::<Result<_, _>>()
        .expect("hexadecimal");
    let half = |start: usize, fill: &'static [u8]| {
        move |message: &str| {
            let mut signature = es256(message);
            signature[start..start + 32].copy_from_slice(&fill[..32]);
            signature
        }
    };
    let wrong = Err(JwsError::SignatureWrong);
    assert_eq!(present(&jwks(), &assertion("ES256", Some("ec"), |_| vec![0; 64])), wrong);
    assert_eq!(present(&jwks(), &assertion("ES256", Some("ec"), |_| order.clone())), wrong);
    assert_eq!(present(&jwks(), &assertion("ES256", Some("ec"), half(0, &[0; 32]))), wrong);
    assert_eq!(present(&jwks(), &assertion("ES256", Some("ec"), half(32, &[0; 32]))), wrong);
    assert_eq!(present(&jwks(), &assertion("ES256", Some("ec"), half(0, &[0xff; 32]))), wrong);
    for length in [63, 65, 70, 72] {
        let text = assertion("ES256", Some("ec"), |message| {
            es256(message).into_iter().cycle().take(length).collect()
        });
        assert_eq!(present(&jwks(), &text), Err(JwsError::SignatureLength { expected: 64 }), "{length}");
    }
}

#[test]
fn a7_degenerate_ed25519_signatures() {
    let wrong = Err(JwsError::SignatureWrong);
    let name = kid();
    assert_eq!(present(&jwks(), &assertion("EdDSA", Some(&name), |_| vec![0; 64])), wrong);
    let raised = |message: &str| {
        let mut signature = ed25519(message);
        // S plus the group order: the same equation, a second spelling.
        let order =
            [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14];
        let mut carry = 0;
        for (index, byte) in signature[32..].iter_mut().enumerate() {
            let sum = u16::from(*byte)
                + order.get(index).copied().unwrap_or(if index == 31 { 0x10 } else { 0 })
                + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        signature
    };
    assert_eq!(present(&jwks(), &assertion("EdDSA", Some(&name), raised)), wrong);
}

#[test]
fn a17_kid_is_a_name_and_nothing_else() {
    let hostile =
        ["../../dev/null", "' OR 1=1--", ";id", "a\0b", "https://attacker.example", "", "клей", "a b"];
    for door in DOORS {
        for kid in hostile.map(Value::from).into_iter().chain([
            json!("k".repeat(10_000 / 2)),
            json!(["a"]),
            Value::Null,
        ]) {
            let text = door.with_header(|header| header["kid"] = kid.clone());
            assert_eq!(door.present(&text), Err(JwsError::KeyIdMalformed), "{kid}");
        }
    }
    for door in REGISTERED {
        let text = door.with_header(|header| header["kid"] = json!("another-clients-key"));
        assert_eq!(door.present(&text), Err(JwsError::KeyUnknown));
    }
}

#[test]
fn a18_no_kid_and_two_keys_of_one_name() {
    let single = json!({"keys": [jwks()["keys"][1].clone()]});
    let bare = assertion("ES256", None, es256);
    assert_eq!(present(&single, &bare), Ok(()));
    assert_eq!(present(&jwks(), &bare), Err(JwsError::KeyAmbiguous { count: 3 }));
    let same_name = edited(0, |key| key["kid"] = json!("ec"));
    assert_eq!(present(&same_name, &assertion("ES256", Some("ec"), es256)), Ok(()));
    assert_eq!(present(&same_name, &assertion("EdDSA", Some("ec"), ed25519)), Ok(()));
    let twins = json!({"keys": [jwks()["keys"][1].clone(), jwks()["keys"][1].clone()]});
    let refused = present(&twins, &assertion("ES256", Some("ec"), es256));
    assert_eq!(refused, Err(JwsError::KeyAmbiguous { count: 2 }));
}

#[test]
fn b18_a_token_of_a_rotated_out_key() {
    let verifier = TokenVerifier::new(terms(), ring(), 100);
    let token = ring().active().sign("at+jwt", &token_claims());
    assert!(verifier.verify(&token, at(NOW_S)).is_ok());
    verifier.replace_ring(ring().rotate(SigningKey::from_seed(&[2; 32])));
    assert!(verifier.verify(&token, at(NOW_S)).is_ok());
    verifier.replace_ring(verifier.ring().retire(&kid()));
    assert_eq!(verifier.verify(&token, at(NOW_S)), Err(TokenError::Jws(JwsError::KeyUnknown)));
}

#[test]
fn c10_d11_keys_that_are_refused() {
    let at_member = |index, member| KeySetError::Member { index, member };
    let modulus = |bytes: usize, last: u8| {
        let mut modulus = vec![0xff; bytes];
        modulus[bytes - 1] = last;
        b64(modulus)
    };
    let leading_zero = b64([&[0][..], &P256.public_key().as_ref()[1..33]].concat());
    let cases = [
        (edited(1, |key| key["d"] = json!("AA")), KeySetError::Private { index: 1, member: "d" }),
        (edited(2, |key| key["p"] = json!("AA")), KeySetError::Private { index: 2, member: "p" }),
        (
            edited(0, |key| *key = json!({"kty": "oct", "k": "AAAA"})),
            KeySetError::Private { index: 0, member: "k" },
        ),
        (edited(0, |key| *key = json!({"kty": "oct"})), KeySetError::Type { index: 0 }),
        (edited(0, |key| key["kty"] = json!("AKP")), KeySetError::Type { index: 0 }),
        (edited(0, |key| key["crv"] = json!("X25519")), KeySetError::Curve { index: 0 }),
        (edited(1, |key| key["crv"] = json!("secp256k1")), KeySetError::Curve { index: 1 }),
        (edited(0, |key| key["alg"] = json!("ES256")), KeySetError::Algorithm { index: 0 }),
        (edited(2, |key| key["alg"] = json!("RS256")), KeySetError::Algorithm { index: 2 }),
        (edited(1, |key| key["x"] = json!(leading_zero)), at_member(1, "x")),
        (edited(1, |key| key["y"] = json!(1)), at_member(1, "y")),
        (edited(1, |key| key["y"] = key["x"].clone()), KeySetError::Point { index: 1 }),
        (
            edited(0, |key| {
                key["x"] = json!(b64([2; 1].iter().chain([0; 31].iter()).copied().collect::<Vec<u8>>()))
            }),
            KeySetError::Point { index: 0 },
        ),
        (edited(0, |key| key["x"] = json!(b64([0; 32]))), KeySetError::Point { index: 0 }),
        (edited(2, |key| key["n"] = json!(modulus(128, 1))), KeySetError::Size { index: 2, bits: 1024 }),
        (edited(2, |key| key["n"] = json!(modulus(1024, 1))), KeySetError::Size { index: 2, bits: 8192 }),
        (edited(2, |key| key["n"] = json!(modulus(256, 2))), at_member(2, "n")),
        (edited(2, |key| key["e"] = json!("Aw")), at_member(2, "e")),
        (edited(0, |key| key["kid"] = json!("../x")), at_member(0, "kid")),
    ];
    for (keys, expected) in cases {
        assert_eq!(PublicKeys::from_jwks(&keys).err(), Some(expected), "{keys}");
    }
}

#[test]
fn c10_lists_of_keys_that_are_refused() {
    let cases = [
        (edited(0, |key| *key = json!([])), KeySetError::NotAKeySet),
        (json!({"keys": {}}), KeySetError::NotAKeySet),
        (json!([]), KeySetError::NotAKeySet),
        (json!({"keys": []}), KeySetError::NoUsableKey),
        (json!({"keys": vec![jwks()["keys"][0].clone(); 11]}), KeySetError::TooMany { count: 11, limit: 10 }),
    ];
    for (keys, expected) in cases {
        assert_eq!(PublicKeys::from_jwks(&keys).err(), Some(expected), "{keys}");
    }
}

#[test]
fn c10_documents_that_are_refused() {
    let read = |text: &str| PublicKeys::read(text.as_bytes()).err();
    assert_eq!(read("<html>"), Some(KeySetError::Json(JsonError::NotAnObject)));
    assert_eq!(read(&" ".repeat(65_537)), Some(KeySetError::TooLarge { bytes: 65_537 }));
    let doubled = jwks().to_string().replacen("\"kty\"", "\"kty\":\"oct\",\"kty\"", 1);
    assert_eq!(read(&doubled), Some(KeySetError::Json(JsonError::DuplicateKey { key: "kty".to_owned() })));
    assert_eq!(read(&edited(0, |key| key["unknown"] = json!(1)).to_string()), None);
}
