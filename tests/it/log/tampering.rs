//! What is done to the database behind the gateway's back is noticed, and never signed.

use std::time::Duration;

use tests::{
    Engine, Own,
    client::text,
    filing::{Filer, certificate},
    merkle, on_both_engines,
};

use super::proof_of;

const SETTINGS: [(&str, &str); 1] = [("SHLYUZ_BASE_URL", "http://shlyuz.test")];

async fn lodge(filer: &Filer, name: &str) -> serde_json::Value {
    filer.lodge(certificate(&format!("{name}@example.test"))).await["receipt"].clone()
}

/// A receipt that was changed in the database is not proved, and not told as if nothing had happened.
async fn f25_a_changed_receipt_is_noticed(engine: Engine) {
    let Some(own) = Own::start(engine, &SETTINGS) else { return };
    let filer = Filer::new(&own.program, "cafe").await;
    let receipt = lodge(&filer, "one").await;
    proof_of(&filer.client, &receipt).await;
    let id = text(&receipt["id"]);
    own.sql(&format!("UPDATE receipts SET jws = 'forged.by.hand' WHERE id = '{id}'"));
    for path in [format!("/v1/receipts/{id}/proof"), format!("/v1/receipts/{id}")] {
        filer.client.get(&path).await.problem(500, "internal");
    }
}

/// A tile that was changed contradicts the last checkpoint: no further one is signed.
async fn f25_a_changed_tile_is_not_signed_over(engine: Engine) {
    let Some(own) = Own::start(engine, &SETTINGS) else { return };
    let filer = Filer::new(&own.program, "cafe").await;
    proof_of(&filer.client, &lodge(&filer, "one").await).await;
    let before = merkle::checkpoint(&filer.client).await;
    own.sql(&forge(engine));
    lodge(&filer, "two").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(merkle::checkpoint(&filer.client).await, before);
}

/// The first leaf becomes 32 zeros.
fn forge(engine: Engine) -> String {
    let zeros = "00".repeat(32);
    let zeros = match engine {
        Engine::Sqlite => format!("x'{zeros}'"),
        Engine::Postgres => format!("decode('{zeros}', 'hex')"),
    };
    format!("UPDATE log_tiles SET hashes = {zeros}")
}

/// A database that was put back to an older state has lost what a checkpoint promised: the gateway remembers the
/// checkpoint beside the database, and does not sign another history.
async fn f26_a_log_put_back_to_an_older_state_is_not_signed_over(engine: Engine) {
    let Some(mut own) = Own::start(engine, &SETTINGS) else { return };
    let filer = Filer::new(&own.program, "cafe").await;
    let lost = lodge(&filer, "lost").await;
    proof_of(&filer.client, &lost).await;
    own.program.signal("KILL");
    own.program.wait();
    own.sql(&format!(
        "DELETE FROM receipts WHERE id = '{}'; DELETE FROM log_tiles; \
         UPDATE log_state SET size = 0, sequence = 0, signed_size = NULL, signed_root = NULL, note = NULL",
        text(&lost["id"])
    ));
    own.program.restart();
    let client = own.client();
    client.get("/v1/log/checkpoint").await.problem(404, "not-found");
    let again = Filer { client: own.client().register("again").await, ..filer };
    let again = Filer { business: again.client.business("cafe").await, ..again };
    // As many receipts as there were, but others.
    lodge(&again, "other").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    client.get("/v1/log/checkpoint").await.problem(404, "not-found");
    let kept = std::fs::read_to_string(own.program.data().join("log-checkpoint")).expect("it is kept");
    assert_eq!(merkle::head(&kept).0, 1);
}

on_both_engines! {
    f25_a_changed_receipt_is_noticed,
    f25_a_changed_tile_is_not_signed_over,
    f26_a_log_put_back_to_an_older_state_is_not_signed_over,
}
