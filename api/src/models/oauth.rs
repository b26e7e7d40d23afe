//! OAuth 2.0 on the wire. Names are those of the RFCs.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

/// A token request (RFC 6749 §4.4), form-encoded.
#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Always `client_credentials`.
    #[schema(example = "client_credentials")]
    pub grant_type: Option<String>,
    /// Scopes asked for, separated by spaces; all of the client's where absent.
    #[schema(example = "submissions:read submissions:write events:read receipts:read")]
    pub scope: Option<String>,
    /// RFC 9396: a JSON array as text, such as `[{"type":"shlyuz_business","businesses":["biz_…"]}]`.
    pub authorization_details: Option<String>,
    /// RFC 7523: always `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    pub client_assertion_type: Option<String>,
    /// RFC 7523: the JWT signed with the client's private key.
    pub client_assertion: Option<String>,
    /// The client id; need not be given beside an assertion or HTTP Basic, and must be over mutual TLS (RFC 8705).
    pub client_id: Option<String>,
}

/// An access token (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
pub struct TokenResponse {
    /// The token (RFC 9068).
    pub access_token: String,
    /// `DPoP` for a token bound to a key (RFC 9449), else `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long it lives, in seconds.
    #[schema(example = 300)]
    pub expires_in: i64,
    /// The scopes given.
    #[schema(example = "submissions:read submissions:write")]
    pub scope: String,
    /// The businesses it may be used for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub authorization_details: Option<Value>,
}

/// A refusal of the token endpoint (RFC 6749 §5.2).
#[derive(Debug, Serialize, ToSchema)]
pub struct OAuthError {
    /// The RFC's code.
    #[schema(example = "invalid_client")]
    pub error: &'static str,
    /// What is wrong, in English (the RFC allows ASCII only).
    pub error_description: String,
    /// A page that explains.
    pub error_uri: String,
}

/// A token to revoke (RFC 7009) or to look into (RFC 7662), form-encoded, with the client's authentication.
#[derive(Deserialize, ToSchema)]
pub struct TokenQuestion {
    /// The token.
    pub token: String,
    /// A hint that is accepted and not needed.
    pub token_type_hint: Option<String>,
    /// RFC 7523: always `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    pub client_assertion_type: Option<String>,
    /// RFC 7523: the JWT signed with the client's private key.
    pub client_assertion: Option<String>,
    /// The client id; need not be given beside an assertion or HTTP Basic.
    pub client_id: Option<String>,
}

/// What is known of a token (RFC 7662).
#[derive(Serialize, ToSchema)]
pub struct Introspection {
    /// Whether it would be accepted now, and belongs to the asking client.
    pub active: bool,
    /// The scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `DPoP` for a token bound to a key, else `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// What the token is bound to (RFC 7800): `jkt` of a key, or `x5t#S256` of a TLS certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub cnf: Option<Value>,
    /// Seconds since 1970 at which it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

/// The authorization server's metadata (RFC 8414).
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct ServerMetadata(pub Value);

/// The gateway's public keys: a JWK set (RFC 7517).
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct KeySet(pub Value);

/// A client to register in the sandbox (RFC 7591).
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_name": "Бухгалтерия 3.0", "token_endpoint_auth_method": "client_secret_basic"}))]
pub struct ClientRegistration {
    /// How its maker calls it.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub client_name: String,
    /// `private_key_jwt`, `self_signed_tls_client_auth` or `client_secret_basic`.
    pub token_endpoint_auth_method: AuthMethod,
    /// The client's public keys (RFC 7517), for `private_key_jwt`; keys with a certificate in `x5c`, for
    /// `self_signed_tls_client_auth`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
}

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// RFC 7523.
    PrivateKeyJwt,
    /// RFC 8705 §2.2: the TLS certificate that the client shows is the one it registered.
    SelfSignedTlsClientAuth,
    /// RFC 6749 §2.3.1; sandbox only.
    ClientSecretBasic,
}

/// A registered client (RFC 7591 §3.2.1).
#[derive(Serialize, ToSchema)]
pub struct RegisteredClient {
    /// Its client id.
    #[schema(example = "app_01KAZ8Q3V5T2N4W6Y8B0D2F4H6")]
    pub client_id: String,
    /// Its secret, told once and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Seconds since 1970 at which the secret ends; 0 for never.
    #[schema(example = 0)]
    pub client_secret_expires_at: i64,
    /// When it was registered, in seconds since 1970.
    pub client_id_issued_at: i64,
    /// As asked.
    pub client_name: String,
    /// As asked.
    pub token_endpoint_auth_method: AuthMethod,
    /// The scopes it may be given.
    pub scope: String,
    /// Always `client_credentials`.
    pub grant_types: Vec<&'static str>,
}
