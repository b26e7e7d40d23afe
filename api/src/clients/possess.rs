//! What a new token is bound to: the key of a DPoP proof (RFC 9449), else the certificate of the connection (RFC 8705).

use actix_web::HttpRequest;

use super::OAuthRefusal;
use crate::{
    access::{
        binding::Binding,
        certificate::PeerCertificate,
        dpop::{Proof, Target},
        nonce::Purpose,
    },
    extract::{Front as _, offer_nonce, proof_of},
    gateway::Gateway,
    possession::PossessionError,
    problem::{Code, Fault},
};

/// The key that the request proves, if it brings a proof; its nonce comes back with every such answer.
///
/// # Errors
/// `invalid_dpop_proof`, or `use_dpop_nonce` with a nonce to use (RFC 9449 section 8).
pub fn prove_key(gateway: &Gateway, request: &HttpRequest) -> Result<Option<Proof>, OAuthRefusal> {
    let Some(text) = proof_of(request).map_err(refused)? else { return Ok(None) };
    offer_nonce(request, gateway, Purpose::Token);
    let target = Target {
        method: request.method().as_str(),
        base_url: &gateway.base_url,
        path: request.uri().path(),
        token: None,
    };
    let proof = gateway.possession().verify(text, &target, gateway.wall_clock.now());
    proof.map(Some).map_err(refused)
}

/// Uses the proof up and says what the token is bound to.
///
/// # Errors
/// `invalid_dpop_proof` for a proof that was used before, and for none where tokens are bound.
pub async fn bind(
    gateway: &Gateway,
    request: &HttpRequest,
    proof: Option<Proof>,
) -> Result<Option<Binding>, OAuthRefusal> {
    let now = gateway.wall_clock.now();
    let Some(proof) = proof else {
        let certificate = request.conn_data::<PeerCertificate>().filter(|shown| shown.is_in_force(now));
        return match certificate {
            Some(shown) => Ok(Some(Binding::Certificate(shown.digest))),
            None if gateway.possession().rules.bearer_allowed => Ok(None),
            None => Err(refused(PossessionError::NoProof)),
        };
    };
    let claim = gateway.possession().remember(&proof, now).map_err(refused)?;
    if gateway.claim(claim).await? {
        Ok(Some(Binding::Key(proof.key)))
    } else {
        Err(refused(PossessionError::Replayed))
    }
}

/// Logs why; the caller hears the code of RFC 9449 and what to look at.
fn refused(error: PossessionError) -> OAuthRefusal {
    tracing::info!(reason = %error, "a DPoP proof is refused");
    match error {
        PossessionError::NoRoom => Fault::plain(Code::Overloaded).into(),
        PossessionError::Nonce => {
            OAuthRefusal::new("use_dpop_nonce", "make a new proof with the nonce of the header DPoP-Nonce")
        }
        PossessionError::NoProof | PossessionError::Unbound => OAuthRefusal::new(
            "invalid_dpop_proof",
            "tokens are bound here: send a DPoP proof (RFC 9449), or come over mutual TLS (RFC 8705)",
        ),
        PossessionError::Replayed => {
            OAuthRefusal::new("invalid_dpop_proof", "the proof was used before; each request needs a new one")
        }
        PossessionError::Scheme
        | PossessionError::NotHolder
        | PossessionError::CertificateTerm
        | PossessionError::TwoProofs
        | PossessionError::Proof(_) => OAuthRefusal::new(
            "invalid_dpop_proof",
            "check typ, alg, jwk, jti, htm, htu and iat (within 60 s); send one DPoP header",
        ),
    }
}
