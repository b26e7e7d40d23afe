//! What clients configure themselves by: RFC 8414 metadata and the key set.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::{Value, json};
use tests::{Engine, Program, client::text, on_both_engines};

async fn the_metadata_names_every_endpoint_and_method(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let (client, base) = (program.client(), program.base_url());
    let metadata = client.get("/.well-known/oauth-authorization-server").await.expect(200);
    for (member, path) in [
        ("token_endpoint", "/oauth2/token"),
        ("revocation_endpoint", "/oauth2/revoke"),
        ("introspection_endpoint", "/oauth2/introspect"),
        ("registration_endpoint", "/oauth2/register"),
        ("jwks_uri", "/.well-known/jwks.json"),
    ] {
        assert_eq!(metadata[member], format!("{base}{path}"));
    }
    assert!(text(&metadata["issuer"]).starts_with(base));
    assert_eq!(metadata["grant_types_supported"], json!(["client_credentials"]));
    let algorithms = json!(["ES256", "EdDSA", "Ed25519", "PS256"]);
    assert_eq!(metadata["dpop_signing_alg_values_supported"], algorithms);
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], false, "this gateway ends no TLS");
    let methods = &metadata["token_endpoint_auth_methods_supported"];
    assert_eq!(methods, &json!(["private_key_jwt", "client_secret_basic"]));
    assert_eq!(metadata["authorization_details_types_supported"], json!(["shlyuz_business"]));
}

/// RFC 8414 section 3.1: the well-known part stands between the issuer's host and its path.
async fn the_metadata_is_found_from_the_issuer(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let client = program.client();
    let metadata = client.get("/.well-known/oauth-authorization-server").await.expect(200);
    let issuer = text(&metadata["issuer"]);
    let path = issuer.strip_prefix(program.base_url()).expect("the issuer is at this gateway");
    let found = client.get(&format!("/.well-known/oauth-authorization-server{path}")).await.expect(200);
    assert_eq!(found, metadata);
}

async fn every_scope_of_the_document_is_in_the_metadata(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let metadata = program.client().get("/.well-known/oauth-authorization-server").await.expect(200);
    let document = tests::document::raw();
    let scheme = &document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"];
    let mut named: Vec<&String> = scheme.as_object().expect("scopes are named").keys().collect();
    named.sort();
    assert_eq!(metadata["scopes_supported"], json!(named));
}

async fn a_token_verifies_offline_by_the_key_set(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let client = program.client().register("offline").await;
    let metadata = client.get("/.well-known/oauth-authorization-server").await.expect(200);
    let keys: JwkSet = serde_json::from_value(client.get("/.well-known/jwks.json").await.expect(200))
        .expect("the library reads the key set");
    let token = client.token().expect("logged in");
    let header = decode_header(token).expect("a JWT");
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    let jwk = keys.find(&header.kid.expect("a key is named")).expect("the named key is published");
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[program.base_url()]);
    rules.set_issuer(&[text(&metadata["issuer"])]);
    let key = DecodingKey::from_jwk(jwk).expect("the key is sound");
    let claims = decode::<Value>(token, &key, &rules).expect("the token verifies").claims;
    assert_eq!(claims["sub"], claims["client_id"]);
    for claim in ["iss", "aud", "exp", "iat", "jti", "scope"] {
        assert!(!claims[claim].is_null(), "RFC 9068 wants {claim}");
    }
}

async fn the_key_set_holds_no_private_half(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let keys = program.client().get("/.well-known/jwks.json").await.expect(200);
    for key in keys["keys"].as_array().expect("a key set") {
        assert!(!text(&key["kid"]).is_empty() && key["d"].is_null(), "{key}");
    }
    assert!(!keys["keys"][0].is_null());
}

on_both_engines! {
    the_metadata_names_every_endpoint_and_method,
    the_metadata_is_found_from_the_issuer,
    every_scope_of_the_document_is_in_the_metadata,
    a_token_verifies_offline_by_the_key_set,
    the_key_set_holds_no_private_half,
}
