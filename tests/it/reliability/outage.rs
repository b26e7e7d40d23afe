//! A queue that is full, and a database that goes away and comes back: refused for a while, and nothing lost.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tests::{Engine, postgres::Cluster};
use tokio::task::JoinSet;

use super::{
    Journal, Load,
    journal::{Entry, Sent},
    on_either_engine, own,
};

on_either_engine! {
    a_full_queue_refuses_and_loses_nothing
}

/// How long the gateway may take to find the database again.
const PATIENCE: Duration = Duration::from_secs(20);

async fn a_full_queue_refuses_and_loses_nothing(engine: Engine) {
    let Some(gateway) = own(engine, &[("SHLYUZ_DATABASE__WRITE_QUEUE", "4")]) else { return };
    let journal = Journal::new();
    let load = Load::new(&gateway.client()).await;
    let hold = gateway.hold();
    let mut running = JoinSet::new();
    for _ in 0..15 {
        let (load, entry) = (load.clone(), journal.next());
        running.spawn(async move { (load.send(&entry).await, entry) });
    }
    // One unit waits with the writer and four in the queue.
    for _ in 0..10 {
        let (sent, _) = running.join_next().await.expect("fifteen were sent").expect("no caller panics");
        let Sent::Refused(problem, retry_after) = sent else { panic!("the held database took one") };
        assert_eq!(problem["code"], "overloaded", "{problem:#}");
        assert_eq!(problem["status"], 503);
        assert!(retry_after.is_some_and(|seconds| seconds > 0));
    }
    drop(hold);
    while let Some(ended) = running.join_next().await {
        let (sent, entry) = ended.expect("no caller panics");
        let Sent::Accepted(view) = sent else { panic!("{} was in the queue and is lost", entry.key) };
        journal.accept(&entry.key, view);
    }
    assert_eq!(journal.count(), 5);
    take_again(&load, &journal).await;
    each_is_there_once(&load, &journal, 15).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_comes_back_is_used_again_without_a_restart() {
    let Some(gateway) = own(Engine::Postgres, &[]) else { return };
    let cluster = Cluster::shared().expect("it was just used");
    let journal = Journal::new();
    let load = Load::new(&gateway.client()).await;
    let (entry, pid) = (journal.next(), gateway.program.pid());
    cluster.shut(gateway.url());
    let Sent::Refused(problem, retry_after) = load.send(&entry).await else { panic!("taken by nobody") };
    assert_eq!(problem["code"], "store-unavailable", "{problem:#}");
    assert!(retry_after.is_some_and(|seconds| seconds > 0));
    let read = load.client.get(&load.path()).await;
    assert!(!read.header("retry-after").is_empty());
    read.problem(503, "store-unavailable");
    assert_eq!(load.client.get("/readyz").await.status, 503);
    assert_eq!(load.client.get("/livez").await.status, 200);
    cluster.open(gateway.url());
    ready(&load).await;
    take_again(&load, &journal).await;
    each_is_there_once(&load, &journal, 1).await;
    assert_eq!(gateway.program.pid(), pid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_cut_off_under_load_lose_nothing() {
    let Some(gateway) = own(Engine::Postgres, &[]) else { return };
    let cluster = Cluster::shared().expect("it was just used");
    let journal = Journal::new();
    let load = Load::new(&gateway.client()).await;
    let mut running = JoinSet::new();
    for _ in 0..8 {
        running.spawn(persist(load.clone(), Arc::clone(&journal)));
    }
    for moment in 1..=5 {
        within(journal.reaches(moment * 20)).await;
        cluster.cut_off(gateway.url());
    }
    within(running.join_all()).await;
    within(ready(&load)).await;
    each_is_there_once(&load, &journal, 160).await;
}

/// Lodges twenty, each under its key until it is accepted.
async fn persist(load: Load, journal: Arc<Journal>) {
    for _ in 0..20 {
        let entry = journal.next();
        take(&load, &journal, &entry).await;
    }
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("it ends in time")
}

/// Sends everything that was not acknowledged again, under the same keys.
async fn take_again(load: &Load, journal: &Journal) {
    for entry in journal.unknown() {
        take(load, journal, &entry).await;
    }
}

/// Sends an entry under its key until it is accepted; nothing but a refusal for a while may come before.
async fn take(load: &Load, journal: &Journal, entry: &Entry) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match load.send(entry).await {
            Sent::Accepted(view) => return journal.accept(&entry.key, view),
            Sent::Refused(problem, retry_after) => {
                assert_eq!((&problem["status"], retry_after.is_some()), (&503.into(), true), "{problem:#}");
                assert!(Instant::now() < deadline, "{problem:#}");
            }
            Sent::Unreachable => panic!("the gateway is gone"),
            Sent::Broken(error) => panic!("{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn each_is_there_once(load: &Load, journal: &Journal, count: usize) {
    let mut accepted: Vec<String> = journal.known().iter().map(Entry::id).collect();
    let mut listed = load.ids().await;
    accepted.sort();
    listed.sort();
    assert_eq!(listed, accepted);
    assert_eq!(listed.len(), count);
}

/// Returns when the gateway says that it is ready.
async fn ready(load: &Load) {
    let deadline = Instant::now() + PATIENCE;
    while load.client.get("/readyz").await.status != 200 {
        assert!(Instant::now() < deadline, "the database was not found again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
