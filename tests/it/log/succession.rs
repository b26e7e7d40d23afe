//! Keys follow each other; what was signed before counts for ever.

use std::time::Duration;

use api::access::{note::open_checkpoint, receipt::verify_receipt};
use domain::log::checkpoint::LoggedProof;
use serde_json::{Value, json};
use tests::{
    Client, Engine, Own,
    client::text,
    filing::{Filer, certificate},
    merkle, on_both_engines,
};

use super::{keys, proof_of};

const SETTINGS: [(&str, &str); 2] =
    [("SHLYUZ_BASE_URL", "http://shlyuz.test"), ("SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "900")];

async fn receipts_and_proofs_outlive_their_keys(engine: Engine) {
    let Some(own) = Own::start(engine, &SETTINGS) else { return };
    let filer = Filer::new(&own.program, "cafe").await;
    let before = filer.lodge(certificate("before@example.test")).await["receipt"].clone();
    let proof = LoggedProof::parse(&proof_of(&filer.client, &before).await).expect("a proof");
    let first = keys(&filer.client).await;
    // Both keys become old: each gets a successor, and that of receipts signs at once and not in ten minutes.
    own.sql("UPDATE signing_keys SET created_at = 0; UPDATE log_keys SET created_at = 0");
    succeeded(&own, &filer.client).await;
    let after = filer.lodge(certificate("after@example.test")).await["receipt"].clone();
    assert_ne!(kid(&after), kid(&before), "the receipt is signed by the successor");
    proof_of(&filer.client, &after).await;
    let second = keys(&filer.client).await;
    assert_eq!((first.len(), second.len()), (1, 2));
    let note = merkle::checkpoint(&filer.client).await;
    for known in [&first[..], &second[..1]] {
        open_checkpoint(&note, known).expect("both keys sign");
    }
    open_checkpoint(&proof.note, &first).expect("an old proof counts with the old key");
    let jwks = filer.client.get("/.well-known/jwks.json").await.expect(200);
    for receipt in [&before, &after] {
        verify_receipt(&text(&receipt["jws"]), &jwks).expect("a receipt outlives its key");
        let path = format!("/v1/receipts?digest={}", text(&receipt["digest"]));
        assert_eq!(filer.client.get(&path).await.expect(200)["items"], json!([receipt]));
    }
}

/// The name of the key that signed a receipt.
fn kid(receipt: &Value) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let jws = text(&receipt["jws"]);
    let head = URL_SAFE_NO_PAD.decode(jws.split('.').next().unwrap_or_default()).expect("base64url");
    serde_json::from_slice::<Value>(&head).expect("a header is JSON")["kid"].clone()
}

/// Waits until the key of receipts has a successor, and makes that one sign.
async fn succeeded(own: &Own, client: &Client) {
    let first = async || client.get("/.well-known/jwks.json").await.expect(200)["keys"].clone();
    let old = first().await[0]["kid"].clone();
    for _ in 0..200 {
        let keys = first().await;
        if keys.as_array().is_some_and(|keys| keys.len() > 1) {
            own.sql("UPDATE signing_keys SET created_at = created_at - 3600000000 WHERE created_at > 0");
        }
        if keys[0]["kid"] != old {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the key of receipts has no successor");
}

on_both_engines! { receipts_and_proofs_outlive_their_keys }
