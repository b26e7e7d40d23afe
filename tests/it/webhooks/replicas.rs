//! Two gateways over one database, and one that is killed on the way.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::json;
use tests::{
    Client, Engine, Own, Program,
    client::text,
    on_both_engines,
    receiver::{Manner, Receiver},
};

use super::Scene;

const EVENTS: usize = 60;

/// Tokens name the base address, which must outlive the port.
const SETTINGS: [(&str, &str); 2] =
    [("SHLYUZ_BASE_URL", "http://gateway.example"), ("SHLYUZ_WEBHOOKS__LOOPBACK", "true")];

/// Two gateways over one database.
#[tokio::test]
async fn two_replicas_send_nothing_twice() {
    let Some(first) = Own::start(Engine::Postgres, &SETTINGS) else { return };
    let shared = [SETTINGS[0], SETTINGS[1], ("SHLYUZ_DATABASE__URL", first.url())];
    let second = Program::start_with(Engine::Postgres, &shared).expect("the first one runs");
    let scene = Scene::new(&first.program).await;
    let hook = scene.active(json!({})).await;
    scene.receiver.behave(Manner::Slow(Duration::from_millis(150)));
    let there = second.client().with_token(scene.client.token().expect("logged in"));
    for number in 0..EVENTS {
        let client = if number % 2 == 0 { &scene.client } else { &there };
        tests::papers::draft(client, &scene.business).await;
    }
    scene.receiver.wait(EVENTS).await;
    let all = async || json!(scene.deliveries(&hook).await);
    let done = |all: &serde_json::Value| {
        all.as_array().is_some_and(|all| all.iter().all(|one| one["state"] == "delivered"))
    };
    super::eventually(all, done).await;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for message in scene.receiver.messages() {
        *counts.entry(message.header("webhook-id").to_owned()).or_default() += 1;
    }
    assert_eq!((counts.len(), counts.values().max()), (EVENTS, Some(&1)), "{counts:?}");
}

async fn a_gateway_killed_on_the_way_loses_nothing(engine: Engine) {
    // A lease lasts ten seconds longer than an attempt may take.
    let settings = [SETTINGS[0], SETTINGS[1], ("SHLYUZ_WEBHOOKS__TIMEOUT_S", "1")];
    let Some(mut program) = Program::start_with(engine, &settings) else { return };
    let scene = Scene::new(&program).await;
    scene.active(json!({})).await;
    scene.receiver.behave(Manner::Slow(Duration::from_millis(80)));
    let mut drafts = BTreeSet::new();
    let mut client = scene.client.clone();
    for round in 0..3 {
        for _ in 0..15 {
            drafts.insert(tests::papers::draft(&client, &scene.business).await);
        }
        scene.receiver.wait(1 + 15 * round).await;
        program.signal("KILL");
        assert_eq!(program.wait(), None);
        program.restart();
        client = Client::new(program.base_url()).with_token(scene.client.token().expect("logged in"));
    }
    await_all(&scene.receiver, &drafts).await;
}

async fn await_all(receiver: &Receiver, drafts: &BTreeSet<String>) {
    let told = async || {
        let told: BTreeSet<String> =
            receiver.messages().iter().map(|one| text(&one.json()["subject"])).collect();
        json!(drafts.difference(&told).collect::<Vec<_>>())
    };
    super::eventually(told, |missing| *missing == json!([])).await;
}

on_both_engines! {
    a_gateway_killed_on_the_way_loses_nothing,
}
