//! Typed replies: each sets its status and headers, and tells the document about them.

use std::{collections::BTreeMap, marker::PhantomData};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, Responder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_LANGUAGE, ETAG, HeaderValue, LINK, LOCATION, VARY},
    },
    web::Bytes,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    digest::Digest,
    idempotency::{Once, StoredReply},
    page::Page,
    text::Language,
};
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ArrayBuilder, ContentBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, Type,
        schema::SchemaType,
    },
};

use crate::{
    extract::{IfNoneMatch, cursor, version_tag},
    problem::header_doc,
};

type Documented = BTreeMap<String, RefOr<Response>>;

/// A resource whose version is its ETag.
pub trait Versioned {
    /// Counts the resource's changes.
    fn version(&self) -> i64;
}

/// 200 with a resource the caller may see, or 304 while the caller has it.
#[derive(Debug)]
pub struct Fetched<T>(pub T);

impl<T: Serialize + Versioned> Responder for Fetched<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let tag = version_tag(self.0.version());
        let mut reply = unless_held(request, &tag);
        reply.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "private, no-cache"));
        finish(reply, || to_json(&self.0).into())
    }
}

impl<T: ToSchema> IntoResponses for Fetched<T> {
    fn responses() -> Documented {
        let found = response("The resource.", Some(reference::<T>())).header(
            "ETag",
            header_doc(Type::String, "The resource's version, for If-Match and If-None-Match."),
        );
        documented([
            ("200", found),
            ("304", response("Nothing has changed since the ETag in If-None-Match.", None)),
        ])
    }
}

/// A response made by hand: pages, streams, files. Its operation states `responses(…)` itself.
#[derive(Debug)]
pub struct Raw(pub HttpResponse);

impl Responder for Raw {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0
    }
}

impl IntoResponses for Raw {
    fn responses() -> Documented {
        Documented::new()
    }
}

/// 200 with an answer that has no version of its own.
#[derive(Debug)]
pub struct Answered<T>(pub T);

impl<T: Serialize> Responder for Answered<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .content_type("application/json")
            .body(to_json(&self.0))
    }
}

impl<T: ToSchema> IntoResponses for Answered<T> {
    fn responses() -> Documented {
        documented([("200", response("The answer.", Some(reference::<T>())))])
    }
}

/// 200 with a page of a list.
#[derive(Debug)]
pub struct Listed<T>(pub Page<T>);

#[derive(Serialize)]
struct ListBody<'p, T> {
    items: &'p [T],
    next_cursor: Option<String>,
}

impl<T: Serialize> Responder for Listed<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let next_cursor = self.0.next.as_deref().map(cursor::encode);
        let mut reply = HttpResponse::Ok();
        if let Some(next) = &next_cursor {
            reply.insert_header((LINK, next_link(request, next)));
        }
        reply.insert_header((CACHE_CONTROL, "private, no-cache"));
        reply.content_type("application/json").body(to_json(&ListBody { items: &self.0.items, next_cursor }))
    }
}

/// The request's own address with the next page's cursor (RFC 8288).
fn next_link(request: &HttpRequest, next: &str) -> String {
    let query = request.query_string();
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let kept: String = kept.flat_map(|pair| [pair, "&"]).collect();
    format!("<{}?{kept}cursor={next}>; rel=\"next\"", request.path())
}

impl<T: ToSchema> IntoResponses for Listed<T> {
    fn responses() -> Documented {
        let cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("`cursor` of the next page; null where the list ends."));
        let list = ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(reference::<T>()))
            .required("items")
            .property("next_cursor", cursor)
            .required("next_cursor");
        let page = response("A page of the list.", Some(Schema::from(list.build()).into())).header(
            "Link",
            header_doc(Type::String, "`rel=\"next\"`: the next page; absent where the list ends."),
        );
        documented([("200", page)])
    }
}

/// 201 with what was made.
#[derive(Debug)]
pub struct Created<T>(Sent<T>);

impl<T: Serialize> Created<T> {
    /// What was made, and where it is found.
    pub fn new(view: &T, location: String, etag: Option<String>) -> Self {
        Self(Sent::now(render(StatusCode::CREATED, view, Some(location), etag)))
    }
}

impl<T> From<StoredReply> for Created<T> {
    fn from(reply: StoredReply) -> Self {
        Self(Sent::now(reply))
    }
}

impl<T> From<Once> for Created<T> {
    fn from(once: Once) -> Self {
        Self(Sent::from(once))
    }
}

impl<T> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0.send()
    }
}

impl<T: ToSchema> IntoResponses for Created<T> {
    fn responses() -> Documented {
        let made = keyed("Made, or made earlier under the same key.", reference::<T>())
            .header("Location", header_doc(Type::String, "Where it is found."))
            .header("ETag", header_doc(Type::String, "Its version, for If-Match and If-None-Match."));
        documented([("201", made)])
    }
}

/// 200 with the outcome of an act.
#[derive(Debug)]
pub struct Done<T>(Sent<T>);

