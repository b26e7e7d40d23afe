//! A system of the state that is asked over HTTP: a POST of JSON with a time limit, few repeats with jitter, and a
//! breaker, so that one that fails is left alone for a while.

use std::{fmt, time::Duration};

use backon::{ExponentialBuilder, Retryable as _};
use recloser::{AsyncRecloser, Recloser};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde::Serialize;

/// Where a system is asked.
#[derive(Clone)]
pub struct Endpoint {
    /// The system, by code.
    pub code: String,
    /// Its address.
    pub url: Url,
    /// The bearer token; never logged: no Debug.
    pub token: Option<String>,
    /// How long one attempt may take.
    pub timeout: Duration,
}

/// How the connections behave when something goes wrong.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The shortest pause before a repeat.
    pub pause: Duration,
    /// How often a question is repeated.
    pub repeats: usize,
    /// How many questions the breaker looks back on; half of them failed open it.
    pub looks_back: usize,
    /// How long an open breaker keeps everybody away.
    pub rest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { pause: Duration::from_millis(200), repeats: 2, looks_back: 6, rest: Duration::from_secs(30) }
    }
}

/// The largest answer that is read.
const MOST_BYTES: usize = 64 * 1024;

/// A connected system.
pub(super) struct Partner {
    client: Client,
    endpoint: Endpoint,
    patience: Patience,
    breaker: AsyncRecloser,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// It may be better at once.
    Passing(String),
    /// It will be the same at once.
    Lasting(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passing(what) | Self::Lasting(what) => f.write_str(what),
        }
    }
}

impl From<reqwest::Error> for Failure {
    /// The address stays out of it: it may hold a secret.
    fn from(error: reqwest::Error) -> Self {
        Self::Passing(error.without_url().to_string())
    }
}

impl Partner {
    /// Connects the system; nothing is sent yet.
    pub(super) fn connect(endpoint: Endpoint, patience: Patience) -> Result<Self, reqwest::Error> {
        let client = Client::builder().redirect(Policy::none()).timeout(endpoint.timeout).build()?;
        let breaker = Recloser::custom()
            .error_rate(0.5)
            .closed_len(patience.looks_back)
            .half_open_len(1)
            .open_wait(patience.rest)
            .build();
        Ok(Self { client, patience, breaker: AsyncRecloser::from(breaker), endpoint })
    }

    /// The system, by code.
    pub(super) fn code(&self) -> &str {
        &self.endpoint.code
    }

    /// What `read` makes of the answer; None where there is none, which the log tells.
    pub(super) async fn ask<T>(
        &self,
        question: &impl Serialize,
        read: impl Fn(&[u8]) -> Result<T, Failure>,
    ) -> Option<T> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.patience.pause)
            .with_max_times(self.patience.repeats)
            .with_jitter();
        let asking = (async || read(&self.attempt(question).await?)).retry(pauses);
        let asking = asking.when(|failure| matches!(failure, Failure::Passing(_)));
        match self.breaker.call(asking).await {
            Ok(answer) => Some(answer),
            Err(recloser::Error::Rejected) => None,
            Err(recloser::Error::Inner(failure)) => {
                tracing::warn!(resource = self.endpoint.code, %failure, "a state resource gave no answer");
                None
            }
        }
    }

    async fn attempt(&self, question: &impl Serialize) -> Result<Vec<u8>, Failure> {
        let request = self.client.post(self.endpoint.url.clone()).json(question);
        let request = match &self.endpoint.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let mut response = request.send().await?;
        match response.status() {
            StatusCode::OK => {}
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(Failure::Passing(format!("it answered {status}")));
            }
            status => return Err(Failure::Lasting(format!("it answered {status}"))),
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST_BYTES {
                return Err(Failure::Lasting(format!("the answer is larger than {MOST_BYTES} bytes")));
            }
        }
        Ok(bytes)
    }
}
