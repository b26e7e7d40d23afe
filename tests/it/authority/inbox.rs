//! The inbox. Its tasks are one queue for the authority, so each test has a gateway of its own.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office, certificate},
};

tests::on_programs! { start:
    tasks_come_oldest_first_and_are_held
    an_acknowledged_task_never_comes_again
    a_released_task_comes_again_at_once
    an_acknowledged_task_is_not_released
    a_task_comes_again_after_its_lease
    a_lease_that_ended_acknowledges_nothing
    two_workers_never_get_the_same_task
    every_act_of_the_business_is_a_task
    what_a_script_plays_is_not_in_the_inbox
    a_lease_keeps_to_its_limits
}

async fn lease(office: &Office, limit: u32) -> Vec<Value> {
    let answer = office.0.post("/v1/authority/inbox/leases", json!({ "limit": limit, "lease_s": 60 })).await;
    answer.expect(200)["items"].as_array().expect("a list").clone()
}

async fn give(office: &Office, task: &Value, act: &str) -> tests::Answer {
    let path = format!("/v1/authority/inbox/{}/{act}", text(&task["id"]));
    office.0.post(&path, json!({ "lease_id": task["lease_id"] })).await
}

async fn lodged(filer: &Filer, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(filer.lodged(&format!("office-{n}@example.test")).await);
    }
    ids
}

fn submissions(tasks: &[Value]) -> Vec<String> {
    tasks.iter().map(|task| text(&task["submission_id"])).collect()
}

async fn tasks_come_oldest_first_and_are_held(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let ids = lodged(&filer, 3).await;
    let first = lease(&office, 2).await;
    assert_eq!(submissions(&first), ids[..2]);
    assert!(first.iter().all(|task| task["kind"] == "lodged" && task["attempts"] == 1), "{first:?}");
    assert_eq!(submissions(&lease(&office, 10).await), ids[2..]);
    assert_eq!(lease(&office, 10).await, [Value::Null; 0]);
}

async fn an_acknowledged_task_never_comes_again(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    lodged(&filer, 1).await;
    let task = lease(&office, 1).await.remove(0);
    let acknowledged = give(&office, &task, "acknowledge").await.expect(200);
    assert!(acknowledged["acknowledged_at"].is_string());
    assert_eq!(give(&office, &task, "acknowledge").await.expect(200), acknowledged);
    filer.client.post("/sandbox/clock", json!({ "advance_s": 3600 })).await.expect(200);
    assert_eq!(lease(&office, 10).await, [Value::Null; 0]);
}

async fn a_released_task_comes_again_at_once(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    lodged(&filer, 1).await;
    let task = lease(&office, 1).await.remove(0);
    assert_eq!(give(&office, &task, "release").await.expect(200)["lease_id"], Value::Null);
    let again = lease(&office, 1).await.remove(0);
    assert_eq!((&again["id"], &again["attempts"]), (&task["id"], &json!(2)));
    assert_ne!(again["lease_id"], task["lease_id"]);
    give(&office, &task, "release").await.problem(409, "lease-lost");
}

async fn an_acknowledged_task_is_not_released(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    lodged(&filer, 1).await;
    let task = lease(&office, 1).await.remove(0);
    let acknowledged = give(&office, &task, "acknowledge").await.expect(200);
    give(&office, &task, "release").await.problem(409, "lease-lost");
    assert_eq!(give(&office, &task, "acknowledge").await.expect(200), acknowledged);
}

async fn a_task_comes_again_after_its_lease(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    lodged(&filer, 1).await;
    let task = lease(&office, 1).await.remove(0);
    filer.client.post("/sandbox/clock", json!({ "advance_s": 30 })).await.expect(200);
    assert_eq!(lease(&office, 1).await, [Value::Null; 0]);
    filer.client.post("/sandbox/clock", json!({ "advance_s": 31 })).await.expect(200);
    let again = lease(&office, 1).await.remove(0);
    assert_eq!((&again["id"], &again["attempts"]), (&task["id"], &json!(2)));
}

async fn a_lease_that_ended_acknowledges_nothing(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    lodged(&filer, 1).await;
    let task = lease(&office, 1).await.remove(0);
    filer.client.post("/sandbox/clock", json!({ "advance_s": 61 })).await.expect(200);
    give(&office, &task, "acknowledge").await.problem(409, "lease-lost");
    let again = lease(&office, 1).await.remove(0);
    give(&office, &task, "acknowledge").await.problem(409, "lease-lost");
    give(&office, &again, "acknowledge").await.expect(200);
    let unknown = json!({ "id": "tsk_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "lease_id": task["lease_id"] });
    give(&office, &unknown, "acknowledge").await.problem(404, "not-found");
}

async fn two_workers_never_get_the_same_task(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let ids = lodged(&filer, 24).await;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let office = Office(office.0.clone());
        workers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let tasks = lease(&office, 3).await;
                if tasks.is_empty() {
                    return mine;
                }
                mine.extend(submissions(&tasks));
            }
        });
    }
    let taken: Vec<String> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), ids.len());
    assert_eq!(taken.into_iter().collect::<HashSet<_>>(), ids.into_iter().collect());
}

async fn every_act_of_the_business_is_a_task(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = office.bring(&filer, "lodged").await;
    let correction = json!({ "reason": "опечатка", "form": { "purpose": "tender" } });
    filer.step(&id, "corrections", correction).await.expect(200);
    let asked = office.ask(&id).await;
    let answer = json!({ "request_id": asked["requests"][0]["id"], "text": "вот" });
    filer.step(&id, "responses", answer).await.expect(200);
    filer.act(&id, "withdraw").await.expect(200);
    let kinds: Vec<Value> = lease(&office, 10).await.into_iter().map(|task| task["kind"].clone()).collect();
    assert_eq!(kinds, ["lodged", "corrected", "responded", "withdrawn"]);
}

async fn what_a_script_plays_is_not_in_the_inbox(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let id = filer.lodged("silent@magic.test").await;
    filer.until(&id, "submission.registered").await;
    filer.lodge(certificate("granted-in-two-days@magic.test")).await;
    assert_eq!(lease(&office, 10).await, [Value::Null; 0]);
}

async fn a_lease_keeps_to_its_limits(program: &Program) {
    let office = Office::of(program).await;
    for (limit, lease_s, pointer) in
        [(0, 60, "/limit"), (101, 60, "/limit"), (1, 4, "/lease_s"), (1, 3601, "/lease_s")]
    {
        let body = json!({ "limit": limit, "lease_s": lease_s });
        let problem =
            office.0.post("/v1/authority/inbox/leases", body).await.problem(422, "validation-failed");
        assert_eq!(problem["violations"][0]["pointer"], pointer);
    }
}
