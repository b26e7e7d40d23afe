//! Every limit of the gateway: the values as published at `/v1/limits`, and what holds callers to them.

use std::{
    collections::HashSet,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::http::header::HeaderValue;
use domain::ids::ApplicationId;
use governor::{
    Quota, RateLimiter, clock::Clock as _, clock::QuantaClock, middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    extract::body::Pace,
    problem::{Code, Fault, ProblemDraft, both},
};

/// How often something may be done: so often on average, and so often at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Requests per second on average.
    pub per_second: u32,
    /// Requests at once after a pause.
    pub burst: u32,
}

/// Every limit, machine-readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitValues {
    /// Bytes of a JSON body.
    pub body_bytes: u64,
    /// Levels of arrays and objects in a JSON body.
    pub json_depth: u32,
    /// Submissions in one batch.
    pub batch_items: u32,
    /// Rows in one call that brings documents into the registry.
    pub registry_rows: u32,
    /// Bytes of such a call.
    pub registry_bytes: u64,
    /// Ids in one status query.
    pub status_query_ids: u32,
    /// Rows of a page.
    pub page_items: u32,
    /// Rows of a page where the caller does not say how many.
    pub page_items_default: u32,
    /// Bytes of one attachment.
    pub attachment_bytes: u64,
    /// Content types of attachments that are taken.
    pub attachment_content_types: Vec<String>,
    /// Characters of an Idempotency-Key.
    pub idempotency_key_chars: u32,
    /// Seconds until the first byte of a body must have come.
    pub body_first_byte_s: u32,
    /// Bytes per second that a body must bring after that.
    pub body_bytes_per_s: u32,
    /// Seconds after which a JSON body must be whole.
    pub body_whole_s: u32,
    /// Seconds after which one piece of an upload must be whole.
    pub upload_piece_s: u32,
    /// Requests of one application.
    pub application_requests: Rate,
    /// Requests of one network address without a verified token.
    pub anonymous_requests: Rate,
    /// Token requests of one client.
    pub client_token_requests: Rate,
    /// Token requests of one network address.
    pub address_token_requests: Rate,
}

impl Default for LimitValues {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            json_depth: 32,
            batch_items: 100,
            registry_rows: 20_000,
            registry_bytes: 64 * 1024 * 1024,
            status_query_ids: 1000,
            page_items: 1000,
            page_items_default: 100,
            attachment_bytes: domain::attachment::MAX_BYTES.unsigned_abs(),
            attachment_content_types: domain::attachment::CONTENT_TYPES.map(str::to_owned).to_vec(),
            idempotency_key_chars: 255,
            body_first_byte_s: 10,
            body_bytes_per_s: 1024,
            body_whole_s: 60,
            upload_piece_s: 900,
            application_requests: Rate { per_second: 500, burst: 1000 },
            anonymous_requests: Rate { per_second: 100, burst: 500 },
            client_token_requests: Rate { per_second: 5, burst: 50 },
            address_token_requests: Rate { per_second: 20, burst: 100 },
        }
    }
}

/// The policies of the RateLimit fields, by the name they carry there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Per application.
    Application,
    /// Per network address, for whoever shows no valid token.
    Anonymous,
}

/// Where a caller stands with a policy after this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which policy.
    pub policy: Policy,
    /// Requests that would be let through at once now.
    pub remaining: u32,
    /// Seconds until the whole burst is there again; for a refusal, until one request is let through.
    pub reset_s: u32,
}

/// Every limit, with what holds callers to it.
pub struct Limits {
    /// The values, as published.
    pub values: LimitValues,
    /// Keyed requests that are running now.
    pub in_flight: Arc<InFlight>,
    /// Proxies whose last `X-Forwarded-For` entry is believed; everybody else's is ignored.
    pub trusted_proxies: Vec<IpAddr>,
    applications: Keyed<ApplicationId>,
    addresses: Keyed<IpAddr>,
    token_clients: Keyed<String>,
    token_addresses: Keyed<IpAddr>,
    draining: AtomicBool,
}

impl Limits {
    /// Holds callers to `values`.
    pub fn new(values: LimitValues, trusted_proxies: Vec<IpAddr>) -> Self {
        Self {
            applications: Keyed::new("application", values.application_requests),
            addresses: Keyed::new("anonymous", values.anonymous_requests),
            token_clients: Keyed::new("token-client", values.client_token_requests),
            token_addresses: Keyed::new("token-address", values.address_token_requests),
            in_flight: Arc::default(),
            trusted_proxies,
            draining: AtomicBool::new(false),
            values,
        }
    }

    /// Counts a request of an application; Err is the standing of one that is over its rate.
    pub fn admit_application(&self, application: &ApplicationId) -> Result<Standing, Standing> {
        self.applications.admit(application, Policy::Application)
    }

    /// Counts a request without a verified token; Err is the standing of an address that is over its rate.
    pub fn admit_anonymous(&self, address: IpAddr) -> Result<Standing, Standing> {
        self.addresses.admit(&network(address), Policy::Anonymous)
    }

    /// Counts a token request of a client from an address.
    ///
    /// # Errors
    /// 429 `rate-limited` where either is over its rate.
    pub fn admit_token_request(&self, client: &str, address: IpAddr) -> Result<(), Fault> {
        self.token_addresses
            .admit(&network(address), Policy::Anonymous)
            .and_then(|_| self.token_clients.admit(&client.to_owned(), Policy::Application))
            .map(|_| ())
            .map_err(too_many)
    }

