//! `shlyuz monitor`: follows an honest log, and shouts at one that is not.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output},
    sync::{Arc, Mutex, PoisonError},
};

use api::access::note::NoteSigner;
use domain::{
    log::{Hash, Head, LogKey, checkpoint::Checkpoint},
    ports::signer::LogSigner,
    time::Timestamp,
};
use serde_json::{Value, json};
use tests::{
    Program,
    filing::{BY_HAND, Filer, certificate},
    merkle,
    program::binary,
};

use super::proof_of;

tests::on_programs! { shared: an_honest_log_is_followed }

const ORIGIN: &str = "forked.test/v1/log";

/// Looks once; the state is kept between looks.
fn look(url: &str, home: &Path) -> Output {
    let mut command = Command::new(binary());
    command.env_clear().current_dir(home).args(["monitor", url, "--once", "--state", "state.json"]);
    command.output().expect("the program starts")
}

fn good(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one line of JSON")
}

/// The alarm, as it is told to machines.
fn alarm(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("ALARM"), "{said}");
    serde_json::from_str(said.lines().next().unwrap_or_default()).expect("the first line is JSON")
}

async fn an_honest_log_is_followed(program: &Program) {
    let home = tempfile::tempdir().expect("a temporary directory");
    let filer = Filer::new(program, "cafe").await;
    let mut last = 0;
    for email in [BY_HAND, "later@example.test"] {
        proof_of(&filer.client, &filer.lodge(certificate(email)).await["receipt"]).await;
        let (url, home) = (program.base_url().to_owned(), home.path().to_owned());
        let output = tokio::task::spawn_blocking(move || look(&url, &home)).await.expect("it ends");
        let size = good(&output)["size"].as_u64().expect("a number");
        assert!(size > last);
        last = size;
    }
    let state = std::fs::read(home.path().join("state.json")).expect("the state is kept");
    let state: Value = serde_json::from_slice(&state).expect("it is JSON");
    assert!(state["checkpoint"].as_str().is_some_and(|note| merkle::head(note).0 as u64 == last));
}

/// What a log of the test's own answers.
#[derive(Default)]
struct Told {
    leaves: Vec<merkle::Hash>,
    /// The seeds of the keys that sign.
    signers: Vec<u8>,
    /// The seeds of the keys that are published.
    published: Vec<u8>,
}

impl Told {
    fn answer(&self, path: &str) -> String {
        let keys = |seeds: &[u8]| seeds.iter().map(|seed| key(*seed)).collect::<Vec<_>>();
        if path.starts_with("/v1/log/keys") {
            let published = keys(&self.published).into_iter().map(|key| json!({ "vkey": key.vkey }));
            return json!({ "origin": ORIGIN, "keys": published.collect::<Vec<_>>() }).to_string();
        }
        if path.starts_with("/v1/log/checkpoint") {
            let head = Head { size: self.leaves.len() as u64, root: Hash(merkle::root(&self.leaves)) };
            let text = Checkpoint { origin: ORIGIN.into(), head }.to_string();
            return NoteSigner.sign(&text, &keys(&self.signers)).expect("right keys");
        }
        let first = path.split("first=").nth(1).and_then(|rest| rest.split('&').next());
        let first = first.and_then(|first| first.parse().ok()).expect("a consistency proof is asked");
        let hashes = merkle::consistency(first, &self.leaves).into_iter();
        json!({ "hashes": hashes.map(|hash| Hash(hash).to_string()).collect::<Vec<_>>() }).to_string()
    }
}

fn key(seed: u8) -> LogKey {
    NoteSigner.make(ORIGIN, &[seed; 32], Timestamp::from_micros(0).expect("in range"))
}

fn leaves(name: &str, count: usize) -> Vec<merkle::Hash> {
    (0..count).map(|number| merkle::leaf(format!("{name} {number}").as_bytes())).collect()
}

/// A log of the test's own, with a monitor that has seen it honest at five leaves.
struct Forger {
    told: Arc<Mutex<Told>>,
    url: String,
    home: tempfile::TempDir,
}

impl Forger {
    fn start() -> Self {
        let honest = Told { leaves: leaves("honest", 5), signers: vec![1], published: vec![1] };
        let told = Arc::new(Mutex::new(honest));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let served = Arc::clone(&told);
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| serve(stream, &served)));
        let forger = Self { told, url, home: tempfile::tempdir().expect("a temporary directory") };
        assert_eq!(good(&forger.look())["size"], 5);
        forger
    }

    fn look(&self) -> Output {
        look(&self.url, self.home.path())
    }

    fn tell(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn serve(mut stream: TcpStream, told: &Mutex<Told>) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let path = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned)).unwrap_or_default();
    let _rest = lines.take_while(|line| !line.is_empty()).count();
    let body = told.lock().unwrap_or_else(PoisonError::into_inner).answer(&path);
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    // Whoever asked may have gone.
    let _sent = stream.write_all((head + &body).as_bytes());
}

#[test]
fn growth_is_good_and_a_fork_is_an_alarm() {
    let forger = Forger::start();
    forger.tell(|told| told.leaves = leaves("honest", 9));
    assert_eq!(good(&forger.look())["size"], 9);
    forger.tell(|told| told.leaves = leaves("forked", 12));
    let told = alarm(&forger.look());
    assert_eq!(told["alarm"], "fork");
    assert!(told["trusted"].as_str().is_some_and(|note| merkle::head(note).0 == 9), "{told:#}");
    assert!(told["received"].as_str().is_some_and(|note| merkle::head(note).0 == 12), "{told:#}");
    // The good checkpoint stays what is trusted.
    forger.tell(|told| told.leaves = leaves("honest", 12));
    assert_eq!(good(&forger.look())["size"], 12);
}

#[test]
fn another_tree_of_the_same_size_is_a_fork() {
    let forger = Forger::start();
    forger.tell(|told| told.leaves = leaves("forked", 5));
    assert_eq!(alarm(&forger.look())["alarm"], "fork");
}

#[test]
fn a_log_that_shrinks_is_an_alarm() {
    let forger = Forger::start();
    forger.tell(|told| told.leaves = leaves("honest", 4));
    assert_eq!(alarm(&forger.look())["alarm"], "shrunk");
}

#[test]
fn another_key_is_an_alarm_although_it_is_published() {
    let forger = Forger::start();
    forger.tell(|told| (told.signers, told.published) = (vec![2], vec![2, 1]));
    assert_eq!(alarm(&forger.look())["alarm"], "wrong-signature");
}

#[test]
fn a_successor_is_trusted_once_it_signs_beside_its_predecessor() {
    let forger = Forger::start();
    forger.tell(|told| (told.signers, told.published) = (vec![2, 1], vec![2, 1]));
    good(&forger.look());
    forger.tell(|told| (told.signers, told.leaves) = (vec![3, 2], leaves("honest", 6)));
    good(&forger.look());
}

#[test]
fn a_log_that_cannot_be_reached_is_no_alarm() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let output = look("http://127.0.0.1:1", home.path());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && !said.contains("ALARM"), "{said}");
}
