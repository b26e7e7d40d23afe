//! DPoP (RFC 9449) over HTTP: the rows of section D that need a request, a second gateway or a restart.

use futures_util::future::join_all;
use jsonwebtoken::Algorithm;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Answer, Bound, Client, Engine, Key, Own, Program, client::fresh_key, client::now, on_both_engines,
};

use super::{ASSERTION_TYPE, KeyedApplication, SecretApplication, refused};

const BASE_URL: &str = "http://gateway.example";

async fn bound(engine: Engine) -> Option<Bound> {
    let program = Program::shared(engine)?;
    Some(Bound::register(&program.client(), program.base_url()).await)
}

/// Whether an answer is a refusal with this error in its challenge, and brings the nonce for the next proof.
#[track_caller]
fn challenged(answer: Answer, error: &str) {
    let challenge = answer.header("www-authenticate").to_owned();
    let sign = format!("DPoP realm=\"shlyuz\", error=\"{error}\", algs=\"ES256 EdDSA Ed25519 PS256\"");
    assert_eq!(challenge, sign);
    answer.problem(401, "unauthenticated");
}

/// One read with a proof whose claims are changed.
async fn read_with(bound: &Bound, change: impl FnOnce(&mut Value)) -> Answer {
    bound.get("/v1/businesses").await.expect(200);
    let mut claims = bound.claims("GET", "/v1/businesses");
    change(&mut claims);
    bound.send(bound.request(Method::GET, "/v1/businesses", &bound.key.proof(&claims))).await
}

async fn happy_flow(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    let made = bound.post("/sandbox/businesses", json!({ "profile": "cafe" })).await;
    assert!(!made.header("dpop-nonce").is_empty());
    let id = made.expect(201)["id"].clone();
    let listed = bound.get("/v1/businesses?limit=5").await.expect(200);
    assert_eq!(listed["items"][0]["id"], id);
}

async fn the_token_says_to_which_key_it_is_bound(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let application = SecretApplication::register(&program.client(), "bound").await;
    let ask = |proof: &str| {
        let request = program.client().http().post(format!("{}/oauth2/token", program.base_url()));
        let request = request.basic_auth(&application.id, Some(&application.secret)).header("DPoP", proof);
        request.form(&[("grant_type", "client_credentials")])
    };
    let bound = Bound::obtain(&program.client(), program.base_url(), Key::default(), ask).await;
    let known = application.ask("/oauth2/introspect", &[("token", &bound.token)]).await.expect(200);
    assert_eq!((&known["active"], &known["token_type"]), (&json!(true), &json!("DPoP")));
    assert_eq!(known["cnf"], json!({ "jkt": bound.key.thumbprint() }));
}

/// Asks the token endpoint with a proof.
async fn ask_token(client: &Client, application: &SecretApplication, proof: &str) -> Answer {
    let request = client.http().post(format!("{}/oauth2/token", client.base_url())).header("DPoP", proof);
    let request = request.basic_auth(&application.id, Some(&application.secret));
    client.send(request.form(&[("grant_type", "client_credentials")])).await
}

async fn d21_the_token_endpoint_wants_its_own_nonce(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    let (client, key) = (&bound.client, Key::default());
    let application = SecretApplication::register(client, "nonces").await;
    let elsewhere = read_with(&bound, |_| ()).await.header("dpop-nonce").to_owned();
    let uri = format!("{}/oauth2/token", client.base_url());
    let claims =
        |nonce: &str| json!({ "jti": fresh_key(), "htm": "POST", "htu": uri, "iat": now(), "nonce": nonce });
    let mut good = String::new();
    for nonce in ["", "made-up", &elsewhere] {
        let answer = ask_token(client, &application, &key.proof(&claims(nonce))).await;
        good = answer.header("dpop-nonce").to_owned();
        refused(answer, 400, "use_dpop_nonce");
    }
    let proof = key.proof(&claims(&good));
    ask_token(client, &application, &proof).await.expect(200);
    refused(ask_token(client, &application, &proof).await, 400, "invalid_dpop_proof");
    for change in ["htm", "htu", "jti", "iat"] {
        let mut claims = claims(&good);
        claims[change] = json!("x y");
        refused(ask_token(client, &application, &key.proof(&claims)).await, 400, "invalid_dpop_proof");
    }
}

