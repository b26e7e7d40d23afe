//! Problems by RFC 9457: one catalogue of codes, and the way of a problem from where it is found to the wire.
//!
//! Whoever refuses makes a [`ProblemDraft`] (facts in both languages, no request needed). It travels as [`Fault`] or
//! as [`Rejection`] in the response's extensions; the middleware renders it once, in the caller's language.

mod code;
mod coded;
mod common;
mod domain_errors;
mod draft;
mod edge_errors;
mod mandates;
pub mod page;
mod wire;

pub use code::{Code, Row};
pub use coded::{Coded, Rejection};
pub use common::CommonResponses;
pub(crate) use common::header_doc;
pub(crate) use common::operations;
pub use domain_errors::rule_violation;
pub use draft::{Fault, ProblemDraft};
pub use wire::{Problem, ProblemFix, ProblemViolation, Scene};

use domain::{
    error::{Fix, Violation},
    text::Text,
};

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// One text in both languages.
pub fn both(ru: impl Into<String>, en: impl Into<String>) -> Text {
    Text { ru: ru.into(), en: en.into() }
}

/// A violation whose fix only says what to do.
pub fn violation(pointer: impl Into<String>, code: &str, detail: Text, fix: Text) -> Violation {
    Violation { pointer: pointer.into(), code: code.to_owned(), detail, fix: Fix::say(fix) }
}
