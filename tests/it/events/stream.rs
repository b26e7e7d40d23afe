//! The feed as server-sent events.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tests::{Client, Engine, Program, client::text, on_both_engines, papers};

use super::Reader;

/// How long a frame may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// One server-sent event.
#[derive(Debug, Default)]
struct Frame {
    id: String,
    kind: String,
    data: Value,
}

/// A followed stream.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(client: &Client, query: &str, last: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, &format!("/v1/events/stream?{query}"));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.send().await.expect("the gateway answers");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { response, text: String::new() }
    }

    /// The next event; None where the stream has ended.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            while let Some((frame, rest)) = self.text.split_once("\n\n") {
                let (frame, rest) = (frame.to_owned(), rest.to_owned());
                self.text = rest;
                if !frame.starts_with(':') {
                    return Some(parsed(&frame));
                }
            }
            let piece = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let piece = piece.expect("the stream speaks in time").expect("the stream breaks off nowhere")?;
            self.text.push_str(std::str::from_utf8(&piece).expect("a frame is text"));
        }
    }
}

fn parsed(text: &str) -> Frame {
    let mut frame = Frame::default();
    for line in text.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => frame.id = id.to_owned(),
            Some(("event", kind)) => frame.kind = kind.to_owned(),
            Some(("data", data)) => frame.data = serde_json::from_str(data).expect("data is JSON"),
            Some(_) | None => panic!("a line that no frame has: {line}"),
        }
    }
    frame
}

async fn a_stream_tells_what_happens_as_the_feed_does(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let mut stream = Stream::open(&reader.client, "types=submission.drafted", None).await;
    let drafts = [reader.draft().await, reader.draft().await];
    let mut told = Vec::new();
    for draft in &drafts {
        let frame = stream.next().await.expect("the stream goes on");
        assert_eq!((frame.kind.as_str(), &frame.data["subject"]), ("submission.drafted", &json!(draft)));
        assert_eq!(frame.id.parse::<i64>().ok(), text(&frame.data["sequence"]).parse().ok());
        told.push(frame.data);
    }
    let (events, _) = reader.read("0", "&types=submission.drafted").await;
    assert_eq!(told, events);
}

async fn a_stream_goes_on_behind_the_last_event_id(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let drafts = [reader.draft().await, reader.draft().await, reader.draft().await];
    let mut stream = Stream::open(&reader.client, "types=submission.drafted", None).await;
    let first = stream.next().await.expect("the stream goes on");
    drop(stream);
    // The header wins over the address, which a browser repeats as it was.
    let mut resumed = Stream::open(&reader.client, "types=submission.drafted&after=0", Some(&first.id)).await;
    for draft in &drafts[1..] {
        let frame = resumed.next().await.expect("the stream goes on");
        assert_eq!(frame.data["subject"], draft.as_str());
    }
}

async fn a_stream_ends_when_its_token_is_revoked(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let client = program.client();
    let asked = json!({ "client_name": "revoked", "token_endpoint_auth_method": "client_secret_basic" });
    let made = client.post("/oauth2/register", asked).await.expect(201);
    let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
    let (listener, writer) = (client.log_in(&id, &secret).await, client.log_in(&id, &secret).await);
    let business = writer.business("cafe").await;
    let mut stream = Stream::open(&listener, "types=submission.drafted", None).await;
    papers::draft(&writer, &business).await;
    assert!(stream.next().await.is_some());
    let token = [("token", listener.token().expect("logged in"))];
    let revoke = client.http().post(format!("{}/oauth2/revoke", client.base_url()));
    client.send(revoke.basic_auth(&id, Some(&secret)).form(&token)).await.expect(200);
    papers::draft(&writer, &business).await;
    let after = stream.next().await;
    assert!(after.is_none(), "told after the revocation: {after:?}");
}

async fn a_stream_ends_when_the_gateway_stops(engine: Engine) {
    let Some(mut program) = Program::start(engine) else { return };
    let reader = Reader::on(&program).await;
    let mut stream = Stream::open(&reader.client, "types=submission.drafted", None).await;
    reader.draft().await;
    assert!(stream.next().await.is_some());
    program.signal("TERM");
    assert!(stream.next().await.is_none());
    assert_eq!(program.wait(), Some(0));
}

async fn a_stream_asks_for_the_scope(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    program.client().get("/v1/events/stream").await.problem(401, "unauthenticated");
}

on_both_engines! {
    a_stream_tells_what_happens_as_the_feed_does,
    a_stream_goes_on_behind_the_last_event_id,
    a_stream_ends_when_its_token_is_revoked,
    a_stream_ends_when_the_gateway_stops,
    a_stream_asks_for_the_scope,
}
