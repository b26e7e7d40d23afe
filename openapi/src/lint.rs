//! What must be true of the document. Each finding says where and what; none may be left.

use std::collections::BTreeSet;

use serde_json::Value;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// An operation with where it stands.
struct Operation<'d> {
    path: &'d str,
    method: &'d str,
    body: &'d Value,
}

impl Operation<'_> {
    fn id(&self) -> &str {
        self.body["operationId"].as_str().unwrap_or("?")
    }

    fn is_public(&self) -> bool {
        let requirements = self.body["security"].as_array();
        requirements
            .is_some_and(|all| all.iter().any(|one| one.as_object().is_some_and(serde_json::Map::is_empty)))
    }
}

/// Everything that is wrong with the document.
pub fn findings(document: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    let mut ids = BTreeSet::new();
    for operation in operations(document) {
        if !ids.insert(operation.id().to_owned()) {
            findings.push(format!("{}: the operation id is used twice", operation.id()));
        }
        let mut wrong = Vec::new();
        named(&operation, &mut wrong);
        described(&operation, &mut wrong);
        secured(&operation, &mut wrong);
        answered(&operation, &mut wrong);
        parameters_fit(&operation, &mut wrong);
        traced(&operation, &mut wrong);
        ruled(&operation, &mut wrong);
        findings.extend(wrong.into_iter().map(|what| {
            format!("{} ({} {}): {what}", operation.id(), operation.method.to_uppercase(), operation.path)
        }));
    }
    dangling(document, document, &mut findings);
    examples(document, &mut findings);
    findings
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut found = Vec::new();
    for (path, item) in paths {
        for method in METHODS {
            if item[method].is_object() {
                found.push(Operation { path, method, body: &item[method] });
            }
        }
    }
    found
}

fn named(operation: &Operation<'_>, wrong: &mut Vec<String>) {
    let id = operation.id();
    let shaped =
        id.contains('_') && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !shaped {
        wrong.push("the operation id is not verb_noun in snake_case".into());
    }
    let kebab = |part: &str| {
        part.starts_with('{')
            || part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
    };
    if !operation.path.split('/').all(kebab) {
        wrong.push("the path is not kebab-case".into());
    }
}

fn described(operation: &Operation<'_>, wrong: &mut Vec<String>) {
    for member in ["summary", "description"] {
        if operation.body[member].as_str().is_none_or(|text| text.trim().is_empty()) {
            wrong.push(format!("{member} is missing"));
        }
    }
    if operation.body["summary"] == operation.body["description"] {
        wrong.push("the description only repeats the summary".into());
    }
    if operation.body["tags"].as_array().is_none_or(Vec::is_empty) {
        wrong.push("it has no tag".into());
    }
}

fn secured(operation: &Operation<'_>, wrong: &mut Vec<String>) {
    let requirements = operation.body["security"].as_array();
    match requirements {
        None => wrong.push("it says neither whom it lets in nor that it is public".into()),
        Some(all) if operation.is_public() => {
            if operation.path.contains("/businesses") || operation.path.starts_with("/v1/authority") {
                wrong.push("it is public although it is owned".into());
            }
            let _ = all;
        }
        Some(all) => {
            let scoped = |one: &Value| one["oauth2"].as_array().is_some_and(|scopes| scopes.len() == 1);
            if !all.iter().all(scoped) {
                wrong.push("it does not name exactly one scope".into());
            }
        }
    }
}

fn answered(operation: &Operation<'_>, wrong: &mut Vec<String>) {
    let responses = operation.body["responses"].as_object();
    let Some(responses) = responses.filter(|responses| !responses.is_empty()) else {
        wrong.push("it has no responses".into());
        return;
    };
    if !responses.keys().any(|status| status.starts_with('2') || status.starts_with('3')) {
        wrong.push("it never succeeds".into());
    }
    for (status, response) in responses {
        if response["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
            wrong.push(format!("{status} has no description"));
        }
        let fails = status.starts_with('4') || status.starts_with('5');
        let oauth = operation.path.starts_with("/oauth2/");
        let problem = response["content"]["application/problem+json"].is_object();
        if fails && !oauth && !problem {
            wrong.push(format!("{status} is not a problem document"));
        }
    }
    if !operation.is_public() {
        for status in ["401", "403", "429", "500", "503"] {
            if !responses.contains_key(status) {
                wrong.push(format!("{status} is not foreseen"));
            }
        }
    }
}

