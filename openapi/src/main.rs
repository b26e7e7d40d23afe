//! `openapi generate` writes the committed documents; `openapi check` fails where they are not what the code says.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use openapi::{Edition, files, lint, problems};

fn main() -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let wrong = match mode.as_str() {
        "generate" => generate(),
        "check" => check(),
        _ => vec!["usage: openapi generate | openapi check".to_owned()],
    };
    wrong.iter().for_each(|finding| eprintln!("{finding}"));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every generated file with its content.
fn generated() -> Vec<(PathBuf, String)> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let documents = Edition::ALL.into_iter().flat_map(files);
    let mut all: Vec<_> = documents.map(|(name, text)| (docs.join("openapi").join(name), text)).collect();
    all.push((docs.join("problems.md"), problems()));
    all
}

fn generate() -> Vec<String> {
    let written = generated().into_iter().filter_map(|(path, text)| {
        fs::write(&path, text).err().map(|error| format!("{}: {error}", path.display()))
    });
    written.chain(linted()).collect()
}

fn check() -> Vec<String> {
    let stale = generated()
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(path).is_ok_and(|held| held == *text).eq(&false));
    let stale =
        stale.map(|(path, _)| format!("{} is not what the code says; run `cargo document`", path.display()));
    stale.chain(linted()).collect()
}

fn linted() -> Vec<String> {
    let documents = Edition::ALL.map(openapi::document);
    let values = documents.iter().map(|document| serde_json::to_value(document).expect("a document is JSON"));
    values.flat_map(|document| lint::findings(&document)).collect()
}
