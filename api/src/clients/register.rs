//! Registering an application in the sandbox (RFC 7591): no approval, no fee.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use domain::{
    actor::Side,
    application::{Application, Authentication},
    digest::Digest,
    ports::store::StoreError,
};
use serde_json::Value;

use crate::{
    access::{
        certificate::PeerCertificate,
        jwks::{KeySetError, MAX_CLIENT_KEYS, PublicKeys},
        scope::{ALL, ROLES, ScopeInfo},
        secret::ClientSecret,
    },
    gateway::Gateway,
    models::oauth::{AuthMethod, ClientRegistration, RegisteredClient},
};

/// Why an application was not registered.
#[derive(Debug)]
pub enum RegisterError {
    /// The key set cannot be used.
    Keys(KeySetError),
    /// `private_key_jwt` without keys, or keys without it.
    KeysMismatch,
    /// A key that brings no certificate, or more keys than may be registered.
    Certificates,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for RegisterError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Registers an application of a business's side with every scope of that side.
///
/// # Errors
/// [`RegisterError`]; nothing is kept then.
pub async fn register(
    gateway: &Gateway,
    asked: ClientRegistration,
) -> Result<RegisteredClient, RegisterError> {
    let ClientRegistration { client_name, token_endpoint_auth_method: method, jwks } = asked;
    let (authentication, secret) = proof(gateway, method, jwks)?;
    let mut stamp = gateway.stamp();
    let application = Application {
        id: stamp.id(),
        name: client_name,
        side: Side::Business,
        authority: None,
        authentication,
        scopes: scopes_of(Side::Business),
        created_at: gateway.wall_clock.now(),
        suspended_at: None,
    };
    let kept = application.clone();
    gateway.store.write(move |tx| tx.applications().insert(&kept)).await?;
    Ok(RegisteredClient {
        client_id: application.id.to_string(),
        client_secret: secret,
        client_secret_expires_at: 0,
        client_id_issued_at: application.created_at.seconds(),
        client_name: application.name,
        token_endpoint_auth_method: method,
        scope: application.scopes,
        grant_types: vec!["client_credentials"],
    })
}

/// How the application will prove itself, and the secret that it is told once.
fn proof(
    gateway: &Gateway,
    method: AuthMethod,
    jwks: Option<Value>,
) -> Result<(Authentication, Option<String>), RegisterError> {
    match (method, jwks) {
        (AuthMethod::ClientSecretBasic, None) => {
            let issued = ClientSecret::generate(gateway.random_bytes());
            Ok((Authentication::Secret(*issued.kept.digest()), Some(issued.plain)))
        }
        (AuthMethod::PrivateKeyJwt, Some(jwks)) => {
            PublicKeys::from_jwks(&jwks).map_err(RegisterError::Keys)?;
            Ok((Authentication::Keys(jwks.to_string()), None))
        }
        (AuthMethod::SelfSignedTlsClientAuth, Some(jwks)) => {
            let known = certificates(&jwks).ok_or(RegisterError::Certificates)?;
            Ok((Authentication::Certificates(known), None))
        }
        (AuthMethod::ClientSecretBasic, Some(_))
        | (AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth, None) => {
            Err(RegisterError::KeysMismatch)
        }
    }
}

/// The digests of the certificates that the keys bring as `x5c` (RFC 8705 section 2.2.2); None where one brings none.
fn certificates(jwks: &Value) -> Option<Vec<Digest>> {
    let keys = jwks["keys"].as_array().filter(|keys| (1..=MAX_CLIENT_KEYS).contains(&keys.len()))?;
    let digest = |key: &Value| {
        let der = BASE64_STANDARD.decode(key["x5c"][0].as_str()?).ok()?;
        Some(PeerCertificate::read(&der, false).ok()?.digest)
    };
    keys.iter().map(digest).collect()
}

/// Every scope that a side may hold, but for roles, separated by spaces.
pub fn scopes_of(side: Side) -> String {
    let fits = |scope: &&ScopeInfo| scope.side.is_none_or(|own| own == side) && !ROLES.contains(&scope.name);
    let fitting = ALL.iter().filter(fits);
    fitting.map(|scope| scope.name).collect::<Vec<_>>().join(" ")
}
