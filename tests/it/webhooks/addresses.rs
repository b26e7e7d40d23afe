//! Where the gateway sends nothing, whoever asks for it. The whole table stands with the guard itself.

use serde_json::json;
use tests::{Engine, Program, client::text};

use super::Scene;

tests::on_programs! { shared:
    an_address_that_is_not_public_is_refused_where_it_is_named
}

async fn an_address_that_is_not_public_is_refused_where_it_is_named(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let version = scene.client.get(&hook.path).await.expect(200)["version"].as_i64().expect("a number");
    let own = format!("{}/v1/events", program.base_url());
    let urls = [
        "http://93.184.216.34/",
        "https://user@93.184.216.34/",
        "https://93.184.216.34:22/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://100.64.0.1/",
        "file:///etc/passwd",
        "hook",
        own.as_str(),
    ];
    for url in urls {
        let refused = scene.client.post("/v1/webhooks", json!({ "url": url })).await;
        let violation = refused.problem(422, "validation-failed")["violations"][0].clone();
        assert_eq!(
            (&violation["pointer"], &violation["code"]),
            (&json!("/url"), &json!("url-refused")),
            "{url}"
        );
        let changed = scene.client.patch(&hook.path, version, json!({ "url": url })).await;
        changed.problem(422, "validation-failed");
    }
}

/// Without its leave the sandbox is as strict as the live gateway, and what was taken before is refused when it is sent.
#[tokio::test]
async fn a_strict_sandbox_sends_nothing_to_this_machine() {
    let settings = [("SHLYUZ_WEBHOOKS__LOOPBACK", "false")];
    let strict = Program::start_with(Engine::Sqlite, &settings).expect("SQLite is built in");
    let scene = Scene::new(&strict).await;
    for url in [
        scene.receiver.url(),
        scene.receiver.url().replace("127.0.0.1", "localhost"),
        "https://localhost/".into(),
    ] {
        scene.client.post("/v1/webhooks", json!({ "url": url })).await.problem(422, "validation-failed");
    }
    // A name that is not known yet is taken; nothing can be sent to it.
    let unknown = json!({ "url": "https://receiver.invalid/hook" });
    let made = scene.client.post("/v1/webhooks", unknown).await.expect(201);
    let path = format!("/v1/webhooks/{}/deliveries", text(&made["id"]));
    let list = async || scene.client.get(&path).await.expect(200);
    super::eventually(list, |page| page["items"][0]["attempts"][0]["fault"] == "unreachable").await;
    assert!(scene.receiver.received().is_empty());
}
