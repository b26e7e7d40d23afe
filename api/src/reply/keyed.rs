//! Replies to acts: rendered inside the unit of work, so that a repeat gets the same bytes.

use std::marker::PhantomData;

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{ETAG, LOCATION},
    },
};
use domain::idempotency::{Once, StoredReply};
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{RefOr, ResponseBuilder, Schema, Type},
};

use super::{Documented, Versioned, documented, reference, response, to_json};
use crate::{extract::version_tag, problem::header_doc};

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

fn keyed(description: &str, schema: RefOr<Schema>) -> ResponseBuilder {
    response(description, Some(schema)).header(
        "Idempotent-Replayed",
        header_doc(Type::String, "`true` where this is the answer of an earlier request with the same key."),
    )
}
