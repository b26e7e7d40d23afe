//! How callers prove themselves: tokens and how they are got, narrowed, looked into, revoked and refused.

mod assertions;
mod beginning;
mod dpop;
mod limits;
mod live;
mod metadata;
mod mutual;
mod tokens;

pub use tokens::forge;

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use tests::{
    Answer, Bound, Client, Key, Program,
    client::{fresh_key, now, text},
};

/// The only kind of assertion.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An application's private key, as its maker holds it.
struct Signer {
    algorithm: Algorithm,
    key: EncodingKey,
    public: Value,
}

impl Signer {
    fn new(algorithm: Algorithm) -> Self {
        if algorithm == Algorithm::EdDSA {
            return Self::edwards();
        }
        if algorithm == Algorithm::ES256 {
            let (curve, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(curve, &random).expect("a key can be made");
            return Self::with(algorithm, EncodingKey::from_ec_der(pkcs8.as_ref()));
        }
        assert_eq!(algorithm, Algorithm::PS256, "no other key is made here");
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
        let pkcs8 = pair.as_der().expect("a key has a form");
        Self::with(algorithm, rsa_key(pkcs8.as_ref()))
    }

    fn with(algorithm: Algorithm, key: EncodingKey) -> Self {
        let public = Jwk::from_encoding_key(&key, algorithm).expect("a key has a public half");
        Self { algorithm, key, public: serde_json::to_value(public).expect("a JWK is JSON") }
    }

    /// The library does not read the public half out of the form with which aws-lc writes such keys.
    fn edwards() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key can be made");
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("it was just made");
        let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "x": public });
        Self { algorithm: Algorithm::EdDSA, key: EncodingKey::from_ed_der(pkcs8.as_ref()), public }
    }

    fn jwks(&self) -> Value {
        let mut jwk = self.public.clone();
        jwk["kid"] = json!("k1");
        json!({ "keys": [jwk] })
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).expect("the claims are JSON")
    }

    fn header(&self) -> Header {
        Header { kid: Some("k1".into()), ..Header::new(self.algorithm) }
    }
}

/// The library takes RSA keys in their PKCS #1 form, which PKCS #8 wraps in 26 bytes for a key of this size.
fn rsa_key(pkcs8: &[u8]) -> EncodingKey {
    const WRAPPING: usize = 26;
    EncodingKey::from_rsa_der(&pkcs8[WRAPPING..])
}

/// An application that proves itself by its key.
struct KeyedApplication {
    client: Client,
    id: String,
    issuer: String,
    signer: Signer,
}

impl KeyedApplication {
    async fn register(client: &Client, algorithm: Algorithm) -> Self {
        let signer = Signer::new(algorithm);
        let asked = json!({ "client_name": "keyed", "token_endpoint_auth_method": "private_key_jwt",
            "jwks": signer.jwks() });
        let registered = client.post("/oauth2/register", asked).await.expect(201);
        let metadata = client.get("/.well-known/oauth-authorization-server").await.expect(200);
        let (id, issuer) = (text(&registered["client_id"]), text(&metadata["issuer"]));
        Self { client: client.clone(), id, issuer, signer }
    }

    fn claims(&self) -> Value {
        let now = now();
        json!({ "iss": self.id, "sub": self.id, "aud": self.issuer, "jti": fresh_key(), "iat": now, "exp": now + 60 })
    }

    fn assertion(&self, claims: &Value) -> String {
        self.signer.sign(&self.signer.header(), claims)
    }

    async fn present(&self, assertion: &str) -> Answer {
        ask_token(&self.client, &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)])
            .await
    }

    /// A token bound to a new key, for a gateway that names itself so.
    async fn bound(&self, origin: &str) -> Bound {
        let ask = |proof: &str| {
            let assertion = self.assertion(&self.claims());
            let form = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", ASSERTION_TYPE),
                ("client_assertion", &assertion),
            ];
            let request = self.client.http().post(format!("{}/oauth2/token", self.client.base_url()));
            request.form(&form).header("DPoP", proof)
        };
        Bound::obtain(&self.client, origin, Key::default(), ask).await
    }
}

/// Asks for a token with further members of the form.
async fn ask_token(client: &Client, members: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(members);
    client.send(client.http().post(format!("{}/oauth2/token", client.base_url())).form(&form)).await
}

/// An application with a secret.
struct SecretApplication {
    client: Client,
    id: String,
    secret: String,
}

impl SecretApplication {
    async fn register(client: &Client, name: &str) -> Self {
        let asked = json!({ "client_name": name, "token_endpoint_auth_method": "client_secret_basic" });
        let made = client.post("/oauth2/register", asked).await.expect(201);
        Self { client: client.clone(), id: text(&made["client_id"]), secret: text(&made["client_secret"]) }
    }

    /// A form to an OAuth endpoint, authenticated.
    async fn ask(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}{path}", self.client.base_url());
        let request = self.client.http().post(url).basic_auth(&self.id, Some(&self.secret)).form(form);
        self.client.send(request).await
    }

    async fn token(&self, members: &[(&str, &str)]) -> Value {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(members);
        self.ask("/oauth2/token", &form).await.expect(200)
    }

    async fn log_in(&self) -> Client {
        self.client.with_token(&text(&self.token(&[]).await["access_token"]))
    }
}

/// What `shlyuz applications` prints beside a running gateway, a line at most.
fn operator(program: &Program, arguments: &[&str]) -> Value {
    said(program, &[&["applications"], arguments].concat())
}

/// What a command of the program prints: a line of JSON.
fn said(program: &Program, arguments: &[&str]) -> Value {
    let output = program.command(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a line of JSON")
}

/// Whether an answer of an OAuth endpoint is the RFC's refusal.
#[track_caller]
fn refused(answer: Answer, status: u16, error: &str) {
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.expect(status);
    assert_eq!(body["error"], error, "{body}");
    assert!(body["error_description"].as_str().is_some_and(|text| text.is_ascii() && !text.is_empty()));
}
