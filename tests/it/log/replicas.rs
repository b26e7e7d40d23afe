//! Two gateways over one PostgreSQL keep one log.

use domain::log::{Hash, Head, proof::begins};
use tests::{
    Client, Engine, Own, Program,
    client::text,
    filing::{Filer, certificate},
    merkle,
};

const SETTINGS: [(&str, &str); 1] = [("SHLYUZ_BASE_URL", "http://gateway.example")];
const LODGINGS: usize = 40;

#[tokio::test]
async fn two_replicas_keep_one_log_without_a_fork() {
    let Some(first) = Own::start(Engine::Postgres, &SETTINGS) else { return };
    let more = [SETTINGS[0], ("SHLYUZ_DATABASE__URL", first.url())];
    let Some(second) = Program::start_with(Engine::Postgres, &more) else { return };
    let here = Filer::new(&first.program, "cafe").await;
    let there =
        Filer { client: second.client().with_token(here.client.token().expect("logged in")), ..here.clone() };
    let mut notes = Vec::new();
    let mut receipts = Vec::new();
    for number in 0..LODGINGS {
        let filer = if number % 2 == 0 { &here } else { &there };
        let lodged = filer.lodge(certificate(&format!("n{number}@example.test"))).await;
        receipts.push(merkle::leaf(text(&lodged["receipt"]["jws"]).as_bytes()));
        notes.push(merkle::checkpoint(&filer.client).await);
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    notes.push(merkle::grown_to(&here.client, LODGINGS).await);
    notes.push(merkle::grown_to(&there.client, LODGINGS).await);
    let leaves = merkle::leaves(&there.client, LODGINGS).await;
    assert_eq!(leaves, receipts, "each receipt once, in the order of commits");
    for pair in notes.windows(2) {
        follows(&here.client, &pair[0], &pair[1]).await;
    }
}

/// One checkpoint begins the other, as the gateway proves it.
pub async fn follows(client: &Client, before: &str, after: &str) {
    let [before, after] = [before, after].map(|note| {
        let (size, root) = merkle::head(note);
        Head { size: size as u64, root: Hash(root) }
    });
    let mut hashes = Vec::new();
    if 0 < before.size && before.size < after.size {
        let path = format!("/v1/log/proofs/consistency?first={}&second={}", before.size, after.size);
        let proof = client.get(&path).await.expect(200);
        let texts = proof["hashes"].as_array().expect("a list").iter();
        hashes = texts.map(|hash| Hash::parse_hash(&text(hash)).expect("base64")).collect();
    }
    begins(&before, &after, &hashes).expect("the log only grows");
}
