//! What use cases say when they refuse: facts with a stable code, never prose alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::Text;

/// One thing that is wrong with an input: what, where, and how to mend it (4.6.3.11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Violation {
    /// JSON Pointer (RFC 6901) to the place in the request body.
    #[cfg_attr(feature = "schema", schema(example = "/form/bank/account"))]
    pub pointer: String,
    /// Stable kebab-case code of what is wrong.
    #[cfg_attr(feature = "schema", schema(example = "check-digit"))]
    pub code: String,
    /// What is wrong.
    pub detail: Text,
    /// How to mend it.
    pub fix: Fix,
}

/// How to mend a violation, for people and for machines. At least the text is always there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Fix {
    /// What to do.
    pub text: Text,
    /// The values of a closed list, at most 30.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<Value>,
    /// The expected format: a JSON Schema `format` name or a regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// A value that would be accepted at this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// A JSON Patch (RFC 6902) that mends the body, where the mend is certain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patch: Vec<Value>,
}

impl Fix {
    /// A fix that only says what to do.
    pub fn say(text: Text) -> Self {
        Self { text, allowed: Vec::new(), format: None, example: None, patch: Vec::new() }
    }
}
