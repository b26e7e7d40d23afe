//! Form-encoded bodies, for the OAuth endpoints alone.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::{FutureExt as _, LocalBoxFuture};
use serde::de::DeserializeOwned;

use super::{body::PacedBody, front_of, only_header};
use crate::{clients::OAuthRefusal, problem::Fault};

/// The largest form: an assertion, details and a few short fields.
const MOST: u64 = 64 * 1024;

/// A form-encoded body (RFC 6749 appendix B). Unknown parameters are ignored and repeated ones refused, as RFC 6749 §3.2 says.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = OAuthRefusal;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthRefusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = only_header(request, "content-type")
            .and_then(|value| value.split(';').next())
            .unwrap_or_default();
        let fits = media.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let pace = front_of(request).limits().body_pace();
        let body: Result<PacedBody, Fault> = PacedBody::begin(request, payload.take(), pace, MOST);
        async move {
            if !fits {
                return Err(OAuthRefusal::new(
                    "invalid_request",
                    "expected application/x-www-form-urlencoded",
                ));
            }
            let bytes = body?.whole().await?;
            let form = serde_urlencoded::from_bytes(&bytes);
            form.map(Self).map_err(|error| OAuthRefusal::new("invalid_request", ascii(&error.to_string())))
        }
        .boxed_local()
    }
}

/// RFC 6749 §5.2 allows printable ASCII without quotes and backslashes only.
fn ascii(text: &str) -> String {
    text.chars().filter(|char| matches!(char, ' '..='~') && !matches!(char, '"' | '\\')).collect()
}
