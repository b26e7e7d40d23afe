//! JSON bodies: read strictly, typed, validated; every refusal says where and how to mend it.
//!
//! Two passes over the bytes: [`strict::check`] refuses what is ambiguous and builds nothing, then serde builds `T`
//! from the same bytes. Only a refusal costs a third pass, which finds the place.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Bytes};
use domain::{digest::Digest, error::Violation};
use futures_util::future::{FutureExt as _, LocalBoxFuture};
use serde::de::DeserializeOwned;
use validator::Validate;

use super::{
    body::PacedBody,
    front_of, only_header,
    strict::{self, Flaw, Refusal},
    violations,
};
use crate::problem::{Code, Fault, ProblemDraft, both, violation};

/// A JSON body. utoipa infers the request body by this name.
#[derive(Debug)]
pub struct Json<T> {
    /// What it says.
    pub value: T,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// A JSON merge patch (RFC 7396): an object; what it does not name stays as it is.
#[derive(Debug)]
pub struct MergePatch<T> {
    /// What it says.
    pub value: T,
    /// The digest of its bytes.
    pub digest: Digest,
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Json<T> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = receive(request, payload, "application/json");
        async move {
            let (bytes, depth) = bytes.await?;
            Ok(Self { value: read(&bytes, depth)?, digest: Digest::of(&bytes) })
        }
        .boxed_local()
    }
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for MergePatch<T> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = receive(request, payload, "application/merge-patch+json");
        async move {
            let (bytes, depth) = bytes.await?;
            if bytes.trim_ascii_start().first() != Some(&b'{') {
                strict::check(&bytes, depth).map_err(|refusal| malformed(&refusal))?;
                return Err(invalid(vec![violations::of_serde("", "invalid type, expected a map")]));
            }
            Ok(Self { value: read(&bytes, depth)?, digest: Digest::of(&bytes) })
        }
        .boxed_local()
    }
}

/// Checks the head at once and reads the body: its bytes, and how deep it may nest.
fn receive(
    request: &HttpRequest,
    payload: &mut Payload,
    media_type: &'static str,
) -> impl Future<Output = Result<(Bytes, u32), Fault>> + use<> {
    let limits = front_of(request).limits();
    let depth = limits.values.json_depth;
    let body = expect_media_type(request, media_type).and_then(|()| {
        PacedBody::begin(request, payload.take(), limits.body_pace(), limits.values.body_bytes)
    });
    async move { Ok((body?.whole().await?, depth)) }
}

/// Takes the media type, in UTF-8 where it says a charset.
pub(super) fn expect_media_type(request: &HttpRequest, media_type: &str) -> Result<(), Fault> {
    let given = only_header(request, "content-type").unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let utf8 = parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    if essence.eq_ignore_ascii_case(media_type) && utf8 {
        return Ok(());
    }
    let detail = both(
        format!("Тело принимается как {media_type} в UTF-8."),
        format!("The body is taken as {media_type} in UTF-8."),
    );
    Err(ProblemDraft::new(Code::UnsupportedMediaType, detail).with("accepted", media_type).into())
}

/// Reads a body from its bytes.
///
/// # Errors
/// 400 `malformed-request` for what is not unambiguous JSON, 422 `validation-failed` for what does not fit `T`.
pub(super) fn read<T: DeserializeOwned + Validate>(bytes: &[u8], depth: u32) -> Result<T, Fault> {
    strict::check(bytes, depth).map_err(|refusal| malformed(&refusal))?;
    // Serde reads a struct from an array, too: its members by place, which no document describes.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(invalid(vec![violations::of_serde("", "another type, expected map")]));
    }
    let value: T =
        serde_json::from_slice(bytes).map_err(|error| invalid(vec![locate::<T>(bytes, &error)]))?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => Err(invalid(violations::of_validator(&errors))),
    }
}

/// Reads a refused body once more to learn where it was refused.
fn locate<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> Violation {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => violations::of_serde("", &error.to_string()),
        Err(placed) => {
            violations::of_serde(&violations::pointer_of(placed.path()), &placed.inner().to_string())
        }
    }
}

fn invalid(violations: Vec<Violation>) -> Fault {
    let count = violations.len();
    let detail = both(
        format!("Мест, которые нужно исправить: {count}."),
        format!("Places of the body to be mended: {count}."),
    );
    ProblemDraft::new(Code::ValidationFailed, detail).violations(violations).into()
}

