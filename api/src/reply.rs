//! Typed replies: each sets its status and headers, and tells the document about them.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, Responder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, HeaderValue, LINK},
    },
    web::Bytes,
};
use domain::page::Page;
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ArrayBuilder, ContentBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, Type,
        schema::SchemaType,
    },
};

use crate::{
    extract::{IfNoneMatch, List, version_tag},
    problem::header_doc,
};

mod exported;
mod keyed;
mod public;
mod tagged;

pub use exported::{Exported, Tabular};
pub use keyed::{Created, Done, created, done, render};
pub use public::{Public, PublicList, Rendered};
pub use tagged::Tagged;

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
        let next_cursor = self.0.next.as_deref().map(|key| List::of(request).cursor(key));
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
        documented([("200", page_response::<T>())])
    }
}

fn page_response<T: ToSchema>() -> ResponseBuilder {
    let cursor = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("`cursor` of the next page; null where the list ends."));
    let list = ObjectBuilder::new()
        .property("items", ArrayBuilder::new().items(reference::<T>()))
        .required("items")
        .property("next_cursor", cursor)
        .required("next_cursor");
    response("A page of the list.", Some(Schema::from(list.build()).into())).header(
        "Link",
        header_doc(Type::String, "`rel=\"next\"`: the next page; absent where the list ends."),
    )
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

fn documented<const N: usize>(responses: [(&str, ResponseBuilder); N]) -> Documented {
    responses.into_iter().map(|(status, response)| (status.to_owned(), response.build().into())).collect()
}

#[cfg(test)]
mod tests;
