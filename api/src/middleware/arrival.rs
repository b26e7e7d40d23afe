//! What is noted of a request when it arrives.

use std::{
    cell::Cell,
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    time::Instant,
};

use actix_web::{
    HttpRequest,
    dev::ServiceRequest,
    http::{Method, Uri, header::HeaderValue},
};
use domain::{text::Language, time::Timestamp};
use ulid::Ulid;

use crate::extract::{Front, preferred};

/// What is noted of a request when it arrives; the request itself is given away.
pub(super) struct Arrival {
    /// The caller's X-Request-Id or ours.
    pub request_id: HeaderValue,
    /// The language to answer in.
    pub language: Language,
    /// When it came.
    pub began: Instant,
    trace: Option<HeaderValue>,
    method: Method,
    uri: Uri,
}

impl Arrival {
    /// Notes a request.
    pub fn of(request: &ServiceRequest, front: &dyn Front) -> Self {
        let headers = request.headers();
        let given = headers.get("x-request-id").filter(|id| is_safe_id(id.as_bytes()));
        Self {
            request_id: given.cloned().unwrap_or_else(|| make_id(front.now())),
            language: preferred(headers),
            began: Instant::now(),
            trace: headers.get("traceparent").filter(|trace| is_traceparent(trace.as_bytes())).cloned(),
            method: request.method().clone(),
            uri: request.uri().clone(),
        }
    }

    /// The request's id as text.
    pub fn id(&self) -> &str {
        text(&self.request_id)
    }

    /// The W3C trace id of the caller, if there is one.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace.as_ref().and_then(|trace| text(trace).get(3..35))
    }

    /// The path, without the query: it may hold data.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The span in which the request is handled.
    pub fn span(&self) -> tracing::Span {
        tracing::info_span!("request", request_id = self.id(), trace_id = self.trace_id())
    }
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}

fn is_safe_id(id: &[u8]) -> bool {
    (1..=64).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// `00-<trace>-<parent>-<flags>` with a trace that is not all zeros (W3C Trace Context, level 1).
fn is_traceparent(value: &[u8]) -> bool {
    let hex = |range: std::ops::Range<usize>| {
        value[range].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    value.len() == 55
        && value.starts_with(b"00-")
        && value[35] == b'-'
        && value[52] == b'-'
        && hex(3..35)
        && hex(36..52)
        && hex(53..55)
        && value[3..35].iter().any(|byte| *byte != b'0')
}

/// A fresh id: sortable, unique, not secret. Each thread counts on from a random start.
fn make_id(now: Timestamp) -> HeaderValue {
    thread_local! {
        static NEXT: Cell<u128> = Cell::new(u128::from(RandomState::new().hash_one("request ids")) << 16);
    }
    let tail = NEXT.get();
    NEXT.set(tail.wrapping_add(1));
    let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
    let mut buffer = [0; ulid::ULID_LEN];
    let id = Ulid::from_parts(millis, tail).array_to_str(&mut buffer);
    HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

/// The caller's network address: the peer, or what a trusted proxy says last.
pub fn address_of(request: &HttpRequest, trusted: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if !trusted.contains(&peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get_all("x-forwarded-for").last().and_then(|value| value.to_str().ok());
    let last = forwarded.and_then(|list| list.rsplit(',').next()).and_then(|entry| entry.trim().parse().ok());
    Some(last.unwrap_or(peer))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn ids_are_safe_and_never_repeat() {
        let now = Timestamp::from_micros(1_700_000_000_000_000).expect("in range");
        let (a, b) = (make_id(now), make_id(now));
        assert!(a != b && a.len() == 26 && is_safe_id(a.as_bytes()));
        assert!(
            is_safe_id(b"a-B_9.z") && !is_safe_id(b"") && !is_safe_id(b"a b") && !is_safe_id(&[b'a'; 65])
        );
    }

    #[test]
    fn only_whole_trace_parents_are_believed() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert!(is_traceparent(good.as_bytes()));
        for bad in [
            "",
            &good[1..],
            &good.to_uppercase(),
            &good.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
        ] {
            assert!(!is_traceparent(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let request =
            || TestRequest::default().insert_header(("x-forwarded-for", "203.0.113.9, 198.51.100.7"));
        let request = request().peer_addr("192.0.2.1:5000".parse().expect("an address")).to_http_request();
        let proxy: IpAddr = "192.0.2.1".parse().expect("an address");
        assert_eq!(address_of(&request, &[]), Some(proxy));
        assert_eq!(address_of(&request, &[proxy]), Some("198.51.100.7".parse().expect("an address")));
    }
}
