//! Rows B1 to B6, B11, B14 and B17 to B19 for access tokens, and what is issued.

use domain::{
    digest::Digest,
    ids::{ApplicationId, BusinessId},
};
use serde_json::{Value, json};

use super::{AUDIENCE, CLIENT, Door, ISSUER, NOW_S, at, b64, present_token, ring, terms, verifier};
use crate::access::{
    binding::Binding,
    claims::{Grant, IssueError, Reach, Terms, TokenError, issue},
    registered::ClaimError,
    scope::{AuthorityInboxManage, EventsRead, ScopeError, ScopeSet, SubmissionsRead},
};

fn refused(name: &str, value: Value) -> TokenError {
    let token = Door::Token.with_claim(name, value);
    present_token(&token, NOW_S).expect_err("the token is bad")
}

fn malformed(name: &'static str) -> TokenError {
    ClaimError::Malformed { name }.into()
}

fn grant(reach: Reach, scopes: ScopeSet) -> Grant {
    Grant { client: CLIENT.parse().expect("an id"), reach, scopes, binding: None }
}

#[test]
fn an_issued_token_reads_back() {
    let businesses = ["biz_1", "biz_2"].map(|id| id.parse::<BusinessId>().expect("an id")).to_vec();
    let read = ScopeSet::of::<SubmissionsRead>().and(ScopeSet::of::<EventsRead>());
    for grant in [
        grant(Reach::Businesses(businesses), read),
        grant(Reach::AllMandates, read),
        grant(Reach::Authority("aut_1".parse().expect("an id")), ScopeSet::of::<AuthorityInboxManage>()),
    ] {
        let token = issue(ring().active(), &terms(), &grant, "t-9", at(NOW_S)).expect("a sound grant");
        let read = verifier().verify(&token, at(NOW_S + 599)).expect("our own token");
        assert_eq!((read.client(), read.reach(), read.scopes()), (&grant.client, &grant.reach, grant.scopes));
        assert_eq!((read.jti(), read.expires_s(), read.kid()), ("t-9", NOW_S + 600, ring().active().kid()));
    }
}

#[test]
fn grants_that_are_not_issued() {
    let read = ScopeSet::of::<SubmissionsRead>();
    let try_issue = |terms: &Terms, grant: &Grant| issue(ring().active(), terms, grant, "t", at(NOW_S)).err();
    let long = Terms { lifetime_s: 901, ..terms() };
    let all = grant(Reach::AllMandates, read);
    assert_eq!(try_issue(&long, &all), Some(IssueError::Lifetime { lifetime_s: 901 }));
    assert_eq!(
        try_issue(&terms(), &grant(Reach::AllMandates, ScopeSet::default())),
        Some(IssueError::NoScope)
    );
    assert_eq!(try_issue(&terms(), &grant(Reach::Businesses(vec![]), read)), Some(IssueError::NoBusiness));
    let foreign = try_issue(&terms(), &grant(Reach::AllMandates, ScopeSet::of::<AuthorityInboxManage>()));
    assert!(matches!(foreign, Some(IssueError::Side { .. })));
    let many = |count: usize| {
        let ids = (0..count).map(|i| format!("biz_{i:026}").parse().expect("an id")).collect();
        try_issue(&terms(), &grant(Reach::Businesses(ids), read))
    };
    assert_eq!(many(150), None);
    assert!(matches!(many(200), Some(IssueError::TooLarge { .. })));
}

#[test]
fn b1_exp() {
    assert_eq!(refused("exp", Value::Null), ClaimError::Missing { name: "exp" }.into());
    for bad in [json!("1800000600"), json!(1e308), json!(-1), json!(1_800_000_600.5), json!([1]), json!(true)]
    {
        assert_eq!(refused("exp", bad), malformed("exp"));
    }
    let expired = |at_s| TokenError::from(ClaimError::Expired { at_s });
    assert_eq!(refused("exp", json!(NOW_S - 1)), expired(NOW_S - 1));
    assert_eq!(refused("exp", json!(NOW_S - 300)), expired(NOW_S - 300));
    let good = Door::Token.good();
    assert_eq!(present_token(&good, NOW_S + 599), Ok(()));
    assert_eq!(present_token(&good, NOW_S + 600), Err(expired(NOW_S + 600)));
    assert_eq!(present_token(&good, NOW_S + 601), Err(expired(NOW_S + 600)));
    let long = TokenError::from(ClaimError::LivesTooLong { limit_s: 900 });
    assert_eq!(present_token(&Door::Token.with_claim("exp", json!(NOW_S + 900)), NOW_S), Ok(()));
    assert_eq!(refused("exp", json!(NOW_S + 901)), long);
    assert_eq!(refused("exp", json!(i64::MAX)), long);
    assert_eq!(refused("exp", json!(u64::MAX)), malformed("exp"));
}

