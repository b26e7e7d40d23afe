//! Access tokens: what is asked for and given, what they reach, and when they end.

use jsonwebtoken::{Algorithm, EncodingKey, Header, dangerous, encode};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Client, Engine, Own, Program,
    client::{now, text},
    on_both_engines, papers,
};

use super::{SecretApplication, refused};

async fn secret(engine: Engine) -> Option<SecretApplication> {
    Some(SecretApplication::register(&Program::shared(engine)?.client(), "secret").await)
}

async fn a_secret_gets_a_token(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let token = application.token(&[]).await;
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 300);
    let caller = application.client.with_token(&text(&token["access_token"]));
    caller.get("/v1/businesses").await.expect(200);
}

async fn a_wrong_secret_is_an_invalid_client(engine: Engine) {
    let Some(mut application) = secret(engine).await else { return };
    application.secret = "wrong".into();
    let answer = application.ask("/oauth2/token", &[("grant_type", "client_credentials")]).await;
    assert!(answer.header("www-authenticate").starts_with("Basic"), "{answer:?}");
    refused(answer, 401, "invalid_client");
}

async fn an_unknown_client_is_answered_like_a_wrong_secret(engine: Engine) {
    let Some(mut application) = secret(engine).await else { return };
    let form = [("grant_type", "client_credentials")];
    application.secret = "wrong".into();
    let wrong = application.ask("/oauth2/token", &form).await;
    application.id = "app_01KAZ8Q3V5T2N4W6Y8B0D2F4H6".into();
    let unknown = application.ask("/oauth2/token", &form).await;
    assert_eq!((wrong.status, wrong.bytes), (unknown.status, unknown.bytes));
}

async fn a_secret_in_the_form_is_refused(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let members = [("client_id", application.id.as_str()), ("client_secret", application.secret.as_str())];
    refused(super::ask_token(&application.client, &members).await, 401, "invalid_client");
}

async fn another_grant_is_refused(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let password = application.ask("/oauth2/token", &[("grant_type", "password")]).await;
    refused(password, 400, "unsupported_grant_type");
    refused(application.ask("/oauth2/token", &[("scope", "events:read")]).await, 400, "invalid_request");
}

async fn a_token_has_the_scopes_that_were_asked_for(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let token = application.token(&[("scope", "events:read")]).await;
    assert_eq!(token["scope"], "events:read");
    let caller = application.client.with_token(&text(&token["access_token"]));
    caller.get("/v1/events").await.expect(200);
    let problem = caller.get("/v1/businesses").await.problem(403, "insufficient-scope");
    assert_eq!(problem["required_scope"], "profile:read");
}

async fn a_scope_of_the_other_side_is_an_invalid_scope(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    for scope in ["authority-inbox:manage", "no:such", "events:read  profile:read", ""] {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        refused(application.ask("/oauth2/token", &form).await, 400, "invalid_scope");
    }
}

fn details(business: &str) -> String {
    json!([{ "type": "shlyuz_business", "businesses": [business] }]).to_string()
}

async fn a_narrowed_token_reaches_the_named_business_alone(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let whole = application.log_in().await;
    let (named, other) = (whole.business("cafe").await, whole.business("cafe").await);
    let token = application.token(&[("authorization_details", &details(&named))]).await;
    assert_eq!(token["authorization_details"][0]["businesses"], json!([named]));
    let narrow = application.client.with_token(&text(&token["access_token"]));
    narrow.get(&format!("/v1/businesses/{named}")).await.expect(200);
    narrow.get(&format!("/v1/businesses/{other}")).await.problem(404, "not-found");
    let listed = narrow.get("/v1/businesses").await.expect(200);
    let ids: Vec<&Value> = listed["items"].as_array().expect("a list").iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, [&json!(named)]);
    papers::draft(&whole, &other).await;
    papers::draft(&whole, &named).await;
    let feed = narrow.get("/v1/events").await.expect(200);
    let told: Vec<&Value> = feed["items"].as_array().expect("a list").iter().collect();
    assert!(told.iter().any(|event| event["type"] == "submission.drafted"), "{feed}");
    assert!(told.iter().all(|event| event["businessid"] == json!(named)), "{feed}");
}

