//! The connections to state resources against a stub that misbehaves: slow, failing, hanging, senseless, boundless.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use api::outbound::state_resources::{Endpoint, HttpResources, Patience};
use domain::{
    business::BusinessKind,
    ports::state_resource::{Answer, Question, StateResources},
};

/// Short enough for a test, long enough for a busy machine.
const TIMEOUT: Duration = Duration::from_millis(400);

/// A resource that answers each request by its number, from 0.
struct Stub {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Stub {
    fn new(answer: impl Fn(usize, &mut TcpStream, &str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}/v1", listener.local_addr().expect("it is bound"));
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let (count, answer) = (Arc::clone(&count), Arc::clone(&answer));
                thread::spawn(move || {
                    let request = read(&mut stream);
                    answer(count.fetch_add(1, Ordering::SeqCst), &mut stream, &request);
                });
            }
        });
        Self { address, asked }
    }

    fn says(status: &'static str, body: &'static str) -> Self {
        Self::new(move |_, stream, _| reply(stream, status, body))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn connected(&self) -> HttpResources {
        let endpoint = Endpoint {
            code: "egrul".into(),
            url: self.address.parse().expect("an address"),
            token: Some("secret".into()),
            timeout: TIMEOUT,
        };
        let patience = Patience {
            pause: Duration::from_millis(5),
            repeats: 2,
            looks_back: 4,
            rest: Duration::from_secs(60),
        };
        HttpResources::connect(vec![endpoint], patience).expect("a client can be made")
    }
}

/// Reads a whole request: the stub must not close before the body has come.
fn read(stream: &mut TcpStream) -> String {
    let (mut text, mut piece) = (String::new(), [0; 4096]);
    while let Ok(length) = stream.read(&mut piece) {
        text.push_str(&String::from_utf8_lossy(&piece[..length]));
        if length == 0 || text.contains("\r\n\r\n") && text.ends_with('}') {
            break;
        }
    }
    text
}

fn reply(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // A caller that has gone away is part of the game.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

const FOUND: &str =
    r#"{"state":"found","as_of":"2026-11-20","confirms":true,"summary":{"ru":"Есть","en":"Held"}}"#;

fn question(resource: &str) -> Question {
    let now = "2026-11-23T09:00:00Z".parse().expect("RFC 3339");
    Question {
        resource: resource.into(),
        requirement: "OT-001".into(),
        evidence: "register-extract".into(),
        valid_days: Some(30),
        kind: BusinessKind::LegalEntity,
        inn: "9600989390".into(),
        known_since: now,
        now,
    }
}

async fn ask(resources: &HttpResources) -> Answer {
    resources.ask(&question("egrul")).await
}

fn is_later(answer: &Answer) -> bool {
    matches!(answer, Answer::Unreachable { retry_at } if *retry_at > question("egrul").now)
}

#[tokio::test]
async fn a_resource_is_asked_with_its_token_and_believed() {
    let stub = Stub::new(|_, stream, request| {
        let whole = request.starts_with("POST /v1 ") && request.contains("Bearer secret");
        let body = r#"{"requirement":"OT-001","evidence":"register-extract","kind":"legal_entity","inn":"9600989390"}"#;
        let whole = whole && request.ends_with(body);
        reply(stream, if whole { "200 OK" } else { "400 Bad Request" }, FOUND);
    });
    let answer = ask(&stub.connected()).await;
    assert!(
        matches!(&answer, Answer::Found { confirms: true, summary, .. } if summary.en == "Held"),
        "{answer:?}"
    );
    let absent = Stub::says("200 OK", r#"{"state":"absent"}"#);
    assert_eq!(ask(&absent.connected()).await, Answer::Absent);
}

#[tokio::test]
async fn a_passing_failure_is_asked_again_and_a_lasting_one_is_not() {
    let flaky = Stub::new(|number, stream, _| match number {
        0 => reply(stream, "503 Service Unavailable", ""),
        1 => drop(stream.shutdown(std::net::Shutdown::Both)),
        _ => reply(stream, "200 OK", FOUND),
    });
    assert!(matches!(ask(&flaky.connected()).await, Answer::Found { .. }));
    assert_eq!(flaky.asked(), 3);
    let failing = Stub::says("500 Internal Server Error", "");
    assert!(is_later(&ask(&failing.connected()).await));
    assert_eq!(failing.asked(), 3, "the repeats are bounded");
    let refusing = Stub::says("403 Forbidden", "");
    assert!(is_later(&ask(&refusing.connected()).await));
    assert_eq!(refusing.asked(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_no_answer() {
    let future =
        r#"{"state":"found","as_of":"2999-01-01","confirms":true,"summary":{"ru":"Есть","en":"Held"}}"#;
    for body in
        ["", "garbage", "[]", "{}", r#"{"state":"found"}"#, r#"{"state":"absent","more":1}"#, "\u{0}", future]
    {
        let stub = Stub::says("200 OK", body);
        assert!(is_later(&ask(&stub.connected()).await), "{body}");
        assert_eq!(stub.asked(), 1, "{body}");
    }
    let elsewhere = Stub::new(|_, stream, _| {
        let _ = stream
            .write_all(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    });
    assert!(is_later(&ask(&elsewhere.connected()).await), "a redirection is not followed");
}

#[tokio::test]
async fn a_slow_a_hanging_and_a_boundless_answer_are_cut_off() {
    let hanging = Stub::new(|_, _, _| thread::sleep(Duration::from_secs(20)));
    let slow = Stub::new(|_, stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let boundless = Stub::new(|_, stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    });
    for stub in [hanging, slow, boundless] {
        let began = Instant::now();
        assert!(is_later(&ask(&stub.connected()).await));
        assert!(began.elapsed() < TIMEOUT * 3 + Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_resource_that_keeps_failing_is_left_alone() {
    let stub = Stub::says("403 Forbidden", "");
    let resources = stub.connected();
    for _ in 0..20 {
        assert!(is_later(&ask(&resources).await));
    }
    assert!(stub.asked() <= 6, "the breaker stayed shut: {} questions", stub.asked());
}

#[tokio::test]
async fn what_is_not_connected_or_not_there_is_unreachable() {
    let stub = Stub::says("200 OK", FOUND);
    let resources = stub.connected();
    assert!(is_later(&resources.ask(&question("elsewhere")).await));
    let nobody = Stub { address: "http://127.0.0.1:1/".into(), asked: Arc::default() };
    assert!(is_later(&ask(&nobody.connected()).await));
}