#[test]
fn b2_b3_b4_nbf_and_iat() {
    for name in ["nbf", "iat"] {
        for ahead_s in [5, 10, 30, 60] {
            assert_eq!(present_token(&Door::Token.with_claim(name, json!(NOW_S + ahead_s)), NOW_S), Ok(()));
        }
        for bad in [json!("9999999999"), json!(1.5), json!(-5), json!({})] {
            assert_eq!(refused(name, bad), malformed(name));
        }
        assert_eq!(
            refused(name, Value::Null),
            ClaimError::Missing { name: if name == "nbf" { "nbf" } else { "iat" } }.into()
        );
    }
    assert_eq!(refused("nbf", json!(NOW_S + 61)), ClaimError::NotYetValid { from_s: NOW_S + 61 }.into());
    assert_eq!(refused("iat", json!(NOW_S + 61)), ClaimError::IssuedAhead { at_s: NOW_S + 61 }.into());
    assert_eq!(refused("iat", json!(0)), ClaimError::LivesTooLong { limit_s: 900 }.into());
}

#[test]
fn b5_iss() {
    assert_eq!(refused("iss", Value::Null), ClaimError::Missing { name: "iss" }.into());
    for other in ["https://other.example", "https://gateway.example/", "https://GATEWAY.example", ""] {
        assert_eq!(refused("iss", json!(other)), ClaimError::Issuer { claimed: other.to_owned() }.into());
    }
    assert_eq!(refused("iss", json!([ISSUER])), malformed("iss"));
}

#[test]
fn b6_sub_and_client_id() {
    for name in ["sub", "client_id", "side", "scope", "jti", "authorization_details"] {
        let error = refused(name, Value::Null);
        assert!(matches!(error, TokenError::Claim(ClaimError::Missing { .. })), "{name}: {error}");
    }
    let client: ApplicationId = CLIENT.parse().expect("an id");
    assert_eq!(refused("sub", json!("app_2")), TokenError::Subject { subject: "app_2".to_owned(), client });
    assert_eq!(refused("client_id", json!("biz_1")), malformed("client_id"));
}

/// Row B11 would let an array through that names us; the gateway's decision is exact audiences, and it issues no array.
#[test]
fn b11_aud() {
    assert_eq!(refused("aud", Value::Null), ClaimError::Missing { name: "aud" }.into());
    let others = [
        json!("https://other.example"),
        json!("https://sandbox.gateway.example/v1"),
        json!(ISSUER),
        json!([AUDIENCE]),
        json!([AUDIENCE, "https://other.example"]),
        json!([]),
        json!({}),
    ];
    for claimed in others {
        assert_eq!(refused("aud", claimed.clone()), ClaimError::Audience { claimed }.into());
    }
}

#[test]
fn b14_jti() {
    for bad in [json!(""), json!("j".repeat(129)), json!("a\0"), json!("' OR 1=1--"), json!(7), json!("я")] {
        assert_eq!(refused("jti", bad), malformed("jti"));
    }
    assert_eq!(present_token(&Door::Token.with_claim("jti", json!("a/".repeat(64))), NOW_S), Ok(()));
}

#[test]
fn b17_scope_in_a_token() {
    assert_eq!(refused("scope", json!(["submissions:read"])), malformed("scope"));
    assert_eq!(refused("scope", json!("")), ScopeError::Empty.into());
    let token = Door::Token.with_claim("scope", json!("submissions:read submissions:read newer:read"));
    let read = verifier().verify(&token, at(NOW_S)).expect("a good token");
    assert_eq!(read.scopes(), ScopeSet::of::<SubmissionsRead>());
}

#[test]
fn b19_cnf_names_one_key_or_one_certificate() {
    let digest = Digest::of(b"a key");
    let text = b64(digest.as_bytes());
    let bad = [
        json!({"jkt": "AAAA"}),
        json!({"jkt": 7}),
        json!({}),
        json!([]),
        json!("x"),
        Value::Bool(true),
        json!({"jkt": text, "x5t#S256": text}),
        json!({"jwk": {"kty": "OKP"}}),
        json!({"kid": text}),
        json!({"jkt": format!("{text}=")}),
    ];
    for claim in bad {
        assert_eq!(refused("cnf", claim), malformed("cnf"));
    }
    for binding in [Binding::Key(digest), Binding::Certificate(digest)] {
        let grant =
            Grant { binding: Some(binding), ..grant(Reach::AllMandates, ScopeSet::of::<EventsRead>()) };
        let token = issue(ring().active(), &terms(), &grant, "t", at(NOW_S)).expect("a sound grant");
        assert_eq!(verifier().verify(&token, at(NOW_S)).expect("our own").binding(), Some(binding));
    }
}

#[test]
fn what_a_token_reaches_is_said_once_and_clearly() {
    let bad = [
        json!([]),
        json!({}),
        json!([{"type": "shlyuz_business"}]),
        json!([{"type": "shlyuz_business", "all": false}]),
        json!([{"type": "shlyuz_business", "businesses": []}]),
        json!([{"type": "shlyuz_business", "businesses": ["sub_1"]}]),
        json!([{"type": "shlyuz_business", "businesses": ["biz_1"], "all": true}]),
        json!([{"type": "shlyuz_business", "all": true, "except": ["biz_1"]}]),
        json!([{"type": "payment", "all": true}]),
        json!([{"type": "shlyuz_business", "all": true}, {"type": "shlyuz_business", "businesses": ["biz_1"]}]),
    ];
    for details in bad {
        assert_eq!(refused("authorization_details", details), malformed("authorization_details"));
    }
    assert_eq!(refused("authority_id", json!("aut_1")), malformed("authority_id"));
    assert_eq!(refused("side", json!("authority")), malformed("authorization_details"));
    assert_eq!(refused("side", json!("both")), malformed("side"));
}
