//! The catalogue for people: docs/problems.md and the pages behind the `type` URIs.

use std::fmt::Write as _;

use domain::text::Language;
use strum::VariantArray as _;

use super::Code;

/// docs/problems.md: every problem in both languages.
pub fn problems_markdown() -> String {
    let mut out = String::from(
        "# Problems\n\n\
         Generated from `api/src/problem/code.rs`; do not edit. Every problem is `application/problem+json`\n\
         (RFC 9457); its `type` is the address of a page with the text below. «Повтор» / “retry” says whether the\n\
         unchanged request may succeed later.\n\n\
         | status | code | problem | how to mend | retry |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for code in Code::VARIANTS {
        let row = code.row();
        let retry = if row.retryable { "yes" } else { "no" };
        let [title_ru, title_en] = row.title;
        let [mend_ru, mend_en] = row.mend;
        let _ = writeln!(
            out,
            "| {} | `{}` | {title_ru}<br>{title_en} | {mend_ru}<br>{mend_en} | {retry} |",
            row.status, row.slug
        );
    }
    out
}

/// The page behind one problem's `type`.
pub fn problem_page(code: Code, language: Language) -> String {
    let row = code.row();
    let words = Words::of(language);
    let retry = if row.retryable { words.retry_yes } else { words.retry_no };
    let body = format!(
        "<p><a href=\"/problems\">{all}</a></p><h1>{title}</h1>\
         <dl><dt>{status}</dt><dd>{number}</dd><dt>{name}</dt><dd><code>{slug}</code></dd>\
         <dt>{mend_word}</dt><dd>{mend}</dd><dt>{retry_word}</dt><dd>{retry}</dd></dl>",
        all = words.all,
        title = escape(row.title_in(language)),
        status = words.status,
        number = row.status,
        name = words.code,
        slug = row.slug,
        mend_word = words.mend,
        mend = escape(row.mend_in(language)),
        retry_word = words.retry,
    );
    shell(language, row.title_in(language), &body)
}

/// The page that lists every problem.
pub fn problem_index_page(language: Language) -> String {
    let words = Words::of(language);
    let mut body = format!(
        "<h1>{}</h1><table><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th>\
         </tr></thead><tbody>",
        words.all, words.status, words.code, words.problem
    );
    for code in Code::VARIANTS {
        let row = code.row();
        let _ = write!(
            body,
            "<tr><td>{status}</td><td><a href=\"/problems/{slug}\"><code>{slug}</code></a></td><td>{title}</td></tr>",
            status = row.status,
            slug = row.slug,
            title = escape(row.title_in(language))
        );
    }
    body.push_str("</tbody></table>");
    shell(language, words.all, &body)
}

/// The pages' own words.
struct Words {
    all: &'static str,
    status: &'static str,
    code: &'static str,
    problem: &'static str,
    mend: &'static str,
    retry: &'static str,
    retry_yes: &'static str,
    retry_no: &'static str,
}

impl Words {
    fn of(language: Language) -> Self {
        match language {
            Language::Ru => Self {
                all: "Все ошибки шлюза",
                status: "Статус HTTP",
                code: "Код",
                problem: "Что случилось",
                mend: "Как исправить",
                retry: "Повтор",
                retry_yes: "Тот же запрос позже может пройти.",
                retry_no: "Тот же запрос без изменений не пройдёт.",
            },
            Language::En => Self {
                all: "All problems of the gateway",
                status: "HTTP status",
                code: "Code",
                problem: "What happened",
                mend: "How to mend it",
                retry: "Retry",
                retry_yes: "The same request may succeed later.",
                retry_no: "The same request will not succeed unchanged.",
            },
        }
    }
}

const STYLE: &str = ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;\
    padding:0 1rem;background:Canvas;color:CanvasText}a{color:LinkText}dt{font-weight:600;margin-top:1rem}dd{margin:0}\
    table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem;border-bottom:1px solid color-mix(in srgb,CanvasText 25%,Canvas)}\
    @media (prefers-color-scheme:dark){body{background:#16181c;color:#e8e8e8}a{color:#8ab4f8}}";

fn shell(language: Language, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>",
        tag = language.tag(),
        title = escape(title),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_row_and_its_page_in_both_languages() {
        let markdown = problems_markdown();
        for code in Code::VARIANTS {
            assert!(markdown.contains(&format!("`{}`", code.slug())));
            for language in [Language::Ru, Language::En] {
                let page = problem_page(*code, language);
                assert!(page.contains(&format!("lang=\"{}\"", language.tag())));
                assert!(page.contains(&escape(code.row().mend_in(language))));
                assert!(!page.contains("http://") && !page.contains("https://"), "no remote asset");
                assert!(problem_index_page(language).contains(code.slug()));
            }
        }
    }
}
