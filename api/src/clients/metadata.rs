//! RFC 8414: how clients configure themselves.

use serde_json::{Value, json};

use crate::{
    access::{
        dpop::ALGORITHMS,
        scope::{ALL, SandboxControl, Scope},
    },
    gateway::Gateway,
};

/// The authorization server's metadata.
pub fn metadata(gateway: &Gateway) -> Value {
    let at = |path: &str| format!("{}{path}", gateway.base_url);
    let rules = gateway.tokens.possession().rules;
    let mutual_tls: &[&str] =
        if rules.mutual_tls { &["self_signed_tls_client_auth", "tls_client_auth"] } else { &[] };
    let secret: &[&str] = if rules.secrets_allowed { &["client_secret_basic"] } else { &[] };
    let methods = [&["private_key_jwt"], mutual_tls, secret].concat();
    let known = ALL.iter().filter(|scope| gateway.sandbox.is_some() || scope.name != SandboxControl::NAME);
    let scopes: Vec<&str> = known.map(|scope| scope.name).collect();
    let algorithms = ["EdDSA", "Ed25519", "ES256", "PS256"];
    let mut metadata = json!({
        "issuer": gateway.tokens.verifier().terms().issuer,
        "token_endpoint": at("/oauth2/token"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "service_documentation": at("/docs/"),
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "authorization_details_types_supported": ["shlyuz_business"],
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "tls_client_certificate_bound_access_tokens": rules.mutual_tls,
    });
    for endpoint in ["token", "revocation", "introspection"] {
        metadata[format!("{endpoint}_endpoint_auth_methods_supported")] = json!(methods);
        metadata[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")] = json!(algorithms);
    }
    if gateway.sandbox.is_some() {
        metadata["registration_endpoint"] = json!(at("/oauth2/register"));
    }
    metadata
}
