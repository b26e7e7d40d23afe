//! The Merkle log over receipts: every receipt is in it, it only grows, and whoever wants can prove it.

use std::time::{Duration, Instant};

use api::access::note::{VerifierKey, open_checkpoint};
use serde_json::{Value, json};
use tests::{
    Answer, Client, Program,
    client::text,
    filing::{BY_HAND, Filer, certificate},
    merkle,
};

mod monitor;
mod offline;
pub mod replicas;
mod succession;
mod tampering;

tests::on_programs! { shared:
    a_receipt_is_in_the_log_at_once
    a_checkpoint_is_signed_by_the_published_key
    the_tiles_make_the_root
    a_leaf_is_proved_by_its_hash_and_place
    the_log_only_grows
    what_the_log_does_not_hold_is_not_found
    bad_questions_are_refused
}

// The shared gateway's clock may be moved, and then the authority is back.
tests::on_programs! { start: a_filing_keeps_its_moment_while_the_authority_is_down }

/// The proof of a receipt, waited for; it has to come within seconds.
async fn proof_of(client: &Client, receipt: &Value) -> String {
    let path = format!("/v1/receipts/{}/proof", text(&receipt["id"]));
    let began = Instant::now();
    loop {
        let answer = client.get(&path).await;
        if answer.status.as_u16() == 200 {
            assert!(answer.header("content-type").starts_with("text/plain"));
            return String::from_utf8(answer.bytes).expect("a proof is text");
        }
        assert_eq!(answer.header("retry-after"), "2");
        answer.problem(404, "not-found");
        // Two seconds are promised; a machine that runs all tests at once is given more.
        assert!(began.elapsed() < Duration::from_secs(15), "the receipt does not come into the log");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn keys(client: &Client) -> Vec<VerifierKey> {
    let published = client.get("/v1/log/keys").await.expect(200);
    let keys = published["keys"].as_array().expect("a list").iter();
    keys.map(|key| text(&key["vkey"]).parse().expect("a verifier key")).collect()
}

fn leaf(receipt: &Value) -> merkle::Hash {
    merkle::leaf(text(&receipt["jws"]).as_bytes())
}

fn hex(hash: &merkle::Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn ask(client: &Client, receipt: &Value, more: &str) -> Answer {
    let (leaf, place) = (hex(&leaf(receipt)), &receipt["sequence"]);
    client.get(&format!("/v1/log/proofs/inclusion?leaf_hash=sha-256:{leaf}&sequence={place}{more}")).await
}

async fn a_receipt_is_in_the_log_at_once(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let receipt = filer.lodge(certificate(BY_HAND)).await["receipt"].clone();
    assert!(receipt["leaf_index"].is_null(), "no receipt knows its index when it is made");
    let proof = proof_of(&filer.client, &receipt).await;
    let index = proof.lines().nth(1).and_then(|line| line.strip_prefix("index ")).expect("the index");
    let found = filer.client.get(&format!("/v1/receipts/{}", text(&receipt["id"]))).await.expect(200);
    assert_eq!(found["leaf_index"].to_string(), index);
}

async fn a_checkpoint_is_signed_by_the_published_key(program: &Program) {
    let client = program.client();
    let answer = client.get("/v1/log/checkpoint").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=1");
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let note = String::from_utf8(answer.bytes).expect("a note is text");
    let checkpoint = open_checkpoint(&note, &keys(&client).await).expect("its key is published");
    let published = client.get("/v1/log/keys").await.expect(200);
    assert_eq!(published["origin"], checkpoint.origin);
    assert!(checkpoint.origin.ends_with("/v1/log") && !checkpoint.origin.contains("://"));
}

async fn the_tiles_make_the_root(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let receipt = filer.lodge(certificate(BY_HAND)).await["receipt"].clone();
    proof_of(&filer.client, &receipt).await;
    let (size, root) = merkle::head(&merkle::checkpoint(&filer.client).await);
    let leaves = merkle::leaves(&filer.client, size).await;
    assert_eq!(merkle::root(&leaves), root);
    assert_eq!(leaves.iter().filter(|hash| **hash == leaf(&receipt)).count(), 1);
    // As a client of tlog-tiles asks, with slashes; and a narrower tile is the beginning of the wider.
    let url = format!("{}/v1/log/tile/0/000.p/1", program.base_url());
    let tile = filer.client.http().get(url).send().await.expect("the gateway answers");
    assert_eq!(tile.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(tile.bytes().await.expect("it arrives whole").as_ref(), leaves[0]);
}

async fn a_leaf_is_proved_by_its_hash_and_place(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let receipt = filer.lodge(certificate(BY_HAND)).await["receipt"].clone();
    proof_of(&filer.client, &receipt).await;
    let nobody = program.client();
    let now = ask(&nobody, &receipt, "").await.expect(200);
    let index = now["leaf_index"].as_u64().expect("a number");
    // In the smallest tree that holds it, too, and not in the one before.
    let smallest = ask(&nobody, &receipt, &format!("&tree_size={}", index + 1)).await.expect(200);
    for proof in [&now, &smallest] {
        let root = domain::log::Hash::parse_hash(&text(&proof["root_hash"])).expect("base64");
        let hashes = proof["hashes"].as_array().expect("a list").iter();
        let hashes: Vec<_> =
            hashes.map(|hash| domain::log::Hash::parse_hash(&text(hash)).expect("base64")).collect();
        let head = domain::log::Head { size: proof["tree_size"].as_u64().expect("a number"), root };
        let leaf = domain::log::Hash(leaf(&receipt));
        domain::log::proof::includes(&head, index, leaf, &hashes).expect("it is proved");
    }
    if index > 0 {
        ask(&nobody, &receipt, &format!("&tree_size={index}")).await.problem(404, "not-found");
    }
}

async fn the_log_only_grows(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    proof_of(&filer.client, &filer.lodge(certificate("one@example.test")).await["receipt"]).await;
    let (first, before) = merkle::head(&merkle::checkpoint(&filer.client).await);
    proof_of(&filer.client, &filer.lodge(certificate("two@example.test")).await["receipt"]).await;
    let (second, after) = merkle::head(&merkle::checkpoint(&filer.client).await);
    assert!(first < second);
    let path = format!("/v1/log/proofs/consistency?first={first}&second={second}");
    let proof = program.client().get(&path).await.expect(200);
    let leaves = merkle::leaves(&filer.client, second).await;
    assert_eq!(merkle::root(&leaves[..first]), before);
    assert_eq!(merkle::root(&leaves), after);
    let expected = merkle::consistency(first, &leaves).into_iter();
    let expected: Vec<Value> = expected.map(|hash| json!(domain::log::Hash(hash).to_string())).collect();
    assert_eq!(proof["hashes"], json!(expected));
    assert_eq!(proof["first_root_hash"], domain::log::Hash(before).to_string());
    assert_eq!(proof["second_root_hash"], domain::log::Hash(after).to_string());
}

async fn what_the_log_does_not_hold_is_not_found(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let receipt = filer.lodge(certificate(BY_HAND)).await["receipt"].clone();
    proof_of(&filer.client, &receipt).await;
    let mut other = receipt.clone();
    other["jws"] = json!("another.receipt.here");
    ask(&filer.client, &other, "").await.problem(404, "not-found");
    let stranger = Filer::new(program, "cafe").await.client;
    for id in [text(&receipt["id"]), "rcp_01KAZ8Q3V5T2N4W6Y8B0D2F4H6".to_owned()] {
        let answer = stranger.get(&format!("/v1/receipts/{id}/proof")).await;
        assert_eq!(answer.header("retry-after"), "", "there is nothing to wait for");
        answer.problem(404, "not-found");
    }
    for tile in ["0/999", "0/000.p%2F0", "0/x", "7/000", "8/000", "63/000.p%2F1", "255/000"] {
        filer.client.get(&format!("/v1/log/tile/{tile}")).await.problem(404, "not-found");
    }
}

async fn bad_questions_are_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    proof_of(&filer.client, &filer.lodge(certificate(BY_HAND)).await["receipt"]).await;
    let hash = format!("sha-256:{}", "0".repeat(64));
    let inclusion = [
        String::new(),
        format!("leaf_hash={hash}"),
        format!("leaf_hash={hash}&sequence=0"),
        "leaf_hash=00&sequence=1".to_owned(),
        format!("leaf_hash={hash}&sequence=1&tree_size=0"),
        format!("leaf_hash={hash}&sequence=1&tree_size=18446744073709551615"),
        format!("leaf_hash={hash}&sequence=1&tree_size=18446744073709551616"),
        format!("leaf_hash={hash}&sequence=1&more=1"),
    ];
    let consistency = [
        "",
        "first=1",
        "first=0&second=1",
        "first=2&second=1",
        "first=1&second=18446744073709551615",
        "first=-1&second=1",
        "first=1&first=1&second=1",
    ];
    let inclusion = inclusion.iter().map(|query| format!("inclusion?{query}"));
    for query in inclusion.chain(consistency.iter().map(|query| format!("consistency?{query}"))) {
        let answer = filer.client.get(&format!("/v1/log/proofs/{query}")).await;
        assert_eq!(answer.status.as_u16(), 400, "{query}");
        answer.problem(400, "malformed-request");
    }
}

/// Proof of attempt: what was lodged counts from its moment, whether or not the authority's system answers.
async fn a_filing_keeps_its_moment_while_the_authority_is_down(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let lodged = filer.lodge(certificate("down@magic.test")).await;
    let receipt = &lodged["receipt"];
    assert_eq!(receipt["at"], lodged["lodged_at"]);
    let proof = proof_of(&filer.client, receipt).await;
    let now = filer.read(&text(&lodged["id"])).await;
    assert_eq!(now["state"], "lodged", "the authority has not taken it");
    assert_eq!(now["lodged_at"], receipt["at"]);
    let read = domain::log::checkpoint::LoggedProof::parse(&proof).expect("a proof");
    let checkpoint = open_checkpoint(&read.note, &keys(&filer.client).await).expect("it is signed");
    let leaf = domain::log::Hash(leaf(receipt));
    domain::log::proof::includes(&checkpoint.head, read.index, leaf, &read.hashes).expect("it is proved");
}
