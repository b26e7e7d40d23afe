//! The problems that any operation can answer, added to the finished document instead of to every handler.

use std::collections::BTreeMap;

use domain::{mandate::MandateRefusal, text::Language};
use serde_json::json;
use utoipa::{
    Modify,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response,
        ResponseBuilder, SecurityRequirement, Type, header::Header, path::Operation, path::PathItem,
    },
};

use super::{Code, Coded as _, MEDIA_TYPE, Problem, ProblemDraft, Scene};

/// Adds to every operation what any operation can answer, and leaves what the operation says itself.
pub struct CommonResponses;

impl Modify for CommonResponses {
    fn modify(&self, openapi: &mut OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            for operation in operations(item) {
                complete(operation, &common_codes(path, operation));
            }
        }
    }
}

/// Every operation of a path.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, options, head, patch, trace, query, .. } = item;
    [get, put, post, delete, options, head, patch, trace, query].into_iter().flatten()
}

fn common_codes(path: &str, operation: &Operation) -> Vec<Code> {
    let mut codes = vec![
        Code::MalformedRequest,
        Code::RateLimited,
        Code::Internal,
        Code::Overloaded,
        Code::StoreUnavailable,
        Code::ShuttingDown,
    ];
    if needs_token(operation) {
        codes.extend([Code::Unauthenticated, Code::InsufficientScope, Code::WrongSide]);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if path.starts_with("/v1/businesses/{") {
        codes.extend(MandateRefusal::CODES);
    }
    if takes_header(operation, "Idempotency-Key") {
        codes.extend([Code::IdempotencyKeyRequired, Code::RequestInProgress, Code::IdempotencyKeyReused]);
    }
    match header(operation, "If-Match") {
        Some(Required::True) => codes.extend([Code::PreconditionRequired, Code::StaleVersion]),
        Some(Required::False) => codes.push(Code::StaleVersion),
        None => {}
    }
    if operation.request_body.is_some() {
        codes.extend([
            Code::RequestTimeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::ValidationFailed,
            Code::StorageFull,
        ]);
    }
    codes
}

/// Whether the operation is closed to whoever brings no token.
fn needs_token(operation: &Operation) -> bool {
    let open = SecurityRequirement::default();
    operation.security.as_ref().is_some_and(|all| !all.is_empty() && !all.contains(&open))
}

fn takes_header(operation: &Operation, name: &str) -> bool {
    header(operation, name).is_some()
}

/// Whether the operation takes a header, and whether it must be there.
fn header(operation: &Operation, name: &str) -> Option<Required> {
    operation.parameters.iter().flatten().find_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.name == name => Some(parameter.required.clone()),
        RefOr::T(_) | RefOr::Ref(_) => None,
    })
}

fn complete(operation: &mut Operation, codes: &[Code]) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(*code);
    }
    for (status, codes) in by_status {
        let responses = &mut operation.responses.responses;
        let own = responses.entry(status.to_string()).or_insert_with(|| problem_response(&codes).into());
        if let RefOr::T(own) = own {
            name_missing(own, &codes);
        }
    }
}

/// Names the codes that a response does not speak of yet.
fn name_missing(response: &mut Response, codes: &[Code]) {
    for code in codes {
        if !response.description.contains(&format!("`{}`", code.slug())) {
            response.description.push('\n');
            response.description.push_str(&line(*code));
        }
    }
}

/// A response with these problems, all of one status.
pub(super) fn problem_response(codes: &[Code]) -> Response {
    let description = codes.iter().map(|code| line(*code)).collect::<Vec<_>>().join("\n");
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(codes.first().map(|code| example(*code)))
        .build();
    let mut response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
    for (name, header) in headers_of(codes) {
        response = response.header(name, header);
    }
    response.build()
}

fn line(code: Code) -> String {
    format!(
        "- `{}`: {}. {}",
        code.slug(),
        code.row().title_in(Language::En),
        code.row().mend_in(Language::En)
    )
}

fn example(code: Code) -> serde_json::Value {
    let scene = Scene {
        base_url: "https://gateway.example",
        language: Language::En,
        instance: "/v1/…",
        request_id: "01JDCJ7Q7Y3C6T9Z2B4XK5M8NA",
    };
    let mut draft = ProblemDraft::plain(code);
    draft.retry_after_s = says_when(code).then_some(1);
    json!(Problem::render(draft, &scene))
}

fn says_when(code: Code) -> bool {
    code.row().retryable && matches!(code.status(), 409 | 429 | 503)
}

fn headers_of(codes: &[Code]) -> Vec<(&'static str, Header)> {
    let mut headers = Vec::new();
    if codes.iter().any(|code| says_when(*code)) {
        headers.push((
            "Retry-After",
            header_doc(Type::Integer, "Seconds to wait before the request is repeated."),
        ));
    }
    if codes.iter().any(|code| matches!(code.status(), 401 | 403)) {
        headers.push(("WWW-Authenticate", header_doc(Type::String, "The challenge of RFC 6750.")));
    }
    headers
}

/// A response header for the document.
pub(crate) fn header_doc(kind: Type, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(kind).build()))
        .description(Some(description))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_problems_join_what_an_operation_says_itself() {
        let mut document: OpenApi = serde_json::from_value(json!({
            "openapi": "3.1.0",
            "info": { "title": "t", "version": "1" },
            "paths": { "/v1/x/{id}": { "post": {
                "security": [{ "oauth2": ["x:write"] }],
                "requestBody": { "content": { "application/json": {} } },
                "parameters": [{ "name": "Idempotency-Key", "in": "header", "required": true }],
                "responses": { "422": { "description": "- `rule-violated`: own." }, "201": { "description": "Created." } }
            } } }
        }))
        .expect("a document");
        CommonResponses.modify(&mut document);
        let json = serde_json::to_value(&document).expect("JSON");
        let responses = &json["paths"]["/v1/x/{id}"]["post"]["responses"];
        let statuses: Vec<&String> = responses.as_object().expect("an object").keys().collect();
        let expected =
            ["201", "400", "401", "403", "404", "408", "409", "413", "415", "422", "429", "500", "503"];
        assert_eq!(statuses, expected);
        let unprocessable = responses["422"]["description"].as_str().expect("text");
        assert!(unprocessable.starts_with("- `rule-violated`: own.\n- `idempotency-key-reused`"));
        assert!(responses["429"]["headers"]["Retry-After"].is_object());
    }
}
