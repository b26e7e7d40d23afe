//! Answers of the OAuth endpoints (RFC 6749 §5): never cached, refusals with the RFC's codes.

use std::{collections::BTreeMap, fmt};

use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError,
    body::BoxBody,
    http::{StatusCode, header},
};
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

use crate::{
    models::oauth::OAuthError,
    problem::{Coded, Fault},
};
use domain::ports::store::StoreError;

/// A refusal by the RFC's code, or a problem that has nothing to do with OAuth.
pub enum OAuthRefusal {
    /// The RFC's refusal.
    Refused {
        /// The RFC's code.
        error: &'static str,
        /// What is wrong, in ASCII.
        description: String,
        /// Whether the client proved itself badly: 401 instead of 400.
        unproven: bool,
    },
    /// A problem: too many requests, the store is down.
    Fault(Fault),
}

impl OAuthRefusal {
    /// `invalid_request`, `invalid_grant`, `invalid_scope`, `unsupported_grant_type`, …
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self::Refused { error, description: description.into(), unproven: false }
    }

    /// `invalid_client`. Says nothing about why: the log does.
    pub fn unproven() -> Self {
        let description = "the client is unknown or did not prove itself".to_owned();
        Self::Refused { error: "invalid_client", description, unproven: true }
    }
}

impl From<Fault> for OAuthRefusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for OAuthRefusal {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.draft().into())
    }
}

impl fmt::Display for OAuthRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { error, .. } => f.write_str(error),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl fmt::Debug for OAuthRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ResponseError for OAuthRefusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused { unproven: true, .. } => StatusCode::UNAUTHORIZED,
            Self::Refused { unproven: false, .. } => StatusCode::BAD_REQUEST,
            Self::Fault(fault) => fault.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Refused { error, description, unproven } => {
                let mut response = HttpResponse::build(self.status_code());
                if *unproven {
                    response.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"shlyuz\""));
                }
                response.insert_header((header::CACHE_CONTROL, "no-store")).json(OAuthError {
                    error,
                    error_description: description.clone(),
                    error_uri: "https://www.rfc-editor.org/rfc/rfc6749#section-5.2".to_owned(),
                })
            }
            Self::Fault(fault) => fault.error_response(),
        }
    }
}

impl IntoResponses for OAuthRefusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let refusal = |description: &str| -> RefOr<Response> {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("OAuthError"))).build();
            ResponseBuilder::new()
                .description(description)
                .content("application/json", content)
                .build()
                .into()
        };
        BTreeMap::from([
            ("400".to_owned(), refusal("The request is refused (RFC 6749 §5.2).")),
            ("401".to_owned(), refusal("The client is unknown or did not prove itself.")),
        ])
    }
}

/// An answer of an OAuth endpoint.
pub struct OAuthReply<T>(pub T);

impl<T: Serialize> Responder for OAuthReply<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(self.0)
    }
}

impl<T: ToSchema> IntoResponses for OAuthReply<T> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(T::name()))).build();
        let response =
            ResponseBuilder::new().description("As asked.").content("application/json", content).build();
        BTreeMap::from([("200".to_owned(), response.into())])
    }
}

/// The empty answer of a revocation (RFC 7009 §2.2).
pub struct Revoked;

impl Responder for Revoked {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).finish()
    }
}

impl IntoResponses for Revoked {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let response = ResponseBuilder::new().description("The token is worth nothing any more.").build();
        BTreeMap::from([("200".to_owned(), response.into())])
    }
}
