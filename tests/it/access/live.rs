//! The live gateway: signatures only, nothing of the sandbox.

use jsonwebtoken::Algorithm;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Bound, Client, Engine, Own, Program,
    client::{fresh_key, text},
    on_both_engines,
};

use super::{KeyedApplication, SecretApplication, operator, refused, tokens::forge};

pub(super) const BASE_URL: &str = "https://gateway.example";

/// A live gateway over what a sandbox left, its applications and one of its tokens.
struct Live {
    client: Client,
    keyed: KeyedApplication,
    secret: SecretApplication,
    sandbox_token: String,
    program: Program,
    left: Own,
}

impl Live {
    /// A token bound to a new key, got by the application's signature.
    async fn bound(&self) -> Bound {
        self.keyed.bound(BASE_URL).await
    }
}

async fn go_live(engine: Engine) -> Option<Live> {
    let mut left = Own::start(engine, &[("SHLYUZ_BASE_URL", BASE_URL)])?;
    let keyed = KeyedApplication::register(&left.client(), Algorithm::EdDSA).await;
    let secret = SecretApplication::register(&left.client(), "secret").await;
    let token = secret.log_in().await;
    left.program.signal("TERM");
    assert_eq!(left.program.wait(), Some(0), "the sandbox ends in order");
    let settings =
        [("SHLYUZ_MODE", "live"), ("SHLYUZ_BASE_URL", BASE_URL), ("SHLYUZ_DATABASE__URL", left.url())];
    let live = Program::start_with(engine, &settings)?;
    let client = live.client();
    let keyed = KeyedApplication { client: client.clone(), issuer: BASE_URL.into(), ..keyed };
    let secret = SecretApplication { client: client.clone(), ..secret };
    let sandbox_token = token.token().expect("logged in").to_owned();
    Some(Live { client, keyed, secret, sandbox_token, program: live, left })
}

async fn a_live_gateway_has_no_route_of_the_sandbox(engine: Engine) {
    let Some(live) = go_live(engine).await else { return };
    let routes = [
        (Method::POST, "/oauth2/register"),
        (Method::GET, "/sandbox/clock"),
        (Method::POST, "/sandbox/clock"),
        (Method::POST, "/sandbox/businesses"),
        (Method::GET, "/sandbox/scenarios"),
    ];
    for (method, path) in routes {
        // Past the client: the document of the sandbox knows these routes.
        let request = live.client.request(method, path).json(&json!({}));
        let answer = request.send().await.expect("the gateway answers");
        assert_eq!(answer.status().as_u16(), 404, "{path} is there");
    }
    let served = live.client.get("/openapi.json").await.expect(200);
    let committed: Value =
        serde_json::from_str(include_str!("../../../docs/openapi/live.json")).expect("the document is JSON");
    assert_eq!(served, committed);
    assert_eq!(live.client.get("/v1/status").await.expect(200)["mode"], "live");
}

async fn a_live_gateway_offers_signatures_alone(engine: Engine) {
    let Some(live) = go_live(engine).await else { return };
    let metadata = live.client.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(metadata["issuer"], BASE_URL);
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
    assert!(metadata["registration_endpoint"].is_null());
    assert!(!metadata.to_string().contains("client_secret_basic"));
}

async fn a_live_gateway_refuses_secrets(engine: Engine) {
    let Some(live) = go_live(engine).await else { return };
    let answer = live.secret.ask("/oauth2/token", &[("grant_type", "client_credentials")]).await;
    refused(answer, 401, "invalid_client");
    live.bound().await.get("/v1/businesses").await.expect(200);
}

/// C7: `ensure-holder-of-key-required`.
async fn a_live_gateway_gives_bound_tokens_alone(engine: Engine) {
    let Some(live) = go_live(engine).await else { return };
    let answer = live.keyed.present(&live.keyed.assertion(&live.keyed.claims())).await;
    refused(answer, 400, "invalid_dpop_proof");
}

