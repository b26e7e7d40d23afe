//! The few pages of the gateway itself: small, self-contained, without remote assets.

use domain::text::Language;

use crate::gateway::Gateway;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;\
    color-scheme:light dark}code,pre{font-family:ui-monospace,monospace}pre{overflow-x:auto;padding:1rem;\
    border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:.5rem}li{margin:.35rem 0}";

/// The first page: what this is and the way on.
pub fn home(base_url: &str, sandbox: bool, language: Language) -> String {
    let (lead, links, call) = match language {
        Language::Ru => (
            "Программный интерфейс между учётными системами бизнеса и органами власти.",
            ["Документация и пробные запросы", "Описание OpenAPI", "Ошибки и как их исправить", "Состояние"],
            "Первый запрос",
        ),
        Language::En => (
            "The programming interface between business software and authorities.",
            ["Documentation and trial calls", "OpenAPI document", "Problems and how to mend them", "Status"],
            "First call",
        ),
    };
    let targets = ["/docs/", "/openapi.json", "/problems", "/v1/status"];
    let items: String = targets
        .iter()
        .zip(links)
        .map(|(target, text)| format!("<li><a href=\"{target}\">{text}</a></li>"))
        .collect();
    let mode = if sandbox { " — sandbox" } else { "" };
    format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>Shlyuz{mode}</title><style>{STYLE}</style>\
         <main><h1>Shlyuz{mode}</h1><p>{lead}</p><ul>{items}</ul><h2>{call}</h2>\
         <pre>curl {base_url}/v1/services</pre></main></html>",
        lang = language.tag(),
    )
}

/// RFC 9116: where to report a vulnerability. Expires a year after the present moment, as the RFC advises.
pub fn security_txt(gateway: &Gateway) -> String {
    let expires = gateway.wall_clock.now().plus(jiff::SignedDuration::from_hours(365 * 24));
    format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: ru, en\nCanonical: {base}/.well-known/security.txt\n",
        contact = gateway.security_contact,
        base = gateway.base_url,
    )
}
