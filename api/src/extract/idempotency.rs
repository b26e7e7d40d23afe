//! The Idempotency-Key of a request, and what makes two requests the same.

use std::{cell::OnceCell, future::Ready, sync::Arc};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::Method, http::Uri};
use domain::{
    digest::Digest,
    guard::{self, Guard},
    idempotency::Claim,
    ids::ApplicationId,
};
use sha2::{Digest as _, Sha256};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::{front_of, only_header};
use crate::{
    limits::{InFlight, InFlightGuard},
    problem::{Code, Fault, ProblemDraft, both},
};

/// The key under which a request happens at most once. While this value lives, its key is taken.
pub struct IdempotencyKey {
    key: String,
    method: Method,
    pattern: String,
    uri: Uri,
    media_type: String,
    registry: Arc<InFlight>,
    held: OnceCell<InFlightGuard>,
}

impl IdempotencyKey {
    /// The key, without its quotes.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// Takes the key for `application`: the same request again is known by method, path, media type and body.
    ///
    /// # Errors
    /// 409 `request-in-progress` while a twin is running.
    pub fn claim(&self, application: &ApplicationId, body: Option<Digest>) -> Result<Claim, Fault> {
        if self.held.get().is_none() {
            let guard = self.registry.enter(application, &self.key).ok_or_else(in_progress)?;
            // Nobody can have filled it meanwhile: the value belongs to one request on one thread.
            let _ = self.held.set(guard);
        }
        Ok(Claim {
            application: application.clone(),
            key: self.key.clone(),
            fingerprint: self.fingerprint(body),
        })
    }

    fn fingerprint(&self, body: Option<Digest>) -> Digest {
        let mut hash = Sha256::new();
        let path_and_query = self.uri.path_and_query().map_or("", |both| both.as_str());
        for part in [self.method.as_str(), self.pattern.as_str(), path_and_query, self.media_type.as_str()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        if let Some(body) = body {
            hash.update(body.as_bytes());
        }
        Digest::from_bytes(hash.finalize().into())
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read(request))
    }
}

/// The key of a request without one, where none is asked for.
const UNGUARDED: &str = "unguarded";

fn read(request: &HttpRequest) -> Result<IdempotencyKey, Fault> {
    let given = request.headers().contains_key("idempotency-key");
    if !given && guard::stands(Guard::IdempotencyKey) {
        return Err(Fault::plain(Code::IdempotencyKeyRequired));
    }
    let limits = front_of(request).limits();
    let most = limits.values.idempotency_key_chars as usize;
    let key = only_header(request, "idempotency-key").and_then(parse).filter(|key| key.len() <= most);
    let media_type = only_header(request, "content-type").and_then(|value| value.split(';').next());
    Ok(IdempotencyKey {
        key: if given { key.ok_or_else(unreadable)? } else { UNGUARDED.to_owned() },
        method: request.method().clone(),
        pattern: request.match_pattern().unwrap_or_default(),
        uri: request.uri().clone(),
        media_type: media_type.unwrap_or_default().trim().to_ascii_lowercase(),
        registry: Arc::clone(&limits.in_flight),
        held: OnceCell::new(),
    })
}

/// Reads the draft's quoted string (RFC 8941 section 3.3.3) and the bare form that most clients send.
fn parse(header: &str) -> Option<String> {
    let header = header.trim();
    let key = match header.strip_prefix('"') {
        Some(rest) => unescape(rest.strip_suffix('"')?)?,
        None => header.to_owned(),
    };
    let visible = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    let bare_quote = !header.starts_with('"') && key.contains('"');
    (visible && !bare_quote).then_some(key)
}

fn unescape(quoted: &str) -> Option<String> {
    let mut key = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => key.push(chars.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            '"' => return None,
            other => key.push(other),
        }
    }
    Some(key)
}

fn unreadable() -> Fault {
    let detail = both(
        "Idempotency-Key — один заголовок, 1–255 печатных символов ASCII, в кавычках или без них.",
        "Idempotency-Key is one header of 1 to 255 visible ASCII characters, quoted or bare.",
    );
    ProblemDraft::new(Code::IdempotencyKeyRequired, detail).into()
}

fn in_progress() -> Fault {
    ProblemDraft::plain(Code::RequestInProgress).retry_after(1).into()
}

/// A header parameter for the document.
pub(super) fn header_parameter(name: &str, required: bool, description: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(if required { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .example(Some(example.into()))
        .build()
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "Names this action: repeating the request with the same key gives the first answer again and does \
                    nothing twice. 1 to 255 visible ASCII characters, quoted or bare; a UUID is good.";
        vec![header_parameter("Idempotency-Key", true, text, "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_quoted_and_bare() {
        for (header, key) in
            [("abc", "abc"), ("\"abc\"", "abc"), (" \"a\\\"b\\\\\" ", "a\"b\\"), ("a:b/c", "a:b/c")]
        {
            assert_eq!(parse(header).as_deref(), Some(key), "{header}");
        }
        for bad in
            ["", "\"\"", "\"", "\"abc", "abc\"", "a b", "\"a b\"", "\"a\"b\"", "\"a\\n\"", "ключ", "a\tb"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
