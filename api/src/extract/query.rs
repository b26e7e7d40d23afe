//! Query parameters: each known, given once, and valid.

use std::future::Ready;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use domain::error::Violation;
use serde::de::DeserializeOwned;
use validator::Validate;

use super::violations;
use crate::problem::{Code, Fault, ProblemDraft, both};

/// Query parameters. `T` denies unknown fields; document it with `params(T)`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T> std::ops::Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read(request.query_string()).map(Self))
    }
}

/// Reads parameters.
///
/// # Errors
/// 400 `malformed-request`, each violation with the parameter's name behind a question mark.
pub(super) fn read<T: DeserializeOwned + Validate>(query: &str) -> Result<T, Fault> {
    if query.contains("%00") {
        let detail = both("В параметре есть символ U+0000.", "A parameter holds the character U+0000.");
        return Err(ProblemDraft::new(Code::MalformedRequest, detail).into());
    }
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    let value: T = serde_path_to_error::deserialize(pairs).map_err(|error| {
        let at = violations::pointer_of(error.path());
        refused(vec![violations::of_serde(&at, &error.inner().to_string())])
    })?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => Err(refused(violations::of_validator(&errors))),
    }
}

/// The refusal of parameters whose violations point as into a body.
pub(super) fn refused(mut violations: Vec<Violation>) -> Fault {
    for violation in &mut violations {
        violation.pointer = format!("?{}", violation.pointer.trim_start_matches('/'));
    }
    let detail = both("Параметры запроса не подходят.", "The query parameters do not fit.");
    ProblemDraft::new(Code::MalformedRequest, detail).violations(violations).into()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Wait {
        #[validate(range(max = 30))]
        wait: Option<u32>,
        kind: Option<String>,
    }

    #[test]
    fn parameters_are_known_single_and_valid() {
        let wait = read::<Wait>("wait=3&kind=%D0%B1").expect("good");
        assert_eq!((wait.wait, wait.kind.as_deref()), (Some(3), Some("б")));
        let table = [
            ("wait=31", "?wait range"),
            ("wait=x", "?wait format"),
            ("waits=1", "?waits unknown-field"),
            ("wait=1&wait=2", "?wait duplicate-key"),
        ];
        for (query, expected) in table {
            let draft = read::<Wait>(query).expect_err(query).into_draft();
            assert_eq!(draft.code, Code::MalformedRequest);
            let one = &draft.violations[0];
            assert_eq!(format!("{} {}", one.pointer, one.code), expected, "{query}");
        }
        assert!(read::<Wait>("kind=a%00b").is_err());
    }
}