async fn a_missing_nonce_does_not_use_up_the_assertion(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let application = KeyedApplication::register(&program.client(), Algorithm::ES256).await;
    let assertion = application.assertion(&application.claims());
    let ask = |proof: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        let request = application.client.http().post(format!("{}/oauth2/token", program.base_url()));
        request.form(&form).header("DPoP", proof)
    };
    let bound = Bound::obtain(&program.client(), program.base_url(), Key::default(), ask).await;
    bound.get("/v1/businesses").await.expect(200);
}

async fn d9_d13_d14_d17_d20_a_proof_for_another_request(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    let base = bound.origin.clone();
    for (name, value) in [
        ("htm", json!("PUT")),
        ("htu", json!(format!("{base}/v1/events"))),
        ("htu", json!("http://elsewhere.example/v1/businesses")),
        ("iat", json!(now() - 75)),
        ("iat", json!(now() + 75)),
        ("ath", json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")),
        ("jti", json!("")),
    ] {
        challenged(read_with(&bound, |claims| claims[name] = value).await, "invalid_dpop_proof");
    }
    let claims = bound.claims("GET", "/v1/businesses");
    let twice = bound.request(Method::GET, "/v1/businesses", &bound.key.proof(&claims));
    let twice = twice.header("DPoP", bound.key.proof(&claims));
    challenged(bound.send(twice).await, "invalid_dpop_proof");
    read_with(&bound, |_| ()).await.expect(200);
}

async fn d12_a_proof_of_another_key(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    bound.get("/v1/businesses").await.expect(200);
    let stolen = Key::default().proof(&bound.claims("GET", "/v1/businesses"));
    challenged(bound.send(bound.request(Method::GET, "/v1/businesses", &stolen)).await, "invalid_token");
}

async fn d16_the_host_that_a_header_names_counts_for_nothing(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    bound.get("/v1/businesses").await.expect(200);
    let mut claims = bound.claims("GET", "/v1/businesses");
    claims["htu"] = json!("https://attacker.example/v1/businesses");
    for name in ["Host", "X-Forwarded-Host", "Forwarded"] {
        let value =
            if name == "Forwarded" { "host=attacker.example;proto=https" } else { "attacker.example" };
        let proof = bound.key.proof(&claims);
        let request = bound.request(Method::GET, "/v1/businesses", &proof).header(name, value);
        challenged(bound.send(request.header("X-Forwarded-Proto", "https")).await, "invalid_dpop_proof");
    }
}

async fn d19_a_proof_counts_once(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    bound.get("/v1/businesses").await.expect(200);
    let proof = bound.key.proof(&bound.claims("GET", "/v1/businesses"));
    bound.send(bound.request(Method::GET, "/v1/businesses", &proof)).await.expect(200);
    for path in ["/v1/businesses", "/v1/businesses?limit=1"] {
        challenged(bound.send(bound.request(Method::GET, path, &proof)).await, "invalid_dpop_proof");
    }
}

fn enrol(bound: &Bound, proof: &str) -> reqwest::RequestBuilder {
    bound.request(Method::POST, "/sandbox/businesses", proof).json(&json!({ "profile": "cafe" }))
}

async fn d19_of_a_hundred_copies_at_once_one_is_taken(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    bound.get("/v1/businesses").await.expect(200);
    let proof = bound.key.proof(&bound.claims("POST", "/sandbox/businesses"));
    let answers = join_all((0..100).map(|_| bound.send(enrol(&bound, &proof)))).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 1);
    answers
        .into_iter()
        .filter(|answer| answer.status != 201)
        .for_each(|answer| challenged(answer, "invalid_dpop_proof"));
    let listed = bound.get("/v1/businesses").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}

