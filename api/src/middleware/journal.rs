//! One log line and two measurements per request. Never tokens, bodies, queries or addresses.

use std::{cell::RefCell, collections::HashMap};

use actix_web::http::Method;
use metrics::{Counter, Histogram, counter, histogram};

use super::arrival::Arrival;

/// Notes a request that was answered.
pub(super) fn record(
    arrival: &Arrival,
    method: &Method,
    pattern: Option<String>,
    status: u16,
    application: Option<&str>,
) {
    let elapsed = arrival.began.elapsed();
    let route =
        Route { method: known(method), pattern: pattern.unwrap_or_else(|| "unmatched".to_owned()), status };
    tracing::info!(
        target: "access",
        request_id = arrival.id(),
        trace_id = arrival.trace_id(),
        method = route.method,
        pattern = route.pattern,
        status,
        duration_ms = elapsed.as_secs_f64() * 1000.0,
        application,
        "request"
    );
    measure(route, elapsed.as_secs_f64());
}

#[derive(PartialEq, Eq, Hash)]
struct Route {
    method: &'static str,
    pattern: String,
    status: u16,
}

/// The recorder's own look-up costs more than the measurement; each thread keeps the handles it has used. Routes,
/// methods and statuses are few, so the map is small.
fn measure(route: Route, seconds: f64) {
    thread_local! {
        static HANDLES: RefCell<HashMap<Route, (Counter, Histogram)>> = RefCell::default();
    }
    HANDLES.with_borrow_mut(|handles| {
        let (count, duration) = handles.entry(route).or_insert_with_key(handles_of);
        count.increment(1);
        duration.record(seconds);
    });
}

fn handles_of(route: &Route) -> (Counter, Histogram) {
    let Route { method, pattern, status } = route;
    (
        counter!("http_requests_total", "method" => *method, "pattern" => pattern.clone(), "status" => status.to_string()),
        histogram!("http_request_duration_seconds", "method" => *method, "pattern" => pattern.clone()),
    )
}

/// A closed list: strangers must not make new label values.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
