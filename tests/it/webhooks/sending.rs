//! Deliveries: at once, visible, sent again when asked for.

use std::time::Duration;

use serde_json::json;
use tests::{Program, client::text, receiver::Manner};

use super::Scene;

tests::on_programs! { shared:
    a_delivery_comes_within_two_seconds_and_is_visible
    a_test_message_is_delivered_as_an_event_is
    a_delivery_is_sent_again_under_the_same_id
    events_are_sent_again_since_a_point
    a_redirect_is_a_failure_and_nobody_follows_it
    an_answer_without_an_end_counts_by_its_status
    a_busy_receiver_is_given_the_pause_it_asks_for
}

async fn a_delivery_comes_within_two_seconds_and_is_visible(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let draft = scene.draft().await;
    let committed = std::time::Instant::now();
    let told = scene.receiver.wait(1).await.remove(0);
    let took = told.at.saturating_duration_since(committed);
    assert!(took < Duration::from_secs(2), "it took {took:?}");
    let delivery = scene.first_delivery(&hook, |one| one["state"] == "delivered").await;
    let event = told.json();
    assert_eq!((&event["subject"], &event["businessid"]), (&json!(draft), &json!(scene.business)));
    assert_eq!((&delivery["message_id"], &delivery["type"]), (&event["id"], &event["type"]));
    assert_eq!(delivery["sequence"].as_i64(), text(&event["sequence"]).parse().ok());
    assert_eq!((&delivery["due_at"], &delivery["business_id"]), (&json!(null), &event["businessid"]));
    let [attempt] = delivery["attempts"].as_array().expect("a list").as_slice() else {
        panic!("{delivery:#}")
    };
    assert_eq!((&attempt["status"], &attempt["fault"]), (&json!(200), &json!(null)));
    assert_eq!(attempt["answer"], "well  received", "control characters are not shown");
    assert!(attempt["latency_ms"].as_i64().is_some_and(|latency| latency >= 0));
    let parked = scene.client.get(&format!("{}/deliveries?state=parked", hook.path)).await.expect(200);
    assert_eq!(parked["items"], json!([]));
    let page = scene.client.get(&format!("{}/deliveries?limit=1", hook.path)).await.expect(200);
    assert!(page["next_cursor"].is_string(), "the challenge is on the second page: {page:#}");
    scene
        .client
        .get(&format!("{}/deliveries?state=eaten", hook.path))
        .await
        .problem(400, "malformed-request");
}

async fn a_test_message_is_delivered_as_an_event_is(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let sent = scene.client.act(&format!("{}/test", hook.path)).await.expect(200);
    let told = scene.receiver.wait(1).await.remove(0);
    assert_eq!(
        (told.kind().as_str(), told.header("webhook-id")),
        ("endpoint.test", text(&sent["message_id"]).as_str())
    );
    assert_eq!(told.json()["subject"], text(&json!(hook.path.trim_start_matches("/v1/webhooks/"))));
}

async fn a_delivery_is_sent_again_under_the_same_id(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    scene.draft().await;
    let first = scene.first_delivery(&hook, |one| one["state"] == "delivered").await;
    let path = format!("{}/deliveries/{}/replay", hook.path, text(&first["id"]));
    let again = scene.client.act(&path).await.expect(200);
    assert_eq!(again["state"], "pending");
    let told = scene.receiver.wait(2).await;
    assert_eq!(told[0].header("webhook-id"), told[1].header("webhook-id"));
    assert_eq!(told[0].body, told[1].body);
    scene.first_delivery(&hook, |one| one["attempts"].as_array().is_some_and(|all| all.len() == 2)).await;
}

async fn events_are_sent_again_since_a_point(program: &Program) {
    let scene = Scene::new(program).await;
    let before = scene.draft().await;
    let hook = scene.active(json!({})).await;
    let after = scene.draft().await;
    scene.receiver.wait(1).await;
    let ahead =
        scene.client.post(&format!("{}/replay", hook.path), json!({ "after": i64::MAX })).await.expect(200);
    let behind = scene.client.post(&format!("{}/replay", hook.path), json!({ "after": 0 })).await.expect(200);
    assert_eq!(behind["version"].as_i64(), ahead["version"].as_i64().map(|version| version + 1));
    let told = scene.receiver.wait(3).await;
    let mut subjects: Vec<String> = told[1..].iter().map(|one| text(&one.json()["subject"])).collect();
    subjects.sort();
    assert_eq!(subjects, [before, after], "also what happened before the endpoint was made");
    scene
        .client
        .post(&format!("{}/replay", hook.path), json!({ "after": -1 }))
        .await
        .problem(422, "validation-failed");
}

async fn a_redirect_is_a_failure_and_nobody_follows_it(program: &Program) {
    let scene = Scene::new(program).await;
    let other = tests::receiver::Receiver::start().await;
    let hook = scene.active(json!({})).await;
    for status in [301, 302, 307, 308] {
        scene.receiver.behave(Manner::Answer(status, format!("location: {}", other.url())));
        scene.draft().await;
        let failed = async || json!(scene.deliveries(&hook).await.last());
        let failed = super::eventually(failed, |one| one["attempts"][0]["status"] == status).await;
        assert_eq!(
            (&failed["state"], &failed["attempts"][0]["fault"]),
            (&json!("pending"), &json!("redirect"))
        );
    }
    assert!(other.received().is_empty(), "somebody followed");
}

async fn an_answer_without_an_end_counts_by_its_status(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    scene.receiver.behave(Manner::Endless);
    scene.draft().await;
    let delivered = scene.first_delivery(&hook, |one| one["state"] == "delivered").await;
    let answer = text(&delivered["attempts"][0]["answer"]);
    assert!(answer.len() <= 1024 && answer.starts_with("xxx"), "{answer}");
}

async fn a_busy_receiver_is_given_the_pause_it_asks_for(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let date = "date: Mon, 23 Nov 2026 09:00:00 GMT\r\nretry-after: Mon, 23 Nov 2026 09:30:00 GMT";
    let cases = [
        (429, "retry-after: 1000", 1000),
        (503, "retry-after: 2000", 2000),
        (502, date, 1800),
        (504, "", 5),
        (400, "retry-after: 1000", 5),
    ];
    for (status, header, pause) in cases {
        scene.receiver.behave(Manner::Answer(status, header.to_owned()));
        scene.draft().await;
        let failed = async || json!(scene.deliveries(&hook).await.last());
        let failed = super::eventually(failed, |one| one["attempts"][0]["status"] == status).await;
        let moment = |value| text(value).parse::<domain::time::Timestamp>().expect("a moment");
        let waits = moment(&failed["due_at"]).since(moment(&failed["attempts"][0]["at"])).as_secs();
        assert!((pause..=pause + 3).contains(&waits), "{status} {header}: {waits} s");
    }
}
