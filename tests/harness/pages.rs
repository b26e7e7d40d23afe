//! The pages that people read, and the commands in them.

use std::{fs, path::Path};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests stands in the repository")
}

/// The text of a page by its path in the repository.
pub fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The fenced blocks of exactly this kind.
pub fn blocks(text: &str, kind: &str) -> Vec<String> {
    let opening = format!("```{kind}");
    let (mut found, mut open): (Vec<String>, Option<Vec<&str>>) = (Vec::new(), None);
    for line in text.lines() {
        match &mut open {
            Some(lines) if line == "```" => {
                found.push(lines.join("\n"));
                open = None;
            }
            Some(lines) => lines.push(line),
            None if line == opening => open = Some(Vec::new()),
            None => {}
        }
    }
    found
}
