//! A front without a gateway, for tests: one key, one application, and whatever limits a test wants.

use std::sync::Arc;

use actix_web::web::Data;
use domain::{
    ids::{AuthorityId, BusinessId},
    time::Timestamp,
};

use super::{Claimed, Front};
use crate::{
    access::{
        cache::TokenVerifier,
        claims::{self, Grant, Reach, Terms, TokenError, VerifiedToken},
        keys::{KeyRing, SigningKey},
        nonce::Nonces,
        scope::{Scope, ScopeSet},
    },
    limits::{LimitValues, Limits},
    possession::{Possession, ProofClaim, Rules},
};

const NOW: i64 = 1_790_000_000_000_000;

pub struct TestFront {
    limits: Limits,
    tokens: TokenVerifier,
    possession: Possession,
}

impl TestFront {
    pub fn with(values: LimitValues) -> Data<dyn Front> {
        let tokens = TokenVerifier::new(terms(), KeyRing::new(key()), 10);
        let rules =
            Rules { secrets_allowed: true, bearer_allowed: true, claims_reads: false, mutual_tls: false };
        let possession = Possession::new(rules, Nonces::new([b"secret".as_slice()]), now());
        let limits = Limits::new(values, Vec::new());
        Data::from(Arc::new(Self { limits, tokens, possession }) as Arc<dyn Front>)
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

    fn possession(&self) -> &Possession {
        &self.possession
    }

    fn claim(&self, _: ProofClaim) -> Claimed<'_> {
        Box::pin(std::future::ready(Ok(true)))
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
    let client = "app_1".parse().expect("an id");
    let grant = Grant { client, reach, scopes: ScopeSet::of::<S>(), binding: None };
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