    /// The RateLimit-Policy field of a policy.
    pub fn policy_field(&self, policy: Policy) -> HeaderValue {
        match policy {
            Policy::Application => self.applications.field.clone(),
            Policy::Anonymous => self.addresses.field.clone(),
        }
    }

    /// Refuses new requests from now on, while the running ones end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether new requests are refused.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Forgets callers whose whole burst is back. To be called every minute or so.
    pub fn forget_idle(&self) {
        self.applications.limiter.retain_recent();
        self.addresses.limiter.retain_recent();
        self.token_clients.limiter.retain_recent();
        self.token_addresses.limiter.retain_recent();
    }

    /// How slowly a JSON body may come.
    pub fn body_pace(&self) -> Pace {
        self.pace(self.values.body_whole_s)
    }

    /// How slowly a piece of an upload may come.
    pub fn upload_pace(&self) -> Pace {
        self.pace(self.values.upload_piece_s)
    }

    fn pace(&self, whole_s: u32) -> Pace {
        Pace {
            first_byte: Duration::from_secs(self.values.body_first_byte_s.into()),
            bytes_per_second: self.values.body_bytes_per_s.into(),
            whole: Duration::from_secs(whole_s.into()),
        }
    }
}

/// The refusal of a caller that is over its rate.
pub fn too_many(standing: Standing) -> Fault {
    let wait = standing.reset_s.max(1);
    let detail = both(
        format!("Предел запросов исчерпан; следующий запрос примем через {wait} с."),
        format!("The rate limit is used up; the next request is taken in {wait} s."),
    );
    ProblemDraft::new(Code::RateLimited, detail).retry_after(wait).into()
}

/// An IPv6 subscriber has a whole /64; counting single addresses would count nobody.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
        },
    }
}

struct Keyed<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DashMapStateStore<K>, QuantaClock, StateInformationMiddleware>,
    clock: QuantaClock,
    rate: Rate,
    field: HeaderValue,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(name: &str, rate: Rate) -> Self {
        let rate = Rate { per_second: rate.per_second.max(1), burst: rate.burst.max(1) };
        let quota = Quota::per_second(at_least_one(rate.per_second)).allow_burst(at_least_one(rate.burst));
        let clock = QuantaClock::default();
        let field = format!("\"{name}\";q={};w={}", rate.burst, rate.burst.div_ceil(rate.per_second));
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            clock,
            rate,
            field: HeaderValue::from_str(&field).expect("a policy's name and its figures are visible ASCII"),
        }
    }

    fn admit(&self, key: &K, policy: Policy) -> Result<Standing, Standing> {
        match self.limiter.check_key(key) {
            Ok(snapshot) => {
                let remaining = snapshot.remaining_burst_capacity();
                let used = self.rate.burst.saturating_sub(remaining);
                Ok(Standing { policy, remaining, reset_s: used.div_ceil(self.rate.per_second) })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now()).as_millis().div_ceil(1000);
                Err(Standing { policy, remaining: 0, reset_s: u32::try_from(wait).unwrap_or(u32::MAX) })
            }
        }
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// Keyed requests that are running now. Spares a twin the queue; the store alone decides what happened.
#[derive(Default)]
pub struct InFlight(Mutex<HashSet<(ApplicationId, Box<str>)>>);

impl InFlight {
    /// Enters a key; None while another request under it is running.
    pub fn enter(self: &Arc<Self>, application: &ApplicationId, key: &str) -> Option<InFlightGuard> {
        let entry = (application.clone(), Box::from(key));
        let entered = self.lock().insert(entry.clone());
        entered.then(|| InFlightGuard { registry: Arc::clone(self), entry })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<(ApplicationId, Box<str>)>> {
        self.0.lock().expect("nobody panics while holding the registry")
    }
}

/// A key's place in [`InFlight`]; dropping it lets the next request under the key in.
pub struct InFlightGuard {
    registry: Arc<InFlight>,
    entry: (ApplicationId, Box<str>),
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.registry.lock().remove(&self.entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_the_rate() {
        let rate = Rate { per_second: 1, burst: 2 };
        let limits =
            Limits::new(LimitValues { application_requests: rate, ..LimitValues::default() }, Vec::new());
        let app: ApplicationId = "app_1".parse().expect("an id");
        let first = limits.admit_application(&app).expect("the first is let through");
        assert_eq!((first.remaining, first.reset_s), (1, 1));
        assert_eq!(limits.admit_application(&app).map(|standing| standing.remaining), Ok(0));
        let refused = limits.admit_application(&app).expect_err("the third is refused");
        assert_eq!((refused.remaining, refused.reset_s), (0, 1));
        assert_eq!(limits.policy_field(Policy::Application), "\"application\";q=2;w=2");
        assert!(limits.admit_application(&"app_2".parse().expect("an id")).is_ok());
    }

    #[test]
    fn addresses_of_one_subscriber_count_together() {
        let a: IpAddr = "2001:db8::1".parse().expect("an address");
        let b: IpAddr = "2001:db8::ffff:1".parse().expect("an address");
        assert_eq!(network(a), network(b));
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().expect("an address");
        assert_eq!(network(mapped), "192.0.2.1".parse::<IpAddr>().expect("an address"));
    }

    #[test]
    fn a_twin_waits_until_the_first_is_gone() {
        let registry = Arc::new(InFlight::default());
        let app: ApplicationId = "app_1".parse().expect("an id");
        let first = registry.enter(&app, "k");
        assert!(
            first.is_some() && registry.enter(&app, "k").is_none() && registry.enter(&app, "l").is_some()
        );
        drop(first);
        assert!(registry.enter(&app, "k").is_some());
    }
}
