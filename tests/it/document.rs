//! The documents: what is committed is what the program makes, holds its own rules, and is traced to the standard.

mod tracing;

use std::{collections::BTreeSet, path::Path};

use openapi::Edition;
use serde_json::Value;

/// A file of the repository.
fn committed(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parsed(edition: Edition) -> Value {
    serde_json::from_str(&committed(&format!("docs/openapi/{}.json", edition.name()))).expect("it is JSON")
}

/// Every operation of a document: its id and itself.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let items = document["paths"].as_object().expect("a document has paths").values();
    let all = items.flat_map(|item| item.as_object().expect("a path has methods").values());
    let named = all.filter_map(|one| Some((one["operationId"].as_str()?.to_owned(), one)));
    named.collect()
}

#[test]
fn the_committed_documents_are_what_the_routes_make() {
    for edition in Edition::ALL {
        for (name, generated) in openapi::files(edition) {
            let path = format!("docs/openapi/{name}");
            assert!(committed(&path) == generated, "{path} is stale: run `cargo run -p openapi -- generate`");
        }
    }
}

#[test]
fn the_committed_page_of_problems_is_what_the_catalogue_makes() {
    assert!(committed("docs/problems.md") == openapi::problems(), "docs/problems.md is stale");
}

#[test]
fn the_lint_finds_nothing() {
    for edition in Edition::ALL {
        let findings = openapi::lint::findings(&parsed(edition));
        assert!(findings.is_empty(), "{}: {findings:#?}", edition.name());
    }
}

#[test]
fn the_live_edition_is_the_sandbox_without_its_own_operations() {
    let (sandbox, live) = (parsed(Edition::Sandbox), parsed(Edition::Live));
    let paths = |document: &Value| -> BTreeSet<String> {
        document["paths"].as_object().expect("a document has paths").keys().cloned().collect()
    };
    let (all, kept) = (paths(&sandbox), paths(&live));
    assert!(kept.is_subset(&all));
    let gone: Vec<&String> = all.difference(&kept).collect();
    assert!(
        !gone.is_empty() && gone.iter().all(|path| path.contains("/sandbox") || *path == "/oauth2/register")
    );
    for path in &kept {
        assert_eq!(sandbox["paths"][path], live["paths"][path], "{path} differs between the editions");
    }
}

#[test]
fn the_document_is_openapi_3_1_and_names_every_scope_it_asks_for() {
    let document = parsed(Edition::Sandbox);
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let scopes = &document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"];
    for (id, operation) in operations(&document) {
        for requirement in operation["security"].as_array().into_iter().flatten() {
            for scope in requirement["oauth2"].as_array().into_iter().flatten() {
                let known = scope.as_str().is_some_and(|scope| scopes[scope].is_string());
                assert!(known, "{id} asks for {scope}, which is not described");
            }
        }
    }
}
