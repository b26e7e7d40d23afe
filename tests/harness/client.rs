//! A client that a stranger could have written, except that it holds every answer against the document.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::document::document;

/// A client of one gateway, with a token or without.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    token: Option<String>,
}

/// An answer, already held against the document.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body's bytes.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body, which the status must announce.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem's slug, which the status must announce.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let media = self.header("content-type").to_owned();
        let problem = self.expect(status);
        assert_eq!(media, "application/problem+json");
        assert_eq!(problem["code"], code, "{problem:#}");
        assert_eq!(problem["status"], status);
        problem
    }

    /// A header, empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A key that no other request of this process uses.
pub fn fresh_key() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    i64::try_from(since.as_secs()).expect("it is before the end of time")
}

impl Client {
    /// A client without a token.
    pub fn new(base_url: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("the client's settings are sound");
        Self::over(http, base_url)
    }

    /// A client without a token over connections of the test's own making.
    pub fn over(http: reqwest::Client, base_url: &str) -> Self {
        Self { http, base_url: base_url.to_owned(), token: None }
    }

    /// The same client with a token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same client of another gateway.
    #[must_use]
    pub fn at(&self, base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), ..self.clone() }
    }

    /// The token in use.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The gateway's base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The HTTP client beneath, for what this one does not cover.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A request to a path of the gateway, with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base_url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and holds the answer against the document.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("the request is sound");
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let response = self.http.execute(request).await.expect("the gateway answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("the answer arrives whole").to_vec();
        let answer = Answer { status, headers, bytes };
        document().check(&method, &path, status.as_u16(), answer.header("content-type"), &answer.bytes);
        answer
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a fresh Idempotency-Key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_keyed(path, &fresh_key(), body).await
    }

    /// POST with a given Idempotency-Key.
    pub async fn post_keyed(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).header("Idempotency-Key", key).json(&body)).await
    }

    /// POST without a body, with a fresh Idempotency-Key.
    pub async fn act(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path).header("Idempotency-Key", fresh_key())).await
    }

    /// PATCH with a merge patch, for a version that was seen.
    pub async fn patch(&self, path: &str, version: i64, body: Value) -> Answer {
        let request = self
            .request(Method::PATCH, path)
            .header("If-Match", format!("\"v{version}\""))
            .header("Content-Type", "application/merge-patch+json")
            .body(body.to_string());
        self.send(request).await
    }

    /// Registers an application with a secret and returns a client with its token, allowed all its scopes.
    pub async fn register(&self, name: &str) -> Self {
        let registration =
            json!({ "client_name": name, "token_endpoint_auth_method": "client_secret_basic" });
        let client =
            self.send(self.request(Method::POST, "/oauth2/register").json(&registration)).await.expect(201);
        let (id, secret) = (text(&client["client_id"]), text(&client["client_secret"]));
        self.log_in(&id, &secret).await
    }

    /// A client with a fresh token for these credentials.
    pub async fn log_in(&self, id: &str, secret: &str) -> Self {
        let request = self
            .http
            .post(format!("{}/oauth2/token", self.base_url))
            .basic_auth(id, Some(secret))
            .form(&[("grant_type", "client_credentials")]);
        let token = self.send(request).await.expect(200);
        self.with_token(&text(&token["access_token"]))
    }

    /// Makes a test business for this client's application and returns its id. Its list of requirements is drawn by
    /// the first look at it, so that no event tells of it later, in the middle of a test.
    pub async fn business(&self, profile: &str) -> String {
        let made = self
            .send(self.request(Method::POST, "/sandbox/businesses").json(&json!({ "profile": profile })))
            .await;
        let id = text(&made.expect(201)["id"]);
        self.get(&format!("/v1/businesses/{id}/requirements?limit=1")).await;
        id
    }
}

/// A JSON text as a String; panics where it is none.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text was expected, not {value}")).to_owned()
}
