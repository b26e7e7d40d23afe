//! The door for access tokens: memory, revocation, and many workers at once.

use serde_json::json;

use super::{Door, NOW_S, at, ring, terms, verifier};
use crate::access::{cache::TokenVerifier, claims::TokenError, registered::ClaimError};

#[test]
fn b18_a_revoked_token_fails_at_once_remembered_or_not() {
    let verifier = verifier();
    let token = Door::Token.good();
    assert!(verifier.verify(&token, at(NOW_S)).is_ok());
    verifier.revoke("t-1", at(NOW_S + 600));
    assert!(verifier.is_revoked("t-1"));
    assert_eq!(verifier.verify(&token, at(NOW_S)), Err(TokenError::Revoked));
    let unseen = Door::Token.with_claim("jti", json!("t-2"));
    verifier.load_revocations([("t-2".to_owned(), at(NOW_S + 600))]);
    assert_eq!(verifier.verify(&unseen, at(NOW_S)), Err(TokenError::Revoked));
    assert!(verifier.verify(&Door::Token.with_claim("jti", json!("t-3")), at(NOW_S)).is_ok());
}

#[test]
fn b18_a_suspended_application_has_no_token_left() {
    let verifier = verifier();
    let token = Door::Token.good();
    assert!(verifier.verify(&token, at(NOW_S)).is_ok());
    verifier.suspend(["app_1".parse().expect("an id")]);
    assert_eq!(verifier.verify(&token, at(NOW_S)), Err(TokenError::Suspended));
    verifier.suspend(["app_2".parse().expect("an id")]);
    assert!(verifier.verify(&token, at(NOW_S)).is_ok());
}

#[test]
fn revocations_are_forgotten_only_when_the_token_has_expired() {
    let verifier = verifier();
    verifier.load_revocations([("t-1", at(NOW_S + 600)), ("t-2", at(NOW_S + 1))]);
    verifier.revoke("t-1", at(NOW_S));
    verifier.forget_expired(at(NOW_S + 599));
    assert!(verifier.is_revoked("t-1") && !verifier.is_revoked("t-2"));
    verifier.forget_expired(at(NOW_S + 600));
    assert!(!verifier.is_revoked("t-1"));
}

#[test]
fn a_remembered_token_expires_to_the_second_and_heeds_a_clock_set_back() {
    let verifier = verifier();
    let token = Door::Token.good();
    let first = verifier.verify(&token, at(NOW_S)).expect("a good token");
    let again = verifier.verify(&token, at(NOW_S + 599)).expect("a remembered token");
    assert!(std::sync::Arc::ptr_eq(&first, &again));
    let expired = TokenError::from(ClaimError::Expired { at_s: NOW_S + 600 });
    assert_eq!(verifier.verify(&token, at(NOW_S + 600)), Err(expired));
    assert!(verifier.verify(&token, at(NOW_S - 61)).is_err());
    assert!(verifier.verify(&token, at(NOW_S - 60)).is_ok());
}

#[test]
fn a_full_memory_changes_no_answer() {
    let verifier = TokenVerifier::new(terms(), ring(), 2);
    for round in 0..3 {
        for index in 0..20 {
            let token = Door::Token.with_claim("jti", json!(format!("t-{index}")));
            assert!(verifier.verify(&token, at(NOW_S + round)).is_ok());
        }
    }
}

#[test]
fn after_a_revocation_no_worker_lets_the_token_in() {
    let verifier = verifier();
    let token = Door::Token.good();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let revoked_before = verifier.is_revoked("t-1");
                    let outcome = verifier.verify(&token, at(NOW_S));
                    assert!(!(revoked_before && outcome.is_ok()));
                    if outcome.is_err() {
                        break;
                    }
                }
            });
        }
        verifier.revoke("t-1", at(NOW_S + 600));
    });
}