fn parameters_fit(operation: &Operation<'_>, wrong: &mut Vec<String>) {
    let parameters: Vec<&Value> = operation.body["parameters"].as_array().into_iter().flatten().collect();
    let has = |kind: &str, name: &str| parameters.iter().any(|one| one["in"] == kind && one["name"] == name);
    let placeholders = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in placeholders {
        if !has("path", name) {
            wrong.push(format!("the path parameter {name} is not documented"));
        }
    }
    for parameter in &parameters {
        let (name, kind) =
            (parameter["name"].as_str().unwrap_or("?"), parameter["in"].as_str().unwrap_or("?"));
        if kind == "path" && !operation.path.contains(&format!("{{{name}}}")) {
            wrong.push(format!("{name} is no part of the path"));
        }
        if parameter["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
            wrong.push(format!("the parameter {name} has no description"));
        }
    }
    if operation.method == "patch" && !has("header", "If-Match") && !has("header", "Upload-Offset") {
        wrong.push("a change does not ask for If-Match".into());
    }
}

fn traced(operation: &Operation<'_>, wrong: &mut Vec<String>) {
    if operation.body["x-standard"].as_array().is_none_or(Vec::is_empty) {
        wrong.push("it names no clause of the standard (x-standard)".into());
    }
}

/// What it asks of its caller is told, and told as its security is.
fn ruled(operation: &Operation<'_>, wrong: &mut Vec<String>) {
    let rules = &operation.body["x-authz"];
    if !rules.is_object() {
        wrong.push("it does not tell what it asks of its caller (x-authz)".into());
    } else if (rules["access"] == "token") == operation.is_public() {
        wrong.push("x-authz says otherwise than its security".into());
    }
    if operation.path.starts_with("/v1/businesses/") && rules["mandate"] != "named" {
        wrong.push("it names a business and asks for no mandate".into());
    }
}

/// Every `$ref` leads somewhere.
fn dangling(document: &Value, here: &Value, findings: &mut Vec<String>) {
    match here {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                let known = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).is_some();
                if !known {
                    findings.push(format!("{target} leads nowhere"));
                }
            }
            members.values().for_each(|member| dangling(document, member, findings));
        }
        Value::Array(items) => items.iter().for_each(|item| dangling(document, item, findings)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every JSON request body has an example, of its own or of its schema.
fn examples(document: &Value, findings: &mut Vec<String>) {
    for operation in operations(document) {
        let contents = operation.body["requestBody"]["content"].as_object().into_iter().flatten();
        for (media, content) in contents {
            let schema = &content["schema"];
            let target =
                schema["$ref"].as_str().and_then(|target| document.pointer(target.strip_prefix('#')?));
            let own = content["example"].is_object() || content["examples"].is_object();
            let given = own
                || schema["example"].is_object()
                || target.is_some_and(|schema| schema["example"].is_object());
            if media.ends_with("json") && !given {
                findings.push(format!("{}: the request body has no example", operation.id()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bad_document_is_found_out() {
        let document = json!({
            "paths": {
                "/v1/Bad_Path/{id}": { "get": { "operationId": "Get", "responses": { "200": { "description": "" } } } },
                "/v1/businesses": { "patch": {
                    "operationId": "change_it", "summary": "Change", "description": "Changes it.", "tags": ["x"],
                    "security": [{}], "x-standard": ["4.6.1.1"],
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/No" } } } },
                    "responses": { "404": { "description": "No." } },
                } },
            },
        });
        let all = findings(&document).join("\n");
        for expected in [
            "not verb_noun",
            "not kebab-case",
            "summary is missing",
            "no tag",
            "neither whom",
            "no description",
            "path parameter id",
            "names no clause",
            "(x-authz)",
            "leads nowhere",
            "no example",
            "public although",
            "never succeeds",
            "404 is not a problem",
            "does not ask for If-Match",
        ] {
            assert!(all.contains(expected), "{expected} was not found in:\n{all}");
        }
    }
}
