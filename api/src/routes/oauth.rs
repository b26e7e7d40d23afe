//! OAuth 2.0: tokens, their revocation and introspection, metadata, keys, and the sandbox's registration.

use actix_web::{HttpRequest, get, post, web::Data};
use utoipa::OpenApi;

use crate::{
    clients::{self, OAuthRefusal, OAuthReply},
    extract::Form,
    gateway::Gateway,
    models::oauth::{
        Introspection, KeySet, OAuthError, ServerMetadata, TokenQuestion, TokenRequest, TokenResponse,
    },
    reply::Public,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(TokenResponse, Introspection, OAuthError, KeySet, ServerMetadata)))]
pub struct Schemas;

/// Get an access token
///
/// The client credentials grant (RFC 6749 §4.4) with `private_key_jwt` (RFC 7523; the assertion's `aud` is the issuer), a
/// TLS certificate (RFC 8705) or, in the sandbox, `client_secret_basic`. With a DPoP header the token is bound to the key of
/// the proof (RFC 9449; its nonce comes with the answer `use_dpop_nonce`), else to the certificate of the connection; live
/// tokens are always bound. `authorization_details` (RFC 9396) narrows the token to named businesses.
#[utoipa::path(tag = "oauth2", request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    security((), ("client" = []), ("mutual_tls" = []), ("dpop" = [])),
    extensions(("x-standard" = json!(["4.6.1.4/security", "4.6.3.3", "4.6.10.2", "4.1.16"]))))]
#[post("/oauth2/token")]
pub async fn issue_token(
    request: HttpRequest,
    form: Form<TokenRequest>,
    gateway: Data<Gateway>,
) -> Result<OAuthReply<TokenResponse>, OAuthRefusal> {
    clients::issue(&gateway, &request, form.0).await.map(OAuthReply)
}

/// Revoke an access token
///
/// RFC 7009: from this answer on the token is refused everywhere in this gateway. Unknown tokens answer the same.
#[utoipa::path(tag = "oauth2", request_body(content = TokenQuestion, content_type = "application/x-www-form-urlencoded"),
    security((), ("client" = [])), extensions(("x-standard" = json!(["4.6.1.4/security", "4.1.16"]))))]
#[post("/oauth2/revoke")]
pub async fn revoke_token(
    request: HttpRequest,
    form: Form<TokenQuestion>,
    gateway: Data<Gateway>,
) -> Result<clients::Revoked, OAuthRefusal> {
    clients::revoke(&gateway, &request, form.0).await
}

/// Look into an access token
///
/// RFC 7662, for the client that holds the token: whether it would be accepted now.
#[utoipa::path(tag = "oauth2", request_body(content = TokenQuestion, content_type = "application/x-www-form-urlencoded"),
    security((), ("client" = [])), extensions(("x-standard" = json!(["4.6.1.4/security"]))))]
#[post("/oauth2/introspect")]
pub async fn introspect_token(
    request: HttpRequest,
    form: Form<TokenQuestion>,
    gateway: Data<Gateway>,
) -> Result<OAuthReply<Introspection>, OAuthRefusal> {
    clients::introspect(&gateway, &request, form.0).await.map(OAuthReply)
}

/// Get the authorization server's metadata
///
/// RFC 8414: endpoints, methods and algorithms, for clients that configure themselves.
#[utoipa::path(tag = "oauth2", security(()),
    extensions(("x-standard" = json!(["4.6.1.4/security", "4.6.3.3"]))))]
#[get("/.well-known/oauth-authorization-server")]
pub async fn get_authorization_server(gateway: Data<Gateway>) -> Public<ServerMetadata> {
    Public::new(&ServerMetadata(clients::metadata(&gateway)), None)
}

/// Get the gateway's public keys
///
/// RFC 7517: the keys that verify access tokens and receipts. Keys of receipts stay published for as long as receipts are.
#[utoipa::path(tag = "oauth2", security(()),
    extensions(("x-standard" = json!(["4.6.1.4/security", "4.6.3.3"]))))]
#[get("/.well-known/jwks.json")]
pub async fn get_jwks(gateway: Data<Gateway>) -> Public<KeySet> {
    Public::new(&KeySet(gateway.tokens.jwks()), None)
}
