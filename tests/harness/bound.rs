//! A client whose token is bound to a key of its own (RFC 9449), written as a stranger would.

use std::sync::Mutex;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    Answer, Client,
    client::{fresh_key, now, text},
};

/// A P-256 key that signs proofs.
pub struct Key(EcdsaKeyPair);

impl Default for Key {
    fn default() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made"))
    }
}

impl Key {
    /// The public half.
    pub fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..]) })
    }

    /// Its RFC 7638 thumbprint.
    pub fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        BASE64.encode(Sha256::digest(format!(
            r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
            jwk["x"], jwk["y"]
        )))
    }

    /// A proof with these claims.
    pub fn proof(&self, claims: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() });
        let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("a key signs");
        format!("{message}.{}", BASE64.encode(signature))
    }
}

/// A client with a token that is bound to its key.
pub struct Bound {
    /// Sends without a token.
    pub client: Client,
    /// The key.
    pub key: Key,
    /// The token.
    pub token: String,
    /// The public base URL, which proofs name.
    pub origin: String,
    nonce: Mutex<String>,
}

impl Bound {
    /// Registers an application with a secret and gets a token bound to a new key.
    pub async fn register(client: &Client, origin: &str) -> Self {
        let asked = json!({ "client_name": "bound", "token_endpoint_auth_method": "client_secret_basic" });
        let made = client.post("/oauth2/register", asked).await.expect(201);
        let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
        let ask = |proof: &str| {
            let request = client.http().post(format!("{}/oauth2/token", client.base_url()));
            request
                .basic_auth(&id, Some(&secret))
                .form(&[("grant_type", "client_credentials")])
                .header("DPoP", proof)
        };
        Self::obtain(client, origin, Key::default(), ask).await
    }

    /// Gets a token by a request that is made for each proof.
    pub async fn obtain(
        client: &Client,
        origin: &str,
        key: Key,
        ask: impl Fn(&str) -> RequestBuilder,
    ) -> Self {
        let uri = format!("{origin}/oauth2/token");
        let mut claims = json!({ "jti": fresh_key(), "htm": "POST", "htu": uri, "iat": now() });
        let refused = client.send(ask(&key.proof(&claims))).await;
        claims["nonce"] = json!(refused.header("dpop-nonce"));
        claims["jti"] = json!(fresh_key());
        assert_eq!(refused.expect(400)["error"], "use_dpop_nonce");
        let given = client.send(ask(&key.proof(&claims))).await.expect(200);
        assert_eq!(given["token_type"], "DPoP");
        let token = text(&given["access_token"]);
        Self { client: client.clone(), key, token, origin: origin.to_owned(), nonce: Mutex::default() }
    }

    /// The same holder at another gateway.
    #[must_use]
    pub fn at(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// The claims of a fresh proof for a request, with the latest nonce.
    pub fn claims(&self, method: &str, path: &str) -> Value {
        let path = path.split('?').next().unwrap_or_default();
        let ath = BASE64.encode(Sha256::digest(&self.token));
        let uri = format!("{}{path}", self.origin);
        let mut claims = json!({ "jti": fresh_key(), "htm": method, "htu": uri, "iat": now(), "ath": ath });
        let nonce = self.nonce.lock().expect("no test panics here").clone();
        if !nonce.is_empty() {
            claims["nonce"] = json!(nonce);
        }
        claims
    }

    /// A request with token and proof.
    pub fn request(&self, method: Method, path: &str, proof: &str) -> RequestBuilder {
        let request = self.client.request(method, path).header("DPoP", proof);
        request.header("Authorization", format!("DPoP {}", self.token))
    }

    /// Sends a request and remembers the nonce of its answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = self.client.send(request).await;
        let nonce = answer.header("dpop-nonce");
        if !nonce.is_empty() {
            nonce.clone_into(&mut self.nonce.lock().expect("no test panics here"));
        }
        answer
    }

    /// Sends one request, once more where a nonce is asked for.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let attempt = || {
            let proof = self.key.proof(&self.claims(method.as_str(), path));
            let request = self.request(method.clone(), path, &proof).header("Idempotency-Key", fresh_key());
            self.send(if let Some(body) = &body { request.json(body) } else { request })
        };
        let answer = attempt().await;
        if answer.header("www-authenticate").contains("use_dpop_nonce") { attempt().await } else { answer }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }
}
