//! Batches: every item stands alone, and repeating the batch repeats nothing.

use serde_json::{Value, json};
use tests::{
    Answer, Program,
    client::{fresh_key, text},
    filing::{CERTIFICATE, Filer, certificate},
};

tests::on_programs! { shared:
    a_batch_has_the_outcome_of_each_item
    a_repeated_batch_repeats_nothing
    a_refused_item_is_mended_under_its_key
    a_key_of_a_batch_is_not_used_for_something_else
    a_batch_needs_an_item
    a_batch_takes_at_most_a_hundred_items
}

async fn send(filer: &Filer, items: &[Value]) -> Answer {
    let request = filer.client.request(reqwest::Method::POST, "/v1/submission-batches");
    filer.client.send(request.json(&json!({ "items": items }))).await
}

fn item(business: &str, form: Value, lodge: bool) -> Value {
    json!({ "business_id": business, "idempotency_key": fresh_key(),
        "submission": { "service": CERTIFICATE, "form": form, "lodge": lodge } })
}

async fn count(filer: &Filer) -> usize {
    let list = filer.client.get(&filer.path("submissions")).await.expect(200);
    list["items"].as_array().expect("a list").len()
}

async fn a_batch_has_the_outcome_of_each_item(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let sibling = filer.sibling("shop").await;
    let stranger = Filer::new(program, "cafe").await;
    let items = [
        item(&filer.business, certificate("first@example.test"), true),
        item(&sibling.business, json!({}), false),
        item(&filer.business, json!({ "delivery": "pigeon" }), true),
        item(&stranger.business, certificate("second@example.test"), true),
        item(&filer.business, certificate("first@example.test"), true),
    ];
    let result = send(&filer, &items).await.expect(200);
    let results = result["items"].as_array().expect("a list");
    let keys: Vec<&Value> = results.iter().map(|result| &result["idempotency_key"]).collect();
    assert_eq!(keys, items.iter().map(|item| &item["idempotency_key"]).collect::<Vec<_>>());
    let statuses: Vec<u64> =
        results.iter().map(|result| result["status"].as_u64().expect("a status")).collect();
    assert_eq!(statuses[1..4], [201, 422, 404]);
    assert_eq!(results[1]["submission"]["state"], "draft");
    assert_eq!(results[2]["problem"]["code"], "validation-failed");
    assert_eq!(results[2]["problem"]["violations"][0]["pointer"], "/form/contact");
    assert_eq!(results[3]["problem"]["code"], "not-found");
    // Items run side by side: which of two equal ones comes first is not said.
    let mut twins = [statuses[0], statuses[4]];
    twins.sort_unstable();
    assert_eq!(twins, [201, 409]);
    assert_eq!((count(&filer).await, count(&sibling).await, count(&stranger).await), (1, 1, 0));
}

async fn a_repeated_batch_repeats_nothing(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let items = [
        item(&filer.business, certificate("first@example.test"), true),
        item(&filer.business, json!({}), false),
    ];
    let first = send(&filer, &items).await.expect(200);
    let again = send(&filer, &items).await.expect(200);
    assert_eq!(first, again);
    assert!(!text(&first["items"][0]["submission"]["receipt"]["jws"]).is_empty());
    assert_eq!(count(&filer).await, 2);
}

async fn a_refused_item_is_mended_under_its_key(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let mut broken = item(&filer.business, json!({ "delivery": "electronic" }), true);
    assert_eq!(send(&filer, std::slice::from_ref(&broken)).await.expect(200)["items"][0]["status"], 422);
    broken["submission"]["form"]["contact"] = json!({ "email": "mended@example.test" });
    let mended = send(&filer, &[broken]).await.expect(200);
    assert_eq!(mended["items"][0]["status"], 201);
}

async fn a_key_of_a_batch_is_not_used_for_something_else(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let first = item(&filer.business, json!({}), false);
    send(&filer, std::slice::from_ref(&first)).await.expect(200);
    let mut other = first;
    other["submission"]["form"] = json!({ "purpose": "loan" });
    let result = send(&filer, &[other]).await.expect(200);
    assert_eq!(result["items"][0]["problem"]["code"], "idempotency-key-reused");
    assert_eq!(count(&filer).await, 1);
}

async fn a_batch_needs_an_item(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let problem = send(&filer, &[]).await.problem(422, "validation-failed");
    assert_eq!(problem["violations"][0]["pointer"], "/items");
}

async fn a_batch_takes_at_most_a_hundred_items(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let items: Vec<Value> = (0..101).map(|_| item(&filer.business, json!({}), false)).collect();
    send(&filer, &items).await.problem(422, "validation-failed");
    assert_eq!(count(&filer).await, 0);
    let result = send(&filer, &items[..100]).await.expect(200);
    let created = result["items"].as_array().expect("a list").iter().filter(|item| item["status"] == 201);
    assert_eq!(created.count(), 100);
}