async fn d19_a_proof_that_was_used_before_a_kill_is_used(engine: Engine) {
    let Some(mut program) = Program::start_with(engine, &[("SHLYUZ_BASE_URL", BASE_URL)]) else { return };
    let bound = Bound::register(&program.client(), BASE_URL).await;
    bound.get("/v1/businesses").await.expect(200);
    let change = bound.key.proof(&bound.claims("POST", "/sandbox/businesses"));
    let read = bound.key.proof(&bound.claims("GET", "/v1/businesses"));
    bound.send(enrol(&bound, &change)).await.expect(201);
    bound.send(bound.request(Method::GET, "/v1/businesses", &read)).await.expect(200);
    program.signal("KILL");
    program.wait();
    program.restart();
    let bound = bound.at(program.client());
    challenged(bound.send(enrol(&bound, &change)).await, "invalid_dpop_proof");
    challenged(bound.send(bound.request(Method::GET, "/v1/businesses", &read)).await, "use_dpop_nonce");
    assert_eq!(bound.get("/v1/businesses").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
}

async fn d21_a_change_wants_a_nonce_and_one_repeat_is_enough(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    bound.get("/v1/businesses").await.expect(200);
    for nonce in [None, Some("made-up"), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")] {
        let mut claims = bound.claims("POST", "/sandbox/businesses");
        claims.as_object_mut().expect("an object").remove("nonce");
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        let answer = bound.send(enrol(&bound, &bound.key.proof(&claims))).await;
        assert!(!answer.header("dpop-nonce").is_empty());
        challenged(answer, "use_dpop_nonce");
        let again = bound.key.proof(&bound.claims("POST", "/sandbox/businesses"));
        bound.send(enrol(&bound, &again)).await.expect(201);
    }
}

async fn access_token_type_header_case_sensitivity(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    bound.get("/v1/businesses").await.expect(200);
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let proof = bound.key.proof(&bound.claims("GET", "/v1/businesses"));
        let request = bound.client.request(Method::GET, "/v1/businesses").header("DPoP", proof);
        bound.send(request.header("Authorization", format!("{scheme} {}", bound.token))).await.expect(200);
    }
}

async fn d22_the_scheme_is_that_of_the_binding(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    let plain = SecretApplication::register(&bound.client, "plain").await.log_in().await;
    challenged(bound.client.with_token(&bound.token).get("/v1/businesses").await, "invalid_token");
    let request = || bound.client.request(Method::GET, "/v1/businesses");
    let bare = request().header("Authorization", format!("DPoP {}", bound.token));
    challenged(bound.send(bare).await, "invalid_token");
    let token = plain.token().expect("logged in");
    let proof = bound.key.proof(&bound.claims("GET", "/v1/businesses"));
    let unbound = request().header("Authorization", format!("DPoP {token}")).header("DPoP", &proof);
    challenged(bound.send(unbound).await, "invalid_token");
    let twice = bound
        .request(Method::GET, "/v1/businesses", &proof)
        .header("Authorization", format!("Bearer {token}"));
    bound.send(twice).await.problem(400, "malformed-request");
    plain.get("/v1/businesses").await.expect(200);
}

async fn d23_a_token_in_the_body_is_ignored(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    let body = json!({ "profile": "cafe", "access_token": bound.token });
    bound.client.post("/sandbox/businesses", body).await.problem(401, "unauthenticated");
}

