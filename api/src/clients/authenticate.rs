//! Proving who a client is: `private_key_jwt`, a TLS certificate (RFC 8705), or `client_secret_basic` in the sandbox.

use actix_web::{HttpRequest, http::header};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    application::{Application, Authentication},
    ids::ApplicationId,
    time::Timestamp,
};

use super::OAuthRefusal;
use crate::{
    access::{
        assertion::PresentedAssertion, certificate::PeerCertificate, jwks::PublicKeys, secret::ClientSecret,
    },
    gateway::Gateway,
    middleware::address_of,
};

/// The only kind of assertion (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a request brings to prove who sends it.
pub struct Proof<'r> {
    /// `client_assertion_type`.
    pub assertion_type: Option<&'r str>,
    /// `client_assertion`.
    pub assertion: Option<&'r str>,
    /// `client_id` in the form.
    pub client_id: Option<&'r str>,
}

/// The client, proven by exactly one method.
///
/// # Errors
/// `invalid_client` without saying why, `invalid_request` for two methods at once, 429 for a client in a hurry.
pub async fn authenticate(
    gateway: &Gateway,
    request: &HttpRequest,
    proof: &Proof<'_>,
) -> Result<Application, OAuthRefusal> {
    let application = match (proof.assertion, request.headers().get(header::AUTHORIZATION)) {
        (Some(_), Some(_)) => {
            return Err(OAuthRefusal::new("invalid_request", "two ways of authentication at once"));
        }
        (Some(assertion), None) if proof.assertion_type == Some(ASSERTION_TYPE) => {
            by_assertion(gateway, request, assertion).await?
        }
        (Some(_), None) => {
            return Err(OAuthRefusal::new("invalid_request", "client_assertion_type is not known"));
        }
        (None, Some(credentials)) if gateway.tokens.possession().rules.secrets_allowed => {
            by_secret(gateway, request, credentials.to_str().unwrap_or_default()).await?
        }
        (None, None) => by_certificate(gateway, request, proof.client_id.unwrap_or_default()).await?,
        (None, Some(_)) => {
            hold_rate(gateway, request, "")?;
            return Err(OAuthRefusal::unproven());
        }
    };
    match proof.client_id {
        Some(claimed) if claimed != application.id.as_str() => Err(OAuthRefusal::unproven()),
        Some(_) | None if application.suspended_at.is_some() => Err(refused("the application is suspended")),
        Some(_) | None => Ok(application),
    }
}

/// The certificate of the connection itself: what a header says of one counts for nothing.
async fn by_certificate(
    gateway: &Gateway,
    request: &HttpRequest,
    id: &str,
) -> Result<Application, OAuthRefusal> {
    hold_rate(gateway, request, id)?;
    let Some(shown) = request.conn_data::<PeerCertificate>() else { return Err(OAuthRefusal::unproven()) };
    if !shown.is_in_force(gateway.wall_clock.now()) {
        return Err(refused("the certificate is not in force"));
    }
    let known = find(gateway, id).await?;
    let proven = known.filter(|application| match &application.authentication {
        Authentication::Certificates(known) => known.contains(&shown.digest),
        Authentication::Subject(subject) => shown.vouched_subject.as_ref() == Some(subject),
        Authentication::Secret(_) | Authentication::Keys(_) => false,
    });
    let other = || refused(format!("certificate {} of {:?}", shown.digest, shown.vouched_subject));
    proven.ok_or_else(other)
}

async fn by_secret(
    gateway: &Gateway,
    request: &HttpRequest,
    header: &str,
) -> Result<Application, OAuthRefusal> {
    let (id, secret) = basic(header).ok_or_else(OAuthRefusal::unproven)?;
    hold_rate(gateway, request, &id)?;
    let known = find(gateway, &id).await?;
    let kept = match &known {
        Some(Application { authentication: Authentication::Secret(digest), .. }) => Some(*digest),
        Some(_) | None => None,
    };
    // An unknown client costs the same comparison as a known one.
    let proven =
        ClientSecret::from_digest(kept.unwrap_or_else(|| domain::digest::Digest::of(b""))).verify(&secret);
    known.filter(|_| proven && kept.is_some()).ok_or_else(OAuthRefusal::unproven)
}

/// User and password of HTTP Basic, each form-decoded (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    let decoded =
        BASE64_STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8().ok().map(String::from);
    Some((plain(id)?, plain(secret)?))
}

async fn by_assertion(
    gateway: &Gateway,
    request: &HttpRequest,
    text: &str,
) -> Result<Application, OAuthRefusal> {
    let presented = PresentedAssertion::read(text).map_err(refused)?;
    hold_rate(gateway, request, presented.client().as_str())?;
    let Some(application) = find(gateway, presented.client().as_str()).await? else {
        return Err(refused(presented.refuse_unknown_client()));
    };
    let keys = match &application.authentication {
        Authentication::Keys(jwks) => PublicKeys::read(jwks.as_bytes()).map_err(refused)?,
        Authentication::Secret(_) | Authentication::Certificates(_) | Authentication::Subject(_) => {
            return Err(refused(presented.refuse_unknown_client()));
        }
    };
    let issuer = &gateway.tokens.verifier().terms().issuer;
    let assertion = presented.verify(&keys, issuer, gateway.wall_clock.now()).map_err(refused)?;
    let (client, jti, until) = (assertion.client, assertion.jti, assertion.expires_at);
    let fresh =
        gateway.store.write(move |tx| tx.access().use_assertion(&client, &jti, kept_until(until))).await?;
    if fresh { Ok(application) } else { Err(refused("the assertion was used before")) }
}

/// Longer than the assertion itself, to cover the leeway with which its expiry is judged.
fn kept_until(expires_at: Timestamp) -> Timestamp {
    expires_at.plus(jiff::SignedDuration::from_mins(2))
}

async fn find(gateway: &Gateway, id: &str) -> Result<Option<Application>, OAuthRefusal> {
    let Ok(id) = id.parse::<ApplicationId>() else { return Ok(None) };
    Ok(gateway.store.read(move |tx| tx.applications().find(&id)).await?)
}

fn hold_rate(gateway: &Gateway, request: &HttpRequest, client: &str) -> Result<(), OAuthRefusal> {
    match address_of(request, &gateway.limits.trusted_proxies) {
        Some(address) => Ok(gateway.limits.admit_token_request(client, address)?),
        None => Ok(()),
    }
}

/// Logs why; the caller hears `invalid_client` alone.
fn refused(reason: impl std::fmt::Display) -> OAuthRefusal {
    tracing::info!(%reason, "client authentication refused");
    OAuthRefusal::unproven()
}
