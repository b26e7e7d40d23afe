//! The attack matrix of security.md §3, rows A to C as far as they concern this layer. Each test is named after its
//! row; the tables run against the door for access tokens and the door for client assertions alike.

mod assertions;
mod doors;
mod form;
mod keys;
mod proofs;
mod tokens;

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
        RSA_PSS_SHA256, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use serde_json::{Value, json};

use super::{
    assertion::{Assertion, AssertionError, PresentedAssertion},
    cache::TokenVerifier,
    claims::{Terms, TokenError},
    dpop::{Proof, ProofError, ProofVerifier, Target},
    jwks::PublicKeys,
    jws::JwsError,
    keys::{KeyRing, SigningKey},
};

const ISSUER: &str = "https://gateway.example";
const AUDIENCE: &str = "https://gateway.example/v1";
const CLIENT: &str = "app_1";
const NOW_S: i64 = 1_800_000_000;

static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).expect("random bytes"));
static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("random bytes"));

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).expect("in range")
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ed25519(message: &str) -> Vec<u8> {
    Ed25519KeyPair::from_seed_unchecked(&[1; 32])
        .expect("32 bytes")
        .sign(message.as_bytes())
        .as_ref()
        .to_vec()
}

fn es256(message: &str) -> Vec<u8> {
    P256.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature").as_ref().to_vec()
}

fn rsa(message: &str, pss: bool) -> Vec<u8> {
    let mut signature = vec![0; RSA.public_modulus_len()];
    let padding = if pss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
    RSA.sign(padding, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("a signature");
    signature
}

/// The public keys that match the signers above, as their owner would publish them.
fn jwks() -> Value {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).expect("32 bytes");
    let point = P256.public_key().as_ref();
    let modulus = RSA.public_key().modulus().big_endian_without_leading_zero().to_vec();
    json!({"keys": [
        {"kid": kid(), "kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key())},
        {"kid": "ec", "kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..]),
         "use": "sig", "alg": "ES256"},
        {"kid": "rsa", "kty": "RSA", "n": b64(modulus), "e": "AQAB", "key_ops": ["verify"], "alg": "PS256"},
    ]})
}

fn ring() -> KeyRing {
    KeyRing::new(SigningKey::from_seed(&[1; 32]))
}

fn kid() -> String {
    ring().active().kid().to_owned()
}

fn terms() -> Terms {
    Terms { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), lifetime_s: 600 }
}

fn verifier() -> TokenVerifier {
    TokenVerifier::new(terms(), ring(), 100)
}

/// The claims of a good access token at `NOW_S`.
fn token_claims() -> Value {
    json!({
        "iss": ISSUER, "sub": CLIENT, "client_id": CLIENT, "aud": AUDIENCE, "jti": "t-1",
        "exp": NOW_S + 600, "iat": NOW_S, "nbf": NOW_S, "scope": "submissions:read", "side": "business",
        "authorization_details": [{"type": "shlyuz_business", "businesses": ["biz_1"]}],
    })
}

/// The claims of a good client assertion at `NOW_S`.
fn assertion_claims() -> Value {
    json!({"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": "a-1", "exp": NOW_S + 300, "iat": NOW_S})
}

/// A door of the gateway with what it takes.
#[derive(Debug, Clone, Copy)]
enum Door {
    Token,
    Assertion,
    Proof,
}

const DOORS: [Door; 3] = [Door::Token, Door::Assertion, Door::Proof];
/// Those whose signers registered their keys.
const REGISTERED: [Door; 2] = [Door::Token, Door::Assertion];

impl Door {
    fn typ(self) -> &'static str {
        match self {
            Self::Token => "at+jwt",
            Self::Assertion => "client-authentication+jwt",
            Self::Proof => "dpop+jwt",
        }
    }

    fn claims(self) -> Value {
        match self {
            Self::Token => token_claims(),
            Self::Assertion => assertion_claims(),
            Self::Proof => proof_claims(),
        }
    }

    fn header(self) -> Value {
        let mut header = json!({"alg": "EdDSA", "typ": self.typ()});
        match self {
            Self::Token | Self::Assertion => header["kid"] = json!(kid()),
            Self::Proof => header["jwk"] = bare(0),
        }
        header
    }

    /// A text that is good but for `change` in its header.
    fn with_header(self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.header();
        change(&mut header);
        signed(&header.to_string(), &self.claims().to_string(), ed25519)
    }

    /// A text that is good but for the changed claim; `Value::Null` takes the claim away.
    fn with_claim(self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
            value @ (Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)) => {
                claims[name] = value;
            }
        }
        signed(&self.header().to_string(), &claims.to_string(), ed25519)
    }

    fn good(self) -> String {
        self.with_header(|_| ())
    }

    /// Presents a text and says why its form, key or signature was refused.
    fn present(self, text: &str) -> Result<(), JwsError> {
        match self {
            Self::Token => present_token(text, NOW_S).map_err(|error| match error {
                TokenError::Jws(error) => error,
                other @ (TokenError::Claim(_)
                | TokenError::Scope(_)
                | TokenError::Subject { .. }
                | TokenError::Suspended
                | TokenError::Revoked) => panic!("refused for its claims: {other}"),
            }),
            Self::Assertion => present_assertion(text, NOW_S).map(drop).map_err(of_form),
            Self::Proof => present_proof(text, NOW_S).map(drop).map_err(|error| match error {
                ProofError::Jws(error) => error,
                other @ (ProofError::Key(_)
                | ProofError::Claim(_)
                | ProofError::Method { .. }
                | ProofError::Uri { .. }
                | ProofError::Moment { .. }
                | ProofError::Token) => panic!("refused for its claims: {other}"),
            }),
        }
    }
}

fn of_form(error: AssertionError) -> JwsError {
    match error {
        AssertionError::Jws(error) => error,
        other @ (AssertionError::Claim(_)
        | AssertionError::Subject { .. }
        | AssertionError::UnknownClient { .. }) => {
            panic!("refused for its claims: {other}")
        }
    }
}

fn present_token(text: &str, now_s: i64) -> Result<(), TokenError> {
    verifier().verify(text, at(now_s)).map(drop)
}

fn present_assertion(text: &str, now_s: i64) -> Result<Assertion, AssertionError> {
    let keys = PublicKeys::from_jwks(&jwks()).expect("sound keys");
    PresentedAssertion::read(text)?.verify(&keys, ISSUER, at(now_s))
}

/// The request for which the good proof is.
const TARGET: Target<'_> =
    Target { method: "GET", base_url: ISSUER, path: "/v1/businesses", token: Some("an.access.token") };

/// The claims of a good proof at `NOW_S`.
fn proof_claims() -> Value {
    let ath = b64(domain::digest::Digest::of(b"an.access.token").as_bytes());
    json!({"jti": "p-1", "htm": "GET", "htu": format!("{ISSUER}/v1/businesses"), "iat": NOW_S, "ath": ath})
}

/// A published key without what its owner says of it, as a proof brings it.
fn bare(index: usize) -> Value {
    let mut jwk = jwks()["keys"][index].clone();
    let members = jwk.as_object_mut().expect("a key");
    members.retain(|name, _| ["kty", "crv", "x", "y", "n", "e"].contains(&name.as_str()));
    jwk
}

fn present_proof(text: &str, now_s: i64) -> Result<Proof, ProofError> {
    ProofVerifier::default().verify(text, &TARGET, at(now_s))
}

fn signed(header: &str, payload: &str, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let message = format!("{}.{}", b64(header), b64(payload));
    format!("{message}.{}", b64(sign(&message)))
}
