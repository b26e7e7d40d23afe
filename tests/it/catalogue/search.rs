//! Search in one's own words: the best match to confirm where one is clearly ahead, else the three likeliest.

use serde_json::Value;
use tests::{Client, Program, client::text};

tests::on_programs! { shared:
    a_service_is_found_first_by_its_own_title
    a_clear_match_is_the_best_and_alone
    an_unclear_match_gives_at_most_three
    endings_and_order_do_not_matter
    english_words_find_the_same
    nothing_is_found_for_nonsense
    a_question_must_be_asked
}

async fn search(client: &Client, words: &str, language: &str) -> Value {
    let request = client.request(reqwest::Method::GET, "/v1/search").query(&[("q", words)]);
    client.send(request.header("Accept-Language", language)).await.expect(200)
}

fn found(outcome: &Value) -> Vec<String> {
    let best = outcome["best"].as_object().map(|hit| text(&hit["code"]));
    let candidates = outcome["candidates"].as_array().expect("a list").iter().map(|hit| text(&hit["code"]));
    best.into_iter().chain(candidates).collect()
}

/// How much better than the second the best must be to be proposed alone.
const CLEARLY_AHEAD: f64 = 1.5;

async fn a_service_is_found_first_by_its_own_title(program: &Program) {
    let client = program.client();
    let services = client.get("/v1/services").await.expect(200);
    for service in services["items"].as_array().expect("a list") {
        for language in ["ru", "en"] {
            let outcome = search(&client, &text(&service["title"][language]), language).await;
            assert_eq!(found(&outcome).first(), Some(&text(&service["code"])), "{outcome}");
            let scores: Vec<f64> = outcome["candidates"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|hit| hit["score"].as_f64())
                .collect();
            let close = scores.len() >= 2 && scores[0] < CLEARLY_AHEAD * scores[1];
            assert_eq!(outcome["best"].is_null(), close, "{outcome}");
        }
    }
}

async fn a_clear_match_is_the_best_and_alone(program: &Program) {
    let client = program.client();
    for (words, language, code) in [
        ("Регистрация контрольно-кассовой техники", "ru", "cash-register-registration"),
        ("касса", "ru", "cash-register-registration"),
        ("registration of a trade mark", "en", "trademark-registration"),
    ] {
        let outcome = search(&client, words, language).await;
        assert_eq!(outcome["best"]["code"], code, "{words}: {outcome}");
        assert_eq!(found(&outcome), [code], "{words}: {outcome}");
    }
}

async fn an_unclear_match_gives_at_most_three(program: &Program) {
    let outcome = search(&program.client(), "регистрация", "ru").await;
    assert_eq!(outcome["best"], Value::Null);
    let candidates = outcome["candidates"].as_array().expect("a list");
    assert!((2..=3).contains(&candidates.len()), "{outcome}");
    let scores: Vec<f64> = candidates.iter().filter_map(|hit| hit["score"].as_f64()).collect();
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{scores:?}");
}

async fn endings_and_order_do_not_matter(program: &Program) {
    let client = program.client();
    for words in ["поставить кассу на учёт", "учет касс поставить", "КАССА"]
    {
        let outcome = search(&client, words, "ru").await;
        assert_eq!(
            found(&outcome).first().map(String::as_str),
            Some("cash-register-registration"),
            "{words}"
        );
    }
}

async fn english_words_find_the_same(program: &Program) {
    let client = program.client();
    for (ru, en, code) in
        [("микрозаём", "microloan", "microloan"), ("открыть ИП", "become a sole trader", "ip-registration")]
    {
        for (words, language) in [(ru, "ru"), (en, "en")] {
            let outcome = search(&client, words, language).await;
            assert!(found(&outcome).iter().any(|hit| hit == code), "{words}: {outcome}");
        }
    }
}

async fn nothing_is_found_for_nonsense(program: &Program) {
    let outcome = search(&program.client(), "zzzqqq", "ru").await;
    assert_eq!(found(&outcome), [""; 0]);
}

async fn a_question_must_be_asked(program: &Program) {
    for query in ["", "?q=", "?q=a&colour=red"] {
        let answer = program.client().get(&format!("/v1/search{query}")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{query}: {}", answer.status);
    }
}
