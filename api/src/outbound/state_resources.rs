//! State resources over HTTP: a question is a POST, its answer a small JSON object. What goes wrong is an answer, too:
//! the resource is unreachable, and the inquiry comes again later.
//!
//! Each question has a time limit and few repeats with jitter; each resource has a breaker, so that one that fails is
//! left alone for a while.

use std::{collections::BTreeMap, fmt, time::Duration};

use backon::{ExponentialBuilder, Retryable as _};
use domain::{
    business::BusinessKind,
    ports::state_resource::{Answer, Asking, Question, StateResources},
    text::Text,
    time::Timestamp,
};
use jiff::{SignedDuration, civil::Date};
use recloser::{AsyncRecloser, Recloser};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde::{Deserialize, Serialize};

/// Where a resource is asked.
#[derive(Clone)]
pub struct Endpoint {
    /// The resource, by code.
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
/// The longest text that is taken from an answer.
const MOST_CHARACTERS: usize = 2_000;
/// When a resource that failed is worth another try.
const LATER: SignedDuration = SignedDuration::from_mins(5);
/// When a resource that is not connected is looked for again.
const MUCH_LATER: SignedDuration = SignedDuration::from_hours(6);

/// The connected resources.
pub struct HttpResources(BTreeMap<String, Connection>);

struct Connection {
    client: Client,
    endpoint: Endpoint,
    patience: Patience,
    breaker: AsyncRecloser,
}

/// What a resource is sent.
#[derive(Serialize)]
struct Asked<'q> {
    requirement: &'q str,
    evidence: &'q str,
    kind: BusinessKind,
    inn: &'q str,
}

/// What a resource answers.
#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
enum Reply {
    Found { as_of: Date, confirms: bool, summary: Text },
    Absent {},
}

/// Why there is no answer.
#[derive(Debug)]
enum Failure {
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

impl HttpResources {
    /// Connects the resources; nothing is sent yet.
    ///
    /// # Errors
    /// Where no client can be made, such as without certificates to trust.
    pub fn connect(endpoints: Vec<Endpoint>, patience: Patience) -> Result<Self, reqwest::Error> {
        let mut connections = BTreeMap::new();
        for endpoint in endpoints {
            let client = Client::builder().redirect(Policy::none()).timeout(endpoint.timeout).build()?;
            let breaker = Recloser::custom()
                .error_rate(0.5)
                .closed_len(patience.looks_back)
                .half_open_len(1)
                .open_wait(patience.rest)
                .build();
            let connection = Connection { client, patience, breaker: AsyncRecloser::from(breaker), endpoint };
            connections.insert(connection.endpoint.code.clone(), connection);
        }
        Ok(Self(connections))
    }
}

impl StateResources for HttpResources {
    fn ask<'a>(&'a self, question: &'a Question) -> Asking<'a> {
        Box::pin(async move {
            match self.0.get(&question.resource) {
                Some(connection) => connection.ask(question).await,
                None => Answer::Unreachable { retry_at: question.now.plus(MUCH_LATER) },
            }
        })
    }
}

impl Connection {
    async fn ask(&self, question: &Question) -> Answer {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.patience.pause)
            .with_max_times(self.patience.repeats)
            .with_jitter();
        let asking = (|| self.attempt(question)).retry(pauses);
        let asking = asking.when(|failure| matches!(failure, Failure::Passing(_)));
        match self.breaker.call(asking).await {
            Ok(reply) => reply.into_answer(),
            Err(recloser::Error::Rejected) => unreachable_at(question.now, LATER),
            Err(recloser::Error::Inner(failure)) => {
                tracing::warn!(resource = self.endpoint.code, %failure, "a state resource gave no answer");
                unreachable_at(question.now, LATER)
            }
        }
    }

    async fn attempt(&self, question: &Question) -> Result<Reply, Failure> {
        let Question { requirement, evidence, kind, inn, .. } = question;
        let request = self.client.post(self.endpoint.url.clone()).json(&Asked {
            requirement,
            evidence,
            kind: *kind,
            inn,
        });
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
        Reply::read(&bytes, question.now.moscow_date())
    }
}

impl Reply {
    fn read(bytes: &[u8], today: Date) -> Result<Self, Failure> {
        let lasting = |what: &str| Err(Failure::Lasting(what.to_owned()));
        let too_long = |text: &Text| text.ru.chars().count().max(text.en.chars().count()) > MOST_CHARACTERS;
        match serde_json::from_slice(bytes) {
            // What the answer holds may be personal data: the log learns the place alone.
            Err(error) => lasting(&format!("the answer cannot be read at column {}", error.column())),
            Ok(Self::Found { as_of, .. }) if as_of > today => lasting("the answer speaks for a day to come"),
            Ok(Self::Found { summary, .. }) if too_long(&summary) => lasting("the answer's text is too long"),
            Ok(reply) => Ok(reply),
        }
    }

    fn into_answer(self) -> Answer {
        match self {
            Self::Found { as_of, confirms, summary } => Answer::Found { as_of, confirms, summary },
            Self::Absent {} => Answer::Absent,
        }
    }
}

fn unreachable_at(now: Timestamp, pause: SignedDuration) -> Answer {
    Answer::Unreachable { retry_at: now.plus(pause) }
}
