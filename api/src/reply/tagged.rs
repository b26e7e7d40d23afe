//! Replies to one caller that carry the digest of their bytes as ETag: what they show has no version of its own.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header::{CACHE_CONTROL, ETAG, LINK},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::digest::Digest;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema, openapi::Type};

use super::{Documented, documented, finish, next_link, reference, response, to_json, unless_held};
use crate::problem::header_doc;

/// 200 with what the caller may see, or 304 while the caller has it.
#[derive(Debug)]
pub struct Tagged<T> {
    shown: T,
    next: Option<String>,
}

impl<T> Tagged<T> {
    /// The whole of something.
    pub fn whole(shown: T) -> Self {
        Self { shown, next: None }
    }

    /// A page of something, with the cursor of the next one.
    pub fn page(shown: T, next: Option<String>) -> Self {
        Self { shown, next }
    }
}

impl<T: Serialize> Responder for Tagged<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let body = to_json(&self.shown);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Digest::of(body.as_bytes()).as_bytes()[..16]));
        let mut reply = unless_held(request, &tag);
        reply.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "private, no-cache"));
        if let Some(next) = &self.next {
            reply.insert_header((LINK, next_link(request, next)));
        }
        finish(reply, || body.into())
    }
}

impl<T: ToSchema> IntoResponses for Tagged<T> {
    fn responses() -> Documented {
        let found = response("What was asked for.", Some(reference::<T>()))
            .header("ETag", header_doc(Type::String, "The digest of the answer, for If-None-Match."))
            .header("Link", header_doc(Type::String, "`rel=\"next\"`: the next page, where there is one."));
        documented([
            ("200", found),
            ("304", response("Nothing has changed since the ETag in If-None-Match.", None)),
        ])
    }
}
