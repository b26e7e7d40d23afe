//! What must not stand in the sources, and how long they may be.

use std::{fs, path::Path};

use super::{root, rust_files};

/// The crates that make the product.
const PRODUCT: [&str; 5] = ["api", "domain", "openapi", "persistence", "sandbox"];

const FILE_LINES: usize = 400;
const ROUTE_LINES: usize = 22;
const FUNCTION_LINES: usize = 40;

/// Functions above their limit, with the length that each may have at most. This list may only shrink; the lists of
/// mounted routes are no code to read and are left out altogether.
const LONG_FUNCTIONS: [(&str, &str, usize); 8] = [
    ("api/src/bin/shlyuz/wiring.rs", "assemble", 45),
    ("api/src/models/submission.rs", "from", 49),
    ("domain/src/catalogue/explain.rs", "explain", 54),
    ("domain/src/submission/decide.rs", "conclude", 49),
    ("domain/src/submission/next_step.rs", "next_step", 55),
    ("persistence/src/rows/submission.rs", "new", 43),
    ("persistence/src/rows/submission.rs", "try_from", 43),
    ("tests/it/store/units.rs", "a_full_queue_refuses_at_once", 43),
];

/// Where the mounted routes are listed.
const MOUNTS: [(&str, &str); 3] = [
    ("api/src/routes/mod.rs", "mount"),
    ("api/src/routes/mod.rs", "version_1"),
    ("api/src/routes/requirements/mod.rs", "mount"),
];

/// Where the clock is read and ids are drawn: the wiring, and what it makes.
const WIRING: [&str; 4] = [
    "api/src/bin/shlyuz/clock.rs",
    "api/src/bin/shlyuz/wiring.rs",
    "api/src/gateway.rs",
    "api/src/bin/shlyuz/applications.rs",
];

/// A file with the lines that are product, not tests in the same file.
struct Source {
    path: String,
    lines: Vec<String>,
}

fn sources(below: &[&str]) -> Vec<Source> {
    let read = |path: &Path| {
        let text = fs::read_to_string(path).expect("a source is text");
        let path = path.strip_prefix(root()).expect("a source stands in the repository");
        Source { path: path.to_string_lossy().into_owned(), lines: text.lines().map(str::to_owned).collect() }
    };
    rust_files(below).iter().map(|path| read(path)).collect()
}

/// Whether the whole file exists for tests only.
fn is_test_file(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.contains("/matrix/")
}