async fn a_live_gateway_refuses_plain_bearer_tokens_and_says_how_to_mend(engine: Engine) {
    let Some(live) = go_live(engine).await else { return };
    let bound = live.bound().await;
    let plain = forge(&live.left, &live.client.with_token(&bound.token), "at+jwt", |claims| {
        claims.as_object_mut().expect("claims").remove("cnf");
    });
    let request = plain.request(Method::GET, "/v1/businesses").header("Accept-Language", "en");
    let answer = plain.send(request).await;
    assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{answer:?}");
    let problem = answer.problem(401, "unauthenticated");
    assert!(text(&problem["detail"]).contains("DPoP"), "{problem:#}");
    bound.get("/v1/businesses").await.expect(200);
}

async fn the_operator_registers_lists_suspends_and_rekeys(engine: Engine) {
    let Some(mut live) = go_live(engine).await else { return };
    let keys = live.program.data().join("jwks.json");
    std::fs::write(&keys, live.keyed.signer.jwks().to_string()).expect("room for a file");
    let keys = keys.display().to_string();
    let scopes = "profile:read profile:write";
    let made = operator(&live.program, &["register", "--name", "1C", "--jwks", &keys, "--scopes", scopes]);
    assert_eq!((&made["side"], &made["scope"]), (&json!("business"), &json!(scopes)));
    live.keyed.id = text(&made["client_id"]);
    let bound = live.bound().await;
    bound.get("/v1/businesses").await.expect(200);
    let next = super::Signer::new(Algorithm::ES256);
    std::fs::write(&keys, next.jwks().to_string()).expect("room for a file");
    operator(&live.program, &["rekey", &live.keyed.id, "--jwks", &keys]);
    refused(live.keyed.present(&live.keyed.assertion(&live.keyed.claims())).await, 401, "invalid_client");
    live.keyed.signer = next;
    live.bound().await.get("/v1/businesses").await.expect(200);
    let suspended = operator(&live.program, &["suspend", &live.keyed.id]);
    assert!(suspended["suspended_at"].is_string());
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    bound.get("/v1/businesses").await.problem(401, "unauthenticated");
    refused(live.keyed.present(&live.keyed.assertion(&live.keyed.claims())).await, 401, "invalid_client");
    operator(&live.program, &["resume", &live.keyed.id]);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    live.bound().await.get("/v1/businesses").await.expect(200);
    let listed = live.program.command(&["applications", "list"]);
    let listed = String::from_utf8(listed.stdout).expect("text");
    assert!(
        listed.lines().any(|line| line.contains(&live.keyed.id) && line.contains("private_key_jwt")),
        "{listed}"
    );
}

async fn the_operator_s_mistakes_are_told(engine: Engine) {
    let Some(live) = go_live(engine).await else { return };
    let unknown = format!("app_{}", fresh_key().to_uppercase());
    for arguments in [
        &["register", "--name", "x"][..],
        &["register", "--name", "x", "--subject", "CN=x", "--scopes", "no:such"],
        &["register", "--name", "x", "--subject", "CN=x", "--scopes", "authority-inbox:manage"],
        &["register", "--name", "x", "--jwks", "/no/such/file"],
        &["suspend", &unknown],
    ] {
        let output = live.program.command(&[&["applications"], arguments].concat());
        assert!(!output.status.success() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

async fn a_live_gateway_refuses_the_sandbox_s_tokens(engine: Engine) {
    let Some(live) = go_live(engine).await else { return };
    let answer = live.client.with_token(&live.sandbox_token).get("/v1/businesses").await;
    answer.problem(401, "unauthenticated");
}

on_both_engines! {
    a_live_gateway_has_no_route_of_the_sandbox,
    a_live_gateway_offers_signatures_alone,
    a_live_gateway_refuses_secrets,
    a_live_gateway_refuses_the_sandbox_s_tokens,
    a_live_gateway_gives_bound_tokens_alone,
    a_live_gateway_refuses_plain_bearer_tokens_and_says_how_to_mend,
    the_operator_registers_lists_suspends_and_rekeys,
    the_operator_s_mistakes_are_told,
}
