//! Replies that caches may keep: the same for every caller.

use std::marker::PhantomData;

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, ETAG, HeaderValue, LINK, VARY},
    web::Bytes,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{digest::Digest, page::Page, text::Language};
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ResponseBuilder, Type},
};

use super::{
    Documented, ListBody, documented, finish, next_link, page_response, reference, response, to_json,
    unless_held,
};
use crate::{extract::List, problem::header_doc};

/// A public answer, the same for everybody: rendered once, its ETag taken from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    body: Bytes,
    etag: HeaderValue,
    language: Option<Language>,
}

impl Rendered {
    /// Renders a value; `language` where its texts are in one.
    pub fn new<T: Serialize>(value: &T, language: Option<Language>) -> Self {
        let body = Bytes::from(to_json(value));
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Digest::of(&body).as_bytes()[..16]));
        Self { body, etag: HeaderValue::from_str(&tag).expect("base64url is visible ASCII"), language }
    }
}

/// 200 with what anybody may see and caches may keep, or 304.
#[derive(Debug)]
pub struct Public<T> {
    rendered: Rendered,
    shape: PhantomData<fn() -> T>,
}

impl<T: Serialize> Public<T> {
    /// Renders now.
    pub fn new(value: &T, language: Option<Language>) -> Self {
        Rendered::new(value, language).into()
    }
}

impl<T> From<Rendered> for Public<T> {
    fn from(rendered: Rendered) -> Self {
        Self { rendered, shape: PhantomData }
    }
}

impl<T> Responder for Public<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Rendered { body, etag, language } = self.rendered;
        let mut reply = unless_held(request, etag.to_str().unwrap_or_default());
        reply
            .insert_header((ETAG, etag))
            .insert_header((CACHE_CONTROL, "public, max-age=60, must-revalidate"));
        if let Some(language) = language {
            reply.insert_header((CONTENT_LANGUAGE, language.tag())).insert_header((VARY, "Accept-Language"));
        }
        finish(reply, || body)
    }
}

impl<T: ToSchema> IntoResponses for Public<T> {
    fn responses() -> Documented {
        let found = response("What was asked for; caches may keep it.", Some(reference::<T>()))
            .header("ETag", header_doc(Type::String, "The digest of the answer, for If-None-Match."));
        documented([("200", found), ("304", not_modified())])
    }
}

/// 200 with a page of a list that anybody may see and caches may keep, or 304.
#[derive(Debug)]
pub struct PublicList<T>(pub Page<T>);

impl<T: Serialize> Responder for PublicList<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let next_cursor = self.0.next.as_deref().map(|key| List::of(request).cursor(key));
        let link = next_cursor.as_deref().map(|next| next_link(request, next));
        let page = Public::<ListBody<'_, T>>::new(&ListBody { items: &self.0.items, next_cursor }, None);
        let mut reply = page.respond_to(request);
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            reply.headers_mut().insert(LINK, link);
        }
        reply
    }
}

impl<T: ToSchema> IntoResponses for PublicList<T> {
    fn responses() -> Documented {
        let [page, unchanged] = [page_response::<T>(), not_modified()];
        let page =
            page.header("ETag", header_doc(Type::String, "The digest of the page, for If-None-Match."));
        documented([("200", page), ("304", unchanged)])
    }
}

fn not_modified() -> ResponseBuilder {
    response("Nothing has changed since the ETag in If-None-Match.", None)
}
