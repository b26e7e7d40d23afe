//! The connection to the regulation portal against a stub.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use api::outbound::{
    portal::{CODE, HttpPortal},
    state_resources::{Endpoint, Patience},
};
use domain::ports::regulation_portal::{Answer, Passing, RegulationPortal};
use serde_json::{Value, json};

/// A portal that answers the same to everybody, and what it was sent.
struct Stub {
    address: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    fn says(status: &'static str, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}/v1", listener.local_addr().expect("it is bound"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&heard);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (mut request, mut piece) = (String::new(), [0; 4096]);
                while let Ok(length) = stream.read(&mut piece) {
                    request.push_str(&String::from_utf8_lossy(&piece[..length]));
                    if length == 0 || request.contains("\r\n\r\n") && request.ends_with('}') {
                        break;
                    }
                }
                told.lock().expect("nobody panics").push(request);
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                // A caller that has gone away is part of the game.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            }
        });
        Self { address, heard }
    }

    async fn pass(&self) -> Answer {
        let endpoint = Endpoint {
            code: CODE.into(),
            url: self.address.parse().expect("an address"),
            token: Some("secret".into()),
            timeout: Duration::from_millis(400),
        };
        let patience = Patience {
            pause: Duration::from_millis(5),
            repeats: 2,
            looks_back: 4,
            rest: Duration::from_secs(60),
        };
        let portal = HttpPortal::connect(Some(endpoint), patience).expect("a client can be made");
        portal.pass(&passing()).await
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panics").clone()
    }
}

fn passing() -> Passing {
    let now = "2026-11-23T09:00:00Z".parse().expect("RFC 3339");
    Passing {
        message: "trf_1.2".into(),
        about: "trf_1".into(),
        revision: 2,
        withdrawn: false,
        subject: json!({ "draft_act": "dra_1" }),
        content: Some(json!({ "clarity": 3 })),
        identity: None,
        since: now,
        now,
    }
}

#[tokio::test]
async fn a_portal_is_sent_the_message_under_its_name() {
    let stub = Stub::says("200 OK", r#"{"state":"accepted","number":"01/02/11-26/00012345"}"#);
    assert_eq!(stub.pass().await, Answer::Accepted { number: "01/02/11-26/00012345".into() });
    let heard = stub.heard();
    let (head, body) = heard[0].split_once("\r\n\r\n").expect("a request has a body");
    assert!(head.starts_with("POST /v1 ") && head.contains("Bearer secret"), "{head}");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let expected = json!({ "message": "trf_1.2", "about": "trf_1", "revision": 2, "withdrawn": false,
        "subject": { "draft_act": "dra_1" }, "content": { "clarity": 3 }, "identity": null });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_portal_receives_or_refuses() {
    let now = passing().now;
    let received = Stub::says("200 OK", r#"{"state":"received"}"#).pass().await;
    assert!(matches!(received, Answer::Received { ask_at } if ask_at > now), "{received:?}");
    let refused =
        Stub::says("200 OK", r#"{"state":"refused","reason":{"ru":"Поздно","en":"Late"}}"#).pass().await;
    assert!(matches!(&refused, Answer::Refused { reason } if reason.en == "Late"), "{refused:?}");
}

#[tokio::test]
async fn a_portal_that_fails_is_tried_later() {
    let now = passing().now;
    let is_later = |answer: &Answer| matches!(answer, Answer::Unreachable { retry_at } if *retry_at > now);
    let failing = Stub::says("503 Service Unavailable", "");
    assert!(is_later(&failing.pass().await));
    assert_eq!(failing.heard().len(), 3, "the repeats are bounded");
    for senseless in ["", "[]", "{}", r#"{"state":"accepted"}"#, r#"{"state":"received","more":1}"#] {
        let stub = Stub::says("200 OK", senseless);
        assert!(is_later(&stub.pass().await), "{senseless}");
        assert_eq!(stub.heard().len(), 1, "{senseless}");
    }
    let nowhere = HttpPortal::connect(None, Patience::default()).expect("nothing is to connect");
    assert!(is_later(&nowhere.pass(&passing()).await));
}
