//! Rows D1 to D18, D20 and D24: DPoP proofs. Named after the blocks of the OpenID Foundation's `dpop-negative-tests`,
//! `check-dpop-proof-nbf-exp` and `ensure-dpopproof-with-iat-10seconds-*`.

use serde_json::{Value, json};

use super::{
    AUDIENCE, Door, ISSUER, NOW_S, TARGET, at, b64, bare, ed25519, es256, present_proof, proof_claims, rsa,
    signed,
};
use crate::access::{
    dpop::{ProofError, ProofVerifier, Target},
    jwks::KeySetError,
    jws::{Algorithm, JwsError},
    registered::ClaimError,
};

fn refused(name: &str, value: Value) -> ProofError {
    present_proof(&Door::Proof.with_claim(name, value), NOW_S).expect_err("the proof is bad")
}

fn with_key(alg: &str, jwk: &Value, sign: impl Fn(&str) -> Vec<u8>) -> Result<(), ProofError> {
    let header = json!({"alg": alg, "typ": "dpop+jwt", "jwk": jwk});
    present_proof(&signed(&header.to_string(), &proof_claims().to_string(), sign), NOW_S).map(drop)
}

fn key_fault(change: impl FnOnce(&mut Value), index: usize) -> ProofError {
    let mut jwk = bare(index);
    change(&mut jwk);
    with_key("EdDSA", &jwk, ed25519).expect_err("the key is bad")
}

fn of_key(member: &'static str) -> ProofError {
    KeySetError::Member { index: 0, member }.into()
}

#[test]
fn happy_flow_with_every_algorithm() {
    assert_eq!(with_key("EdDSA", &bare(0), ed25519), Ok(()));
    assert_eq!(with_key("Ed25519", &bare(0), ed25519), Ok(()));
    assert_eq!(with_key("ES256", &bare(1), es256), Ok(()));
    assert_eq!(with_key("PS256", &bare(2), |message| rsa(message, true)), Ok(()));
}

#[test]
fn d1_d2_d3_without_typ_alg_or_jwk() {
    let without = |name: &'static str| {
        let text =
            Door::Proof.with_header(|header| drop(header.as_object_mut().expect("an object").remove(name)));
        present_proof(&text, NOW_S).err()
    };
    assert_eq!(without("typ"), Some(JwsError::TypeMissing.into()));
    assert_eq!(without("alg"), Some(JwsError::AlgorithmMissing.into()));
    assert_eq!(without("jwk"), Some(JwsError::KeyMissing.into()));
}

#[test]
fn d4_to_d8_without_jti_htm_htu_iat_or_ath() {
    for name in ["jti", "htm", "htu", "iat", "ath"] {
        assert_eq!(refused(name, Value::Null), ClaimError::Missing { name }.into());
        for bad in [json!([]), json!({}), json!(true)] {
            assert_eq!(refused(name, bad), ClaimError::Malformed { name }.into());
        }
    }
    assert_eq!(refused("nonce", json!(7)), ClaimError::Malformed { name: "nonce" }.into());
}

#[test]
fn d9_what_is_not_one_jwt() {
    let good = Door::Proof.good();
    for text in
        ["", "proof", &format!("{good}, {good}"), &format!("{good},{good}"), &format!("{good} {good}")]
    {
        assert!(present_proof(text, NOW_S).is_err(), "{text}");
    }
}

#[test]
fn d10_other_types_and_algorithms() {
    for typ in ["JWT", "dpop+jwt ", "at+jwt", "dpop"] {
        let text = Door::Proof.with_header(|header| header["typ"] = json!(typ));
        assert_eq!(present_proof(&text, NOW_S).err(), Some(JwsError::TypeRefused { typ: json!(typ) }.into()));
    }
    for alg in ["none", "HS256", "RS256", "ES384"] {
        let name = alg.to_owned();
        assert_eq!(with_key(alg, &bare(0), ed25519), Err(JwsError::AlgorithmRefused { name }.into()));
    }
    let symmetric = json!({"kty": "oct", "k": "AAAA"});
    assert_eq!(with_key("EdDSA", &symmetric, ed25519), Err(of_key("jwk")));
    let algorithm = Algorithm::Es256;
    assert_eq!(with_key("ES256", &bare(0), es256), Err(JwsError::KeyMismatch { algorithm }.into()));
    assert_eq!(
        with_key("PS256", &bare(2), |message| rsa(message, false)),
        Err(JwsError::SignatureWrong.into())
    );
}

