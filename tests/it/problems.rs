//! Every problem of the catalogue, provoked over HTTP, in both languages.

mod bodies;
mod ordinary;
mod pages;
mod troubled;
mod ungrounded;

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use api::problem::Code;
use domain::text::Language;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use strum::VariantArray;
use tests::Answer;

#[test]
fn every_problem_of_the_catalogue_is_provoked() {
    let catalogue: BTreeSet<&str> = Code::VARIANTS.iter().map(|code| code.slug()).collect();
    let provoked = ordinary::SLUGS.iter().chain(&troubled::SLUGS).copied();
    let known: BTreeSet<&str> = provoked.collect();
    let bare: Vec<_> = catalogue.difference(&known).collect();
    let gone: Vec<_> = known.difference(&catalogue).collect();
    assert!(bare.is_empty(), "no test provokes {bare:?}");
    assert!(gone.is_empty(), "the catalogue has no {gone:?} any more");
}

/// Holds a problem against its row of the catalogue, in a language.
#[track_caller]
fn holds(answer: &Answer, slug: &str, language: Language) -> Value {
    let code = Code::from_slug(slug).unwrap_or_else(|| panic!("the catalogue has no {slug}"));
    let problem = answer.json();
    assert_eq!(problem["code"], slug, "{problem:#}");
    assert_eq!(answer.status.as_u16(), code.status(), "{problem:#}");
    assert_eq!(problem["status"], code.status());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("content-language"), language.tag());
    assert_eq!(problem["title"], code.row().title_in(language), "{problem:#}");
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    let kind = problem["type"].as_str().unwrap_or_default();
    assert!(kind.ends_with(&format!("/problems/{slug}")), "{kind}");
    for member in ["detail", "instance", "support"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member} in {problem:#}");
    }
    for violation in problem["violations"].as_array().into_iter().flatten() {
        assert!(violation["fix"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{violation:#}");
    }
    if matches!(code.status(), 429 | 503) || slug == "request-in-progress" {
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{answer:?}");
        assert_eq!(problem["retry_after_s"].to_string(), answer.header("retry-after"));
    }
    problem
}

/// Sends bytes as they are and reads the answer until the gateway closes or falls silent for long.
async fn raw(base_url: &str, bytes: String) -> Answer {
    let address = base_url.trim_start_matches("http://").to_owned();
    let exchange = move || {
        let mut stream = TcpStream::connect(address).expect("the gateway listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a setting of the socket");
        stream.write_all(bytes.as_bytes()).expect("the gateway takes bytes");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the gateway closes the connection");
        parsed(&answer)
    };
    tokio::task::spawn_blocking(exchange).await.expect("the exchange does not panic")
}

fn parsed(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let head = std::str::from_utf8(&answer[..end]).expect("a head is text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status line");
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name: HeaderName = name.parse().expect("a header's name");
        headers.append(name, HeaderValue::from_str(value).expect("a header's value"));
    }
    Answer { status, headers, bytes: answer[end + 4..].to_vec() }
}