fn malformed(refusal: &Refusal) -> Fault {
    let Refusal { flaw, pointer, line, column } = refusal;
    let (code, detail, fix) = match flaw {
        Flaw::Syntax => (
            "syntax",
            both("Здесь тело перестаёт быть JSON.", "Here the body stops being JSON."),
            both(
                "Сформируйте тело библиотекой JSON, в UTF-8, без BOM.",
                "Make the body with a JSON library, in UTF-8, without a BOM.",
            ),
        ),
        Flaw::DuplicateKey => (
            "duplicate-key",
            both("Ключ повторяется в одном объекте.", "The key stands twice in one object."),
            both("Оставьте одно значение ключа.", "Keep one value of the key."),
        ),
        Flaw::TooDeep => (
            "too-deep",
            both("Вложенность больше допустимой.", "The nesting is deeper than allowed."),
            both(
                "Уменьшите вложенность; предел — json_depth в /v1/limits.",
                "Nest less; the limit is json_depth in /v1/limits.",
            ),
        ),
        Flaw::Nul => (
            "nul",
            both("В строке есть символ U+0000.", "A string holds the character U+0000."),
            both("Уберите этот символ.", "Remove that character."),
        ),
        Flaw::NumberRange => (
            "number-range",
            both("Число не помещается точно.", "The number cannot be held exactly."),
            both("Большие числа и суммы передавайте строками.", "Give large numbers and amounts as strings."),
        ),
    };
    let place = both(format!("Строка {line}, столбец {column}."), format!("Line {line}, column {column}."));
    ProblemDraft::new(Code::MalformedRequest, place)
        .violations(vec![violation(pointer, code, detail, fix)])
        .into()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Map, Value};

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Item {
        #[validate(length(min = 2, max = 4))]
        name: String,
        #[serde(default)]
        #[validate(range(max = 9))]
        count: u32,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[validate(nested)]
        items: Vec<Item>,
        #[serde(default)]
        form: Map<String, Value>,
        side: Option<domain::actor::Side>,
        id: Option<domain::ids::SubmissionId>,
    }

    fn places(json: &str) -> (u16, Vec<(String, String)>) {
        let fault = read::<Body>(json.as_bytes(), 32).map(|_| ()).expect_err(json);
        let draft = fault.into_draft();
        let places = draft.violations.into_iter().map(|one| (one.pointer, one.code)).collect();
        (draft.code.status(), places)
    }

    #[test]
    fn every_refusal_names_its_place() {
        let table = [
            (r#"{"items":[],"items":[]}"#, 400, "/items duplicate-key"),
            (r#"{"items":"#, 400, "/items syntax"),
            (r"{}", 422, "/items required"),
            (r#"{"items":[{}]}"#, 422, "/items/0/name required"),
            (r#"{"items":[],"status":"x"}"#, 422, "/status unknown-field"),
            (r#"{"items":[{"name":"ab","x":1}]}"#, 422, "/items/0/x unknown-field"),
            (r#"{"items":{}}"#, 422, "/items type"),
            (r#"{"items":[{"name":"ab","count":-1}]}"#, 422, "/items/0/count type"),
            (r#"{"items":[{"name":7}]}"#, 422, "/items/0/name type"),
            (r#"{"items":[],"side":"moon"}"#, 422, "/side unknown-value"),
            (r#"{"items":[],"id":"biz_1"}"#, 422, "/id format"),
            (
                r#"{"items":[{"name":"a","count":10},{"name":"abcde"}]}"#,
                422,
                "/items/0/count range, /items/0/name length, /items/1/name length",
            ),
            (r"[]", 422, " type"),
        ];
        for (json, status, expected) in table {
            let (found, places) = places(json);
            let places =
                places.iter().map(|(at, code)| format!("{at} {code}")).collect::<Vec<_>>().join(", ");
            assert_eq!((found, places.as_str()), (status, expected), "{json}");
        }
    }

    #[test]
    fn a_good_body_is_read_and_a_closed_list_is_told() {
        let json = r#"{"items":[{"name":"ab"}],"form":{"a":{"b":1}},"side":"business","id":"sub_1"}"#;
        let body = read::<Body>(json.as_bytes(), 32).expect("good");
        assert_eq!((body.items[0].name.as_str(), body.items[0].count, body.form.len()), ("ab", 0, 1));
        assert!(body.side == Some(domain::actor::Side::Business) && body.id.is_some());
        let fault = read::<Body>(br#"{"items":[],"side":"moon"}"#, 32).expect_err("refused");
        assert_eq!(fault.draft().violations[0].fix.allowed, ["business", "authority"]);
    }
}
