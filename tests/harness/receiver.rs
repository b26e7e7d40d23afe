//! A receiver of webhooks on this machine: it takes what comes, or behaves as badly as it is told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// How a receiver answers.
#[derive(Debug, Clone)]
pub enum Manner {
    /// 200, with the challenge where one comes.
    Take,
    /// This status with this header line, if any.
    Answer(u16, String),
    /// 200 after a pause.
    Slow(Duration),
    /// Nothing, for ever.
    Dead,
    /// 200 and a body that never ends.
    Endless,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Vec<u8>,
    /// When it came.
    pub at: Instant,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a message is JSON")
    }

    /// A header, empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Its type.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}

struct State {
    manner: Manner,
    echoes: bool,
    received: Vec<Received>,
}

/// A receiver; it ends with this value.
pub struct Receiver {
    port: u16,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Starts one that takes everything.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let state = State { manner: Manner::Take, echoes: true, received: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // A sender that goes away is none of the receiver's business.
                tokio::spawn(async move { drop(serve(stream, &state).await) });
            }
        });
        Self { port, state, task }
    }

    /// Where it receives.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// From now on it answers events so; challenges it echoes still.
    pub fn behave(&self, manner: Manner) {
        self.state.lock().expect("nobody panics with it").manner = manner;
    }

    /// Whether it echoes challenges; else it answers them as it answers events.
    pub fn echo(&self, echoes: bool) {
        self.state.lock().expect("nobody panics with it").echoes = echoes;
    }

    /// Everything that came.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().expect("nobody panics with it").received.clone()
    }

    /// What came except challenges.
    pub fn messages(&self) -> Vec<Received> {
        self.received().into_iter().filter(|one| one.kind() != "endpoint.verify").collect()
    }

    /// Waits until as many messages came, challenges left out.
    pub async fn wait(&self, count: usize) -> Vec<Received> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let found = self.messages();
            if found.len() >= count {
                return found;
            }
            let kinds: Vec<String> = found.iter().map(Received::kind).collect();
            assert!(Instant::now() < deadline, "only {} of {count} came: {kinds:?}", found.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(());
    }
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let received = Received { headers, body, at: Instant::now() };
    let challenge = received.json()["data"]["challenge"].as_str().map(str::to_owned);
    let (manner, challenge) = {
        let mut state = state.lock().expect("nobody panics with it");
        state.received.push(received);
        (state.manner.clone(), challenge.filter(|_| state.echoes))
    };
    let manner = if challenge.is_some() { Manner::Take } else { manner };
    answer(stream.into_inner(), manner, challenge).await
}

async fn answer(mut stream: TcpStream, manner: Manner, challenge: Option<String>) -> std::io::Result<()> {
    let (status, more, pause) = match manner {
        Manner::Take => (200, String::new(), Duration::ZERO),
        Manner::Answer(status, more) => (status, more, Duration::ZERO),
        Manner::Slow(pause) => (200, String::new(), pause),
        Manner::Dead => (200, String::new(), Duration::from_secs(600)),
        Manner::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n").await?;
            loop {
                stream.write_all(&[b'x'; 64]).await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    tokio::time::sleep(pause).await;
    let body = challenge.unwrap_or_else(|| "well\u{7} received".to_owned());
    let (length, more) = (body.len(), if more.is_empty() { more } else { format!("{more}\r\n") });
    let head = format!("HTTP/1.1 {status} So\r\nconnection: close\r\ncontent-length: {length}\r\n{more}\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}
