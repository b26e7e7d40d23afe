//! The same request again has the effect of one.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Answer, Client, Engine, Own, Program,
    client::{fresh_key, text},
    on_both_engines, papers,
};

/// An application with a business, on the shared gateway.
async fn applicant(engine: Engine) -> Option<(Client, String)> {
    let client = Program::shared(engine)?.client().register("idempotency").await;
    let business = client.business("cafe").await;
    Some((client, format!("/v1/businesses/{business}/submissions")))
}

fn is_replay(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == "true"
}

async fn a_repeat_is_answered_byte_for_byte(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let (key, body) = (fresh_key(), papers::certificate("silent@magic.test", true));
    let first = client.post_keyed(&path, &key, body.clone()).await;
    let again = client.post_keyed(&path, &key, body).await;
    assert!(!is_replay(&first) && is_replay(&again));
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    for name in ["location", "etag", "content-type"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
    let listed = client.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed:#}");
}

async fn a_repeat_tells_the_first_state_though_it_has_changed(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let (key, body) = (fresh_key(), papers::certificate("office@example.test", true));
    let first = client.post_keyed(&path, &key, body.clone()).await.expect(201);
    client.act(&format!("{path}/{}/withdraw", text(&first["id"]))).await.expect(200);
    let again = client.post_keyed(&path, &key, body).await;
    assert!(is_replay(&again));
    assert_eq!(again.expect(201), first);
}

async fn an_act_without_a_body_is_repeated_too(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let lodged = client.post(&path, papers::certificate("office@example.test", true)).await.expect(201);
    let (path, key) = (format!("{path}/{}/withdraw", text(&lodged["id"])), fresh_key());
    let act = || client.request(Method::POST, &path).header("Idempotency-Key", &key);
    let (first, again) = (client.send(act()).await, client.send(act()).await);
    assert!(is_replay(&again));
    assert_eq!(first.bytes, again.bytes);
    client.act(&path).await.problem(409, "state-conflict");
}

async fn a_key_is_not_used_for_another_body(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let key = fresh_key();
    client.post_keyed(&path, &key, papers::certificate("silent@magic.test", false)).await.expect(201);
    let other = client.post_keyed(&path, &key, papers::certificate("granted@magic.test", false)).await;
    other.problem(422, "idempotency-key-reused");
}

async fn a_key_is_not_used_for_another_path(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let (key, body) = (fresh_key(), papers::certificate("silent@magic.test", false));
    client.post_keyed(&path, &key, body.clone()).await.expect(201);
    let second = client.business("cafe").await;
    let elsewhere = format!("/v1/businesses/{second}/submissions");
    client.post_keyed(&elsewhere, &key, body).await.problem(422, "idempotency-key-reused");
}

async fn a_reformatted_body_is_another_body(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let (key, body) = (fresh_key(), papers::certificate("silent@magic.test", false));
    client.post_keyed(&path, &key, body.clone()).await.expect(201);
    let pretty = serde_json::to_string_pretty(&body).expect("a value is JSON");
    let request = client.request(Method::POST, &path).header("Idempotency-Key", &key);
    let request = request.header("Content-Type", "application/json").body(pretty);
    client.send(request).await.problem(422, "idempotency-key-reused");
}

async fn a_refusal_leaves_the_key_free(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let key = fresh_key();
    let bad = json!({ "service": "no-such-service", "form": {} });
    client.post_keyed(&path, &key, bad).await.problem(422, "validation-failed");
    let good = client.post_keyed(&path, &key, papers::certificate("silent@magic.test", false)).await;
    assert!(!is_replay(&good));
    good.expect(201);
}

async fn a_key_is_the_same_quoted_and_bare(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let (key, body) = (fresh_key(), papers::certificate("silent@magic.test", false));
    let bare = client.post_keyed(&path, &key, body.clone()).await;
    let quoted = client.post_keyed(&path, &format!("\"{key}\""), body).await;
    assert!(is_replay(&quoted));
    assert_eq!(bare.bytes, quoted.bytes);
}

async fn keys_of_every_allowed_form_are_taken(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let unique = fresh_key();
    let long = format!("{unique}{}", "x".repeat(255 - unique.len()));
    let forms = [long, format!("\"{unique}\\\"\\\\\""), format!("{unique}/:;,?=&%")];
    for key in forms {
        let body = papers::certificate("silent@magic.test", false);
        let answer = client.post_keyed(&path, &key, body).await;
        assert_eq!(answer.status.as_u16(), 201, "{key}");
    }
}

async fn what_is_no_key_is_refused(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let keys = ["", "a b", "\"open", "\"\"", "a\"b", &"x".repeat(256), "\"a\" \"b\""];
    for key in keys {
        let body = papers::certificate("silent@magic.test", false);
        let answer = client.post_keyed(&path, key, body).await;
        assert_eq!(answer.status.as_u16(), 400, "`{key}` was taken");
        answer.problem(400, "idempotency-key-required");
    }
    let body = papers::certificate("silent@magic.test", false);
    let twice = client.request(Method::POST, &path).json(&body);
    let twice = twice.header("Idempotency-Key", "one").header("Idempotency-Key", "two");
    client.send(twice).await.problem(400, "idempotency-key-required");
}

/// Repeats a request until it is answered by something else than `request-in-progress`.
async fn patiently(client: Client, path: String, key: String, body: Value) -> Answer {
    for _ in 0..200 {
        let answer = client.post_keyed(&path, &key, body.clone()).await;
        if answer.status.as_u16() != 409 {
            return answer;
        }
        assert!(!answer.header("retry-after").is_empty());
        answer.problem(409, "request-in-progress");
        // Fifty of them without a pause would soon be over their rate.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("a twin never ended");
}

async fn fifty_twins_at_once_have_one_effect(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let (key, body) = (fresh_key(), papers::certificate("silent@magic.test", true));
    let twins: Vec<_> = (0..50)
        .map(|_| tokio::spawn(patiently(client.clone(), path.clone(), key.clone(), body.clone())))
        .collect();
    let (mut firsts, mut bodies) = (0, BTreeSet::new());
    for twin in twins {
        let answer = twin.await.expect("a twin is answered");
        firsts += usize::from(!is_replay(&answer));
        assert_eq!(answer.status.as_u16(), 201);
        bodies.insert(answer.bytes);
    }
    assert_eq!((firsts, bodies.len()), (1, 1));
    let listed = client.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed:#}");
}

async fn fifty_keys_at_once_have_fifty_effects(engine: Engine) {
    let Some((client, path)) = applicant(engine).await else { return };
    let drafts: Vec<_> = (0..50)
        .map(|_| {
            let body = papers::certificate("silent@magic.test", false);
            tokio::spawn(patiently(client.clone(), path.clone(), fresh_key(), body))
        })
        .collect();
    let mut ids = BTreeSet::new();
    for draft in drafts {
        ids.insert(text(&draft.await.expect("answered").expect(201)["id"]));
    }
    assert_eq!(ids.len(), 50);
}

async fn a_twin_of_a_running_request_is_told_to_wait(engine: Engine) {
    let Some(own) = Own::start(engine, &[]) else { return };
    let client = own.client().register("twins").await;
    let path = format!("/v1/businesses/{}/submissions", client.business("cafe").await);
    let (key, body) = (fresh_key(), papers::certificate("silent@magic.test", true));
    let hold = own.hold();
    let (a, b) = (client.post_keyed(&path, &key, body.clone()), client.post_keyed(&path, &key, body));
    let (a, b) = (std::pin::pin!(a), std::pin::pin!(b));
    // Whichever comes second is refused at once; the first waits for the database.
    let (refused, waiting) = futures_util::future::select(a, b).await.factor_first();
    assert_eq!(refused.header("retry-after"), "1");
    refused.problem(409, "request-in-progress");
    drop(hold);
    waiting.await.expect(201);
}

async fn keys_are_remembered_over_a_restart(engine: Engine) {
    let settings = [("SHLYUZ_BASE_URL", "http://gateway.example")];
    let Some(mut program) = Program::start_with(engine, &settings) else { return };
    let client = program.client().register("restarted").await;
    let path = format!("/v1/businesses/{}/submissions", client.business("cafe").await);
    let (key, body) = (fresh_key(), papers::certificate("silent@magic.test", true));
    let first = client.post_keyed(&path, &key, body.clone()).await;
    program.restart();
    let client = program.client().with_token(client.token().expect("logged in"));
    let again = client.post_keyed(&path, &key, body).await;
    assert!(is_replay(&again));
    assert_eq!(first.bytes, again.bytes);
    let other = client.post_keyed(&path, &key, papers::certificate("granted@magic.test", true)).await;
    other.problem(422, "idempotency-key-reused");
}

on_both_engines! {
    a_repeat_is_answered_byte_for_byte,
    a_repeat_tells_the_first_state_though_it_has_changed,
    an_act_without_a_body_is_repeated_too,
    a_key_is_not_used_for_another_body,
    a_key_is_not_used_for_another_path,
    a_reformatted_body_is_another_body,
    a_refusal_leaves_the_key_free,
    a_key_is_the_same_quoted_and_bare,
    keys_of_every_allowed_form_are_taken,
    what_is_no_key_is_refused,
    fifty_twins_at_once_have_one_effect,
    fifty_keys_at_once_have_fifty_effects,
    a_twin_of_a_running_request_is_told_to_wait,
    keys_are_remembered_over_a_restart,
}
