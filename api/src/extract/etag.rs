//! Conditional requests: the version a caller has seen (RFC 9110 section 13).

use std::future::Ready;

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::IF_NONE_MATCH};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use super::{idempotency::header_parameter, only_header};
use crate::problem::{Code, Fault, ProblemDraft, both};

/// The entity tag of a version: `"v3"`.
pub fn version_tag(version: i64) -> String {
    format!("\"v{version}\"")
}

/// The version that the caller wants to change: 428 where the header is missing, 412 where it is not a tag of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

/// As [`IfMatch`], where the header may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatchOptional(pub Option<i64>);

/// The tags of what the caller has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Option<String>);

impl IfNoneMatch {
    /// Reads the header.
    pub fn of(request: &HttpRequest) -> Self {
        let mut values = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
        let first = values.next().map(str::to_owned);
        Self(first.map(|first| values.fold(first, |all, more| all + "," + more)))
    }

    /// Whether the caller has what carries `tag`; weakly compared, as the RFC demands.
    pub fn holds(&self, tag: &str) -> bool {
        let Some(list) = &self.0 else { return false };
        list.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    }
}

impl FromRequest for IfMatch {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(seen(request).and_then(|version| match version {
            Some(version) => Ok(Self(version)),
            None => Err(Fault::plain(Code::PreconditionRequired)),
        }))
    }
}

impl FromRequest for IfMatchOptional {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(seen(request).map(Self))
    }
}

impl FromRequest for IfNoneMatch {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self::of(request)))
    }
}

fn seen(request: &HttpRequest) -> Result<Option<i64>, Fault> {
    if !request.headers().contains_key("if-match") {
        return Ok(None);
    }
    let version = only_header(request, "if-match").and_then(version_of);
    version.map(Some).ok_or_else(|| {
        let detail = both(
            "If-Match не совпадает ни с одной версией: нужен ETag последнего чтения, вида \"v3\".",
            "If-Match matches no version: it takes the ETag of your last read, like \"v3\".",
        );
        ProblemDraft::new(Code::StaleVersion, detail).into()
    })
}

fn version_of(tag: &str) -> Option<i64> {
    let digits = tag.trim().strip_prefix("\"v")?.strip_suffix('"')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if plain { digits.parse().ok() } else { None }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header_parameter("If-Match", true, "The ETag of the version that is to be changed.", "\"v3\"")]
    }
}

impl IntoParams for IfMatchOptional {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text =
            "The ETag of the version that is to be changed; without it the change is made to any version.";
        vec![header_parameter("If-Match", false, text, "\"v3\"")]
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "The ETag of what you have: the answer is 304 while nothing has changed.";
        vec![header_parameter("If-None-Match", false, text, "\"v3\"")]
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn if_match(value: Option<&str>) -> Result<i64, Code> {
        let mut request = TestRequest::default();
        if let Some(value) = value {
            request = request.insert_header(("if-match", value));
        }
        let request = request.to_http_request();
        let extracted = IfMatch::from_request(&request, &mut Payload::None).into_inner();
        extracted.map(|IfMatch(version)| version).map_err(|fault| fault.draft().code)
    }

    #[test]
    fn only_our_strong_tags_name_a_version() {
        assert_eq!(if_match(Some("\"v3\"")), Ok(3));
        assert_eq!(if_match(None), Err(Code::PreconditionRequired));
        for bad in
            ["W/\"v3\"", "v3", "*", "\"v\"", "\"v-1\"", "\"v+1\"", "\"v03\"", "\"v1\", \"v2\"", "\"x3\"", ""]
        {
            assert_eq!(if_match(Some(bad)), Err(Code::StaleVersion), "{bad}");
        }
    }

    #[test]
    fn what_the_caller_has_is_compared_weakly() {
        let held = |list: &str| {
            let request = TestRequest::default().insert_header(("if-none-match", list)).to_http_request();
            IfNoneMatch::of(&request).holds("\"v3\"")
        };
        assert!(held("\"v3\"") && held("W/\"v3\"") && held("\"v1\", \"v3\"") && held("*"));
        assert!(!held("\"v4\"") && !held("v3"));
    }
}
