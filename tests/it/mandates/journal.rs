//! The journal that the business sees: acts by their events, and reads of restricted data.

use serde_json::{Value, json};
use tests::{Engine, Own, Program, on_both_engines};

use super::Scene;

tests::on_programs! { shared:
    a_read_of_restricted_data_is_in_the_journal_with_its_ground
    the_journal_is_cut_by_application_and_type
    a_refused_read_and_an_unrestricted_one_make_no_entry
}

const WHOLE: [&str; 1] = ["KLASS_2.0_REPRESENT_INTERESTS"];

impl Scene {
    /// The reads in the journal, newest first.
    async fn reads(&self) -> Vec<Value> {
        let told = self.own.get(&self.path("interactions?types=interaction.read")).await.expect(200);
        told["items"].as_array().expect("a list").clone()
    }
}

async fn a_read_of_restricted_data_is_in_the_journal_with_its_ground(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": WHOLE, "ai_agent": true })).await;
    scene.agent.client.get(&scene.path("risk-profile")).await.expect(200);
    let read = scene.reads().await.remove(0);
    assert_eq!((&read["applicationid"], &read["mandateid"]), (&json!(scene.agent.id), &mandate["id"]));
    assert_eq!((&read["power"], &read["aiagent"]), (&json!(WHOLE[0]), &json!(true)));
    assert_eq!(
        (&read["data"]["operation"], &read["subject"]),
        (&json!("get_risk_profile"), &json!(scene.business))
    );
    assert_eq!(read["touchpoint"], "api");
    let live = scene.own.get("/v1/events?types=interaction.read").await.expect(200);
    assert_eq!(live["items"][0]["id"], read["id"], "the feed tells of it, too");
    scene.own.get(&scene.path("self-checks")).await.expect(200);
    let own = scene.reads().await.remove(0);
    assert_eq!((&own["data"]["operation"], &own["power"]), (&json!("list_self_checks"), &Value::Null));
}

async fn the_journal_is_cut_by_application_and_type(program: &Program) {
    let scene = Scene::new(program).await;
    scene.grant(json!({ "powers": WHOLE })).await;
    scene.agent.client.get(&scene.path("evidence")).await.expect(200);
    scene.own.get(&scene.path("evidence")).await.expect(200);
    let path = scene.path(&format!("interactions?application_id={}", scene.agent.id));
    let told = scene.own.get(&path).await.expect(200);
    let all = told["items"].as_array().expect("a list");
    assert_eq!((all.len(), &all[0]["data"]["operation"]), (1, &json!("list_evidence")));
    assert_eq!(scene.reads().await.len(), 2);
    let unknown = scene.own.get(&scene.path("interactions?types=no.such")).await;
    assert_eq!(unknown.problem(400, "malformed-request")["violations"][0]["code"], "not-in-list");
}

async fn a_refused_read_and_an_unrestricted_one_make_no_entry(program: &Program) {
    let scene = Scene::new(program).await;
    scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    scene.agent.client.get(&scene.path("risk-profile")).await.problem(403, "power-insufficient");
    scene.own.get(&scene.path("self-checks/chk_unknown")).await.problem(404, "not-found");
    scene.agent.client.get(&scene.path("profile")).await.expect(200);
    assert!(scene.reads().await.is_empty());
}

/// Readers go on without the writer, but not where what they read has to be written down.
async fn what_cannot_be_journalled_is_not_shown(engine: Engine) {
    let Some(own) = Own::start(engine, &[]) else { return };
    let scene = Scene::new(&own.program).await;
    let restricted = scene.path("incentives");
    scene.own.get(&restricted).await.expect(200);
    let outage = own.outage();
    let answer = scene.own.get(&restricted).await;
    answer.problem(503, "store-unavailable");
    drop(outage);
    assert_eq!(scene.reads().await.len(), 1, "what was not shown is not in the journal");
}

on_both_engines! { what_cannot_be_journalled_is_not_shown }