async fn a_narrowed_token_cannot_lodge_for_another_business(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let whole = application.log_in().await;
    let (named, other) = (whole.business("cafe").await, whole.business("cafe").await);
    let token = application.token(&[("authorization_details", &details(&named))]).await;
    let narrow = application.client.with_token(&text(&token["access_token"]));
    let body = papers::certificate("silent@magic.test", true);
    let path = |business: &str| format!("/v1/businesses/{business}/submissions");
    narrow.post(&path(&other), body.clone()).await.problem(404, "not-found");
    narrow.post(&path(&named), body).await.expect(201);
}

async fn nobody_narrows_a_token_to_a_business_of_others(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let foreign = application.client.register("owner").await.business("cafe").await;
    let broken =
        ["[]", "{", "[{\"type\":\"payment\"}]", "[{\"type\":\"shlyuz_business\",\"businesses\":[]}]"];
    for given in broken.into_iter().chain([details(&foreign).as_str()]) {
        let form = [("grant_type", "client_credentials"), ("authorization_details", given)];
        refused(application.ask("/oauth2/token", &form).await, 400, "invalid_authorization_details");
    }
}

async fn a_revoked_token_is_refused_at_once(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let caller = application.log_in().await;
    caller.get("/v1/businesses").await.expect(200);
    let token = caller.token().expect("logged in");
    application.ask("/oauth2/revoke", &[("token", token)]).await.expect(200);
    let answer = caller.get("/v1/businesses").await;
    assert!(answer.header("www-authenticate").contains("invalid_token"), "{answer:?}");
    answer.problem(401, "unauthenticated");
}

async fn a_revoked_token_stays_refused_after_a_restart(engine: Engine) {
    // A fixed base URL keeps issuer and audience over the restart, though the port changes.
    let settings = [("SHLYUZ_BASE_URL", "http://gateway.example")];
    let Some(mut program) = Program::start_with(engine, &settings) else { return };
    let application = SecretApplication::register(&program.client(), "restarted").await;
    let (gone, kept) = (application.log_in().await, application.log_in().await);
    let token = gone.token().expect("logged in").to_owned();
    application.ask("/oauth2/revoke", &[("token", &token)]).await.expect(200);
    program.restart();
    let kept = program.client().with_token(kept.token().expect("logged in"));
    kept.get("/v1/businesses").await.expect(200);
    program.client().with_token(&token).get("/v1/businesses").await.problem(401, "unauthenticated");
}

async fn a_foreign_token_cannot_be_revoked(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let stranger = SecretApplication::register(&application.client, "stranger").await;
    let caller = application.log_in().await;
    let token = caller.token().expect("logged in");
    stranger.ask("/oauth2/revoke", &[("token", token)]).await.expect(200);
    caller.get("/v1/businesses").await.expect(200);
}

async fn a_client_looks_into_its_own_tokens_alone(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let stranger = SecretApplication::register(&application.client, "stranger").await;
    let token = text(&application.token(&[("scope", "events:read")]).await["access_token"]);
    let own = application.ask("/oauth2/introspect", &[("token", &token)]).await.expect(200);
    assert_eq!((&own["active"], &own["client_id"]), (&json!(true), &json!(application.id)));
    assert_eq!(own["scope"], "events:read");
    assert!(own["exp"].as_i64().is_some_and(|exp| exp > now()));
    let foreign = stranger.ask("/oauth2/introspect", &[("token", &token)]).await.expect(200);
    assert_eq!(foreign, json!({ "active": false }));
    application.ask("/oauth2/revoke", &[("token", &token)]).await.expect(200);
    let revoked = application.ask("/oauth2/introspect", &[("token", &token)]).await.expect(200);
    assert_eq!(revoked, json!({ "active": false }));
}

async fn looking_into_a_token_needs_a_proof(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let caller = application.log_in().await;
    let token = caller.token().expect("logged in");
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        let request = caller.http().post(format!("{}{path}", caller.base_url())).form(&[("token", token)]);
        refused(caller.send(request).await, 401, "invalid_client");
    }
    caller.get("/v1/businesses").await.expect(200);
}

