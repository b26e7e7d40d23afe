//! Domain errors as problems: what each use case can refuse with, for the wire and for the document.

use std::{collections::BTreeMap, convert::Infallible, fmt, marker::PhantomData};

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use domain::idempotency::OnceError;
use utoipa::{
    IntoResponses,
    openapi::{RefOr, Response},
};

use super::{Code, Fault, ProblemDraft, both, common::problem_response};

/// An error that the catalogue knows.
pub trait Coded: Sized {
    /// The problems this error can become; what the store says is common to every operation and not repeated here.
    const CODES: &'static [Code];

    /// The problem for this error.
    fn draft(self) -> ProblemDraft;
}

impl Coded for Infallible {
    const CODES: &'static [Code] = &[];

    fn draft(self) -> ProblemDraft {
        match self {}
    }
}

/// A handler's refusal: a domain error `E`, or a [`Fault`] found on the way to it.
pub struct Rejection<E> {
    fault: Fault,
    error: PhantomData<fn() -> E>,
}

impl<E> Rejection<E> {
    /// The problem, for a reply that holds several.
    pub fn into_draft(self) -> ProblemDraft {
        self.fault.into_draft()
    }
}

impl<E: Coded> From<E> for Rejection<E> {
    fn from(error: E) -> Self {
        Self { fault: error.draft().into(), error: PhantomData }
    }
}

/// A keyed handler says `Rejection<LodgeError>` like any other: the document has the key's problems from its header.
impl<E: Coded> From<OnceError<E>> for Rejection<E> {
    fn from(error: OnceError<E>) -> Self {
        let draft = match error {
            OnceError::KeyReused => key_reused(),
            OnceError::Refused(error) => error.draft(),
            OnceError::Store(error) => error.draft(),
        };
        Self { fault: draft.into(), error: PhantomData }
    }
}

impl<E: Coded> From<Fault> for Rejection<E> {
    fn from(fault: Fault) -> Self {
        Self { fault, error: PhantomData }
    }
}

impl<E> fmt::Display for Rejection<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl<E> fmt::Debug for Rejection<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.fault, f)
    }
}

impl<E> ResponseError for Rejection<E> {
    fn status_code(&self) -> StatusCode {
        self.fault.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        self.fault.error_response()
    }
}

impl<E: Coded> IntoResponses for Rejection<E> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in E::CODES {
            by_status.entry(code.status()).or_default().push(*code);
        }
        by_status
            .into_iter()
            .map(|(status, codes)| (status.to_string(), problem_response(&codes).into()))
            .collect()
    }
}

fn key_reused() -> ProblemDraft {
    let detail = both(
        "Под этим Idempotency-Key уже выполнен другой запрос: отличаются метод, адрес или тело.",
        "Another request was made under this Idempotency-Key: its method, path or body differs.",
    );
    ProblemDraft::new(Code::IdempotencyKeyReused, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_documents_the_codes_by_status() {
        struct Refusal;
        impl Coded for Refusal {
            const CODES: &'static [Code] = &[Code::RuleViolated, Code::StateConflict, Code::ValidationFailed];

            fn draft(self) -> ProblemDraft {
                ProblemDraft::plain(Code::RuleViolated)
            }
        }
        let responses = Rejection::<Refusal>::responses();
        assert_eq!(responses.keys().collect::<Vec<_>>(), ["409", "422"]);
        let json = serde_json::to_value(&responses["422"]).expect("responses are JSON");
        let description = json["description"].as_str().expect("never empty");
        assert!(description.contains("`rule-violated`") && description.contains("`validation-failed`"));
        assert!(json["content"]["application/problem+json"]["example"]["code"].is_string());
        assert_eq!(Rejection::from(Refusal).status_code(), 422);
    }
}
