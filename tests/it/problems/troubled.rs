//! The problems of a gateway in trouble: each brings the trouble about and takes it away again.

use std::time::{Duration, Instant};

use domain::text::Language;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tests::{
    Answer, Client, Engine, Own, Program,
    client::{fresh_key, text},
    on_both_engines, papers,
};

use super::{holds, raw};

/// The problems of this module.
pub const SLUGS: [&str; 8] = [
    "request-timeout",
    "request-in-progress",
    "rate-limited",
    "internal",
    "overloaded",
    "store-unavailable",
    "storage-full",
    "shutting-down",
];

const LANGUAGES: [Language; 2] = [Language::Ru, Language::En];

/// A gateway of one's own with an application and the path of its business.
struct Scene {
    own: Own,
    client: Client,
    base: String,
}

impl Scene {
    async fn new(engine: Engine, settings: &[(&str, &str)]) -> Option<Self> {
        let own = Own::start(engine, settings)?;
        let client = own.client().register("trouble").await;
        let base = format!("/v1/businesses/{}", client.business("cafe").await);
        Some(Self { own, client, base })
    }

    async fn draft(&self, key: &str, language: Language) -> Answer {
        let request = self.client.request(Method::POST, &format!("{}/submissions", self.base));
        let request = request.header("Idempotency-Key", key).header("Accept-Language", language.tag());
        self.client.send(request.json(&papers::certificate("office@example.test", false))).await
    }

    async fn get(&self, path: &str, language: Language) -> Answer {
        let request = self.client.request(Method::GET, path).header("Accept-Language", language.tag());
        self.client.send(request).await
    }
}

async fn a_body_that_stalls_is_cut_off(engine: Engine) {
    let quick = [("SHLYUZ_LIMITS__BODY_FIRST_BYTE_S", "1")];
    let Some(scene) = Scene::new(engine, &quick).await else { return };
    for language in LANGUAGES {
        let head = format!(
            "POST {}/submissions HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {}\r\n\
             Content-Type: application/json\r\nContent-Length: 10\r\nAccept-Language: {}\r\n\r\n",
            scene.base,
            scene.client.token().expect("logged in"),
            fresh_key(),
            language.tag()
        );
        let answer = raw(scene.client.base_url(), head).await;
        assert_eq!(answer.header("connection"), "close");
        holds(&answer, "request-timeout", language);
    }
}

async fn a_twin_hears_that_its_request_is_running(engine: Engine) {
    let Some(scene) = Scene::new(engine, &[]).await else { return };
    for language in LANGUAGES {
        let (key, hold) = (fresh_key(), scene.own.hold());
        let twins = [scene.draft(&key, language), scene.draft(&key, language)].map(Box::pin);
        let (refused, _, running) = futures_util::future::select_all(twins).await;
        holds(&refused, "request-in-progress", language);
        drop(hold);
        assert_eq!(join_all(running).await[0].status.as_u16(), 201);
    }
}

async fn a_caller_over_its_rate_is_told_when_to_come_back(engine: Engine) {
    let slow = [("SHLYUZ_LIMITS__ANONYMOUS_PER_SECOND", "1"), ("SHLYUZ_LIMITS__ANONYMOUS_BURST", "3")];
    let Some(program) = Program::start_with(engine, &slow) else { return };
    let client = program.client();
    for language in LANGUAGES {
        let ask = || client.request(Method::GET, "/v1/limits").header("Accept-Language", language.tag());
        let answers = join_all((0..10).map(|_| client.send(ask()))).await;
        let refused = answers.iter().find(|answer| answer.status.as_u16() == 429);
        holds(refused.expect("ten are more than three"), "rate-limited", language);
    }
}

async fn data_that_makes_no_sense_is_an_internal_error_without_details(engine: Engine) {
    let Some(scene) = Scene::new(engine, &[]).await else { return };
    let draft = text(&scene.draft(&fresh_key(), Language::Ru).await.expect(201)["id"]);
    scene.own.sql("UPDATE submissions SET state = 'eaten'");
    for language in LANGUAGES {
        let answer = scene.get(&format!("{}/submissions/{draft}", scene.base), language).await;
        let problem = holds(&answer, "internal", language);
        assert!(!problem.to_string().contains("eaten"), "{problem:#}");
    }
    scene.own.sql("UPDATE submissions SET state = 'draft'");
    scene.get(&format!("{}/submissions/{draft}", scene.base), Language::Ru).await.expect(200);
}

