//! Signatures, as the standard's own library verifies them.

use reqwest::header::{HeaderMap, HeaderName};
use serde_json::json;
use standardwebhooks::Webhook;
use tests::{Program, client::text, receiver::Received};

use super::{Scene, advance};

tests::on_programs! { shared:
    a_receiver_verifies_what_comes_and_refuses_what_was_changed
}

mod rotating {
    use super::both_secrets_sign;

    tests::on_programs! { start:
        both_secrets_sign
    }
}

fn verifies(secret: &str, message: &Received, body: &[u8]) -> bool {
    let header = |(name, value): (&String, &String)| {
        let name: HeaderName = name.parse().expect("a name");
        (name, value.parse().expect("a value"))
    };
    let headers: HeaderMap = message.headers.iter().map(header).collect();
    Webhook::new(secret).expect("a secret").verify(body, &headers).is_ok()
}

async fn a_receiver_verifies_what_comes_and_refuses_what_was_changed(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    scene.draft().await;
    let told = scene.receiver.wait(1).await;
    let challenge = scene.receiver.received().remove(0);
    for message in [&told[0], &challenge] {
        assert!(verifies(&hook.secret, message, &message.body), "{message:?}");
        let mut changed = message.body.clone();
        changed.push(b' ');
        assert!(!verifies(&hook.secret, message, &changed), "a changed body");
        let mut other = message.clone();
        other.headers.insert("webhook-id".into(), "evt_other".into());
        assert!(!verifies(&hook.secret, &other, &other.body), "another id");
        assert!(
            !verifies("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", message, &message.body),
            "another secret"
        );
    }
    let event = told[0].json();
    assert_eq!(told[0].header("webhook-id"), text(&event["id"]));
    assert_eq!(told[0].header("content-type"), "application/json");
    assert!(told[0].header("user-agent").starts_with("Shlyuz/"));
    assert!(told[0].body.len() < 20_000);
}

async fn both_secrets_sign(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let rotated = scene.client.act(&format!("{}/secret-rotation", hook.path)).await.expect(200);
    let new = text(&rotated["secret"]);
    assert!(new != hook.secret && rotated["old_secret_until"].is_string(), "{rotated:#}");
    scene.draft().await;
    let told = scene.receiver.wait(1).await.remove(0);
    assert_eq!(told.header("webhook-signature").split(' ').count(), 2);
    assert!(verifies(&new, &told, &told.body) && verifies(&hook.secret, &told, &told.body));
    advance(&scene.client, 24 * 3600 + 1).await;
    scene.draft().await;
    let told = scene.receiver.wait(2).await.remove(1);
    assert_eq!(told.header("webhook-signature").split(' ').count(), 1);
    assert!(verifies(&new, &told, &told.body), "the new secret alone is left");
    assert!(!verifies(&hook.secret, &told, &told.body), "the old one has gone");
}
