//! One attempt: a POST to where the guard lets it, and what the answer says.

use std::time::{Duration, Instant};

use domain::{
    time::Timestamp,
    webhook::delivery::{Attempt, Fault, Verdict},
};
use jiff::{SignedDuration, fmt::rfc2822};
use reqwest::{Client, Response, header::RETRY_AFTER, redirect::Policy};

use super::message::{echoes, shown};
use crate::outbound::guard::{Guard, Unfit};

/// How much of an answer is read.
const READ: usize = 4096;
/// How long the rest of an answer is waited for once its status is known.
const REST: Duration = Duration::from_secs(2);

/// Sends.
pub(super) struct Post {
    client: Client,
    guard: Guard,
    agent: String,
}

/// A message that is ready to go.
pub(super) struct Letter {
    pub(super) url: String,
    pub(super) id: String,
    pub(super) seconds: i64,
    pub(super) signatures: String,
    pub(super) body: Vec<u8>,
    /// What the answer must hold; None where it may hold what it will.
    pub(super) challenge: Option<String>,
}

/// An attempt and what follows from it.
pub(super) struct Sent {
    pub(super) attempt: Attempt,
    pub(super) verdict: Verdict,
    pub(super) took: Duration,
}

impl Post {
    /// A client that asks the guard for every address, follows nobody and knows no proxy.
    pub(super) fn new(guard: Guard, timeout: Duration, base_url: &str) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .dns_resolver(guard.clone())
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(timeout)
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(Duration::from_secs(15))
            .build()?;
        let agent = format!("Shlyuz/{} (+{base_url})", env!("CARGO_PKG_VERSION"));
        Ok(Self { client, guard, agent })
    }

    /// Sends a letter; `now` is written as the attempt's moment.
    pub(super) async fn send(&self, letter: Letter, now: Timestamp) -> Sent {
        let began = Instant::now();
        let challenge = letter.challenge.clone();
        let answered = self.answer(letter).await;
        let took = began.elapsed();
        let (status, pause, text) = match answered {
            Ok(answer) => answer,
            Err(fault) => return Sent::failed(fault, now, took),
        };
        let (verdict, fault) = Verdict::of_status(status, pause);
        let echoed = challenge.as_ref().is_none_or(|challenge| echoes(&text, challenge));
        let (verdict, fault) = match verdict {
            Verdict::Accepted if !echoed => (Verdict::Failed(None), Some(Fault::NotEchoed)),
            verdict @ (Verdict::Accepted | Verdict::Failed(_) | Verdict::Gone | Verdict::Dropped) => {
                (verdict, fault)
            }
        };
        // Who has not proved the address to be its own learns of the answer no more than its status.
        let answer = if challenge.is_some() { None } else { shown(&text) };
        let latency_ms = milliseconds(took);
        Sent { attempt: Attempt { at: now, latency_ms, status: Some(status), fault, answer }, verdict, took }
    }

    async fn answer(&self, letter: Letter) -> Result<(u16, Option<SignedDuration>, Vec<u8>), Fault> {
        let url = self.guard.parse(&letter.url).map_err(|_| Fault::AddressRefused)?;
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("user-agent", &self.agent)
            .header("webhook-id", &letter.id)
            .header("webhook-timestamp", letter.seconds)
            .header("webhook-signature", &letter.signatures)
            .body(letter.body);
        let response = request.send().await.map_err(|error| fault_of(&error))?;
        let (status, pause) = (response.status().as_u16(), pause_of(&response));
        Ok((status, pause, beginning(response).await))
    }
}

impl Sent {
    fn failed(fault: Fault, now: Timestamp, took: Duration) -> Self {
        let latency_ms = milliseconds(took);
        let attempt = Attempt { at: now, latency_ms, status: None, fault: Some(fault), answer: None };
        Self { attempt, verdict: Verdict::Failed(None), took }
    }
}

fn milliseconds(took: Duration) -> i64 {
    i64::try_from(took.as_millis()).unwrap_or(i64::MAX)
}

/// What came of an answer in a little time; a receiver that never stops talking is not heard to the end.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut read = Vec::new();
    let reading = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = READ - read.len();
            read.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if read.len() == READ {
                break;
            }
        }
    };
    // What was read before the time was over counts.
    let _ = tokio::time::timeout(REST, reading).await;
    read
}

/// Retry-After (RFC 9110 section 10.2.3): seconds, or a date, which is measured against the answer's own.
fn pause_of(response: &Response) -> Option<SignedDuration> {
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    let asked = header(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = asked.parse::<u32>() {
        return Some(SignedDuration::from_secs(seconds.into()));
    }
    let moment = |text: &str| rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    Some(moment(asked)?.duration_since(moment(header("date")?)?))
}

fn fault_of(error: &reqwest::Error) -> Fault {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if one.downcast_ref::<Unfit>().is_some_and(|unfit| *unfit != Unfit::Unknown) {
            return Fault::AddressRefused;
        }
        cause = one.source();
    }
    if error.is_timeout() { Fault::Timeout } else { Fault::Unreachable }
}
