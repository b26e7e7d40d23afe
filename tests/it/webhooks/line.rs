//! Endpoints that want their events in order, and those that do not.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    receiver::{Manner, Received},
};

use super::{Scene, advance};

tests::on_programs! { start:
    a_line_is_held_until_its_first_event_has_arrived
    a_line_that_cannot_go_on_stops_and_is_taken_up_where_it_stopped
    an_endpoint_without_an_order_goes_on
}

fn places(told: &[Received]) -> Vec<String> {
    told.iter().map(|one| text(&one.json()["sequence"])).collect()
}

async fn a_line_is_held_until_its_first_event_has_arrived(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({ "ordered": true })).await;
    scene.receiver.behave(Manner::Answer(500, String::new()));
    for _ in 0..30 {
        scene.draft().await;
    }
    scene.first_delivery(&hook, |one| !one["attempts"][0].is_null()).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let mut held = places(&scene.receiver.messages());
    held.dedup();
    assert_eq!(held.len(), 1, "only the first of the line was tried");
    scene.receiver.behave(Manner::Take);
    let failed = scene.receiver.messages().len();
    advance(&scene.client, 6).await;
    let mut told = places(&scene.receiver.wait(failed + 30).await[failed..]);
    let came = told.clone();
    told.sort();
    told.dedup();
    assert_eq!((told.len(), came), (30, told), "each once, in the order of the sequence");
}

async fn a_line_that_cannot_go_on_stops_and_is_taken_up_where_it_stopped(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({ "ordered": true })).await;
    scene.receiver.behave(Manner::Answer(500, String::new()));
    let drafts = [scene.draft().await, scene.draft().await];
    for tried in 1..=10 {
        scene
            .first_delivery(&hook, |one| one["attempts"].as_array().is_some_and(|all| all.len() == tried))
            .await;
        // The last pauses are a day long; five days without a success would disable the endpoint before the line is.
        advance(&scene.client, [6, 340, 2000, 8000, 20_000, 40_000, 56_000, 80_000, 96_000, 1][tried - 1])
            .await;
    }
    let held = scene.stands(&hook, "disabled").await;
    assert_eq!(held["disabled_reason"], "line_held");
    let all = scene.deliveries(&hook).await;
    assert_eq!((&all[0]["state"], &all[1]["state"]), (&json!("parked"), &json!("pending")), "{all:#?}");
    assert_eq!(all[1]["attempts"], json!([]), "nothing overtook the first");
    scene.receiver.behave(Manner::Take);
    scene.client.act(&format!("{}/activation", hook.path)).await.expect(200);
    let told = scene.receiver.wait(12).await;
    let subjects: Vec<Value> = told[10..].iter().map(|one| one.json()["subject"].clone()).collect();
    assert_eq!(json!(subjects), json!(drafts), "the line goes on with the one that held it");
}

async fn an_endpoint_without_an_order_goes_on(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    scene.receiver.behave(Manner::Answer(500, String::new()));
    scene.draft().await;
    scene.first_delivery(&hook, |one| one["attempts"][0]["status"] == 500).await;
    scene.receiver.behave(Manner::Take);
    let second = scene.draft().await;
    let before = scene.receiver.messages().len();
    let told = scene.receiver.wait(before.max(2)).await;
    assert!(told.iter().any(|one| one.json()["subject"] == second), "the second does not wait for the first");
}