#[test]
fn d11_keys_that_are_refused() {
    for member in ["d", "p", "q", "k"] {
        let fault: ProofError = KeySetError::Private { index: 0, member }.into();
        assert_eq!(key_fault(|jwk| jwk[member] = json!("AAAA"), 0), fault);
    }
    assert_eq!(key_fault(|jwk| jwk["y"] = jwk["x"].clone(), 1), KeySetError::Point { index: 0 }.into());
    assert_eq!(key_fault(|jwk| jwk["x"] = json!(b64([0; 33])), 1), of_key("x"));
    assert_eq!(key_fault(|jwk| jwk["x"] = json!(b64([0; 32])), 0), KeySetError::Point { index: 0 }.into());
    assert_eq!(key_fault(|jwk| jwk["x"] = json!("==\""), 0), of_key("jwk"));
    assert_eq!(key_fault(|jwk| jwk["use"] = json!("enc"), 0), KeySetError::NoUsableKey.into());
}

#[test]
fn d11_extra_members_change_neither_the_key_nor_its_name() {
    let mut jwk = bare(0);
    let plain = present_proof(&Door::Proof.good(), NOW_S).expect("a good proof");
    jwk["kid"] = json!("k1");
    jwk["unknown"] = json!({"a": 1});
    let text = Door::Proof.with_header(|header| header["jwk"] = jwk);
    assert_eq!(present_proof(&text, NOW_S).expect("a good proof").key, plain.key);
}

#[test]
fn d11_a_known_key_is_judged_anew_with_what_stands_beside_it() {
    let verifier = ProofVerifier::default();
    let judge = |text: &str| verifier.verify(text, &TARGET, at(NOW_S));
    assert!(judge(&Door::Proof.good()).is_ok());
    let text = Door::Proof.with_header(|header| header["jwk"]["d"] = json!("AAAA"));
    assert_eq!(judge(&text).err(), Some(KeySetError::Private { index: 0, member: "d" }.into()));
    let text = Door::Proof.with_header(|header| header["jwk"]["alg"] = json!("ES256"));
    assert_eq!(judge(&text).err(), Some(KeySetError::Algorithm { index: 0 }.into()));
    assert!(judge(&Door::Proof.good()).is_ok());
}

#[test]
fn d12_a_signature_of_another_key() {
    assert_eq!(with_key("ES256", &bare(1), ed25519), Err(JwsError::SignatureWrong.into()));
    assert_eq!(
        with_key("EdDSA", &bare(0), |_| ed25519("another text")),
        Err(JwsError::SignatureWrong.into())
    );
}

#[test]
fn d13_another_method() {
    for method in ["PUT", "get", "Get", "GET ", ""] {
        assert_eq!(refused("htm", json!(method)), ProofError::Method { claimed: method.to_owned() });
    }
}

#[test]
fn d14_d16_another_address() {
    for uri in [
        "https://attacker.example/v1/businesses",
        "https://gateway.example.attacker.example/v1/businesses",
        "https://gateway.example@attacker.example/v1/businesses",
        "https://user@gateway.example/v1/businesses",
        "http://gateway.example/v1/businesses",
        "https://gateway.example:8443/v1/businesses",
        "https://gateway.example/v1/businesses/",
        "https://gateway.example/v1//businesses",
        "https://gateway.example/v1/./businesses",
        "https://gateway.example/v1/x/../businesses",
        "https://gateway.example/v1%2Fbusinesses",
        "https://gateway.example/V1/businesses",
        "https://gateway.example",
        "https://gateway.example\\@attacker.example/v1/businesses",
        "//gateway.example/v1/businesses",
        "/v1/businesses",
        "ftp://gateway.example/v1/businesses",
        "",
    ] {
        assert_eq!(refused("htu", json!(uri)), ProofError::Uri { claimed: uri.to_owned() });
    }
}

