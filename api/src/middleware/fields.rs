//! The headers that every answer carries.

use actix_web::http::header::{
    CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

use super::arrival::Arrival;
use crate::limits::{Limits, Policy, Standing};

/// Of draft-ietf-httpapi-ratelimit-headers-11.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds the headers that every answer carries.
pub(super) fn add(headers: &mut HeaderMap, arrival: &Arrival, standing: Option<Standing>, limits: &Limits) {
    headers.insert(REQUEST_ID, arrival.request_id.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Some(standing) = standing {
        headers.insert(RATE_LIMIT_POLICY, limits.policy_field(standing.policy));
        headers.insert(RATE_LIMIT, rate_limit(standing));
    }
}

/// Adds the nonce for the caller's next proof.
pub(super) fn add_nonce(headers: &mut HeaderMap, nonce: &HeaderValue) {
    headers.insert(HeaderName::from_static("dpop-nonce"), nonce.clone());
}

fn rate_limit(Standing { policy, remaining, reset_s }: Standing) -> HeaderValue {
    let name = match policy {
        Policy::Application => "application",
        Policy::Anonymous => "anonymous",
    };
    HeaderValue::try_from(format!("\"{name}\";r={remaining};t={reset_s}"))
        .expect("a policy's name and its figures are visible ASCII")
}
