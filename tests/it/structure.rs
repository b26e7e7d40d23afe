//! The arrows and the rules of docs/ARCHITECTURE.md, asserted from what cargo says and from the sources themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

mod sources;

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stands in the repository")
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let text = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
        serde_json::from_str(&text).expect("cargo metadata is JSON")
    })
}

fn package(name: &str) -> &'static Value {
    let packages = metadata()["packages"].as_array().expect("a workspace has packages");
    packages.iter().find(|package| package["name"] == name).unwrap_or_else(|| panic!("no package {name}"))
}

fn members() -> BTreeSet<&'static str> {
    let packages = metadata()["packages"].as_array().expect("a workspace has packages");
    packages.iter().filter_map(|package| package["name"].as_str()).collect()
}

/// The workspace's crates that a crate depends on outside its tests: name, and whether the dependency is optional.
fn arrows(name: &str) -> BTreeMap<&'static str, bool> {
    let declared = package(name)["dependencies"].as_array().expect("a package lists its dependencies");
    let members = members();
    let normal = declared.iter().filter(|dependency| dependency["kind"].is_null());
    let named = normal.filter_map(|dependency| Some((dependency["name"].as_str()?, dependency)));
    named
        .filter(|(name, _)| members.contains(name))
        .map(|(name, dependency)| (name, dependency["optional"] == true))
        .collect()
}

fn only(names: &[(&'static str, bool)]) -> BTreeMap<&'static str, bool> {
    names.iter().copied().collect()
}

/// Every crate that is compiled into a selection, tests left out.
fn tree(selection: &[&str]) -> BTreeSet<String> {
    let mut arguments = vec!["tree", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"];
    arguments.extend(selection);
    let text = cargo(&arguments);
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[track_caller]
fn holds_none_of(tree: &BTreeSet<String>, banned: &[&str]) {
    assert!(tree.len() > 1, "cargo tree named nothing: {tree:?}");
    let found: Vec<&String> =
        tree.iter().filter(|name| banned.iter().any(|start| name.starts_with(start))).collect();
    assert!(found.is_empty(), "these must not be reached: {found:?}");
}

#[test]
fn the_workspace_has_the_seven_rooms_and_no_other() {
    let rooms = ["api", "domain", "examples", "openapi", "persistence", "sandbox", "tests"];
    assert_eq!(members(), rooms.into_iter().collect());
}

#[test]
fn domain_depends_on_no_other_room() {
    assert_eq!(arrows("domain"), only(&[]));
}

#[test]
fn domain_reaches_no_database_no_http_and_no_runtime() {
    let reached = tree(&["-p", "domain", "--all-features"]);
    holds_none_of(&reached, &["actix", "diesel", "reqwest", "hyper", "tokio", "pq-sys", "libsqlite3"]);
}

#[test]
fn persistence_depends_on_domain_alone() {
    assert_eq!(arrows("persistence"), only(&[("domain", false)]));
}

#[test]
fn sandbox_depends_on_domain_alone() {
    assert_eq!(arrows("sandbox"), only(&[("domain", false)]));
}

#[test]
fn openapi_depends_on_api_alone() {
    assert_eq!(arrows("openapi"), only(&[("api", false)]));
}

#[test]
fn examples_are_strangers_to_every_room() {
    assert_eq!(arrows("examples"), only(&[]));
}

#[test]
fn the_adapters_come_to_api_only_with_the_feature_server() {
    assert_eq!(arrows("api"), only(&[("domain", false), ("persistence", true), ("sandbox", true)]));
    let features = &package("api")["features"];
    for (feature, turned_on) in features.as_object().expect("a package lists its features") {
        let adapters = ["dep:persistence", "dep:sandbox"];
        let names = turned_on.as_array().into_iter().flatten().filter_map(Value::as_str);
        let found: Vec<&str> = names.filter(|name| adapters.contains(name)).collect();
        let expected = if feature == "server" { adapters.to_vec() } else { Vec::new() };
        assert_eq!(found, expected, "the feature {feature}");
    }
}

#[test]
fn the_api_library_is_compiled_without_a_database() {
    let reached = tree(&["-p", "api", "--no-default-features"]);
    holds_none_of(&reached, &["diesel", "persistence", "sandbox", "pq-sys", "libsqlite3"]);
}

#[test]
fn the_document_is_made_without_a_database() {
    let reached = tree(&["-p", "openapi"]);
    holds_none_of(&reached, &["diesel", "persistence", "sandbox", "pq-sys", "libsqlite3"]);
}

#[test]
fn the_program_needs_the_feature_server() {
    let targets = package("api")["targets"].as_array().expect("a package lists its targets");
    let program = targets.iter().find(|target| target["name"] == "shlyuz").expect("api has the program");
    assert_eq!(program["required-features"], serde_json::json!(["server"]));
}

#[test]
fn the_top_level_holds_only_what_the_architecture_names() {
    const ROOMS: [&str; 8] =
        ["api", "docs", "domain", "examples", "openapi", "persistence", "sandbox", "tests"];
    const FILES: [&str; 11] = [
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "Dockerfile",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "clippy.toml",
        "deny.toml",
        "rust-toolchain.toml",
        "rustfmt.toml",
    ];
    // Made by running, and kept out of the repository by .gitignore.
    const MADE: [&str; 2] = ["data", "target"];
    let entries = fs::read_dir(root()).expect("the repository can be listed").flatten();
    let strangers: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .filter(|name| !ROOMS.iter().chain(&FILES).chain(&MADE).any(|known| known == name))
        .collect();
    assert!(strangers.is_empty(), "not named in docs/ARCHITECTURE.md: {strangers:?}");
    for needed in ROOMS.iter().chain(&["Cargo.toml", "LICENSE"]) {
        assert!(root().join(needed).exists(), "{needed} is mandated");
    }
}

#[test]
fn what_running_makes_is_kept_out_of_the_repository() {
    let ignored = fs::read_to_string(root().join(".gitignore")).expect(".gitignore is there");
    for made in ["/target", "/data"] {
        assert!(ignored.lines().any(|line| line == made), "{made} is not ignored");
    }
}

/// Every Rust file below a directory of the repository.
fn rust_files(below: &[&str]) -> Vec<PathBuf> {
    let mut waiting: Vec<PathBuf> = below.iter().map(|name| root().join(name)).collect();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a directory can be listed").flatten();
            waiting.extend(entries.map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    assert!(!found.is_empty(), "no sources below {below:?}");
    found.sort();
    found
}
