//! `private_key_jwt` (RFC 7523): which assertions prove an application, and which do not.

use jsonwebtoken::{Algorithm, Header};
use serde_json::{Value, json};
use tests::{
    Client, Engine, Program,
    client::{now, text},
    on_both_engines,
};

use super::{ASSERTION_TYPE, KeyedApplication, Signer, ask_token, refused};

async fn keyed(engine: Engine, algorithm: Algorithm) -> Option<KeyedApplication> {
    let client = Program::shared(engine)?.client();
    Some(KeyedApplication::register(&client, algorithm).await)
}

async fn gets_a_token(engine: Engine, algorithm: Algorithm) {
    let Some(application) = keyed(engine, algorithm).await else { return };
    let token = application.present(&application.assertion(&application.claims())).await.expect(200);
    assert_eq!(token["token_type"], "Bearer");
    let caller = application.client.with_token(&text(&token["access_token"]));
    assert_eq!(caller.get("/v1/businesses").await.expect(200)["items"], json!([]));
}

async fn an_ed25519_signature_gets_a_token(engine: Engine) {
    gets_a_token(engine, Algorithm::EdDSA).await;
}

async fn an_es256_signature_gets_a_token(engine: Engine) {
    gets_a_token(engine, Algorithm::ES256).await;
}

async fn a_ps256_signature_gets_a_token(engine: Engine) {
    gets_a_token(engine, Algorithm::PS256).await;
}

/// Presents the usual claims with some of them changed.
async fn is_refused_with(engine: Engine, change: impl Fn(&KeyedApplication, &mut Value)) {
    let Some(application) = keyed(engine, Algorithm::EdDSA).await else { return };
    let mut claims = application.claims();
    change(&application, &mut claims);
    refused(application.present(&application.assertion(&claims)).await, 401, "invalid_client");
    let good = application.assertion(&application.claims());
    application.present(&good).await.expect(200);
}

async fn an_assertion_for_another_audience_is_refused(engine: Engine) {
    is_refused_with(engine, |_, claims| claims["aud"] = json!("https://elsewhere.example")).await;
    is_refused_with(engine, |app, claims| {
        claims["aud"] = json!(format!("{}/oauth2/token", app.client.base_url()))
    })
    .await;
}

async fn an_assertion_with_several_audiences_is_refused(engine: Engine) {
    is_refused_with(engine, |app, claims| claims["aud"] = json!([app.issuer, "https://elsewhere.example"]))
        .await;
}

async fn an_expired_assertion_is_refused(engine: Engine) {
    is_refused_with(engine, |_, claims| {
        claims["iat"] = json!(now() - 120);
        claims["exp"] = json!(now() - 1);
    })
    .await;
}

async fn an_assertion_that_lives_too_long_is_refused(engine: Engine) {
    is_refused_with(engine, |_, claims| claims["exp"] = json!(now() + 3600)).await;
}

async fn an_assertion_from_the_future_is_refused(engine: Engine) {
    is_refused_with(engine, |_, claims| claims["nbf"] = json!(now() + 200)).await;
}

async fn an_assertion_by_another_issuer_is_refused(engine: Engine) {
    is_refused_with(engine, |_, claims| {
        claims["iss"] = json!("app_01KAZ8Q3V5T2N4W6Y8B0D2F4H6");
        claims["sub"] = json!("app_01KAZ8Q3V5T2N4W6Y8B0D2F4H6");
    })
    .await;
    is_refused_with(engine, |_, claims| claims["sub"] = json!("app_01KAZ8Q3V5T2N4W6Y8B0D2F4H6")).await;
}

async fn an_assertion_without_a_claim_is_refused(engine: Engine) {
    for name in ["iss", "sub", "aud", "jti", "exp"] {
        is_refused_with(engine, |_, claims| {
            claims.as_object_mut().expect("claims are an object").remove(name);
        })
        .await;
    }
}

async fn an_assertion_counts_once(engine: Engine) {
    let Some(application) = keyed(engine, Algorithm::EdDSA).await else { return };
    let assertion = application.assertion(&application.claims());
    application.present(&assertion).await.expect(200);
    refused(application.present(&assertion).await, 401, "invalid_client");
}

