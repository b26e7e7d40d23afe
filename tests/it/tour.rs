//! The tour of README.md, run word for word by a shell against the running program.

use std::process::{Command, Output, Stdio};

use tests::{
    Engine, Program,
    pages::{blocks, page, root},
    program::binary,
};

#[test]
fn the_tour_leads_to_a_decision_and_a_valid_receipt_on_sqlite() {
    leads_to_a_decision(Engine::Sqlite);
}

#[test]
fn the_tour_leads_to_a_decision_and_a_valid_receipt_on_postgres() {
    leads_to_a_decision(Engine::Postgres);
}

fn leads_to_a_decision(engine: Engine) {
    let Some(program) = Program::start(engine) else { return };
    let tour = tour(&program);
    let said = String::from_utf8_lossy(&tour.stdout);
    let complained = String::from_utf8_lossy(&tour.stderr);
    assert!(tour.status.success(), "{}: {said}\n{complained}", tour.status);
    for (step, sign) in [
        ("the services are listed", r#""code":"register-extract""#),
        ("the search finds the service", r#"{"best":{"kind":"service","code":"tax-balance-certificate""#),
        ("the form is a schema", "https://json-schema.org/draft/2020-12/schema"),
        ("the draft is kept", r#""state":"draft""#),
        ("the mistake is refused", r#""code":"validation-failed""#),
        ("its place is named", r#""pointer":"/form/delivery""#),
        ("its mending is named", r#""allowed":["electronic","post"]"#),
        ("preflight lets the mended one pass", r#""lodgeable":true"#),
        ("it is lodged", r#""state":"lodged""#),
        ("the feed tells the decision", r#""type":"submission.granted""#),
        ("the status is the decision", r#""state":"granted""#),
        ("the receipt is for the document", "document: the same\n"),
    ] {
        assert!(said.contains(sign), "{step}: no {sign} in\n{said}\n{complained}");
    }
    assert!(said.ends_with("\nvalid\n"), "{said}");
    assert_eq!(complained, "", "nothing is complained of");
}

#[test]
fn the_tour_may_be_taken_twice() {
    let program = Program::start(Engine::Sqlite).expect("SQLite is built in");
    for time in ["first", "second"] {
        let tour = tour(&program);
        assert!(tour.status.success(), "the {time} time: {}", String::from_utf8_lossy(&tour.stderr));
        assert!(tour.stdout.ends_with(b"\nvalid\n"), "the {time} time");
        // Its keys are drawn from the clock, second by second.
        std::thread::sleep(std::time::Duration::from_millis(1100));
    }
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = readme();
    assert_eq!(blocks(&readme, "sh start"), ["cargo run --release"]);
    for command in ["`cargo run --release`", "`cargo test --workspace`"] {
        assert!(readme.contains(command), "{command}");
    }
}

#[test]
fn the_readme_links_to_what_is_there() {
    let readme = readme();
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local: Vec<&str> = links.filter(|link| !link.starts_with("http")).collect();
    assert!(local.len() > 5, "{local:?}");
    for link in local {
        assert!(root().join(link).exists(), "{link} is not there");
    }
}

/// Runs every block of the tour but the start, one after the other in one shell, as a reader does in a terminal.
fn tour(program: &Program) -> Output {
    let script = blocks(&readme(), "sh").join("\n");
    let elsewhere = tempfile::tempdir().expect("a temporary directory can be made");
    Command::new("sh")
        .args(["-eu", "-c", &script])
        .current_dir(elsewhere.path())
        .env("SHLYUZ_DATA_DIR", program.data())
        .env("SHLYUZ", binary())
        .env("TMPDIR", elsewhere.path())
        .env_remove("http_proxy")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .expect("sh starts")
}

fn readme() -> String {
    page("README.md")
}
