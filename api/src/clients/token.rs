//! Issuing, revoking and introspecting access tokens.

use actix_web::HttpRequest;
use domain::{
    actor::Side,
    application::Application,
    ids::{BusinessId, MandateId},
    ports::store::StoreError,
    time::Timestamp,
};
use serde_json::Value;

use super::{
    OAuthRefusal, Revoked,
    authenticate::{Proof, authenticate},
    possess::{bind, prove_key},
};
use crate::{
    access::{
        binding::Binding,
        claims::{Grant, Reach, VerifiedToken, issue as sign},
        scope::ScopeSet,
    },
    gateway::Gateway,
    models::oauth::{Introspection, TokenQuestion, TokenRequest, TokenResponse},
};

/// Issues a token for what is asked, as far as the client may have it.
///
/// # Errors
/// [`OAuthRefusal`] with the RFC's code.
pub async fn issue(
    gateway: &Gateway,
    request: &HttpRequest,
    form: TokenRequest,
) -> Result<TokenResponse, OAuthRefusal> {
    let proof = Proof {
        assertion_type: form.client_assertion_type.as_deref(),
        assertion: form.client_assertion.as_deref(),
        client_id: form.client_id.as_deref(),
    };
    // Before the client's assertion is used up: whoever lacks a nonce is told so first.
    let key = prove_key(gateway, request)?;
    let application = authenticate(gateway, request, &proof).await?;
    check_grant_type(form.grant_type.as_deref())?;
    let scopes = scopes(&application, form.scope.as_deref())?;
    let reach = reach(gateway, &application, form.authorization_details.as_deref()).await?;
    let details = reach.details();
    let (verifier, now) = (gateway.tokens.verifier(), gateway.wall_clock.now());
    let binding = bind(gateway, request, key).await?;
    let grant = Grant { client: application.id, reach, scopes, binding };
    let jti: MandateId = gateway.stamp().id();
    let token = sign(verifier.ring().active(), verifier.terms(), &grant, &jti.as_str()[4..], now);
    let access_token = token.map_err(|error| OAuthRefusal::new("invalid_request", error.to_string()))?;
    Ok(TokenResponse {
        access_token,
        token_type: token_type(grant.binding),
        expires_in: verifier.terms().lifetime_s.into(),
        scope: grant.scopes.to_string(),
        authorization_details: details,
    })
}

fn check_grant_type(asked: Option<&str>) -> Result<(), OAuthRefusal> {
    match asked {
        Some("client_credentials") => Ok(()),
        Some(_) => Err(OAuthRefusal::new("unsupported_grant_type", "only client_credentials is given")),
        None => Err(OAuthRefusal::new("invalid_request", "grant_type is missing")),
    }
}

/// RFC 9449 section 5 and RFC 8705 section 3: a token bound to a certificate is presented as a bearer token.
fn token_type(binding: Option<Binding>) -> &'static str {
    match binding {
        Some(Binding::Key(_)) => "DPoP",
        Some(Binding::Certificate(_)) | None => "Bearer",
    }
}

fn scopes(application: &Application, asked: Option<&str>) -> Result<ScopeSet, OAuthRefusal> {
    let refuse = |error: &dyn std::fmt::Display| OAuthRefusal::new("invalid_scope", error.to_string());
    let allowed = ScopeSet::parse(&application.scopes).map_err(|error| refuse(&error))?;
    let Some(asked) = asked else { return Ok(allowed) };
    let asked = ScopeSet::parse(asked).map_err(|error| refuse(&error))?;
    if asked.is_subset_of(allowed) {
        Ok(asked)
    } else {
        Err(refuse(&"a scope was asked for that this client may not have"))
    }
}