impl<T: Serialize> Done<T> {
    /// The outcome.
    pub fn new(view: &T, etag: Option<String>) -> Self {
        Self(Sent::now(render(StatusCode::OK, view, None, etag)))
    }
}

impl<T> From<StoredReply> for Done<T> {
    fn from(reply: StoredReply) -> Self {
        Self(Sent::now(reply))
    }
}

impl<T> From<Once> for Done<T> {
    fn from(once: Once) -> Self {
        Self(Sent::from(once))
    }
}

impl<T> Responder for Done<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0.send()
    }
}

impl<T: ToSchema> IntoResponses for Done<T> {
    fn responses() -> Documented {
        let done = keyed("Done, or done earlier under the same key.", reference::<T>()).header(
            "ETag",
            header_doc(Type::String, "The version after it; absent where the result has none."),
        );
        documented([("200", done)])
    }
}

/// 204.
#[derive(Debug)]
pub struct NoContent;

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

impl IntoResponses for NoContent {
    fn responses() -> Documented {
        documented([("204", response("Done.", None))])
    }
}

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
        documented([
            ("200", found),
            ("304", response("Nothing has changed since the ETag in If-None-Match.", None)),
        ])
    }
}

/// The reply to an act that made a versioned thing.
pub fn created<T: Serialize + Versioned>(view: &T, location: String) -> StoredReply {
    render(StatusCode::CREATED, view, Some(location), Some(version_tag(view.version())))
}

/// The reply to an act on a versioned thing.
pub fn done<T: Serialize + Versioned>(view: &T) -> StoredReply {
    render(StatusCode::OK, view, None, Some(version_tag(view.version())))
}

/// Renders a reply to be remembered with its effect, inside the unit of work.
pub fn render<T: Serialize>(
    status: StatusCode,
    view: &T,
    location: Option<String>,
    etag: Option<String>,
) -> StoredReply {
    StoredReply { status: status.as_u16(), location, etag, body: to_json(view) }
}

/// A rendered reply on its way out.
#[derive(Debug)]
struct Sent<T> {
    reply: StoredReply,
    replayed: bool,
    shape: PhantomData<fn() -> T>,
}

impl<T> Sent<T> {
    fn now(reply: StoredReply) -> Self {
        Self { reply, replayed: false, shape: PhantomData }
    }

    fn send(self) -> HttpResponse {
        let StoredReply { status, location, etag, body } = self.reply;
        let mut reply = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
        if let Some(location) = location {
            reply.insert_header((LOCATION, location));
        }
        if let Some(etag) = etag {
            reply.insert_header((ETAG, etag));
        }
        if self.replayed {
            reply.insert_header(("Idempotent-Replayed", "true"));
        }
        reply.content_type("application/json").body(body)
    }
}

impl<T> From<Once> for Sent<T> {
    fn from(once: Once) -> Self {
        let (reply, replayed) = match once {
            Once::Done(reply) => (reply, false),
            Once::Replayed(reply) => (reply, true),
        };
        Self { reply, replayed, shape: PhantomData }
    }
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("views have text keys and cannot fail to serialise")
}

fn unless_held(request: &HttpRequest, tag: &str) -> HttpResponseBuilder {
    if IfNoneMatch::of(request).holds(tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() }
}

/// Adds the body, unless the caller has it.
fn finish(mut reply: HttpResponseBuilder, body: impl FnOnce() -> Bytes) -> HttpResponse {
    let empty = reply.finish();
    if empty.status() == StatusCode::NOT_MODIFIED {
        return empty;
    }
    let mut full = empty.set_body(BoxBody::new(body()));
    full.headers_mut()
        .insert(actix_web::http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    full
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

fn response(description: &str, schema: Option<RefOr<Schema>>) -> ResponseBuilder {
    let builder = ResponseBuilder::new().description(description);
    let builder = match schema {
        Some(schema) => {
            builder.content("application/json", ContentBuilder::new().schema(Some(schema)).build())
        }
        None => builder,
    };
    builder
        .header("X-Request-Id", header_doc(Type::String, "Names the request, to be told to the support."))
        .header(
            "RateLimit",
            header_doc(
                Type::String,
                "Requests left and seconds until all are back: `\"application\";r=49;t=1`.",
            ),
        )
        .header(
            "RateLimit-Policy",
            header_doc(Type::String, "The rate that holds: `\"application\";q=100;w=1`."),
        )
}

fn keyed(description: &str, schema: RefOr<Schema>) -> ResponseBuilder {
    response(description, Some(schema)).header(
        "Idempotent-Replayed",
        header_doc(Type::String, "`true` where this is the answer of an earlier request with the same key."),
    )
}

fn documented<const N: usize>(responses: [(&str, ResponseBuilder); N]) -> Documented {
    responses.into_iter().map(|(status, response)| (status.to_owned(), response.build().into())).collect()
}

#[cfg(test)]
mod tests;
