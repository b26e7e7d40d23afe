//! SIGTERM: what is in flight is finished, what waits is sent home, and nothing accepted is lost.

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{Engine, own::Own};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::{
    Journal, Load, again,
    journal::{Entry, Sent},
    on_either_engine, own,
};

on_either_engine! {
    sigterm_under_load_finishes_every_request_in_flight
    what_waits_for_the_database_at_sigterm_is_still_answered
    a_long_poll_is_released_at_sigterm
    a_stream_of_events_ends_at_sigterm
}

/// How soon those who only wait are sent home.
const RELEASE: Duration = Duration::from_secs(2);

async fn sigterm_under_load_finishes_every_request_in_flight(engine: Engine) {
    // As behind a balancer: for a second the gateway tells callers to turn away, instead of closing idle lines under them.
    let Some(mut gateway) = own(engine, &[("SHLYUZ_SERVER__SHUTDOWN_DELAY_S", "1")]) else { return };
    let journal = Journal::new();
    let mut load = Load::new(&gateway.client()).await;
    let mut running = load.run(&journal, 16);
    journal.reaches(64).await;
    gateway.program.signal("TERM");
    while let Some(ended) = running.join_next().await {
        match ended.expect("no caller panics") {
            Sent::Refused(problem, retry_after) => {
                assert_eq!(problem["code"], "shutting-down", "{problem:#}");
                assert!(retry_after.is_some());
            }
            Sent::Unreachable => {}
            Sent::Broken(error) => panic!("a request in flight was cut off: {error}"),
            Sent::Accepted(view) => panic!("a caller stopped although this was accepted: {view:#}"),
        }
    }
    assert_eq!(gateway.program.wait(), Some(0));
    gateway.program.restart();
    load.client = again(&gateway.program, &load.client);
    nothing_else_was_lodged(&load, &journal).await;
}

/// What was accepted is there, and what was refused is not.
async fn nothing_else_was_lodged(load: &Load, journal: &Journal) {
    let mut listed = load.ids().await;
    let mut accepted: Vec<String> = journal.known().iter().map(Entry::id).collect();
    listed.sort();
    accepted.sort();
    assert_eq!(listed, accepted);
}

async fn what_waits_for_the_database_at_sigterm_is_still_answered(engine: Engine) {
    let Some(mut gateway) = own(engine, &[("SHLYUZ_DATABASE__WRITE_QUEUE", "1")]) else { return };
    let journal = Journal::new();
    let load = Load::new(&gateway.client()).await;
    let hold = gateway.hold();
    let mut running = JoinSet::new();
    for _ in 0..10 {
        let (load, entry) = (load.clone(), journal.next());
        running.spawn(async move { load.send(&entry).await });
    }
    // One unit waits with the writer and one in the queue: where eight are refused, two are in flight.
    for _ in 0..8 {
        let refused = running.join_next().await.expect("ten were sent").expect("no caller panics");
        assert!(matches!(refused, Sent::Refused(..)), "the held database took one");
    }
    gateway.program.signal("TERM");
    stops_listening(&gateway).await;
    drop(hold);
    while let Some(ended) = running.join_next().await {
        assert!(matches!(ended, Ok(Sent::Accepted(_))), "a request in flight was not finished");
    }
    assert_eq!(gateway.program.wait(), Some(0));
}

/// Returns when the gateway takes no more connections.
async fn stops_listening(gateway: &Own) {
    let deadline = Instant::now() + Duration::from_secs(3);
    while TcpStream::connect(address(gateway)).await.is_ok() {
        assert!(Instant::now() < deadline, "it still listens");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn a_long_poll_is_released_at_sigterm(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let load = Load::new(&gateway.client()).await;
    let (_, head) = load.events().await;
    // Both requests arrive together on one line, so the answer to the first means that the second is under way.
    let poll = format!("/v1/events?after={head}&wait=30");
    let mut line = TcpStream::connect(address(&gateway)).await.expect("it listens");
    let both = head_of("/livez", &load) + &head_of(&poll, &load);
    line.write_all(both.as_bytes()).await.expect("the line holds");
    let alive = until(&mut line, "ok").await;
    assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
    let began = Instant::now();
    gateway.program.signal("TERM");
    let answer = rest(&mut line).await;
    assert!(began.elapsed() < RELEASE, "{:?}", began.elapsed());
    assert!(answer.contains("HTTP/1.1 200"), "{answer}");
    let body: Value = serde_json::from_str(answer.split("\r\n\r\n").last().unwrap_or_default())
        .expect("the answer is whole");
    assert_eq!(body, serde_json::json!({ "items": [], "next_cursor": head.to_string() }));
    assert_eq!(gateway.program.wait(), Some(0));
}

async fn a_stream_of_events_ends_at_sigterm(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let load = Load::new(&gateway.client()).await;
    let lodged = load.send(&Journal::new().next()).await;
    assert!(matches!(lodged, Sent::Accepted(_)));
    let request = load.client.request(reqwest::Method::GET, "/v1/events/stream");
    let mut stream = request.send().await.expect("the stream begins");
    let first = stream.chunk().await.expect("the line holds").expect("an event has happened");
    assert!(first.starts_with(b"id: "), "{}", String::from_utf8_lossy(&first));
    let began = Instant::now();
    gateway.program.signal("TERM");
    while stream.chunk().await.expect("the stream ends in order").is_some() {}
    assert!(began.elapsed() < RELEASE, "{:?}", began.elapsed());
    assert_eq!(gateway.program.wait(), Some(0));
}

fn address(gateway: &Own) -> String {
    gateway.program.base_url().trim_start_matches("http://").to_owned()
}

fn head_of(path: &str, load: &Load) -> String {
    let token = load.client.token().expect("the client was logged in");
    format!("GET {path} HTTP/1.1\r\nHost: shlyuz.test\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// Reads until this has come.
async fn until(line: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    while !read.ends_with(end.as_bytes()) {
        read.push(line.read_u8().await.expect("the line holds"));
    }
    String::from_utf8(read).expect("an answer is text")
}

/// Reads until the gateway closes the line.
async fn rest(line: &mut TcpStream) -> String {
    let mut read = String::new();
    line.read_to_string(&mut read).await.expect("the line is closed in order");
    read
}
