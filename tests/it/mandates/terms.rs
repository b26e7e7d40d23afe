//! Terms by the gateway's clock, to the second.

use serde_json::json;
use tests::{Program, papers};

use super::{Scene, advance, later, now};

tests::on_programs! { start:
    a_mandate_holds_from_its_first_second_to_its_last
    a_term_that_is_over_is_closed_and_told
}

async fn a_mandate_holds_from_its_first_second_to_its_last(program: &Program) {
    let scene = Scene::new(program).await;
    let start = now(&scene.own).await;
    let (from, until) = (later(start, 600), later(start, 1200));
    scene.grant(json!({ "powers": ["2_FNS22"], "valid_from": from, "valid_until": until })).await;
    let agent = &scene.agent.client;
    let problem = agent.get(&scene.base).await.problem(403, "mandate-not-yet-valid");
    assert_eq!(problem["valid_from"], from.to_string());
    assert_eq!(agent.get("/v1/businesses").await.expect(200)["items"], json!([]));
    advance(agent, 600).await;
    agent.get(&scene.base).await.expect(200);
    papers::draft(agent, &scene.business).await;
    assert_eq!(agent.get("/v1/businesses").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert!(agent.get("/v1/events").await.expect(200)["items"].as_array().is_some_and(|all| !all.is_empty()));
    let left = until.seconds() - now(agent).await.seconds();
    advance(agent, left + 1).await;
    agent.get(&scene.base).await.problem(403, "mandate-expired");
    let body = papers::certificate("office@example.test", false);
    let refused = agent.post(&scene.path("submissions"), body).await;
    assert_eq!(refused.problem(403, "mandate-expired")["valid_until"], until.to_string());
    assert_eq!(agent.get("/v1/businesses").await.expect(200)["items"], json!([]));
    assert_eq!(agent.get("/v1/events").await.expect(200)["items"], json!([]));
}

async fn a_term_that_is_over_is_closed_and_told(program: &Program) {
    let scene = Scene::new(program).await;
    let until = later(now(&scene.own).await, 600);
    let mandate = scene.grant(json!({ "powers": ["2_FNS22"], "valid_until": until })).await;
    advance(&scene.own, 601).await;
    let read = scene.own.get(&scene.at(&mandate, "")).await.expect(200);
    assert_eq!((&read["status"], &read["ended_at"]), (&json!("expired"), &json!(until)));
    let events = scene.own.get("/v1/events?types=mandate.expired").await.expect(200);
    assert_eq!(events["items"][0]["subject"], mandate["id"]);
    let again = scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    assert_ne!(again["id"], mandate["id"]);
    let mine = scene.agent.client.get("/v1/mandates?status=expired").await.expect(200);
    assert_eq!(mine["items"][0]["id"], mandate["id"]);
}