async fn a_token_in_the_query_is_ignored(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let caller = application.log_in().await;
    let token = caller.token().expect("logged in");
    let answer = application.client.get(&format!("/v1/businesses?access_token={token}")).await;
    answer.problem(401, "unauthenticated");
}

async fn two_authorization_headers_are_a_malformed_request(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    let caller = application.log_in().await;
    let request = caller.request(Method::GET, "/v1/businesses");
    let twice = request.header("Authorization", format!("Bearer {}", caller.token().expect("logged in")));
    caller.send(twice).await.problem(400, "malformed-request");
}

/// What is done to the claims of a token.
type Change = fn(&mut Value);

/// Signs a good token's claims anew with the gateway's own key, after a change.
pub fn forge(own: &Own, caller: &Client, typ: &str, change: impl Fn(&mut Value)) -> Client {
    let token = caller.token().expect("logged in");
    let mut claims = dangerous::insecure_decode::<Value>(token).expect("a JWT").claims;
    change(&mut claims);
    let (kid, pkcs8) = own.signing_key();
    let header = Header { typ: Some(typ.into()), kid: Some(kid), ..Header::new(Algorithm::EdDSA) };
    let key = EncodingKey::from_ed_der(&pkcs8);
    caller.with_token(&encode(&header, &claims, &key).expect("the claims are JSON"))
}

async fn a_token_counts_only_as_it_was_given(engine: Engine) {
    let Some(own) = Own::start(engine, &[]) else { return };
    let caller = own.client().register("forger").await;
    forge(&own, &caller, "at+jwt", |_| {}).get("/v1/businesses").await.expect(200);
    let changes: [(&str, Change); 5] = [
        ("expired", |claims| {
            claims["iat"] = json!(now() - 300);
            claims["exp"] = json!(now() - 1);
        }),
        ("of another issuer", |claims| claims["iss"] = json!("https://elsewhere.example")),
        ("for another audience", |claims| claims["aud"] = json!("https://elsewhere.example")),
        ("good for a day", |claims| claims["exp"] = json!(now() + 86_400)),
        ("bound to what nobody knows", |claims| claims["cnf"] = json!({ "jkt": "x" })),
    ];
    for (what, change) in changes {
        let answer = forge(&own, &caller, "at+jwt", change).get("/v1/businesses").await;
        assert_eq!(answer.status.as_u16(), 401, "a token {what} was taken");
    }
    for typ in ["JWT", "receipt+jwt"] {
        forge(&own, &caller, typ, |_| {}).get("/v1/businesses").await.problem(401, "unauthenticated");
    }
}

async fn a_token_of_nobody_is_refused(engine: Engine) {
    let Some(application) = secret(engine).await else { return };
    for token in ["", "x", "a.b.c", "Basic x", "eyJhbGciOiJub25lIn0.e30."] {
        let answer = application.client.with_token(token).get("/v1/businesses").await;
        answer.problem(401, "unauthenticated");
    }
}

on_both_engines! {
    a_secret_gets_a_token,
    a_wrong_secret_is_an_invalid_client,
    an_unknown_client_is_answered_like_a_wrong_secret,
    a_secret_in_the_form_is_refused,
    another_grant_is_refused,
    a_token_has_the_scopes_that_were_asked_for,
    a_scope_of_the_other_side_is_an_invalid_scope,
    a_narrowed_token_reaches_the_named_business_alone,
    a_narrowed_token_cannot_lodge_for_another_business,
    nobody_narrows_a_token_to_a_business_of_others,
    a_revoked_token_is_refused_at_once,
    a_revoked_token_stays_refused_after_a_restart,
    a_foreign_token_cannot_be_revoked,
    a_client_looks_into_its_own_tokens_alone,
    looking_into_a_token_needs_a_proof,
    a_token_in_the_query_is_ignored,
    two_authorization_headers_are_a_malformed_request,
    a_token_counts_only_as_it_was_given,
    a_token_of_nobody_is_refused,
}
