//! Rows B1 to B14 and C for client assertions.

use serde_json::{Value, json};

use super::{CLIENT, Door, ISSUER, NOW_S, assertion_claims, at, ed25519, present_assertion, signed};
use crate::access::{
    assertion::{AssertionError, PresentedAssertion},
    registered::ClaimError,
};

fn present(name: &str, value: Value) -> Result<(), AssertionError> {
    present_assertion(&Door::Assertion.with_claim(name, value), NOW_S).map(drop)
}

fn malformed(name: &'static str) -> Result<(), AssertionError> {
    Err(ClaimError::Malformed { name }.into())
}

fn missing(name: &'static str) -> Result<(), AssertionError> {
    Err(ClaimError::Missing { name }.into())
}

/// An assertion without `iat` that expires at `exp_s`.
fn without_iat(exp_s: i64) -> String {
    let mut claims = assertion_claims();
    claims["exp"] = json!(exp_s);
    claims.as_object_mut().expect("an object").remove("iat");
    signed(&Door::Assertion.header().to_string(), &claims.to_string(), ed25519)
}

#[test]
fn b7_a_good_assertion_says_what_the_store_needs() {
    let assertion = present_assertion(&Door::Assertion.good(), NOW_S).expect("a good assertion");
    assert_eq!((assertion.client.as_str(), &*assertion.jti), (CLIENT, "a-1"));
    assert_eq!(assertion.expires_at, at(NOW_S + 300));
}

#[test]
fn b1_exp() {
    let long = Err(ClaimError::LivesTooLong { limit_s: 300 }.into());
    assert_eq!(present("exp", Value::Null), missing("exp"));
    for bad in [json!("1800000300"), json!(1e308), json!(-1), json!(0.5), json!([])] {
        assert_eq!(present("exp", bad), malformed("exp"));
    }
    for at_s in [NOW_S, NOW_S - 1, NOW_S - 300] {
        assert_eq!(present("exp", json!(at_s)), Err(ClaimError::Expired { at_s }.into()));
    }
    assert_eq!(present("exp", json!(NOW_S + 1)), Ok(()));
    assert_eq!(present("exp", json!(NOW_S + 301)), long);
    assert_eq!(present_assertion(&without_iat(NOW_S + 310), NOW_S).map(drop), Ok(()));
    assert_eq!(present_assertion(&without_iat(NOW_S + 311), NOW_S).map(drop), long);
    assert_eq!(present_assertion(&without_iat(i64::MAX), NOW_S).map(drop), long);
}

#[test]
fn b2_b3_b4_nbf_and_iat() {
    for ahead_s in [5, 10, 30, 60] {
        assert_eq!(present("nbf", json!(NOW_S + ahead_s)), Ok(()));
        assert_eq!(present("iat", json!(NOW_S + ahead_s)), Ok(()));
    }
    assert_eq!(present("nbf", json!(NOW_S + 61)), Err(ClaimError::NotYetValid { from_s: NOW_S + 61 }.into()));
    assert_eq!(present("iat", json!(NOW_S + 61)), Err(ClaimError::IssuedAhead { at_s: NOW_S + 61 }.into()));
    assert_eq!(present("iat", json!(0)), Err(ClaimError::LivesTooLong { limit_s: 300 }.into()));
    assert_eq!(present("iat", Value::Null), Ok(()));
    assert_eq!(present("nbf", json!("9999999999")), malformed("nbf"));
}

#[test]
fn b5_b6_iss_and_sub_name_the_application() {
    assert_eq!(present("iss", Value::Null), missing("iss"));
    assert_eq!(present("sub", Value::Null), missing("sub"));
    for bad in [json!("APP_1"), json!(ISSUER), json!([CLIENT]), json!("")] {
        assert_eq!(present("iss", bad), malformed("iss"));
    }
    let client = CLIENT.parse().expect("an id");
    assert_eq!(
        present("sub", json!("app_2")),
        Err(AssertionError::Subject { subject: "app_2".to_owned(), client })
    );
}

#[test]
fn b8_b9_b10_the_audience_is_the_issuer_as_a_plain_text() {
    assert_eq!(present("aud", Value::Null), missing("aud"));
    let others = [
        json!("https://gateway.example/oauth2/token"),
        json!("https://gateway.example/oauth2/par"),
        json!("https://gateway.example/"),
        json!("https://GATEWAY.example"),
        json!([ISSUER]),
        json!([ISSUER, "https://other.example"]),
        json!(["https://other.example"]),
        json!([ISSUER, ISSUER]),
        json!([]),
        json!({}),
    ];
    for claimed in others {
        assert_eq!(present("aud", claimed.clone()), Err(ClaimError::Audience { claimed }.into()));
    }
}

#[test]
fn b12_b14_jti() {
    assert_eq!(present("jti", Value::Null), missing("jti"));
    for bad in [
        json!(""),
        json!("j".repeat(129)),
        json!("j".repeat(5000)),
        json!("a\u{1}"),
        json!("'; DROP TABLE"),
        json!(1),
    ] {
        assert_eq!(present("jti", bad), malformed("jti"));
    }
    assert_eq!(present("jti", json!("j".repeat(128))), Ok(()));
    assert_eq!(present("jti", json!("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6")), Ok(()));
}

/// The time itself is measured at the token endpoint; here every algorithm has a key to spend it on.
#[test]
fn c11_an_unknown_application_costs_a_signature_check() {
    for alg in ["EdDSA", "Ed25519", "ES256", "PS256"] {
        let header = json!({"alg": alg, "kid": "unknown"}).to_string();
        let text = signed(&header, &assertion_claims().to_string(), ed25519);
        let presented = PresentedAssertion::read(&text).expect("well formed");
        let client = presented.client().clone();
        assert_eq!(presented.refuse_unknown_client(), AssertionError::UnknownClient { client });
        assert!(present_assertion(&text, NOW_S).is_err());
    }
}
