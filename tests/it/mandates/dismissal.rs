//! Dismissal: access ends with the call's answer, and no act is dated after it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Client, Engine, Own, Program,
    client::{fresh_key, text},
    papers,
    representatives::{Representative, granted},
};

use super::Scene;

tests::on_programs! { shared:
    a_dismissed_representative_is_out_with_the_answer
    a_dismissal_ends_the_whole_chain_below
    an_upload_under_way_does_not_end_after_the_dismissal
    a_stream_and_a_long_poll_tell_nothing_after_the_dismissal
    a_business_does_not_dismiss_the_ground_it_stands_on
}

/// The claims of a receipt.
pub fn claims(jws: &str) -> Value {
    let body = jws.split('.').nth(1).expect("a JWS has three parts");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).expect("base64url")).expect("JSON")
}

fn moment(value: &Value) -> Timestamp {
    text(value).parse().expect("a moment")
}

async fn a_dismissed_representative_is_out_with_the_answer(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    let agent = &scene.agent.client;
    let lodged = papers::lodge(agent, &scene.business).await;
    let answer = scene.dismiss(&mandate).await;
    assert_eq!(answer["mandate"]["status"], "ended");
    assert_eq!(answer["in_flight"][0]["submission_id"], lodged["id"]);
    let signed = claims(&text(&answer["receipt"]["jws"]));
    assert_eq!(
        (&signed["at"], &signed["act"]),
        (&answer["effective_from"], &json!("representative_dismissed"))
    );
    let digest = domain::receipt::document_digest(&answer["document"]);
    assert_eq!(signed["digest"], json!(digest), "the receipt signs the document of the answer");
    agent.get(&scene.base).await.problem(403, "mandate-ended");
    let status = scene.path(&format!("submissions/{}/status", text(&lodged["id"])));
    agent.get(&status).await.problem(403, "mandate-ended");
    assert_eq!(agent.get("/v1/events").await.expect(200)["items"], json!([]));
    assert_eq!(agent.get("/v1/businesses").await.expect(200)["items"], json!([]));
    let receipt = format!("/v1/receipts/{}", text(&lodged["receipt"]["id"]));
    agent.get(&receipt).await.problem(404, "not-found");
    let asked = json!({ "ids": [lodged["id"]] });
    assert_eq!(agent.post("/v1/submissions/status-query", asked).await.expect(200)["items"], json!([]));
    let again = scene.own.post(&scene.at(&mandate, "/dismissal"), json!({})).await;
    assert_eq!(again.problem(409, "state-conflict")["state"], "ended");
}

async fn a_dismissal_ends_the_whole_chain_below(program: &Program) {
    let scene = Scene::new(program).await;
    let scope = json!({ "powers": ["2_FNS22"], "sub_delegation": true });
    let mandate = scene.grant(scope.clone()).await;
    let (second, third) = (
        Representative::register(&scene.own, "second").await,
        Representative::register(&scene.own, "third").await,
    );
    let handed = granted(&scene.agent.client, &scene.base, &second, scope.clone()).await;
    let last = granted(&second.client, &scene.base, &third, json!({ "powers": ["2_FNS22"] })).await;
    let fourth = json!({ "application_id": scene.agent.id, "powers": ["2_FNS22"] });
    third.client.post(&scene.path("representatives"), fourth).await.problem(403, "power-insufficient");
    papers::draft(&third.client, &scene.business).await;
    let answer = scene.dismiss(&mandate).await;
    assert_eq!(answer["ended_below"], json!([handed["id"], last["id"]]));
    for client in [&scene.agent.client, &second.client, &third.client] {
        client.get(&scene.base).await.problem(403, "mandate-ended");
    }
}

async fn an_upload_under_way_does_not_end_after_the_dismissal(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    let agent = &scene.agent.client;
    let content = b"%PDF-1.7\n";
    let declared = json!({ "name": "a.pdf", "content_type": "application/pdf", "size": content.len(),
        "digest": domain::digest::Digest::of(content) });
    let declared = agent.post(&scene.path("attachments"), declared).await.expect(201);
    let path = scene.path(&format!("attachments/{}/content", text(&declared["id"])));
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let pieces = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let request = agent
        .request(Method::PATCH, &path)
        .header("Upload-Offset", 0)
        .header("Content-Type", "application/octet-stream")
        .body(reqwest::Body::wrap_stream(pieces));
    let sending = tokio::spawn(request.send());
    sender.send(Ok::<_, std::io::Error>(content[..4].to_vec())).expect("the upload listens");
    while offset(&scene.own, &path).await < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    scene.dismiss(&mandate).await;
    sender.send(Ok(content[4..].to_vec())).expect("the upload listens");
    drop(sender);
    let answer = sending.await.expect("no panic").expect("the gateway answers");
    assert_eq!(answer.status().as_u16(), 403);
    let kept =
        scene.own.get(&scene.path(&format!("attachments/{}", text(&declared["id"])))).await.expect(200);
    assert_eq!(kept["state"], "uploading");
}

async fn offset(client: &Client, path: &str) -> i64 {
    let answer = client.request(Method::HEAD, path).send().await.expect("the gateway answers");
    let offset = answer.headers().get("upload-offset").and_then(|value| value.to_str().ok()?.parse().ok());
    offset.expect("an offset")
}

