//! Digests of practice and explanations: brought by supervisors, found by anybody.

use serde_json::{Value, json};
use tests::{Engine, Own, Program, client::text, filing::Office};

use super::upsert::{bring, outcomes, row};

tests::on_programs! { start:
    what_a_supervisor_publishes_is_found_by_every_filter
    a_publication_has_versions_and_its_supervisor_alone_changes_it
}

fn digest() -> Value {
    json!({ "code": "fns-2025", "kind": "digest", "authority": "aut_fns",
        "title": { "ru": "Обобщение практики по кассам", "en": "Digest of practice on cash registers" },
        "text": { "ru": "Чаще всего абракадабра в адресе", "en": "Most often the address is wrong" },
        "requirements": ["OT-028", "OT-029"], "activities": ["56.10"],
        "period": { "from": "2025-01-01", "until": "2025-12-31" }, "published_on": "2026-03-01",
        "link": "https://www.nalog.gov.ru/practice" })
}

fn explanation() -> Value {
    json!({ "code": "fns-how-to", "kind": "explanation", "authority": "aut_fns",
        "title": { "ru": "Как сообщить об изменениях", "en": "How to tell of changes" },
        "text": { "ru": "Подайте заявление", "en": "Send the application" },
        "requirements": ["OT-001"], "activities": [], "period": null, "published_on": "2026-05-12", "link": null })
}

/// Publishes a digest.
pub async fn published(office: &Office) {
    let report = bring(office, &[row("practice", digest())]).await;
    assert_eq!(outcomes(&report), ["created"], "{report:#}");
}

async fn what_a_supervisor_publishes_is_found_by_every_filter(program: &Program) {
    let (office, reader) = (Office::of(program).await, program.client());
    assert_eq!(reader.get("/v1/practice").await.expect(200)["items"], json!([]));
    let report = bring(&office, &[row("practice", digest()), row("practice", explanation())]).await;
    assert_eq!(outcomes(&report), ["created", "created"], "{report:#}");
    let codes = async |query: &str| -> Vec<String> {
        let page = reader.get(&format!("/v1/practice?{query}")).await.expect(200);
        page["items"].as_array().expect("a list").iter().map(|one| text(&one["code"])).collect()
    };
    assert_eq!(codes("supervisor=aut_fns").await, ["fns-2025", "fns-how-to"]);
    assert!(codes("supervisor=aut_rpn").await.is_empty());
    for (query, found) in [
        ("kind=digest", "fns-2025"),
        ("requirement=OT-029", "fns-2025"),
        ("requirement=OT-001", "fns-how-to"),
        ("activity=47.11", "fns-how-to"),
        ("q=абракадабры", "fns-2025"),
        ("q=application", "fns-how-to"),
        ("until=2025-06-30", "fns-2025"),
        ("from=2026-01-01", "fns-how-to"),
        ("activity=56&limit=1", "fns-2025"),
    ] {
        assert_eq!(codes(query).await, [found], "{query}");
    }
    let page = reader.get("/v1/practice?limit=1").await.expect(200);
    let cursor = text(&page["next_cursor"]);
    assert_eq!(codes(&format!("limit=1&cursor={cursor}")).await, ["fns-how-to"]);
    reader.get("/v1/practice?activity=food").await.problem(400, "malformed-request");
    reader.get("/v1/practice?kind=rumour").await.problem(400, "malformed-request");
}

async fn a_publication_has_versions_and_its_supervisor_alone_changes_it(program: &Program) {
    let (office, reader) = (Office::of(program).await, program.client());
    let mut foreign = digest();
    foreign["code"] = json!("rpn-2025");
    foreign["authority"] = json!("aut_rpn");
    let report = bring(&office, &[row("practice", digest()), row("practice", foreign)]).await;
    assert_eq!(outcomes(&report), ["created", "refused"], "{report:#}");
    assert_eq!(report["rows"][1]["violations"][0]["code"], "not-yours");
    reader.get("/v1/practice/rpn-2025").await.problem(404, "not-found");
    reader.get("/v1/practice/rpn-2025/versions").await.problem(404, "not-found");
    let mut second = digest();
    second["text"]["en"] = json!("Most often the address is out of date");
    bring(&office, &[row("practice", second)]).await;
    let found = reader.get("/v1/practice/fns-2025").await.expect(200);
    assert_eq!((&found["version"], &found["edition"]), (&json!(2), &json!(3)), "{found:#}");
    assert_eq!(found["text"]["en"], "Most often the address is out of date");
    assert_eq!((&found["authority_id"], &found["score"]), (&json!("aut_fns"), &Value::Null));
    let history = reader.get("/v1/practice/fns-2025/versions").await.expect(200);
    let told: Vec<_> =
        history["items"].as_array().expect("a list").iter().map(|one| &one["version"]).collect();
    assert_eq!(told, [2, 1]);
    assert_eq!(history["items"][1]["document"]["text"]["en"], "Most often the address is wrong");
    assert_eq!(history["items"][0]["brought_by"], "aut_fns");
}

/// The edition that brought it reaches every gateway over the store.
async fn a_publication_reaches_other_gateways(engine: Engine) {
    let Some(own) = Own::start(engine, &[]) else { return };
    let body = digest().to_string().replace('\'', "''");
    own.sql(&format!(
        "INSERT INTO registry_documents (kind, code, version, edition, body, at) \
         VALUES ('practice', 'fns-2025', 1, 2, '{body}', 1); UPDATE registry SET edition = 2"
    ));
    for _ in 0..100 {
        if own.client().get("/v1/practice/fns-2025").await.status.as_u16() == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the new edition was not taken over");
}

tests::on_both_engines! { a_publication_reaches_other_gateways }
