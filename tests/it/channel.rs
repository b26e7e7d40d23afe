//! What the channel says of itself, and the headers that every answer carries.

use reqwest::Method;
use serde_json::Value;
use tests::{Answer, Client, Engine, Program, client::text, on_both_engines};

fn stranger(engine: Engine) -> Option<Client> {
    Some(Program::shared(engine)?.client())
}

fn words(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).expect("the answer is text")
}

async fn a_running_gateway_lives_and_is_ready(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    for path in ["/livez", "/readyz"] {
        let answer = client.get(path).await;
        assert_eq!((answer.status.as_u16(), words(&answer).as_str()), (200, "ok"));
    }
}

async fn the_metrics_count_requests(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    client.get("/v1/limits").await.expect(200);
    let answer = client.get("/metrics").await;
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    let metrics = words(&answer);
    assert!(metrics.contains("http_request_duration_seconds_bucket"), "{metrics}");
    assert!(metrics.lines().any(|line| line.contains("/v1/limits") && !line.ends_with(" 0")), "{metrics}");
}

async fn the_status_tells_mode_version_and_parts(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let status = client.get("/v1/status").await.expect(200);
    assert_eq!(status["mode"], "sandbox");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert!(text(&status["rules_digest"]).starts_with("sha-256:"));
    let parts = status["components"].as_array().expect("parts");
    assert!(parts.len() >= 2 && parts.iter().all(|part| part["status"] == "up"), "{status}");
}

async fn the_limits_are_published_and_cached_by_etag(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let first = client.get("/v1/limits").await;
    let tag = first.header("etag").to_owned();
    assert_eq!(first.expect(200)["json_depth"], 32);
    let again = client.request(Method::GET, "/v1/limits").header("If-None-Match", tag);
    assert_eq!(client.send(again).await.status.as_u16(), 304);
}

async fn the_served_documents_are_the_committed_bytes(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let json = client.get("/openapi.json").await;
    assert!(json.bytes == include_bytes!("../../docs/openapi/sandbox.json"));
    assert_eq!(json.header("content-type"), "application/json");
    let yaml = client.get("/openapi.yaml").await;
    assert!(yaml.bytes == include_bytes!("../../docs/openapi/sandbox.yaml"));
}

async fn every_place_that_the_api_catalogue_names_answers(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let answer = client.get("/.well-known/api-catalog").await;
    assert_eq!(answer.header("content-type"), "application/linkset+json");
    let linkset = &answer.json()["linkset"][0];
    for relation in ["service-desc", "service-doc", "status"] {
        let target = text(&linkset[relation][0]["href"]);
        let response = client.http().get(&target).send().await.expect("the gateway answers");
        assert_eq!(response.status().as_u16(), 200, "{target}");
    }
}

async fn the_security_contact_is_named_and_in_force(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let answer = words(&client.get("/.well-known/security.txt").await);
    for field in ["Contact: ", "Expires: ", "Preferred-Languages: ru, en", "Canonical: "] {
        assert!(answer.contains(field), "{field} is missing in\n{answer}");
    }
}

async fn the_first_page_speaks_both_languages(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    for (asked, tag, word) in
        [("ru", "ru", "Первый запрос"), ("en-GB", "en", "First call"), ("de", "ru", "Состояние")]
    {
        let page = client.send(client.request(Method::GET, "/").header("Accept-Language", asked)).await;
        assert_eq!(page.header("content-language"), tag);
        assert!(words(&page).contains(word));
        assert_no_remote_assets(&words(&page));
    }
}

/// No script, style, picture or font of a page comes from elsewhere.
#[track_caller]
fn assert_no_remote_assets(page: &str) {
    for tag in page
        .split('<')
        .filter(|tag| ["script", "link", "img", "iframe"].iter().any(|name| tag.starts_with(name)))
    {
        assert!(!tag.contains("://") && !tag.contains("=\"//"), "<{tag}");
    }
}

async fn swagger_ui_is_served_whole_without_remote_assets(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let fetch = async |path: &str| {
        let response = client.http().get(format!("{}{path}", client.base_url())).send().await;
        let response = response.expect("the gateway answers");
        assert_eq!(response.status().as_u16(), 200, "{path}");
        response.text().await.expect("the page is text")
    };
    let page = fetch("/docs/").await;
    assert_no_remote_assets(&page);
    let named = page.split('"').filter(|part| part.ends_with(".js") || part.ends_with(".css"));
    let assets: Vec<&str> = named.map(|part| part.trim_start_matches("./")).collect();
    assert!(assets.len() >= 4, "{page}");
    for asset in assets {
        assert!(!fetch(&format!("/docs/{asset}")).await.is_empty());
    }
    assert!(fetch("/docs/swagger-initializer.js").await.contains("/openapi.json"));
}

