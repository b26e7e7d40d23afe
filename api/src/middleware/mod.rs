//! What happens to every request before its handler and to every answer after it: one function, [`edge`].
//!
//! Wrap the application with `from_fn(edge)`, outermost. In order: request id and trace, refusal while draining,
//! rate of callers without a token; then the handler; then problems, rate and security headers, the log line and the
//! metrics. A panic becomes a 500 and stays with its request.

mod arrival;
mod fields;
mod journal;
mod methods;
mod problems;
mod reads;
#[cfg(test)]
mod tests;

use std::{panic::AssertUnwindSafe, sync::Arc};

use actix_web::{
    Error, HttpMessage as _,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{AUTHORIZATION, HeaderValue},
    middleware::Next,
};
use domain::ids::ApplicationId;
use futures_util::FutureExt as _;
use tracing::Instrument as _;

pub use arrival::address_of;
pub use methods::AllowedMethods;
pub use reads::{RestrictedReads, journal_reads};

use crate::{
    extract::{Front, front_of},
    limits::{Standing, too_many},
    problem::{Code, Fault, ProblemDraft},
};
use arrival::Arrival;

/// Who was recognised, for the log and the rate headers; left in the request's extensions by `Caller`.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The application whose token was verified.
    pub application: ApplicationId,
    /// Where it stands with its rate.
    pub standing: Standing,
}

/// A nonce for the caller's next DPoP proof, told by the answer whatever it is (RFC 9449 section 8.2).
#[derive(Debug, Clone)]
pub struct FreshNonce(pub HeaderValue);

/// The id of the request, for handlers that render problems themselves.
#[derive(Debug, Clone)]
pub struct RequestId(pub HeaderValue);

/// The gateway's outermost middleware.
///
/// # Errors
/// Only a panic or a middleware's failure further in, rendered already.
pub async fn edge(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let front = Arc::clone(front_of(request.request()));
    let arrival = Arrival::of(&request, front.as_ref());
    request.extensions_mut().insert(RequestId(arrival.request_id.clone()));
    let standing = match admit(&request, front.as_ref()) {
        Ok(standing) => standing,
        Err(fault) => {
            let refused = request.into_response(fault.into_draft().carry());
            return Ok(depart(refused, &arrival, front.as_ref(), None));
        }
    };
    let span = arrival.span();
    let handled =
        AssertUnwindSafe(async move { next.call(request).await }).catch_unwind().instrument(span).await;
    match handled {
        Ok(Ok(response)) => {
            let response = charge_stranger(response, standing, front.as_ref());
            Ok(depart(response, &arrival, front.as_ref(), standing))
        }
        Ok(Err(error)) => Err(lost(&error.to_string(), &arrival, front.as_ref())),
        Err(panic) => Err(lost(panic_text(panic.as_ref()), &arrival, front.as_ref())),
    }
}

/// Refuses while draining, and counts whoever shows no token at all before any work is done.
fn admit(request: &ServiceRequest, front: &dyn Front) -> Result<Option<Standing>, Fault> {
    if is_probe(request.path()) {
        return Ok(None);
    }
    if front.limits().is_draining() {
        return Err(ProblemDraft::plain(Code::ShuttingDown).retry_after(1).into());
    }
    if request.headers().contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    count_stranger(request.request(), front)
}

fn count_stranger(request: &actix_web::HttpRequest, front: &dyn Front) -> Result<Option<Standing>, Fault> {
    match arrival::address_of(request, &front.limits().trusted_proxies) {
        Some(address) => front.limits().admit_anonymous(address).map(Some).map_err(too_many),
        None => Ok(None),
    }
}

/// Counts a request that showed something like a token which nobody verified: it must not escape its address's rate.
fn charge_stranger(
    response: ServiceResponse<BoxBody>,
    counted: Option<Standing>,
    front: &dyn Front,
) -> ServiceResponse<BoxBody> {
    let request = response.request();
    let known = counted.is_some() || is_probe(request.path()) || request.extensions().contains::<Seen>();
    if known {
        return response;
    }
    match count_stranger(request, front) {
        Ok(_) => response,
        Err(fault) => response.into_response(fault.into_draft().carry()),
    }
}

/// Probes are asked while the gateway drains and as often as the operator likes.
fn is_probe(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz" | "/metrics")
}

/// Everything that happens to an answer on its way out.
fn depart(
    response: ServiceResponse<BoxBody>,
    arrival: &Arrival,
    front: &dyn Front,
    anonymous: Option<Standing>,
) -> ServiceResponse<BoxBody> {
    let mut response = problems::render(response, arrival, front);
    let (request, answer) = (response.request().clone(), response.response_mut());
    let extensions = request.extensions();
    let seen = extensions.get::<Seen>();
    let standing = seen.map(|seen| seen.standing).or(anonymous);
    fields::add(answer.headers_mut(), arrival, standing, front.limits());
    if let Some(FreshNonce(nonce)) = extensions.get() {
        fields::add_nonce(answer.headers_mut(), nonce);
    }
    let application = seen.map(|seen| seen.application.as_str());
    journal::record(
        arrival,
        request.method(),
        request.match_pattern(),
        answer.status().as_u16(),
        application,
    );
    drop(extensions);
    response
}

/// The answer to a request that is gone: rendered at once, because nothing outside of us would do it.
fn lost(cause: &str, arrival: &Arrival, front: &dyn Front) -> Error {
    let draft = ProblemDraft::plain(Code::Internal).cause(cause);
    let mut rendered = problems::LastWord::new(draft, arrival, front);
    fields::add(rendered.headers_mut(), arrival, None, front.limits());
    journal::record(arrival, arrival.method(), None, 500, None);
    rendered.into()
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else {
        panic.downcast_ref::<String>().map_or("a panic without words", String::as_str)
    }
}
