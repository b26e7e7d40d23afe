//! The live gateway: signatures only, nothing of the sandbox.

use jsonwebtoken::Algorithm;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Client, Engine, Own, Program, client::text, on_both_engines};

use super::{KeyedApplication, SecretApplication, refused};

const BASE_URL: &str = "https://gateway.example";

/// A live gateway over what a sandbox left, its applications and one of its tokens.
struct Live {
    client: Client,
    keyed: KeyedApplication,
    secret: SecretApplication,
    sandbox_token: String,
    _live: Program,
    _left: Own,
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
    Some(Live { client, keyed, secret, sandbox_token, _live: live, _left: left })
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
    let token = live.keyed.present(&live.keyed.assertion(&live.keyed.claims())).await.expect(200);
    let caller = live.client.with_token(&text(&token["access_token"]));
    caller.get("/v1/businesses").await.expect(200);
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
}