/// The businesses named must be the client's own; none named means all of them, whatever they are at the moment of use.
async fn reach(
    gateway: &Gateway,
    application: &Application,
    details: Option<&str>,
) -> Result<Reach, OAuthRefusal> {
    let refuse = |text: &str| OAuthRefusal::new("invalid_authorization_details", text);
    match (&application.authority, application.side, details) {
        (Some(authority), Side::Authority, None) => Ok(Reach::Authority(authority.clone())),
        (_, Side::Authority, _) => Err(refuse("an authority's application has none")),
        (_, Side::Business, None) => Ok(Reach::AllMandates),
        (_, Side::Business, Some(text)) => {
            let reach = Reach::from_details(text).ok_or_else(|| {
                refuse("expected [{\"type\":\"shlyuz_business\",\"businesses\":[...]}] or [{\"type\":\"shlyuz_business\",\"all\":true}]")
            })?;
            if let Reach::Businesses(named) = &reach
                && !all_mandated(gateway, application, named.clone()).await?
            {
                return Err(refuse("a business is named for which this client holds no mandate"));
            }
            Ok(reach)
        }
    }
}

async fn all_mandated(
    gateway: &Gateway,
    application: &Application,
    businesses: Vec<BusinessId>,
) -> Result<bool, StoreError> {
    let (application, now) = (application.id.clone(), gateway.clock.now());
    let checking = move |tx: &mut dyn domain::ports::store::Tx| {
        for business in &businesses {
            let mandate = tx.mandates().open(&application, business)?;
            if mandate.is_none_or(|mandate| mandate.terms.hold(now).is_err()) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    gateway.store.read(checking).await
}

/// Revokes a token of the asking client, durably and at once.
///
/// # Errors
/// [`OAuthRefusal`] where the client does not prove itself or the store fails.
pub async fn revoke(
    gateway: &Gateway,
    request: &HttpRequest,
    form: TokenQuestion,
) -> Result<Revoked, OAuthRefusal> {
    let Some(token) = own_token(gateway, request, &form).await? else { return Ok(Revoked) };
    let until = Timestamp::from_micros(token.expires_s().saturating_add(60).saturating_mul(1_000_000));
    let until = until.unwrap_or_else(|| gateway.wall_clock.now());
    let jti = token.jti().to_owned();
    gateway.tokens.verifier().revoke(&jti, until);
    gateway.store.write(move |tx| tx.access().revoke(&jti, until)).await?;
    Ok(Revoked)
}

/// Tells what is known of a token of the asking client.
///
/// # Errors
/// [`OAuthRefusal`] where the client does not prove itself or the store fails.
pub async fn introspect(
    gateway: &Gateway,
    request: &HttpRequest,
    form: TokenQuestion,
) -> Result<Introspection, OAuthRefusal> {
    let token = own_token(gateway, request, &form).await?;
    let token = token.as_deref();
    Ok(Introspection {
        active: token.is_some(),
        scope: token.map(|token| token.scopes().to_string()),
        client_id: token.map(|token| token.client().to_string()),
        token_type: token.map(|token| token_type(token.binding())),
        cnf: token.and_then(VerifiedToken::binding).map(Binding::to_claim),
        exp: token.map(VerifiedToken::expires_s),
        jti: token.map(|token| token.jti().to_owned()),
    })
}

/// The token in question if it is good and the asking client's own; to others it does not exist.
async fn own_token(
    gateway: &Gateway,
    request: &HttpRequest,
    form: &TokenQuestion,
) -> Result<Option<std::sync::Arc<VerifiedToken>>, OAuthRefusal> {
    let proof = Proof {
        assertion_type: form.client_assertion_type.as_deref(),
        assertion: form.client_assertion.as_deref(),
        client_id: form.client_id.as_deref(),
    };
    let application = authenticate(gateway, request, &proof).await?;
    let token = gateway.tokens.verify(&form.token, gateway.wall_clock.now()).ok();
    Ok(token.filter(|token| *token.client() == application.id))
}

impl Reach {
    /// As the token response tells it (RFC 9396 §7).
    fn details(&self) -> Option<Value> {
        match self {
            Self::AllMandates => Some(serde_json::json!([{ "type": "shlyuz_business", "all": true }])),
            Self::Businesses(named) => {
                Some(serde_json::json!([{ "type": "shlyuz_business", "businesses": named }]))
            }
            Self::Authority(_) => None,
        }
    }
}
