//! The history of dealings, cut by situation, service, touchpoint and period.

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{CERTIFICATE, Filer, Office},
};

tests::on_programs! { shared:
    a_history_is_cut_by_situation_and_service
    a_history_is_cut_by_touchpoint
    a_history_is_cut_by_period
    a_history_is_read_page_by_page
    a_timeline_holds_its_submission_alone
}

async fn history(filer: &Filer, query: &str) -> Value {
    filer.client.get(&filer.path(&format!("interactions?{query}"))).await.expect(200)
}

fn told(history: &Value) -> Vec<(String, String)> {
    let items = history["items"].as_array().expect("a list").iter();
    items.map(|event| (text(&event["subject"]), text(&event["type"]))).collect()
}

fn subjects(history: &Value) -> Vec<String> {
    let mut subjects: Vec<String> = told(history).into_iter().map(|(subject, _)| subject).collect();
    subjects.dedup();
    subjects
}

/// The subjects that are submissions: a history tells of the business's requirements, too.
fn submissions(history: &Value) -> Vec<String> {
    subjects(history).into_iter().filter(|subject| subject.starts_with("sub_")).collect()
}

async fn a_history_is_cut_by_situation_and_service(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let first = filer.draft(json!({})).await;
    let second = json!({ "service": "register-extract", "life_situation": "open-cafe" });
    let second = text(&filer.create(second).await.expect(201)["id"]);
    assert_eq!(subjects(&history(&filer, "life_situation=open-cafe").await), [&*second]);
    assert_eq!(subjects(&history(&filer, &format!("service={CERTIFICATE}")).await), [&*first]);
    let both = "service=register-extract&life_situation=start-business";
    assert_eq!(subjects(&history(&filer, both).await), [""; 0]);
}

async fn a_history_is_cut_by_touchpoint(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    let by_hand = office.bring(&filer, "granted").await;
    let scripted = filer.lodged("granted@magic.test").await;
    filer.until(&scripted, "submission.granted").await;
    assert_eq!(subjects(&history(&filer, "touchpoint=authority_api").await), [&*by_hand]);
    assert_eq!(submissions(&history(&filer, "touchpoint=gateway").await), [&*scripted]);
    let own = told(&history(&filer, "touchpoint=api").await);
    assert!(own.contains(&(by_hand, "submission.lodged".to_owned())), "{own:?}");
    assert!(own.iter().all(|(_, kind)| kind != "submission.granted"), "{own:?}");
}

async fn a_history_is_cut_by_period(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(filer.draft(json!({})).await);
    }
    let since = text(&filer.read(&made[1]).await["created_at"]);
    let until = text(&filer.read(&made[2]).await["created_at"]);
    assert_eq!(submissions(&history(&filer, &format!("from={since}")).await), [&*made[2], &*made[1]]);
    assert_eq!(submissions(&history(&filer, &format!("until={until}")).await), [&*made[1], &*made[0]]);
    assert_eq!(submissions(&history(&filer, &format!("from={since}&until={until}")).await), [&*made[1]]);
}

async fn a_history_is_read_page_by_page(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    office.bring(&filer, "granted").await;
    let whole = told(&history(&filer, "").await);
    let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
    for _ in 0..whole.len() {
        let page = history(&filer, &query).await;
        seen.extend(told(&page));
        if page["next_cursor"].is_null() {
            break;
        }
        query = format!("limit=2&cursor={}", text(&page["next_cursor"]));
    }
    assert_eq!(seen, whole);
    assert!(whole.len() >= 3, "{whole:?}");
}

async fn a_timeline_holds_its_submission_alone(program: &Program) {
    let (filer, office) = (Filer::new(program, "cafe").await, Office::of(program).await);
    office.bring(&filer, "withdrawn").await;
    let id = office.bring(&filer, "registered").await;
    let timeline = filer.client.get(&filer.at(&id, "/timeline")).await.expect(200);
    let kinds: Vec<String> = told(&timeline).into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(subjects(&timeline), [&*id]);
    assert_eq!(kinds, ["submission.registered", "submission.lodged"]);
    assert!(timeline["items"][0].get("applicationid").is_some(), "who acted is told");
}
