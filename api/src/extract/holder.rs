//! Whether the caller holds what its token is bound to, and how a refusal tells it to mend.

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::header::{AUTHORIZATION, HeaderValue},
};
use domain::text::Text;

use super::{Front, only_header};
use crate::{
    access::{
        certificate::PeerCertificate, claims::VerifiedToken, dpop::ALGORITHMS, dpop::Target, nonce::Purpose,
    },
    middleware::FreshNonce,
    possession::{PossessionError, Presented, ProofClaim},
    problem::{Code, Fault, ProblemDraft, both},
};

/// The one token of a request and the scheme that brings it.
pub(super) struct Shown<'r> {
    pub by_proof: bool,
    pub token: &'r str,
}

/// The one token of the request (RFC 6750 section 2.1, RFC 9449 section 7.1; never from the query).
pub(super) fn shown(request: &HttpRequest) -> Result<Shown<'_>, Fault> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Err(unauthenticated(false).into());
    }
    if request.headers().get_all(AUTHORIZATION).nth(1).is_some() {
        let detail =
            both("Заголовок Authorization передан дважды.", "The Authorization header is given twice.");
        return Err(ProblemDraft::new(Code::MalformedRequest, detail).into());
    }
    let given = only_header(request, "authorization").and_then(|value| value.split_once(' '));
    let (scheme, token) = given.ok_or_else(|| unauthenticated(true))?;
    let by_proof = scheme.eq_ignore_ascii_case("dpop");
    if by_proof || scheme.eq_ignore_ascii_case("bearer") {
        Ok(Shown { by_proof, token: token.trim() })
    } else {
        Err(unauthenticated(true).into())
    }
}

/// Judges possession; the proof that is still to be claimed in the store, where there is one.
pub(super) fn judge(
    request: &HttpRequest,
    front: &dyn Front,
    shown: &Shown<'_>,
    token: &VerifiedToken,
) -> Result<Option<ProofClaim>, Fault> {
    let possession = front.possession();
    if shown.by_proof {
        offer_nonce(request, front, Purpose::Resource);
    }
    let presented = Presented {
        by_proof: shown.by_proof,
        proof: proof_of(request),
        certificate: request.conn_data::<PeerCertificate>(),
        target: Target {
            method: request.method().as_str(),
            base_url: front.base_url(),
            path: request.uri().path(),
            token: Some(shown.token),
        },
    };
    possession.judge(token, presented, front.now()).map_err(refusal)
}

/// The DPoP header, where there is exactly one.
pub(crate) fn proof_of(request: &HttpRequest) -> Result<Option<&str>, PossessionError> {
    let mut given = request.headers().get_all("dpop");
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(proof), None) => Ok(Some(proof.to_str().unwrap_or_default())),
        (Some(_), Some(_)) => Err(PossessionError::TwoProofs),
    }
}

/// Leaves a nonce for the answer: whoever proves a key is told the next one, refused or not.
pub(crate) fn offer_nonce(request: &HttpRequest, front: &dyn Front, purpose: Purpose) {
    let nonce = front.possession().nonces.make(purpose, front.now());
    if let Ok(nonce) = HeaderValue::try_from(nonce) {
        request.extensions_mut().insert(FreshNonce(nonce));
    }
}

/// The refusal, with the challenge of RFC 9449 section 7.1 or RFC 6750 section 3.
pub(super) fn refusal(error: PossessionError) -> Fault {
    let code = match &error {
        PossessionError::NoRoom => return Fault::plain(Code::Overloaded),
        PossessionError::Unbound
        | PossessionError::Scheme
        | PossessionError::NoProof
        | PossessionError::NotHolder
        | PossessionError::CertificateTerm => "invalid_token",
        PossessionError::TwoProofs | PossessionError::Proof(_) | PossessionError::Replayed => {
            "invalid_dpop_proof"
        }
        PossessionError::Nonce => "use_dpop_nonce",
    };
    let detail = explained(&error);
    let challenge = format!("DPoP realm=\"shlyuz\", error=\"{code}\", algs=\"{}\"", ALGORITHMS.join(" "));
    ProblemDraft::new(Code::Unauthenticated, detail).challenge(challenge).cause(error).into()
}

fn explained(error: &PossessionError) -> Text {
    match error {
        PossessionError::Unbound => both(
            "Здесь принимаются только токены, привязанные к ключу (DPoP, RFC 9449) или к сертификату TLS (RFC 8705). Запросите токен с заголовком DPoP или по взаимному TLS.",
            "Only tokens bound to a key (DPoP, RFC 9449) or a TLS certificate (RFC 8705) are taken here. Ask for a token with a DPoP header or over mutual TLS.",
        ),
        PossessionError::Scheme | PossessionError::NoProof => both(
            "Токен привязан: к ключу — передайте Authorization: DPoP и заголовок DPoP, к сертификату — Authorization: Bearer по взаимному TLS.",
            "The token is bound: to a key, send Authorization: DPoP and a DPoP header; to a certificate, Authorization: Bearer over mutual TLS.",
        ),
        PossessionError::NotHolder | PossessionError::CertificateTerm => both(
            "Токен привязан к другому ключу или сертификату, или срок сертификата не идёт.",
            "The token is bound to another key or certificate, or the certificate is not in force.",
        ),
        PossessionError::Nonce => both(
            "Повторите запрос с новым доказательством DPoP, в nonce — значение заголовка DPoP-Nonce этого ответа.",
            "Repeat the request with a new DPoP proof whose nonce is the DPoP-Nonce header of this answer.",
        ),
        PossessionError::Replayed => both(
            "Это доказательство DPoP уже использовано; для каждого запроса нужно новое.",
            "This DPoP proof was used before; each request needs a new one.",
        ),
        PossessionError::TwoProofs | PossessionError::Proof(_) | PossessionError::NoRoom => both(
            "Доказательство DPoP не принято: проверьте typ, jwk, htm, htu (публичный адрес без запроса), iat (±60 с) и ath.",
            "The DPoP proof is not accepted: check typ, jwk, htm, htu (the public address without query), iat (±60 s) and ath.",
        ),
    }
}

/// RFC 6750 section 3: no error code where no token was given.
pub(super) fn unauthenticated(given: bool) -> ProblemDraft {
    if given {
        let detail = both("Токен не принят.", "The token is not accepted.");
        let draft = ProblemDraft::new(Code::Unauthenticated, detail);
        draft.challenge("Bearer realm=\"shlyuz\", error=\"invalid_token\"")
    } else {
        let detail = both("Токена нет.", "There is no token.");
        let ways =
            format!("Bearer realm=\"shlyuz\", DPoP realm=\"shlyuz\", algs=\"{}\"", ALGORITHMS.join(" "));
        ProblemDraft::new(Code::Unauthenticated, detail).challenge(ways)
    }
}
