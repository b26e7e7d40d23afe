//! What handlers take: every extractor refuses with a [`Fault`](crate::problem::Fault), rendered by the middleware.

pub mod body;
mod caller;
mod cursor;
mod etag;
#[cfg(test)]
pub(crate) mod fixture;
mod form;
mod front;
mod holder;
mod idempotency;
mod json;
mod language;
mod ndjson;
mod paged;
mod path;
mod query;
mod strict;
mod upload_offset;
mod violations;

pub use caller::Caller;
pub use cursor::List;
pub use etag::{IfMatch, IfMatchOptional, IfNoneMatch, version_tag};
pub use form::Form;
pub use front::{Claimed, Front, state};
pub use idempotency::IdempotencyKey;
pub use json::{Json, MergePatch};
pub use language::{Language, preferred};
pub use ndjson::{Line, NdJson};
pub use paged::{PageQuery, Paged, Unfiltered, foreign_cursor};
pub use path::Path;
pub use query::Query;
pub use upload_offset::UploadOffset;
pub use violations::refuse;

use actix_web::HttpRequest;

pub(crate) use front::front_of;
pub(crate) use holder::{offer_nonce, proof_of};

/// The header's only value; None where it is absent, repeated or not visible ASCII.
pub(crate) fn only_header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let mut values = request.headers().get_all(name);
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}
