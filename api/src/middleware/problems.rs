//! Gives every refusal its body: our drafts, and what actix and its extractors refuse by themselves.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    dev::ServiceResponse,
    http::{
        ConnectionType, StatusCode,
        header::{
            ALLOW, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
            WWW_AUTHENTICATE,
        },
    },
    web::Data,
};

use super::{AllowedMethods, arrival::Arrival};
use crate::{
    extract::Front,
    problem::{Code, MEDIA_TYPE, Problem, ProblemDraft, Scene},
};

/// Turns a refusal into a problem document; every other answer goes through as it is.
pub(super) fn render(
    mut response: ServiceResponse<BoxBody>,
    arrival: &Arrival,
    front: &dyn Front,
) -> ServiceResponse<BoxBody> {
    if response.status().as_u16() < 400 {
        return response;
    }
    let drafted = response.response_mut().extensions_mut().remove::<ProblemDraft>();
    let Some(draft) = drafted.or_else(|| framework_draft(&mut response)) else { return response };
    let status = draft.status();
    let mut problem = Written::new(draft, arrival, front);
    let body = std::mem::take(&mut problem.body);
    let mut response = response.map_body(|head, _| {
        head.status = status;
        if must_close(status) {
            head.set_connection_type(ConnectionType::Close);
        }
        BoxBody::new(body)
    });
    for (name, value) in problem.headers {
        response.headers_mut().insert(name, value);
    }
    response
}

/// What was not read of a body must not be taken for the next request.
fn must_close(status: StatusCode) -> bool {
    matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE)
}

/// The draft for an answer that actix made. None for a handler's own JSON (RFC 6749 errors of the token endpoint).
fn framework_draft(response: &mut ServiceResponse<BoxBody>) -> Option<ProblemDraft> {
    let own = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if own.is_some_and(|media_type| media_type.contains("json")) {
        return None;
    }
    let status = response.status();
    let code = if status == StatusCode::NOT_FOUND && allow(response) {
        Code::MethodNotAllowed
    } else {
        code_of(status)
    };
    let draft = ProblemDraft::plain(code);
    Some(match response.response().error() {
        Some(error) if status.is_server_error() => draft.cause(error),
        _ => draft,
    })
}

/// Adds Allow where the path is served by other methods.
fn allow(response: &mut ServiceResponse<BoxBody>) -> bool {
    let request = response.request();
    let methods = request.app_data::<Data<AllowedMethods>>();
    let allowed = methods.and_then(|methods| methods.for_path(request.path()));
    let allowed =
        allowed.filter(|allowed| !allowed.split(", ").any(|method| method == request.method().as_str()));
    let Some(allowed) = allowed.and_then(|allowed| HeaderValue::from_str(allowed).ok()) else { return false };
    response.headers_mut().insert(ALLOW, allowed);
    true
}

fn code_of(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::Unauthenticated,
        403 => Code::InsufficientScope,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::RequestTimeout,
        412 => Code::StaleVersion,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        422 => Code::ValidationFailed,
        428 => Code::PreconditionRequired,
        429 => Code::RateLimited,
        503 => Code::Overloaded,
        status if status < 500 => Code::MalformedRequest,
        _ => Code::Internal,
    }
}

/// A problem with everything it puts on the wire.
struct Written {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: String,
}

impl Written {
    fn new(mut draft: ProblemDraft, arrival: &Arrival, front: &dyn Front) -> Self {
        log(&draft, arrival);
        let mut headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
            (CONTENT_LANGUAGE, HeaderValue::from_static(arrival.language.tag())),
        ];
        if let Some(seconds) = draft.retry_after_s {
            headers.push((RETRY_AFTER, seconds.into()));
        }
        let challenge = draft.challenge.take().and_then(|challenge| HeaderValue::try_from(challenge).ok());
        headers.extend(challenge.map(|challenge| (WWW_AUTHENTICATE, challenge)));
        let scene = Scene {
            base_url: front.base_url(),
            language: arrival.language,
            instance: arrival.path(),
            request_id: arrival.id(),
        };
        let body = serde_json::to_string(&Problem::render(draft, &scene)).unwrap_or_default();
        Self { headers, body }
    }
}

/// Logs why, once: failures of ours as errors, refused callers for the journal of attacks.
fn log(draft: &ProblemDraft, arrival: &Arrival) {
    let (code, cause) = (draft.code.slug(), draft.cause.as_deref());
    let request_id = arrival.id();
    if draft.code.status() >= 500 {
        tracing::error!(request_id, code, cause, "request failed");
    } else if cause.is_some() {
        tracing::info!(request_id, code, cause, "request refused");
    }
}

/// A problem written already, for a request that is gone.
pub(super) struct LastWord {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl LastWord {
    /// Writes a problem.
    pub fn new(draft: ProblemDraft, arrival: &Arrival, front: &dyn Front) -> Self {
        let status = draft.status();
        let Written { headers, body } = Written::new(draft, arrival, front);
        Self { status, headers: headers.into_iter().collect(), body }
    }

    /// Its headers.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }
}

impl fmt::Display for LastWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request was lost")
    }
}

impl fmt::Debug for LastWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ResponseError for LastWord {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::with_body(self.status, BoxBody::new(self.body.clone()));
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}
