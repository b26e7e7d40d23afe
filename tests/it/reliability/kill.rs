//! `kill -9` at a random moment, again and again over the same data.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::rand;
use serde_json::{Value, json};
use tests::{Engine, client::text, own::Own};

use super::{
    Journal, Load, again,
    journal::{Entry, Sent},
    logged::Followed,
    own,
};

/// How many callers lodge at once.
const CALLERS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_minus_nine_loses_nothing_on_sqlite() {
    survives(Engine::Sqlite, 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_minus_nine_loses_nothing_on_postgres() {
    survives(Engine::Postgres, 8).await;
}

async fn survives(engine: Engine, cycles: usize) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let journal = Journal::new();
    let mut load = Load::new(&gateway.client()).await;
    let mut followed = Followed::default();
    for cycle in 0..cycles {
        let before: BTreeSet<String> = journal.known().into_iter().map(|entry| entry.key).collect();
        let cycled = tokio::time::timeout(Duration::from_secs(60), kill(&mut gateway, &load, &journal));
        cycled.await.unwrap_or_else(|_| panic!("cycle {cycle} does not end"));
        load.client = again(&gateway.program, &load.client);
        followed.look(&load.client).await;
        for entry in journal.known().iter().filter(|entry| !before.contains(&entry.key)) {
            holds(&load, entry).await;
        }
        for entry in journal.unknown() {
            journal.accept(&entry.key, resolved(&load, &entry).await);
        }
    }
    audit(&gateway, &load, &journal).await;
    followed.holds(&load.client, &journal.known()).await;
}

/// Lodges under load, kills the gateway at a random moment, and starts it again.
async fn kill(gateway: &mut Own, load: &Load, journal: &Arc<Journal>) {
    let mut running = load.run(journal, CALLERS);
    journal.reaches(journal.count() + random(60)).await;
    // Not to be in step with an answer that has just been written.
    tokio::time::sleep(Duration::from_micros(random(4000) as u64)).await;
    gateway.program.signal("KILL");
    assert_eq!(gateway.program.wait(), None, "a signal ended it");
    while let Some(ended) = running.join_next().await {
        match ended.expect("no caller panics") {
            Sent::Unreachable | Sent::Broken(_) => {}
            Sent::Refused(problem, _) => panic!("refused under load: {problem:#}"),
            Sent::Accepted(view) => panic!("a caller stopped although this was accepted: {view:#}"),
        }
    }
    gateway.program.restart();
}

/// An acknowledged submission is there as it was acknowledged, and its key still answers with the same words.
async fn holds(load: &Load, entry: &Entry) {
    let (path, id, accepted) = (load.path(), entry.id(), entry.view());
    let found = load.client.get(&format!("{path}/{id}")).await.expect(200);
    let states: &[&str] =
        if entry.is_scripted() { &["lodged", "registered", "in_review", "granted"] } else { &["lodged"] };
    assert!(states.contains(&text(&found["state"]).as_str()), "{found:#}");
    for member in ["id", "form", "service", "lodged_at"] {
        assert_eq!(found[member], accepted[member], "{member} of {id}");
    }
    let receipts = load.client.get(&format!("{path}/{id}/receipts")).await.expect(200);
    assert_eq!(receipts["items"], json!([accepted["receipt"]]));
    assert_eq!(replayed(load, entry).await, *accepted);
}

/// What became of a submission without an answer: its key, sent again, leads to exactly one.
async fn resolved(load: &Load, entry: &Entry) -> Value {
    let Sent::Accepted(view) = load.send(entry).await else { panic!("{} is not taken again", entry.key) };
    assert_eq!(replayed(load, entry).await, view);
    let found = load.client.get(&format!("/v1/receipts?idempotency_key={}", entry.key)).await.expect(200);
    assert_eq!(found["items"], json!([view["receipt"]]));
    view
}

async fn replayed(load: &Load, entry: &Entry) -> Value {
    let answer = load.client.post_keyed(&load.path(), &entry.key, entry.body.clone()).await;
    assert_eq!(answer.header("idempotent-replayed"), "true");
    answer.expect(201)
}

/// What must be true of everything together.
async fn audit(gateway: &Own, load: &Load, journal: &Journal) {
    let all = journal.known();
    assert!(journal.unknown().is_empty() && !all.is_empty());
    let ids: BTreeSet<String> = all.iter().map(Entry::id).collect();
    assert_eq!(ids.len(), all.len(), "two keys led to one submission");
    let mut listed = load.ids().await;
    listed.sort();
    assert_eq!(listed, ids.iter().cloned().collect::<Vec<_>>(), "one is missing, or was made twice");
    verify(load, &all).await;
    await_scripted(gateway, load, &all).await;
    sequence_is_whole(load, &ids).await;
    tasks_are_there(gateway, &all).await;
}

/// Every receipt verifies offline and is about its submission.
async fn verify(load: &Load, all: &[Entry]) {
    let keys = load.client.get("/.well-known/jwks.json").await.expect(200);
    for entry in all {
        let jws = text(&entry.view()["receipt"]["jws"]);
        let verified = api::access::receipt::verify_receipt(&jws, &keys);
        let api::access::receipt::ReceiptClaims(claims) = verified.expect("a receipt verifies");
        assert_eq!((&claims["sub"], &claims["idempotency_key"]), (&json!(entry.id()), &json!(entry.key)));
    }
}

/// Whatever a kill interrupted is taken up again once its lease has ended: every scripted one is granted.
async fn await_scripted(gateway: &Own, load: &Load, all: &[Entry]) {
    let moved = load.client.request(reqwest::Method::POST, "/sandbox/clock").json(&json!({"advance_s": 120}));
    load.client.send(moved).await.expect(200);
    let mut due: BTreeSet<String> = all.iter().filter(|entry| entry.is_scripted()).map(Entry::id).collect();
    let mut cursor = "0".to_owned();
    let follow = async {
        while !due.is_empty() {
            let path = format!("/v1/events?after={cursor}&wait=20&limit=1000&types=submission.granted");
            let batch = load.client.get(&path).await.expect(200);
            for event in batch["items"].as_array().expect("a list") {
                assert!(due.remove(&text(&event["subject"])), "granted twice: {event:#}");
            }
            cursor = text(&batch["next_cursor"]);
        }
    };
    let followed = tokio::time::timeout(Duration::from_secs(60), follow).await;
    assert!(followed.is_ok(), "never acted upon at {}: {due:?}", gateway.url());
}

/// The sequence has no gap and no repeat, and each submission was lodged once in it.
async fn sequence_is_whole(load: &Load, ids: &BTreeSet<String>) {
    let (events, reached) = load.events().await;
    let places: Vec<i64> =
        events.iter().map(|event| text(&event["sequence"]).parse().expect("a number")).collect();
    let (first, last) = (places[0], places[places.len() - 1]);
    assert_eq!(places, (first..=last).collect::<Vec<_>>(), "a gap or a repeat");
    assert_eq!(last, reached);
    let mut lodged: BTreeMap<String, u32> = BTreeMap::new();
    for event in events.iter().filter(|event| event["type"] == "submission.lodged") {
        *lodged.entry(text(&event["subject"])).or_default() += 1;
    }
    assert_eq!(lodged, ids.iter().map(|id| (id.clone(), 1)).collect());
}

/// Every submission that no script acts on has exactly one task in the authority's inbox.
async fn tasks_are_there(gateway: &Own, all: &[Entry]) {
    let office = gateway.authority().await;
    let mut tasks = Vec::new();
    loop {
        let request = office.request(reqwest::Method::POST, "/v1/authority/inbox/leases");
        let leased = office.send(request.json(&json!({ "limit": 100, "lease_s": 3600 }))).await.expect(200);
        let items = leased["items"].as_array().expect("a list");
        if items.is_empty() {
            break;
        }
        tasks.extend(items.iter().map(|task| text(&task["submission_id"])));
    }
    tasks.sort();
    let mut expected: Vec<String> = all.iter().filter(|entry| !entry.is_scripted()).map(Entry::id).collect();
    expected.sort();
    assert_eq!(tasks, expected);
}

/// A number from 1 to `most`.
fn random(most: usize) -> usize {
    let mut bytes = [0; 4];
    rand::fill(&mut bytes).expect("the system's random source answers");
    1 + u32::from_le_bytes(bytes) as usize % most
}
