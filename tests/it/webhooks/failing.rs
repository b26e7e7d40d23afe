//! Receivers that fail: tried for three days, then parked, then replayed; disabled after five; nobody waits for them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    receiver::{Manner, Receiver},
};

use super::{Scene, advance};

tests::on_programs! { start:
    a_delivery_is_tried_ten_times_in_three_days_then_parked_then_replayed
    an_endpoint_that_fails_for_days_is_disabled_and_its_owner_is_told
    an_endpoint_that_is_gone_is_disabled_and_loses_nothing
    slow_and_dead_receivers_delay_nobody
}

/// The pauses of the schedule with all of their jitter, and a moment more.
fn pauses() -> Vec<i64> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/data/webhooks/terms.json");
    let text = std::fs::read(path).expect("the terms are there");
    let terms: Value = serde_json::from_slice(&text).expect("JSON");
    let edition = &terms["editions"][0];
    let jitter = edition["jitter_percent"].as_i64().expect("a number");
    let pauses = edition["retries_s"].as_array().expect("a list").iter().filter_map(Value::as_i64);
    pauses.map(|pause| pause * (100 + jitter) / 100 + 2).collect()
}

fn attempts(delivery: &Value) -> usize {
    delivery["attempts"].as_array().map_or(0, Vec::len)
}

async fn a_delivery_is_tried_ten_times_in_three_days_then_parked_then_replayed(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    scene.receiver.behave(Manner::Answer(500, String::new()));
    scene.draft().await;
    for (tried, pause) in pauses().into_iter().enumerate() {
        let waiting = scene.first_delivery(&hook, |one| attempts(one) == tried + 1).await;
        assert_eq!(waiting["state"], "pending", "{waiting:#}");
        advance(&scene.client, pause).await;
    }
    let parked = scene.first_delivery(&hook, |one| one["state"] == "parked").await;
    assert_eq!((attempts(&parked), &parked["due_at"]), (10, &Value::Null));
    let moment = |place: usize| {
        text(&parked["attempts"][place]["at"]).parse::<domain::time::Timestamp>().expect("a moment")
    };
    let over = moment(9).since(moment(0)).as_hours();
    assert!((75..=84).contains(&over), "{over} h");
    let told = scene.receiver.messages();
    assert!(told.iter().all(|one| one.header("webhook-id") == told[0].header("webhook-id")), "one id");
    assert_eq!(scene.client.get(&hook.path).await.expect(200)["state"], "active");
    scene.receiver.behave(Manner::Take);
    let replay = format!("{}/deliveries/{}/replay", hook.path, text(&parked["id"]));
    scene.client.act(&replay).await.expect(200);
    let arrived = scene.first_delivery(&hook, |one| one["state"] == "delivered").await;
    assert_eq!(attempts(&arrived), 11);
}

async fn an_endpoint_that_fails_for_days_is_disabled_and_its_owner_is_told(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let other = Receiver::start().await;
    let second = json!({ "url": other.url(), "types": ["submission.refused"] });
    let second = text(&scene.client.post("/v1/webhooks", second).await.expect(201)["id"]);
    let second = super::Hook { path: format!("/v1/webhooks/{second}"), secret: String::new() };
    scene.stands(&second, "active").await;
    scene.receiver.behave(Manner::Answer(500, String::new()));
    scene.draft().await;
    scene.first_delivery(&hook, |one| attempts(one) == 1).await;
    advance(&scene.client, 121 * 3600).await;
    let disabled = scene.stands(&hook, "disabled").await;
    assert_eq!(disabled["disabled_reason"], "failing");
    let told = other.wait(1).await.remove(0);
    let subject = hook.path.trim_start_matches("/v1/webhooks/");
    assert_eq!((told.kind().as_str(), &told.json()["subject"]), ("endpoint.disabled", &json!(subject)));
}

async fn an_endpoint_that_is_gone_is_disabled_and_loses_nothing(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    scene.receiver.behave(Manner::Answer(410, String::new()));
    let first = scene.draft().await;
    let disabled = scene.stands(&hook, "disabled").await;
    assert_eq!(disabled["disabled_reason"], "gone");
    let second = scene.draft().await;
    scene.receiver.behave(Manner::Take);
    scene.client.act(&format!("{}/activation", hook.path)).await.expect(200);
    let told = scene.receiver.wait(3).await;
    let mut subjects: Vec<String> = told[1..].iter().map(|one| text(&one.json()["subject"])).collect();
    subjects.sort();
    assert_eq!(subjects, [first, second]);
}

/// Twenty dead and twenty slow endpoints with work to do, and one that answers.
async fn slow_and_dead_receivers_delay_nobody(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    for manner in [Manner::Dead, Manner::Slow(Duration::from_secs(8))] {
        let bad = Scene::new(program).await;
        for _ in 0..20 {
            bad.active(json!({})).await;
        }
        bad.receiver.behave(manner);
        for _ in 0..3 {
            bad.draft().await;
        }
        bad.receiver.wait(10).await;
        // The receiver must not go while it is to hold the senders up.
        std::mem::forget(bad);
    }
    let mut slowest = Duration::ZERO;
    for count in 1..=20 {
        scene.draft().await;
        let committed = Instant::now();
        let told = scene.receiver.wait(count).await;
        slowest = slowest.max(told[count - 1].at.saturating_duration_since(committed));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The slow take eight seconds, the dead fifteen; a busy machine takes some, too.
    assert!(slowest < Duration::from_secs(5), "beside the dead a delivery took {slowest:?}");
    let done = async || json!(scene.deliveries(&hook).await);
    super::eventually(done, |all| {
        all.as_array().is_some_and(|all| all.iter().all(|one| one["state"] == "delivered"))
    })
    .await;
    the_metrics_tell(&scene).await;
}

async fn the_metrics_tell(scene: &Scene) {
    let metrics = scene.client.get("/metrics").await;
    let metrics = String::from_utf8_lossy(&metrics.bytes).into_owned();
    for name in [
        "webhook_attempts_total{outcome=\"accepted\"}",
        "webhook_attempt_duration_seconds_bucket",
        "webhook_attempts_in_flight",
        "webhook_first_attempt_lag_seconds_bucket",
    ] {
        assert!(metrics.contains(name), "{name} is not among the metrics");
    }
}
