//! The guides: the same commands in both languages, run word for word by a shell against a fresh sandbox each.

use std::{
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use serde_json::Value;
use tests::{
    Engine, Program,
    pages::{blocks, page, root},
    program::binary,
};

/// The guide whose first block the others begin with.
const FIRST: &str = "first-submission.md";

fn guides() -> Vec<String> {
    let listed = root().join("docs/en").read_dir().expect("docs/en is a folder");
    let names = listed.map(|entry| entry.expect("it can be read").file_name());
    names.map(|name| name.into_string().expect("UTF-8")).collect()
}

#[test]
fn both_languages_give_the_same_commands() {
    for guide in guides() {
        let of = |language: &str| blocks(&page(&format!("docs/{language}/{guide}")), "sh");
        assert_eq!(of("en"), of("ru"), "{guide}");
    }
}

#[test]
fn every_command_of_a_guide_works() {
    let beginning = blocks(&page(&format!("docs/en/{FIRST}")), "sh").swap_remove(0);
    let guides = guides();
    assert!(guides.len() > 10, "{guides:?}");
    for guide in guides {
        let text = page(&format!("docs/en/{guide}"));
        let own = blocks(&text, "sh").join("\n");
        let script = if guide == FIRST { own } else { format!("{beginning}\n{own}") };
        for code in problems(&run(&guide, &script)) {
            assert!(text.contains(&code), "{guide}: {code} comes unannounced");
        }
    }
}

/// What the commands print.
fn run(guide: &str, script: &str) -> String {
    let program = Program::start(Engine::Sqlite).expect("SQLite is built in");
    let elsewhere = tempfile::tempdir().expect("a temporary directory can be made");
    symlink(program.data(), elsewhere.path().join("data")).expect("a link can be made");
    let folder = binary().parent().expect("the program stands in a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let ran = Command::new("sh")
        .args(["-eu", "-c", script])
        .current_dir(elsewhere.path())
        .env("PATH", path)
        .env_remove("http_proxy")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .expect("sh starts");
    let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{guide}: {}: {printed}\n{complained}", ran.status);
    printed
}

/// The codes of the problems in it: a problem names its page.
fn problems(printed: &str) -> Vec<String> {
    let starts = printed.match_indices("{\"type\":\"").map(|(at, _)| &printed[at..]);
    let read = starts.filter_map(|text| serde_json::Deserializer::from_str(text).into_iter::<Value>().next());
    let codes = read.flatten().filter(|value| value["request_id"].is_string());
    codes.filter_map(|value| value["code"].as_str().map(str::to_owned)).collect()
}