async fn a_harmless_request_id_is_echoed(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let ask = |id: &str| client.request(Method::GET, "/v1/nothing-here").header("X-Request-Id", id);
    let answer = client.send(ask("order-17.b_2")).await;
    assert_eq!(answer.header("x-request-id"), "order-17.b_2");
    assert_eq!(answer.problem(404, "not-found")["request_id"], "order-17.b_2");
    for harmful in ["a b", "<script>", "x\u{9}y", &"x".repeat(65)] {
        let answer = client.send(ask(harmful)).await;
        let given = answer.header("x-request-id").to_owned();
        assert!(given != harmful && given.len() == 26, "{given}");
    }
}

async fn every_request_gets_an_id_of_its_own(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    let (first, second) = (client.get("/livez").await, client.get("/livez").await);
    assert!(!first.header("x-request-id").is_empty());
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

async fn a_traceparent_is_accepted_whatever_it_says(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    for trace in ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-0-0-00", "nonsense"] {
        let request = client.request(Method::GET, "/v1/limits").header("traceparent", trace);
        client.send(request).await.expect(200);
    }
}

async fn every_answer_carries_the_security_headers(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    for path in ["/", "/livez", "/v1/services", "/v1/businesses", "/v1/nothing-here", "/problems/not-found"] {
        let answer = client.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert!(answer.header("server").is_empty() && answer.header("x-powered-by").is_empty());
    }
}

async fn an_answer_about_a_business_is_never_cached_by_others(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let client = program.client().register("cache").await;
    let answer = client.get("/v1/businesses").await;
    let rule = answer.header("cache-control");
    assert!(rule.contains("no-store") || rule.contains("private"), "{rule}");
}

fn remaining(answer: &Answer) -> (String, u32) {
    let field = answer.header("ratelimit");
    let (name, rest) = field.split_once(";r=").unwrap_or_else(|| panic!("`{field}` is no RateLimit"));
    let figure = rest.split(';').next().unwrap_or_default();
    (name.to_owned(), figure.parse().expect("a figure"))
}

async fn the_rate_of_an_application_counts_down(engine: Engine) {
    let slow = [("SHLYUZ_LIMITS__APPLICATION_PER_SECOND", "1"), ("SHLYUZ_LIMITS__APPLICATION_BURST", "40")];
    let Some(program) = Program::start_with(engine, &slow) else { return };
    let client = program.client().register("counted").await;
    let first = client.get("/v1/businesses").await;
    assert_eq!(first.header("ratelimit-policy"), "\"application\";q=40;w=40");
    let (name, before) = remaining(&first);
    assert_eq!((name.as_str(), before), ("\"application\"", 39));
    let mut least = before;
    for _ in 0..10 {
        least = remaining(&client.get("/v1/businesses").await).1;
    }
    assert!(least < before - 5, "{before} became {least}");
}

async fn the_rate_of_a_stranger_is_counted_by_address(engine: Engine) {
    let slow = [("SHLYUZ_LIMITS__ANONYMOUS_PER_SECOND", "1"), ("SHLYUZ_LIMITS__ANONYMOUS_BURST", "20")];
    let Some(program) = Program::start_with(engine, &slow) else { return };
    let client = program.client();
    let (name, first) = remaining(&client.get("/v1/limits").await);
    let (_, second) = remaining(&client.get("/v1/limits").await);
    assert_eq!((name.as_str(), first - second), ("\"anonymous\"", 1));
    let bad = client.with_token("nonsense");
    for _ in 0..40 {
        bad.get("/v1/businesses").await;
    }
    bad.get("/v1/businesses").await.problem(429, "rate-limited");
    client.get("/livez").await;
}

async fn an_unknown_path_and_a_wrong_method_are_problems(engine: Engine) {
    let Some(client) = stranger(engine) else { return };
    for path in ["/nothing", "/v1", "/v1/services/x/y/z", "/v2/services", "/problems/no-such-problem"] {
        client.get(path).await.problem(404, "not-found");
    }
    let answer = client.send(client.request(Method::DELETE, "/v1/services")).await;
    assert_eq!(answer.header("allow"), "GET");
    let problem: Value = answer.problem(405, "method-not-allowed");
    assert_eq!(problem["instance"], "/v1/services");
}

on_both_engines! {
    a_running_gateway_lives_and_is_ready,
    the_metrics_count_requests,
    the_status_tells_mode_version_and_parts,
    the_limits_are_published_and_cached_by_etag,
    the_served_documents_are_the_committed_bytes,
    every_place_that_the_api_catalogue_names_answers,
    the_security_contact_is_named_and_in_force,
    the_first_page_speaks_both_languages,
    swagger_ui_is_served_whole_without_remote_assets,
    a_harmless_request_id_is_echoed,
    every_request_gets_an_id_of_its_own,
    a_traceparent_is_accepted_whatever_it_says,
    every_answer_carries_the_security_headers,
    an_answer_about_a_business_is_never_cached_by_others,
    the_rate_of_an_application_counts_down,
    the_rate_of_a_stranger_is_counted_by_address,
    an_unknown_path_and_a_wrong_method_are_problems,
}
