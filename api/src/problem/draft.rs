//! A problem before it is rendered: facts in both languages, made without knowing the request.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use domain::{error::Violation, text::Text};
use serde_json::{Map, Value};

use super::Code;

/// A problem that still lacks its language, its address and its request id.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemDraft {
    /// Which problem of the catalogue.
    pub code: Code,
    /// What happened this time.
    pub detail: Text,
    /// What is wrong with the input, all of it at once.
    pub violations: Vec<Violation>,
    /// In how many seconds a repeat makes sense; also the Retry-After header.
    pub retry_after_s: Option<u32>,
    /// Further members: `state`, `allowed`, `current_version`, `existing_id`, …
    pub extensions: Map<String, Value>,
    /// Why, for the log only: never sent.
    pub cause: Option<String>,
    /// The WWW-Authenticate header.
    pub challenge: Option<String>,
}

impl ProblemDraft {
    /// A problem with what happened this time.
    pub fn new(code: Code, detail: Text) -> Self {
        Self {
            code,
            detail,
            violations: Vec::new(),
            retry_after_s: None,
            extensions: Map::new(),
            cause: None,
            challenge: None,
        }
    }

    /// A problem about which the catalogue says everything.
    pub fn plain(code: Code) -> Self {
        Self::new(code, code.row().title_text())
    }

    /// Adds what is wrong with the input.
    #[must_use]
    pub fn violations(mut self, violations: Vec<Violation>) -> Self {
        self.violations = violations;
        self
    }

    /// Says in how many seconds a repeat makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Adds a further member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(member.to_owned(), value.into());
        self
    }

    /// Adds what only the log may know.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds the WWW-Authenticate header.
    #[must_use]
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    /// HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The response that carries this draft to the middleware, which gives it its body.
    pub fn carry(self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status());
        response.extensions_mut().insert(self);
        response
    }
}

/// A refusal found before the domain: by an extractor or a middleware.
#[derive(Clone, PartialEq)]
pub struct Fault(Box<ProblemDraft>);

impl Fault {
    /// A fault about which the catalogue says everything.
    pub fn plain(code: Code) -> Self {
        ProblemDraft::plain(code).into()
    }

    /// The problem.
    pub fn draft(&self) -> &ProblemDraft {
        &self.0
    }

    /// The problem, taken out.
    pub fn into_draft(self) -> ProblemDraft {
        *self.0
    }
}

impl From<ProblemDraft> for Fault {
    fn from(draft: ProblemDraft) -> Self {
        Self(Box::new(draft))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.slug())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        self.0.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.0.as_ref().clone().carry()
    }
}
