//! A problem as sent: RFC 9457 in one language.

use domain::{error::Violation, text::Language};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ProblemDraft;

/// A problem (RFC 9457). Some carry further members: `state` and `allowed` with `state-conflict`, `existing_id` with
/// `duplicate-submission`, `current_version` with `stale-version`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "https://gateway.example/problems/validation-failed",
    "title": "The data has errors",
    "status": 422,
    "detail": "One place of the body has to be mended.",
    "instance": "/v1/businesses/biz_1/submissions",
    "code": "validation-failed",
    "request_id": "01JDCJ7Q7Y3C6T9Z2B4XK5M8NA",
    "violations": [{
        "pointer": "/form/bank/account",
        "code": "length",
        "detail": "The value must have exactly 20 characters.",
        "fix": { "text": "Give all 20 digits of the account.", "example": "40702810900000000001" }
    }],
    "support": "https://gateway.example/problems/validation-failed"
}))]
pub struct Problem {
    /// Names the problem for programs and leads to a page about it.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    pub kind: String,
    /// The problem in one line, the same each time.
    pub title: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
    /// Stable name of the problem.
    pub code: String,
    /// Names this request in the gateway's log and to its support.
    pub request_id: String,
    /// Everything that is wrong with the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub violations: Vec<ProblemViolation>,
    /// In how many seconds a repeat makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// Where help is to be found.
    #[schema(format = "uri")]
    pub support: String,
    /// Members of this problem only.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extensions: Map<String, Value>,
}

/// One thing that is wrong with the input.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemViolation {
    /// JSON Pointer (RFC 6901) into the body; `?name` for a query parameter, `Name` for a header.
    pub pointer: String,
    /// Stable kebab-case code of what is wrong.
    pub code: String,
    /// What is wrong.
    pub detail: String,
    /// How to mend it.
    pub fix: ProblemFix,
}

/// How to mend a violation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemFix {
    /// What to do.
    pub text: String,
    /// The values of a closed list, at most 30.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub allowed: Vec<Value>,
    /// The expected format: a JSON Schema `format` name or a regular expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// A value that would be accepted at this place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// A JSON Patch (RFC 6902) that mends the body, where the mend is certain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub patch: Vec<Value>,
}

/// Where a problem is shown: what a draft does not know.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The gateway's public base URL.
    pub base_url: &'a str,
    /// The caller's language.
    pub language: Language,
    /// The path that was asked for.
    pub instance: &'a str,
    /// The request's id.
    pub request_id: &'a str,
}

impl Problem {
    /// Renders a draft where it is shown.
    pub fn render(draft: ProblemDraft, scene: &Scene<'_>) -> Self {
        let row = draft.code.row();
        let page = format!("{}/problems/{}", scene.base_url, row.slug);
        Self {
            kind: page.clone(),
            title: row.title_in(scene.language).to_owned(),
            status: row.status,
            detail: draft.detail.get(scene.language).to_owned(),
            instance: scene.instance.to_owned(),
            code: row.slug.to_owned(),
            request_id: scene.request_id.to_owned(),
            violations: draft
                .violations
                .into_iter()
                .map(|one| ProblemViolation::render(one, scene.language))
                .collect(),
            retry_after_s: draft.retry_after_s,
            support: page,
            extensions: draft.extensions,
        }
    }
}

impl ProblemViolation {
    /// Renders a violation in one language.
    pub fn render(violation: Violation, language: Language) -> Self {
        let Violation { pointer, code, detail, fix } = violation;
        Self {
            pointer,
            code,
            detail: detail.get(language).to_owned(),
            fix: ProblemFix {
                text: fix.text.get(language).to_owned(),
                allowed: fix.allowed,
                format: fix.format,
                example: fix.example,
                patch: fix.patch,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Code, both, violation};

    #[test]
    fn a_problem_speaks_one_language_and_keeps_its_further_members() {
        let draft = ProblemDraft::new(Code::StateConflict, both("Нельзя.", "Cannot."))
            .violations(vec![violation(
                "/a",
                "required",
                both("Нет поля.", "Missing."),
                both("Дайте.", "Give."),
            )])
            .with("state", "granted")
            .cause("secret");
        let scene = Scene {
            base_url: "https://g.example",
            language: Language::En,
            instance: "/v1/x",
            request_id: "r1",
        };
        let json = serde_json::to_value(Problem::render(draft, &scene)).expect("a problem is JSON");
        assert_eq!(json["type"], "https://g.example/problems/state-conflict");
        assert_eq!(json["detail"], "Cannot.");
        assert_eq!(json["violations"][0]["fix"]["text"], "Give.");
        assert_eq!(json["state"], "granted");
        assert!(!json.to_string().contains("secret") && json.get("retry_after_s").is_none());
    }
}
