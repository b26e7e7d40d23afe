//! What every guarded operation answers to those who may not.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, Engine, client::text, on_both_engines, papers};

use super::{Operation, world::World};

/// A problem, also where the answer is one to HEAD and has no body.
#[track_caller]
fn problem(operation: &Operation, answer: Answer, status: u16, code: &str) -> Value {
    let (id, got) = (&operation.id, answer.status.as_u16());
    assert_eq!(got, status, "{id}: {}", String::from_utf8_lossy(&answer.bytes));
    if operation.method == Method::HEAD {
        return Value::Null;
    }
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{id}: {problem:#}");
    problem
}

async fn without_a_token_everything_guarded_is_closed(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let nobody = world.own.client();
    for operation in Operation::guarded() {
        let answer = world.attempt(&nobody, &operation).await;
        let ways = "Bearer realm=\"shlyuz\", DPoP realm=\"shlyuz\", algs=\"ES256 EdDSA Ed25519 PS256\"";
        assert_eq!(answer.header("www-authenticate"), ways, "{}", operation.id);
        problem(&operation, answer, 401, "unauthenticated");
    }
}

async fn a_malformed_token_opens_nothing(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let good = world.victim.token().expect("logged in");
    let cut = good[..good.len() - 4].to_owned();
    for operation in Operation::guarded() {
        for token in ["nonsense", "e30.e30.e30", &cut] {
            let answer = world.attempt(&nobody_with(&world, token), &operation).await;
            assert!(
                answer.header("www-authenticate").contains("error=\"invalid_token\""),
                "{}",
                operation.id
            );
            problem(&operation, answer, 401, "unauthenticated");
        }
    }
}

fn nobody_with(world: &World, token: &str) -> Client {
    world.own.client().with_token(token)
}

/// A client of the victim's or the authority's side whose token has this scope alone.
async fn narrow(world: &World, whole: &Client, scope: &str) -> Client {
    let (id, secret) = if std::ptr::eq(whole, &world.authority) {
        let known = world.own.program.credentials();
        (text(&known["authority"]["client_id"]), text(&known["authority"]["client_secret"]))
    } else {
        let asked = json!({ "client_name": "narrow", "token_endpoint_auth_method": "client_secret_basic" });
        let made = world.own.client().post("/oauth2/register", asked).await.expect(201);
        (text(&made["client_id"]), text(&made["client_secret"]))
    };
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    let url = format!("{}/oauth2/token", whole.base_url());
    let token = whole.send(whole.http().post(url).basic_auth(id, Some(secret)).form(&form)).await.expect(200);
    whole.with_token(&text(&token["access_token"]))
}

async fn a_token_of_another_scope_opens_nothing(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    for whole in [&world.victim, &world.authority] {
        let (events, sandbox) =
            (narrow(&world, whole, "events:read").await, narrow(&world, whole, "sandbox:control").await);
        for operation in Operation::guarded() {
            let scope = operation.scope.clone().expect("guarded");
            let client = if scope == "events:read" { &sandbox } else { &events };
            let answer = world.attempt(client, &operation).await;
            let challenge = answer.header("www-authenticate").to_owned();
            assert!(challenge.contains(&format!("scope=\"{scope}\"")), "{}: {challenge}", operation.id);
            let problem = problem(&operation, answer, 403, "insufficient-scope");
            assert!(problem.is_null() || problem["required_scope"] == scope, "{}: {problem}", operation.id);
        }
    }
}

async fn one_side_has_nothing_to_do_with_the_other_s_operations(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    for operation in Operation::guarded() {
        let both = ["events:read", "sandbox:control", "webhooks:read", "webhooks:write"]
            .map(Some)
            .contains(&operation.scope.as_deref());
        if both {
            continue;
        }
        let wrong = if operation.is_authority() { &world.victim } else { &world.authority };
        let answer = world.attempt(wrong, &operation).await;
        assert_eq!(answer.status.as_u16(), 403, "{}", operation.id);
    }
}

/// Lists whose keys are numbers and lists whose keys are texts, each asked with a cursor of the other sort.
async fn a_list_refuses_the_cursors_of_every_other(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let public = world.own.client();
    let mut cursors = Vec::new();
    for path in ["/v1/acts?limit=1", "/v1/requirements?limit=1"] {
        cursors.push((path, text(&public.get(path).await.expect(200)["next_cursor"])));
    }
    let lists = Operation::all().into_iter().filter(|one| one.method == Method::GET && one.lists());
    let lists: Vec<Operation> = lists.collect();
    assert!(lists.len() > 30, "the walk lost the lists");
    for operation in lists {
        let path = world.path(&operation);
        let foreign = cursors.iter().find(|(of, _)| !of.starts_with(&format!("{path}?")));
        let (_, cursor) = foreign.expect("one of the two is another list's");
        let query = if operation.id == "find_receipts" { "idempotency_key=none&" } else { "" };
        let asked = format!("{path}?{query}cursor={cursor}");
        let client = if operation.scope.is_some() { world.entitled(&operation) } else { &public };
        let answer = client.get(&asked).await;
        let problem = problem(&operation, answer, 400, "malformed-request");
        assert_eq!(problem["violations"][0]["pointer"], "?cursor", "{}: {problem:#}", operation.id);
    }
}

async fn another_tenant_finds_nothing_of_the_victim(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let owned: Vec<Operation> = Operation::guarded().into_iter().filter(Operation::is_owned).collect();
    assert!(owned.len() > 30, "the walk lost the owned paths");
    let address = format!("/v1/businesses/{}", world.things.business);
    let before = world.victim.get(&address).await.expect(200);
    for operation in owned {
        let thief = if operation.is_authority() { &world.foreign_authority } else { &world.thief };
        let answer = world.attempt(thief, &operation).await;
        problem(&operation, answer, 404, "not-found");
    }
    let after = world.victim.get(&address).await.expect(200);
    assert_eq!(before, after, "a stranger changed the victim");
}

async fn another_tenant_finds_nothing_beneath_its_own_business(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    for operation in Operation::guarded() {
        let beneath = operation.path.matches("_id}").count() > 1;
        if !beneath || operation.is_authority() {
            continue;
        }
        let path = world.path(&operation).replace(&world.things.business, &world.thief_business);
        let request = world.request(&world.thief, &operation, &path);
        let answer = world.send(&world.thief, &operation, request).await;
        problem(&operation, answer, 404, "not-found");
    }
}

async fn another_tenant_names_the_victim_s_things_in_vain(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (thief, things) = (&world.thief, &world.things);
    let mut stolen = papers::certificate("office@example.test", true);
    stolen["attachments"] = json!([things.attachment]);
    let own = format!("/v1/businesses/{}/submissions", world.thief_business);
    thief.post(&own, stolen).await.problem(422, "attachment-not-ready");
    let submission = papers::certificate("office@example.test", true);
    let item = json!({ "business_id": things.business, "idempotency_key": "b1", "submission": submission });
    let batch = thief.post("/v1/submission-batches", json!({ "items": [item] })).await.expect(200);
    assert_eq!(batch["items"][0]["status"], 404, "{batch:#}");
    let asked = json!({ "ids": [things.submission] });
    let statuses = thief.post("/v1/submissions/status-query", asked).await.expect(200);
    assert!(statuses["items"].as_array().is_some_and(Vec::is_empty), "{statuses:#}");
    let foreign = json!({ "code": "tax-balance-certificate", "authority_id": "aut_fns", "stage": "beta" });
    let path = "/v1/authority/services/tax-balance-certificate";
    let request = world.foreign_authority.request(Method::PUT, path).json(&foreign);
    let answer = world.foreign_authority.send(request).await;
    assert!(matches!(answer.status.as_u16(), 404 | 422), "{answer:?}");
}

async fn lists_and_feeds_show_nothing_of_others(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let things = &world.things;
    let words = [&things.business, &things.submission, &things.attachment, &things.receipt];
    let mut read = 0;
    for operation in Operation::guarded() {
        if operation.method != Method::GET || operation.is_owned() || operation.path.ends_with("/stream") {
            continue;
        }
        let thief = if operation.is_authority() { &world.foreign_authority } else { &world.thief };
        let key = format!("?idempotency_key={}", things.idempotency_key);
        let query = if operation.id == "find_receipts" { key.as_str() } else { "" };
        let answer = thief.get(&format!("{}{query}", world.path(&operation))).await;
        let body = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert_eq!(answer.status.as_u16(), 200, "{}: {body}", operation.id);
        assert!(!words.iter().any(|word| body.contains(*word)), "{} shows: {body}", operation.id);
        read += 1;
    }
    assert!(read >= 3, "the walk lost the lists");
    let feed = world.foreign_authority.get("/v1/events?limit=1000").await.expect(200);
    assert_eq!(feed["items"], json!([]));
    let leases = json!({ "limit": 100, "lease_s": 5 });
    let inbox = world.foreign_authority.post("/v1/authority/inbox/leases", leases).await.expect(200);
    assert_eq!(inbox["items"], json!([]));
}

async fn a_foreign_stream_shows_nothing_of_the_victim(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let response = world.thief.request(Method::GET, "/v1/events/stream?after=0").send().await;
    let mut response = response.expect("the gateway answers");
    papers::draft(&world.victim, &world.things.business).await;
    let own = papers::draft(&world.thief, &world.thief_business).await;
    let mut seen = String::new();
    while !seen.contains(&own) {
        let piece = response.chunk().await.expect("the stream goes on").expect("it has not ended");
        seen.push_str(&String::from_utf8_lossy(&piece));
    }
    assert!(!seen.contains(&world.things.business) && !seen.contains(&world.things.submission), "{seen}");
}

async fn an_idempotency_key_belongs_to_its_application(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let key = &world.things.idempotency_key;
    let path = format!("/v1/businesses/{}/submissions", world.thief_business);
    let answer = world.thief.post_keyed(&path, key, papers::certificate("office@example.test", true)).await;
    assert!(answer.header("idempotent-replayed").is_empty());
    let own = answer.expect(201);
    assert_ne!(own["id"], world.things.submission.as_str());
    let receipts = world.thief.get(&format!("/v1/receipts?idempotency_key={key}")).await.expect(200);
    assert_eq!(receipts["items"][0]["subject"], own["id"], "{receipts:#}");
}

async fn a_keyed_operation_asks_for_its_key(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let keyed: Vec<Operation> = Operation::guarded().into_iter().filter(Operation::needs_key).collect();
    assert!(keyed.len() > 10, "the walk lost the keyed operations");
    for operation in keyed {
        let client = world.entitled(&operation);
        let mut request =
            world.request(client, &operation, &world.path(&operation)).build().expect("the request is sound");
        request.headers_mut().remove("Idempotency-Key");
        let again = reqwest::RequestBuilder::from_parts(client.http().clone(), request);
        problem(&operation, world.send(client, &operation, again).await, 400, "idempotency-key-required");
    }
}

async fn a_bad_body_is_the_caller_s_fault(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let bodies = [
        "",
        "{",
        "[]",
        "null",
        "5",
        "\"text\"",
        "{\"\":{}}",
        "{\"no_such_member\":1}",
        "{\"form\":5}",
        "[[[[]]]]",
    ];
    for operation in Operation::all() {
        // The rows of NDJSON are judged one by one: a bad one is refused in the answer, beside those that came in.
        if operation.payload().is_none_or(|(media, _)| !media.ends_with("json") || media.ends_with("ndjson"))
        {
            continue;
        }
        let client = world.entitled(&operation);
        for body in bodies {
            let path = world.path(&operation);
            let request = world.request_with(client, &operation, &path, body.into());
            let answer = world.send(client, &operation, request).await;
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{} answered {status} to {body}", operation.id);
            assert_eq!(answer.header("content-type"), "application/problem+json", "{} {body}", operation.id);
        }
    }
}

on_both_engines! {
    a_list_refuses_the_cursors_of_every_other,
    without_a_token_everything_guarded_is_closed,
    a_malformed_token_opens_nothing,
    a_token_of_another_scope_opens_nothing,
    one_side_has_nothing_to_do_with_the_other_s_operations,
    another_tenant_finds_nothing_of_the_victim,
    another_tenant_finds_nothing_beneath_its_own_business,
    another_tenant_names_the_victim_s_things_in_vain,
    lists_and_feeds_show_nothing_of_others,
    a_foreign_stream_shows_nothing_of_the_victim,
    an_idempotency_key_belongs_to_its_application,
    a_keyed_operation_asks_for_its_key,
    a_bad_body_is_the_caller_s_fault,
}