/// The places where one of the needles stands outside comments and tests.
fn found(below: &[&str], needles: &[&str]) -> Vec<String> {
    let mut places = Vec::new();
    for source in sources(below).iter().filter(|source| !is_test_file(&source.path)) {
        let product = source.lines.iter().take_while(|line| line.trim() != "#[cfg(test)]");
        for (number, line) in product.enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if !is_comment && needles.iter().any(|needle| line.contains(needle)) {
                places.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    places
}

#[test]
fn every_route_is_mounted_with_its_documentation() {
    let ways =
        [".route(", "web::resource", "web::scope", "web::to(", "external_resource(", "default_service("];
    let undocumented = found(&["api/src"], &ways);
    assert!(undocumented.is_empty(), "served but not in the document: {undocumented:#?}");
}

/// A handler asks for a scope by the type of its caller, and its documentation names it by the same type.
#[test]
fn the_scope_that_is_told_is_the_scope_that_is_asked_for() {
    let mut handlers = 0;
    for source in sources(&["api/src/routes"]) {
        let text = source.lines.join("\n");
        for handler in text.split("#[utoipa::path(").skip(1) {
            let signature = handler.split(") -> ").next().expect("a split text has a first part");
            let told: Vec<&str> = between(signature, "= [", "::NAME]");
            let asked: Vec<&str> = between(signature, "Caller<", ">");
            assert_eq!(told, asked, "{}: {signature}", source.path);
            handlers += 1;
        }
    }
    assert!(handlers > 200, "the handlers are not found any more: {handlers}");
}

/// What stands between each pair of marks on one line.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    let ends = text.split(open).skip(1).filter_map(|rest| rest.split_once(close));
    ends.map(|(inner, _)| inner).filter(|inner| !inner.contains(|c: char| !c.is_alphanumeric())).collect()
}

#[test]
fn nothing_in_the_product_gives_up_without_a_reason() {
    let needles = [".unwrap()", "todo!(", "unimplemented!(", "dbg!(", "#[allow(", "#![allow("];
    let places = found(&PRODUCT, &needles);
    assert!(places.is_empty(), "write `expect(\"why it cannot fail\")` or return an error: {places:#?}");
}

#[test]
fn no_test_is_switched_off() {
    let places = found(&["api", "domain", "openapi", "persistence", "sandbox", "examples"], &["#[ignore"]);
    assert!(places.is_empty(), "{places:#?}");
}

#[test]
fn the_clock_is_read_and_ids_are_drawn_in_the_wiring_alone() {
    let needles = [
        "SystemTime::now",
        "Timestamp::now",
        "Zoned::now",
        "Utc::now",
        "Ulid::new",
        "Ulid::generate",
        "Uuid::new",
        "SystemRandom::new",
    ];
    let elsewhere: Vec<String> = found(&PRODUCT, &needles)
        .into_iter()
        .filter(|place| !WIRING.iter().any(|file| place.starts_with(file)))
        .collect();
    assert!(elsewhere.is_empty(), "time and ids are arguments (rule 6): {elsewhere:#?}");
}

#[test]
fn only_the_store_speaks_sql() {
    let places = found(&["api", "domain", "openapi", "sandbox"], &["diesel::", "sql_query", "PgConnection"]);
    assert!(places.is_empty(), "SQL lives in persistence (rule 9): {places:#?}");
}

#[test]
fn no_list_is_paged_by_offset() {
    let places = found(&["persistence/src"], &[".offset("]);
    assert!(places.is_empty(), "keyset lists, never OFFSET (rule 9): {places:#?}");
}

#[test]
fn files_are_short_enough_to_read() {
    let all = sources(&["api", "domain", "openapi", "persistence", "sandbox", "tests"]);
    let too_long = all.iter().filter(|source| source.lines.len() > FILE_LINES);
    let too_long: Vec<String> =
        too_long.map(|source| format!("{}: {} lines", source.path, source.lines.len())).collect();
    assert!(too_long.is_empty(), "split them, {FILE_LINES} lines at most: {too_long:#?}");
}

#[test]
fn functions_are_short_enough_to_read() {
    let mut too_long = Vec::new();
    for source in sources(&["api", "domain", "openapi", "persistence", "sandbox", "tests"]) {
        for (name, length) in functions(&source.lines) {
            let limit = limit_of(&source.path, &name);
            if length > limit {
                too_long.push(format!("{} {name}: {length} lines, {limit} at most", source.path));
            }
        }
    }
    assert!(too_long.is_empty(), "split them; LONG_FUNCTIONS may only shrink: {too_long:#?}");
}

#[test]
fn the_list_of_exceptions_holds_nothing_that_was_mended() {
    let all = sources(&["api", "domain", "openapi", "persistence", "sandbox", "tests"]);
    let is_long = |(path, name, _): &&(&str, &str, usize)| {
        let limit = if path.starts_with("api/src/routes/") { ROUTE_LINES } else { FUNCTION_LINES };
        let source = all.iter().find(|source| source.path == *path);
        let found = source.map(|source| functions(&source.lines)).unwrap_or_default();
        found.iter().any(|(found, length)| found == name && *length > limit)
    };
    let mended: Vec<_> = LONG_FUNCTIONS.iter().filter(|entry| !is_long(entry)).collect();
    assert!(mended.is_empty(), "take them out of LONG_FUNCTIONS: {mended:?}");
}

fn limit_of(path: &str, name: &str) -> usize {
    if MOUNTS.contains(&(path, name)) || is_test_file(path) && !path.starts_with("tests/") {
        return usize::MAX;
    }
    let entry = LONG_FUNCTIONS.iter().find(|(file, function, _)| *file == path && *function == name);
    match entry {
        Some((_, _, most)) => *most,
        None if path.starts_with("api/src/routes/") => ROUTE_LINES,
        None => FUNCTION_LINES,
    }
}

/// Every function with its length from `fn` to the closing brace; rustfmt puts both at the same indentation.
fn functions(lines: &[String]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        // A signature ends with the body's brace; a function on one line or without a body is short.
        let signature = lines.iter().skip(start).find(|line| line.ends_with(['{', ';', '}']));
        if !signature.is_some_and(|line| line.ends_with('{')) {
            continue;
        }
        let indentation = line.len() - line.trim_start().len();
        let closing = format!("{}}}", " ".repeat(indentation));
        let end = lines.iter().skip(start).position(|line| *line == closing);
        found.push((name.to_owned(), end.map_or(lines.len(), |end| end + 1)));
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for prefix in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    let rest = rest.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}
