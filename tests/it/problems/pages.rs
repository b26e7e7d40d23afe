//! The `type` of each problem leads to a page about it.

use api::problem::Code;
use domain::text::Language;
use reqwest::Method;
use strum::VariantArray;
use tests::{Answer, Client, Engine, Program, on_both_engines};

async fn page(client: &Client, path: &str, language: Language) -> (Answer, String) {
    let answer =
        client.send(client.request(Method::GET, path).header("Accept-Language", language.tag())).await;
    let text = String::from_utf8(answer.bytes.clone()).expect("a page is text");
    (answer, text)
}

/// As the page writes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

async fn every_problem_has_a_page_in_both_languages(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let client = program.client();
    for code in Code::VARIANTS {
        let row = code.row();
        for language in [Language::Ru, Language::En] {
            let (answer, text) = page(&client, &format!("/problems/{}", row.slug), language).await;
            assert_eq!(answer.status.as_u16(), 200, "{}", row.slug);
            assert!(answer.header("content-type").starts_with("text/html"));
            assert_eq!(answer.header("content-language"), language.tag());
            for part in [row.title_in(language), row.mend_in(language), row.slug] {
                assert!(text.contains(&escaped(part)), "{} lacks `{part}`:\n{text}", row.slug);
            }
        }
    }
}

async fn the_list_of_problems_names_each(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let (_, text) = page(&program.client(), "/problems", Language::En).await;
    for code in Code::VARIANTS {
        assert!(text.contains(&format!("/problems/{}\"", code.slug())), "{}", code.slug());
    }
}

on_both_engines! {
    every_problem_has_a_page_in_both_languages,
    the_list_of_problems_names_each,
}