async fn an_assertion_counts_once_after_a_restart_too(engine: Engine) {
    let Some(mut program) = Program::start(engine) else { return };
    let issuer = "http://127.0.0.1:1/sandbox";
    let mut application = KeyedApplication::register(&program.client(), Algorithm::EdDSA).await;
    assert_ne!(application.issuer, issuer);
    let mut claims = application.claims();
    application.present(&application.assertion(&claims)).await.expect(200);
    program.restart();
    application.client = program.client();
    // The port, and with it the issuer, is another one now; the name of the assertion is the same.
    let metadata = application.client.get("/.well-known/oauth-authorization-server").await.expect(200);
    claims["aud"] = metadata["issuer"].clone();
    refused(application.present(&application.assertion(&claims)).await, 401, "invalid_client");
}

async fn an_assertion_of_another_type_is_refused(engine: Engine) {
    let Some(application) = keyed(engine, Algorithm::EdDSA).await else { return };
    for typ in ["at+jwt", "dpop+jwt", "receipt+jwt"] {
        let header = Header { typ: Some(typ.into()), ..application.signer.header() };
        let assertion = application.signer.sign(&header, &application.claims());
        refused(application.present(&assertion).await, 401, "invalid_client");
    }
}

async fn an_assertion_by_a_stranger_s_key_is_refused(engine: Engine) {
    let Some(application) = keyed(engine, Algorithm::EdDSA).await else { return };
    let stranger = Signer::new(Algorithm::EdDSA);
    let assertion = stranger.sign(&stranger.header(), &application.claims());
    refused(application.present(&assertion).await, 401, "invalid_client");
}

async fn rs256_is_not_offered_and_refused(engine: Engine) {
    let Some(application) = keyed(engine, Algorithm::PS256).await else { return };
    let header = Header { kid: Some("k1".into()), ..Header::new(Algorithm::RS256) };
    let assertion = application.signer.sign(&header, &application.claims());
    refused(application.present(&assertion).await, 401, "invalid_client");
}

async fn an_unsigned_assertion_is_refused(engine: Engine) {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
    let Some(application) = keyed(engine, Algorithm::EdDSA).await else { return };
    let header = BASE64.encode(json!({ "alg": "none", "typ": "JWT", "kid": "k1" }).to_string());
    let claims = BASE64.encode(application.claims().to_string());
    refused(application.present(&format!("{header}.{claims}.")).await, 401, "invalid_client");
}

async fn another_kind_of_assertion_is_an_invalid_request(engine: Engine) {
    let Some(application) = keyed(engine, Algorithm::EdDSA).await else { return };
    let assertion = application.assertion(&application.claims());
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let members = [("client_assertion_type", saml), ("client_assertion", assertion.as_str())];
    refused(ask_token(&application.client, &members).await, 400, "invalid_request");
}

async fn two_ways_of_proof_at_once_are_an_invalid_request(engine: Engine) {
    let Some(application) = keyed(engine, Algorithm::EdDSA).await else { return };
    let assertion = application.assertion(&application.claims());
    let client = &application.client;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
    ];
    let url = format!("{}/oauth2/token", client.base_url());
    let answer =
        client.send(client.http().post(url).basic_auth(&application.id, Some("x")).form(&form)).await;
    refused(answer, 400, "invalid_request");
}

async fn a_private_key_is_not_registered(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let client: Client = program.client();
    let mut jwks = Signer::new(Algorithm::EdDSA).jwks();
    jwks["keys"][0]["d"] = json!("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    let asked =
        json!({ "client_name": "careless", "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks });
    let problem = client.post("/oauth2/register", asked).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/jwks");
}

on_both_engines! {
    an_ed25519_signature_gets_a_token,
    an_es256_signature_gets_a_token,
    a_ps256_signature_gets_a_token,
    an_assertion_for_another_audience_is_refused,
    an_assertion_with_several_audiences_is_refused,
    an_expired_assertion_is_refused,
    an_assertion_that_lives_too_long_is_refused,
    an_assertion_from_the_future_is_refused,
    an_assertion_by_another_issuer_is_refused,
    an_assertion_without_a_claim_is_refused,
    an_assertion_counts_once,
    an_assertion_counts_once_after_a_restart_too,
    an_assertion_of_another_type_is_refused,
    an_assertion_by_a_stranger_s_key_is_refused,
    rs256_is_not_offered_and_refused,
    an_unsigned_assertion_is_refused,
    another_kind_of_assertion_is_an_invalid_request,
    two_ways_of_proof_at_once_are_an_invalid_request,
    a_private_key_is_not_registered,
}