async fn d24_a_proof_that_is_too_long(engine: Engine) {
    let Some(bound) = bound(engine).await else { return };
    bound.get("/v1/businesses").await.expect(200);
    let mut claims = bound.claims("GET", "/v1/businesses");
    claims["pad"] = json!("x".repeat(7000));
    let proof = bound.key.proof(&claims);
    challenged(bound.send(bound.request(Method::GET, "/v1/businesses", &proof)).await, "invalid_dpop_proof");
    let huge = bound.request(Method::GET, "/v1/businesses", &"x".repeat(201 * 1024));
    // The framework ends the connection, with 431 where the client still reads.
    if let Ok(answer) = huge.send().await {
        assert!(matches!(answer.status().as_u16(), 400 | 431), "{answer:?}");
    }
}

on_both_engines! {
    happy_flow,
    the_token_says_to_which_key_it_is_bound,
    d21_the_token_endpoint_wants_its_own_nonce,
    a_missing_nonce_does_not_use_up_the_assertion,
    d9_d13_d14_d17_d20_a_proof_for_another_request,
    d12_a_proof_of_another_key,
    d16_the_host_that_a_header_names_counts_for_nothing,
    d19_a_proof_counts_once,
    d19_of_a_hundred_copies_at_once_one_is_taken,
    d19_a_proof_that_was_used_before_a_kill_is_used,
    d21_a_change_wants_a_nonce_and_one_repeat_is_enough,
    access_token_type_header_case_sensitivity,
    d22_the_scheme_is_that_of_the_binding,
    d23_a_token_in_the_body_is_ignored,
    d24_a_proof_that_is_too_long,
}

/// Two gateways over one database, and a holder known to both.
async fn replicas(settings: &[(&str, &str)]) -> Option<(Own, Program, Bound)> {
    let mut settings = [&[("SHLYUZ_BASE_URL", BASE_URL)], settings].concat();
    let first = Own::start(Engine::Postgres, &settings)?;
    settings.push(("SHLYUZ_DATABASE__URL", first.url()));
    let second = Program::start_with(Engine::Postgres, &settings)?;
    let bound = Bound::register(&first.client(), BASE_URL).await;
    bound.get("/v1/businesses").await.expect(200);
    Some((first, second, bound))
}

#[tokio::test]
async fn d19_a_change_proven_at_one_gateway_is_used_at_the_other() {
    let Some((_first, second, bound)) = replicas(&[]).await else { return };
    let proof = bound.key.proof(&bound.claims("POST", "/sandbox/businesses"));
    bound.send(enrol(&bound, &proof)).await.expect(201);
    let bound = bound.at(second.client());
    challenged(bound.send(enrol(&bound, &proof)).await, "invalid_dpop_proof");
    bound.post("/sandbox/businesses", json!({ "profile": "cafe" })).await.expect(201);
}

#[tokio::test]
async fn d19_of_a_hundred_copies_at_two_gateways_one_is_taken() {
    let Some((first, second, bound)) = replicas(&[]).await else { return };
    let proof = bound.key.proof(&bound.claims("POST", "/sandbox/businesses"));
    let clients = [first.client(), second.client()];
    let copies = (0..100).map(|copy| {
        let request = clients[copy % 2].request(Method::POST, "/sandbox/businesses").header("DPoP", &proof);
        let request = request.header("Authorization", format!("DPoP {}", bound.token));
        clients[copy % 2].send(request.json(&json!({ "profile": "cafe" })))
    });
    let answers = join_all(copies).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
}

#[tokio::test]
async fn d19_with_all_proofs_in_the_store_a_read_counts_once_at_all_gateways() {
    let Some((_first, second, bound)) = replicas(&[("SHLYUZ_ACCESS__DPOP_IN_STORE", "all")]).await else {
        return;
    };
    // A nonce of the gateway that started last is good at both.
    let bound = bound.at(second.client());
    bound.get("/v1/businesses").await.expect(200);
    let proof = bound.key.proof(&bound.claims("GET", "/v1/businesses"));
    let there = bound.request(Method::GET, "/v1/businesses", &proof);
    bound.send(there).await.expect(200);
    let bound = bound.at(_first.client());
    challenged(bound.send(bound.request(Method::GET, "/v1/businesses", &proof)).await, "invalid_dpop_proof");
}
