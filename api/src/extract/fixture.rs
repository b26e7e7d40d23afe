//! A front without a gateway, for tests: one key, one application, and whatever limits a test wants.

use std::sync::Arc;

use actix_web::web::Data;
use domain::{
    ids::{AuthorityId, BusinessId},
    time::Timestamp,
};

use super::Front;
use crate::{
    access::{
        cache::TokenVerifier,
        claims::{self, Grant, Reach, Terms, TokenError, VerifiedToken},
        keys::{KeyRing, SigningKey},
        scope::{Scope, ScopeSet},
    },
    limits::{LimitValues, Limits},
};

const NOW: i64 = 1_790_000_000_000_000;

pub struct TestFront {
    limits: Limits,
    tokens: TokenVerifier,
}

impl TestFront {
    pub fn with(values: LimitValues) -> Data<dyn Front> {
        let tokens = TokenVerifier::new(terms(), KeyRing::new(key()), 10);
        Data::from(Arc::new(Self { limits: Limits::new(values, Vec::new()), tokens }) as Arc<dyn Front>)
    }
}

impl Front for TestFront {
    fn base_url(&self) -> &str {
        "https://gateway.example"
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn acting_time(&self) -> Timestamp {
        now()
    }

    fn verify(&self, token: &str) -> Result<Arc<VerifiedToken>, TokenError> {
        self.tokens.verify(token, self.now())
    }
}

/// The Authorization header of an application that was granted one scope for one business.
pub fn business_token<S: Scope>() -> (&'static str, String) {
    bearer::<S>(Reach::Businesses(vec![business("biz_1")]))
}

/// The same for an authority.
pub fn authority_token<S: Scope>() -> (&'static str, String) {
    let authority: AuthorityId = "aut_1".parse().expect("an id");
    bearer::<S>(Reach::Authority(authority))
}

pub fn business(id: &str) -> BusinessId {
    id.parse().expect("an id")
}

fn bearer<S: Scope>(reach: Reach) -> (&'static str, String) {
    let grant = Grant { client: "app_1".parse().expect("an id"), reach, scopes: ScopeSet::of::<S>() };
    let token = claims::issue(&key(), &terms(), &grant, "jti-1-of-the-tests", now()).expect("a good grant");
    ("Authorization", format!("Bearer {token}"))
}

fn now() -> Timestamp {
    Timestamp::from_micros(NOW).expect("in range")
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn terms() -> Terms {
    let url = "https://gateway.example".to_owned();
    Terms { issuer: url.clone(), audience: url, lifetime_s: 600 }
}
