//! The table of traceability: each duty of the standard, the operations that serve it, and the tests that show it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use openapi::Edition;
use serde::Deserialize;

use super::{committed, operations, parsed};

/// One row of `traceability.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    state: String,
    #[serde(default)]
    operations: Vec<String>,
    #[serde(default)]
    tests: Vec<String>,
    #[serde(default)]
    missing: Option<String>,
}

/// Every duty of the standard with its text, from all its groups.
fn duties() -> BTreeMap<String, String> {
    let text = committed("docs/standard/obligations.yaml");
    let groups: BTreeMap<String, BTreeMap<String, String>> =
        yaml_serde::from_str(&text).expect("obligations.yaml is YAML, no duty twice in a group");
    let listed: usize = groups.values().map(BTreeMap::len).sum();
    let duties: BTreeMap<String, String> = groups.into_values().flatten().collect();
    assert_eq!(duties.len(), listed, "a duty stands in two groups of obligations.yaml");
    duties
}

fn rows() -> BTreeMap<String, Row> {
    let text = committed("docs/standard/traceability.yaml");
    yaml_serde::from_str(&text).expect("traceability.yaml is YAML of the shape that its head describes")
}

/// The keys of the table as they are written: a map that is parsed cannot show a key given twice.
fn written_keys() -> Vec<String> {
    let text = committed("docs/standard/traceability.yaml");
    let heads = text.lines().filter(|line| !line.starts_with([' ', '#', '-']) && line.ends_with(':'));
    heads.map(|line| line.trim_end_matches(':').trim_matches(['"', '\'']).to_owned()).collect()
}

/// Which operations name which clause in the document.
fn named_clauses() -> BTreeSet<(String, String)> {
    let mut named = BTreeSet::new();
    for edition in Edition::ALL {
        for (id, operation) in operations(&parsed(edition)) {
            for clause in operation["x-standard"].as_array().expect("the lint asks for clauses") {
                named.insert((clause.as_str().expect("a clause is text").to_owned(), id.clone()));
            }
        }
    }
    named
}

#[test]
fn every_duty_is_listed_exactly_once() {
    let written = written_keys();
    let unique: BTreeSet<String> = written.iter().cloned().collect();
    assert_eq!(written.len(), unique.len(), "traceability.yaml lists a duty twice");
    let duties: BTreeSet<String> = duties().into_keys().collect();
    assert_eq!(unique, rows().into_keys().collect(), "the keys are not read as they are written");
    let (missing, foreign): (Vec<_>, Vec<_>) =
        (duties.difference(&unique).collect(), unique.difference(&duties).collect());
    assert!(missing.is_empty() && foreign.is_empty(), "not listed: {missing:?}; no duty: {foreign:?}");
}

#[test]
fn every_clause_that_an_operation_names_is_a_duty() {
    let duties = duties();
    let unknown: Vec<_> =
        named_clauses().into_iter().filter(|(clause, _)| !duties.contains_key(clause)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_table_lists_an_operation_where_the_operation_names_the_clause() {
    let named = named_clauses();
    let listed: BTreeSet<(String, String)> = rows()
        .into_iter()
        .flat_map(|(clause, row)| row.operations.into_iter().map(move |id| (clause.clone(), id)))
        .collect();
    let unlisted: Vec<_> = named.difference(&listed).collect();
    let unnamed: Vec<_> = listed.difference(&named).collect();
    assert!(unlisted.is_empty(), "named by the operation, not in traceability.yaml: {unlisted:?}");
    assert!(unnamed.is_empty(), "in traceability.yaml, not named by the operation: {unnamed:?}");
}

#[test]
fn every_state_agrees_with_what_its_row_holds() {
    for (clause, row) in rows() {
        let Row { state, operations, tests, missing } = row;
        let says_what_is_missing = missing.is_some_and(|text| !text.trim().is_empty());
        match state.as_str() {
            "served" => {
                assert!(!operations.is_empty() && !says_what_is_missing, "{clause} is not served whole")
            }
            "partly" => assert!(!operations.is_empty() && says_what_is_missing, "{clause}: partly, but how?"),
            "planned" => {
                let empty = operations.is_empty() && tests.is_empty();
                assert!(empty && says_what_is_missing, "{clause} is planned, yet something serves it");
            }
            other => panic!("{clause}: {other} is no state"),
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let known = test_functions();
    for (clause, row) in rows() {
        for test in row.tests {
            let name = test.rsplit("::").next().unwrap_or(&test);
            assert!(known.contains(name), "{clause}: there is no test {test}");
        }
    }
}

/// The names of all functions in the workspace's Rust files that could be tests.
fn test_functions() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeSet::new();
    for place in
        ["tests/it", "api/src", "domain/src", "persistence/src", "openapi/src", "sandbox/src", "examples/src"]
    {
        collect(&root.join(place), &mut found);
    }
    assert!(found.contains("every_test_that_is_named_exists"));
    found
}

fn collect(directory: &Path, found: &mut BTreeSet<String>) {
    let entries =
        std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source file is text");
            found.extend(text.lines().filter_map(function_name));
        }
    }
}

fn function_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    // The contract of the store is shared by both engines' modules.
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let after = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
    after.split(['(', '<']).next().map(str::to_owned)
}