#[test]
fn d15_other_spellings_of_the_address() {
    for uri in [
        "https://gateway.example/v1/businesses?limit=1&a=b#part",
        "https://gateway.example/v1/businesses#part",
        "HTTPS://GATEWAY.Example/v1/businesses",
        "https://gateway.example:443/v1/businesses",
    ] {
        assert!(present_proof(&Door::Proof.with_claim("htu", json!(uri)), NOW_S).is_ok(), "{uri}");
    }
    let root = Target { path: "/", ..TARGET };
    let text = Door::Proof.with_claim("htu", json!(ISSUER));
    assert!(ProofVerifier::default().verify(&text, &root, at(NOW_S)).is_ok());
    let elsewhere = Target { base_url: AUDIENCE, ..TARGET };
    assert!(
        ProofVerifier::default().verify(&Door::Proof.good(), &elsewhere, at(NOW_S)).is_ok(),
        "the origin counts"
    );
}

#[test]
fn d17_ensure_dpopproof_with_iat_10seconds_before_and_after_succeeds() {
    for offset_s in [-60, -10, 0, 10, 60] {
        assert!(
            present_proof(&Door::Proof.with_claim("iat", json!(NOW_S + offset_s)), NOW_S).is_ok(),
            "{offset_s}"
        );
    }
    for offset_s in [-3600, -61, 61, 3600] {
        assert_eq!(refused("iat", json!(NOW_S + offset_s)), ProofError::Moment { at_s: NOW_S + offset_s });
    }
    assert_eq!(refused("iat", json!(i64::MAX)), ProofError::Moment { at_s: i64::MAX });
    assert_eq!(refused("iat", json!(1.5)), ClaimError::Malformed { name: "iat" }.into());
}

#[test]
fn d18_check_dpop_proof_nbf_exp() {
    for (name, value) in [("nbf", NOW_S), ("exp", NOW_S + 300), ("nbf", NOW_S + 60)] {
        assert!(present_proof(&Door::Proof.with_claim(name, json!(value)), NOW_S).is_ok());
    }
    assert_eq!(refused("exp", json!(NOW_S)), ClaimError::Expired { at_s: NOW_S }.into());
    assert_eq!(refused("nbf", json!(NOW_S + 61)), ClaimError::NotYetValid { from_s: NOW_S + 61 }.into());
    assert_eq!(refused("exp", json!("never")), ClaimError::Malformed { name: "exp" }.into());
}

#[test]
fn d20_ath_of_another_token() {
    let other = b64(domain::digest::Digest::of(b"another.access.token").as_bytes());
    let padded = format!("{}=", proof_claims()["ath"].as_str().expect("a text"));
    for ath in [other.as_str(), "", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo=", &padded] {
        assert_eq!(refused("ath", json!(ath)), ProofError::Token);
    }
    let at_the_token_endpoint = Target { token: None, ..TARGET };
    let text = Door::Proof.with_claim("ath", Value::Null);
    assert!(ProofVerifier::default().verify(&text, &at_the_token_endpoint, at(NOW_S)).is_ok());
}

#[test]
fn d24_sizes() {
    let bytes = 201 * 1024;
    let huge = "a".repeat(bytes);
    assert_eq!(present_proof(&huge, NOW_S).err(), Some(JwsError::TooLarge { bytes, limit: 8192 }.into()));
    for jti in ["j".repeat(129), "' OR 1=1--".to_owned(), "a\0".to_owned(), String::new()] {
        assert_eq!(refused("jti", json!(jti)), ClaimError::Malformed { name: "jti" }.into());
    }
}

#[test]
fn a_proof_is_named_by_its_key_and_its_jti_together() {
    let named = |text: &str| present_proof(text, NOW_S).expect("a good proof").name;
    let (one, two) = (Door::Proof.good(), Door::Proof.with_claim("jti", json!("p-2")));
    let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": bare(1)});
    let other_key = signed(&header.to_string(), &proof_claims().to_string(), es256);
    assert!(
        named(&one) == named(&Door::Proof.with_claim("htu", json!("HTTPS://gateway.example/v1/businesses")))
    );
    assert!(named(&one) != named(&two) && named(&one) != named(&other_key));
}