async fn a_full_queue_is_refused_at_once_and_nothing_is_done(engine: Engine) {
    let Some(scene) = Scene::new(engine, &[("SHLYUZ_DATABASE__WRITE_QUEUE", "1")]).await else { return };
    for language in LANGUAGES {
        let hold = scene.own.hold();
        let keys: Vec<String> = (0..8).map(|_| fresh_key()).collect();
        let drafts: Vec<_> = keys.iter().map(|key| Box::pin(scene.draft(key, language))).collect();
        let (refused, place, waiting) = futures_util::future::select_all(drafts).await;
        holds(&refused, "overloaded", language);
        drop(hold);
        join_all(waiting).await;
        let again = scene.draft(&keys[place], language).await;
        assert!(again.header("idempotent-replayed").is_empty(), "the refused request had an effect");
        again.expect(201);
    }
}

async fn a_store_that_fails_leaves_the_outcome_to_a_repeat(engine: Engine) {
    let Some(scene) = Scene::new(engine, &[]).await else { return };
    for language in LANGUAGES {
        let (key, outage) = (fresh_key(), scene.own.outage());
        holds(&scene.draft(&key, language).await, "store-unavailable", language);
        drop(outage);
        let patience = Instant::now() + Duration::from_secs(30);
        let made = loop {
            let answer = scene.draft(&key, language).await;
            if answer.status.as_u16() != 503 {
                break answer;
            }
            assert!(Instant::now() < patience, "the gateway does not come back: {answer:?}");
        };
        made.expect(201);
    }
}

async fn a_full_disk_is_told_and_the_upload_can_be_repeated(engine: Engine) {
    let Some(scene) = Scene::new(engine, &[]).await else { return };
    for language in LANGUAGES {
        let digest = domain::digest::Digest::of(b"%PDF-").to_string();
        let body = json!({ "name": "a.pdf", "content_type": "application/pdf", "size": 5, "digest": digest });
        let declared = scene.client.post(&format!("{}/attachments", scene.base), body).await.expect(201);
        let id = text(&declared["id"]);
        // What is written to this device finds no room, whoever runs the tests.
        let part = scene.own.program.data().join("attachments").join(format!("{id}.part"));
        std::os::unix::fs::symlink("/dev/full", &part).expect("the gateway's directory is ours");
        let upload = || {
            let path = format!("{}/attachments/{id}/content", scene.base);
            let request = scene.client.request(Method::PATCH, &path).header("Upload-Offset", "0");
            let request = request.header("Accept-Language", language.tag());
            request.header("Content-Type", "application/octet-stream").body("%PDF-")
        };
        holds(&scene.client.send(upload()).await, "storage-full", language);
        std::fs::remove_file(part).expect("it was just made");
        assert_eq!(scene.client.send(upload()).await.status.as_u16(), 204);
    }
}

async fn a_gateway_that_stops_turns_new_requests_away(engine: Engine) {
    let slow = [("SHLYUZ_SERVER__SHUTDOWN_DELAY_S", "3")];
    let Some(mut scene) = Scene::new(engine, &slow).await else { return };
    scene.own.program.signal("TERM");
    let patience = Instant::now() + Duration::from_secs(30);
    while scene.client.get("/readyz").await.status.as_u16() == 200 {
        assert!(Instant::now() < patience, "the signal is not heard");
    }
    for language in LANGUAGES {
        holds(&scene.get("/v1/services", language).await, "shutting-down", language);
    }
    scene.client.get("/livez").await;
    assert_eq!(scene.own.program.wait(), Some(0));
}

on_both_engines! {
    a_body_that_stalls_is_cut_off,
    a_twin_hears_that_its_request_is_running,
    a_caller_over_its_rate_is_told_when_to_come_back,
    data_that_makes_no_sense_is_an_internal_error_without_details,
    a_full_queue_is_refused_at_once_and_nothing_is_done,
    a_store_that_fails_leaves_the_outcome_to_a_repeat,
    a_full_disk_is_told_and_the_upload_can_be_repeated,
    a_gateway_that_stops_turns_new_requests_away,
}
