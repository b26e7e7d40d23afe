//! Lists of submissions, cut by filters and keyset pages, and the bulk status query.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{Filer, Office, certificate},
};

tests::on_programs! { shared:
    a_list_is_cut_by_state_service_and_situation
    a_list_is_read_page_by_page
    an_insert_between_pages_neither_repeats_nor_hides
    a_list_refuses_what_it_does_not_know
    many_statuses_are_asked_at_once
    an_id_asked_twice_is_told_and_not_missing
    a_status_query_needs_an_id
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().expect("a list").iter().map(|item| text(&item["id"])).collect()
}

async fn list(filer: &Filer, query: &str) -> Value {
    filer.client.get(&filer.path(&format!("submissions?{query}"))).await.expect(200)
}

async fn drafts(filer: &Filer, count: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(filer.draft(json!({})).await);
    }
    made
}

async fn a_list_is_cut_by_state_service_and_situation(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let draft = office.bring(&filer, "draft").await;
    let granted = office.bring(&filer, "granted").await;
    let extract = json!({ "service": "register-extract", "life_situation": "open-cafe", "form": {} });
    let extract = text(&filer.create(extract).await.expect(201)["id"]);
    assert_eq!(ids(&list(&filer, "").await), [&*extract, &*granted, &*draft]);
    assert_eq!(ids(&list(&filer, "state=granted").await), [&*granted]);
    assert_eq!(ids(&list(&filer, "state=draft").await), [&*extract, &*draft]);
    assert_eq!(ids(&list(&filer, "service=register-extract").await), [&*extract]);
    assert_eq!(ids(&list(&filer, "life_situation=start-business").await), [&*granted, &*draft]);
    assert_eq!(ids(&list(&filer, "life_situation=start-business&state=draft").await), [&*draft]);
    assert_eq!(ids(&list(&filer, "state=expired").await), [""; 0]);
}

async fn a_list_is_read_page_by_page(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let mut made = drafts(&filer, 7).await;
    made.reverse();
    let mut seen = Vec::new();
    let mut path = filer.path("submissions?limit=3&state=draft");
    for expected in [3, 3, 1] {
        let answer = filer.client.get(&path).await;
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        assert_eq!(ids(&page).len(), expected);
        seen.extend(ids(&page));
        if page["next_cursor"].is_null() {
            assert_eq!(link, "");
            break;
        }
        path = link.split(['<', '>']).nth(1).expect("a link to the next page").to_owned();
        assert!(path.contains("state=draft") && path.contains(&text(&page["next_cursor"])), "{path}");
    }
    assert_eq!(seen, made);
}

async fn an_insert_between_pages_neither_repeats_nor_hides(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let made = drafts(&filer, 4).await;
    let first = list(&filer, "limit=2").await;
    drafts(&filer, 1).await;
    let second = list(&filer, &format!("limit=2&cursor={}", text(&first["next_cursor"]))).await;
    let seen: Vec<String> = ids(&first).into_iter().chain(ids(&second)).rev().collect();
    assert_eq!(seen, made);
    assert_eq!(second["next_cursor"], Value::Null);
}

async fn a_list_refuses_what_it_does_not_know(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    for query in ["colour=red", "state=nowhere", "limit=0", "limit=1001", "cursor=%21%21"] {
        let answer = filer.client.get(&filer.path(&format!("submissions?{query}"))).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{query}: {}", answer.status);
        assert!(!text(&answer.json()["code"]).is_empty());
    }
}

async fn ask(filer: &Filer, ids: Value) -> tests::Answer {
    let request = filer.client.request(reqwest::Method::POST, "/v1/submissions/status-query");
    filer.client.send(request.json(&json!({ "ids": ids }))).await
}

async fn many_statuses_are_asked_at_once(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let sibling = filer.sibling("shop").await;
    let stranger = Filer::new(program, "cafe").await;
    let foreign = stranger.draft(certificate("foreign@example.test")).await;
    let (review, draft) = (office.bring(&filer, "in_review").await, sibling.draft(json!({})).await);
    let unknown = "sub_01KAZ8Q3V5T2N4W6Y8B0D2F4H6";
    let told = ask(&filer, json!([draft, foreign, unknown, review])).await.expect(200);
    assert_eq!(ids(&told), [&*draft, &*review]);
    assert_eq!(told["items"][1]["state"], "in_review");
    assert_eq!(told["items"][1]["next_step"]["owed_by"], "authority");
    assert_eq!(told["not_found"], json!([foreign, unknown]));
}

async fn an_id_asked_twice_is_told_and_not_missing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let id = filer.draft(json!({})).await;
    let told = ask(&filer, json!([id, id])).await.expect(200);
    assert_eq!(told["not_found"], json!([]));
    assert_eq!(told["items"][0]["id"], json!(id));
}

async fn a_status_query_needs_an_id(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    ask(&filer, json!([])).await.problem(422, "validation-failed");
    let many: Vec<String> = (0..1001).map(|n| format!("sub_{n}")).collect();
    ask(&filer, json!(many)).await.problem(422, "validation-failed");
}