async fn a_stream_and_a_long_poll_tell_nothing_after_the_dismissal(program: &Program) {
    let scene = Scene::new(program).await;
    let mandate = scene.grant(json!({ "powers": ["2_FNS22"] })).await;
    let agent = scene.agent.client.clone();
    let kept = agent.business("cafe").await;
    let cursor = text(&agent.get("/v1/events?limit=1000").await.expect(200)["next_cursor"]);
    let stream = agent.request(Method::GET, &format!("/v1/events/stream?after={cursor}")).send();
    let mut stream = stream.await.expect("the gateway answers");
    let poller = agent.clone();
    let poll = format!("/v1/events?after={cursor}&wait=20");
    let polling = tokio::spawn(async move { poller.get(&poll).await.expect(200) });
    scene.dismiss(&mandate).await;
    papers::draft(&scene.own, &scene.business).await;
    let own = papers::draft(&agent, &kept).await;
    let mut seen = String::new();
    while !seen.contains(&own) {
        let piece = stream.chunk().await.expect("the stream goes on").expect("it has not ended");
        seen.push_str(&String::from_utf8_lossy(&piece));
    }
    assert!(!seen.contains(&scene.business), "{seen}");
    let polled = polling.await.expect("no panic").to_string();
    assert!(!polled.contains(&scene.business), "{polled}");
}

async fn a_business_does_not_dismiss_the_ground_it_stands_on(program: &Program) {
    let scene = Scene::new(program).await;
    let all = scene.own.get(&scene.path("mandates")).await.expect(200);
    let own = &all["items"][0];
    let refused = scene.own.post(&scene.at(own, "/dismissal"), json!({})).await;
    assert_eq!(refused.problem(409, "state-conflict")["state"], "own_ground");
}

/// How often the race is run, and how many act at once in each.
const ROUNDS: usize = 200;
const ACTORS: usize = 3;

/// Drafts until the mandate is gone; returns when each draft was made.
async fn act_until_refused(client: Client, path: String) -> Vec<Timestamp> {
    let mut dates = Vec::new();
    loop {
        let body = json!({ "service": "tax-balance-certificate" });
        let request = client.request(Method::POST, &path).header("Idempotency-Key", fresh_key()).json(&body);
        let answer = client.send(request).await;
        if answer.status.as_u16() != 201 {
            answer.problem(403, "mandate-ended");
            return dates;
        }
        dates.push(moment(&answer.json()["created_at"]));
    }
}

/// The race: acts in flight on `there` while access is withdrawn on `here`. Returns how many acts there were.
async fn race(here: &Program, there: &Program) -> usize {
    let scene = Scene::new(here).await;
    let path = scene.path("submissions");
    let agent = there.client().with_token(scene.agent.client.token().expect("logged in"));
    let mut acts = 0;
    for round in 0..ROUNDS {
        let mandate = scene.grant(json!({ "powers": ["2_FNS22"] })).await;
        let actors: Vec<_> =
            (0..ACTORS).map(|_| tokio::spawn(act_until_refused(agent.clone(), path.clone()))).collect();
        tokio::time::sleep(std::time::Duration::from_millis(round as u64 % 13)).await;
        let answer = scene.dismiss(&mandate).await;
        let effective_from = moment(&answer["effective_from"]);
        let after = answer["after_sequence"].as_i64().expect("a place");
        for actor in actors {
            let dates = actor.await.expect("an actor ends");
            acts += dates.len();
            assert!(
                dates.iter().all(|date| *date <= effective_from),
                "round {round}: {dates:?} > {effective_from}"
            );
        }
        let told = scene.own.get(&scene.path("interactions?limit=5")).await.expect(200);
        for event in told["items"].as_array().expect("a list") {
            let late = event["applicationid"] == scene.agent.id.as_str()
                && text(&event["sequence"]).parse::<i64>().is_ok_and(|place| place > after);
            assert!(!late, "round {round}: {event:#}");
        }
    }
    acts
}

async fn no_act_is_dated_after_the_dismissal(engine: Engine) {
    let Some(own) = Own::start(engine, &UNHURRIED) else { return };
    let acts = race(&own.program, &own.program).await;
    assert!(acts > ROUNDS / 2, "the race needs acts: {acts}");
}

tests::on_both_engines! {
    no_act_is_dated_after_the_dismissal,
}

const UNHURRIED: [(&str, &str); 2] =
    [("SHLYUZ_LIMITS__APPLICATION_PER_SECOND", "1000000"), ("SHLYUZ_LIMITS__APPLICATION_BURST", "1000000")];

#[tokio::test]
async fn no_act_on_another_replica_is_dated_after_the_dismissal() {
    let settings = [("SHLYUZ_BASE_URL", "http://gateway.example"), UNHURRIED[0], UNHURRIED[1]];
    let Some(first) = Own::start(Engine::Postgres, &settings) else { return };
    let mut shared = settings.to_vec();
    shared.push(("SHLYUZ_DATABASE__URL", first.url()));
    let Some(second) = Program::start_with(Engine::Postgres, &shared) else { return };
    let acts = race(&first.program, &second).await;
    assert!(acts > ROUNDS / 2, "the race needs acts: {acts}");
}
