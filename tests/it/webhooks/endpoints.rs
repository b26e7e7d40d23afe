//! Endpoints: verified, changed, switched off and on, removed; and what they are to get.

use serde_json::{Value, json};
use tests::{
    Program,
    client::{fresh_key, text},
    own, papers,
    receiver::{Manner, Receiver},
    representatives::{Representative, granted},
};

use super::{Hook, Scene};

tests::on_programs! { shared:
    an_endpoint_gets_nothing_until_it_has_echoed_its_challenge
    a_secret_is_shown_once
    another_address_has_to_be_verified_again
    what_happens_while_an_endpoint_is_off_waits_for_it
    a_removed_endpoint_is_found_by_nobody_and_gets_nothing
    an_endpoint_gets_the_types_and_businesses_that_it_names
    an_endpoint_gets_what_the_feed_shows_and_no_more
    an_authoritys_endpoint_gets_what_is_addressed_to_it
    a_token_of_some_businesses_manages_their_endpoints_alone
    an_application_has_twenty_endpoints_at_most
}

async fn an_endpoint_gets_nothing_until_it_has_echoed_its_challenge(program: &Program) {
    let scene = Scene::new(program).await;
    scene.receiver.echo(false);
    let made = scene.create(json!({})).await;
    let hook = Hook { path: format!("/v1/webhooks/{}", text(&made["id"])), secret: text(&made["secret"]) };
    assert_eq!((&made["state"], &made["version"]), (&json!("pending_verification"), &json!(1)));
    let draft = scene.draft().await;
    let list = async || scene.client.get(&format!("{}/deliveries", hook.path)).await.expect(200);
    let asked =
        super::eventually(list, |page| page["items"][0]["attempts"][0]["fault"] == "not_echoed").await;
    let [first] = asked["items"].as_array().expect("a list").as_slice() else { panic!("{asked:#}") };
    assert_eq!((&first["type"], &first["state"]), (&json!("endpoint.verify"), &json!("pending")));
    assert_eq!(first["attempts"][0]["answer"], Value::Null, "nobody sees what a stranger answers");
    scene.client.act(&format!("{}/test", hook.path)).await.problem(409, "state-conflict");
    assert!(scene.receiver.messages().is_empty());
    scene.receiver.echo(true);
    scene.client.act(&format!("{}/activation", hook.path)).await.expect(200);
    scene.stands(&hook, "active").await;
    let told = scene.receiver.wait(1).await;
    assert_eq!(told[0].json()["subject"], draft, "what happened since the endpoint was made is told");
    let list = scene.client.get(&format!("{}/deliveries?state=dropped", hook.path)).await.expect(200);
    assert_eq!(list["items"][0]["type"], "endpoint.verify", "the old challenge is dropped: {list:#}");
    scene.client.act(&format!("{}/activation", hook.path)).await.problem(409, "state-conflict");
}

async fn a_secret_is_shown_once(program: &Program) {
    let scene = Scene::new(program).await;
    let body = json!({ "url": scene.receiver.url() });
    let key = fresh_key();
    let made = scene.client.post_keyed("/v1/webhooks", &key, body.clone()).await;
    let path = made.header("location").to_owned();
    let made = made.expect(201);
    let secret = text(&made["secret"]);
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let again = scene.client.post_keyed("/v1/webhooks", &key, body).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.expect(201), made, "a repeat is the same answer");
    let shown = scene.client.get(&path).await.expect(200);
    let listed = scene.client.get("/v1/webhooks").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    for view in [&shown, &listed["items"][0]] {
        assert!(view["secret"].is_null() && !view.to_string().contains(&secret[6..]), "{view}");
    }
}

async fn another_address_has_to_be_verified_again(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let version = scene.client.get(&hook.path).await.expect(200)["version"].as_i64().expect("a number");
    let quiet = scene.client.patch(&hook.path, version, json!({ "description": "A", "types": null })).await;
    let quiet = quiet.expect(200);
    assert_eq!((&quiet["state"], &quiet["types"]), (&json!("active"), &Value::Null));
    scene.client.patch(&hook.path, version, json!({ "ordered": true })).await.problem(412, "stale-version");
    let other = Receiver::start().await;
    other.echo(false);
    let moved = scene.client.patch(&hook.path, version + 1, json!({ "url": other.url() })).await.expect(200);
    assert_eq!(moved["state"], "pending_verification");
    scene.draft().await;
    other.echo(true);
    scene.client.act(&format!("{}/activation", hook.path)).await.expect(200);
    assert_eq!(other.wait(1).await[0].kind(), "submission.drafted");
    assert!(scene.receiver.messages().is_empty(), "the old address gets nothing");
}

async fn what_happens_while_an_endpoint_is_off_waits_for_it(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let off = scene.client.act(&format!("{}/deactivation", hook.path)).await.expect(200);
    assert_eq!((&off["state"], &off["disabled_reason"]), (&json!("disabled"), &json!("owner")));
    scene.client.act(&format!("{}/deactivation", hook.path)).await.problem(409, "state-conflict");
    let drafts = [scene.draft().await, scene.draft().await];
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert!(scene.receiver.messages().is_empty());
    scene.client.act(&format!("{}/activation", hook.path)).await.expect(200);
    let told = scene.receiver.wait(2).await;
    let mut subjects: Vec<String> = told.iter().map(|one| text(&one.json()["subject"])).collect();
    subjects.sort();
    assert_eq!(subjects, drafts);
}

async fn a_removed_endpoint_is_found_by_nobody_and_gets_nothing(program: &Program) {
    let scene = Scene::new(program).await;
    let hook = scene.active(json!({})).await;
    let remove = || scene.client.request(reqwest::Method::DELETE, &hook.path);
    assert_eq!(scene.client.send(remove()).await.status.as_u16(), 204);
    scene.client.send(remove()).await.problem(404, "not-found");
    scene.client.get(&hook.path).await.problem(404, "not-found");
    scene.client.get(&format!("{}/deliveries", hook.path)).await.problem(404, "not-found");
    assert_eq!(scene.client.get("/v1/webhooks").await.expect(200)["items"], json!([]));
    let other = scene.active(json!({})).await;
    scene.draft().await;
    assert_eq!(scene.receiver.wait(1).await.len(), 1, "the second endpoint's alone");
    assert_ne!(other.path, hook.path);
}

async fn an_endpoint_gets_the_types_and_businesses_that_it_names(program: &Program) {
    let scene = Scene::new(program).await;
    let other = scene.client.business("taxi-park").await;
    let lodged = json!({ "types": ["submission.lodged"], "businesses": [other] });
    scene.active(lodged).await;
    papers::lodge(&scene.client, &scene.business).await;
    papers::draft(&scene.client, &other).await;
    let wanted = text(&papers::lodge(&scene.client, &other).await["id"]);
    let told = scene.receiver.wait(1).await;
    assert_eq!(told[0].json()["subject"], wanted);
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(scene.receiver.messages().len(), 1);
    let unknown = json!({ "url": scene.receiver.url(), "types": ["submission.eaten"] });
    scene.client.post("/v1/webhooks", unknown).await.problem(422, "validation-failed");
}

/// A representative's endpoint, while its mandate is in force and after it ended.
async fn an_endpoint_gets_what_the_feed_shows_and_no_more(program: &Program) {
    let owner = Scene::new(program).await;
    let agent = Representative::register(&owner.client, "agent").await;
    let base = format!("/v1/businesses/{}", owner.business);
    let mandate = granted(&owner.client, &base, &agent, json!({ "powers": ["2_FNS22"] })).await;
    let scene = Scene {
        client: agent.client.clone(),
        business: owner.business.clone(),
        receiver: Receiver::start().await,
    };
    let hook = scene.active(json!({})).await;
    let first = owner.draft().await;
    let told = scene.receiver.wait(1).await;
    let feed = agent.client.get("/v1/events?types=submission.drafted").await.expect(200);
    assert_eq!(told[0].json(), feed["items"][0], "the message is the event of the feed");
    assert_eq!(told[0].json()["subject"], first);
    scene.receiver.behave(Manner::Answer(500, String::new()));
    owner.draft().await;
    let deliveries = async || json!(scene.deliveries(&hook).await);
    super::eventually(deliveries, |all| all[1]["attempts"][0]["status"] == 500).await;
    let dismissal = format!("{base}/representatives/{}/dismissal", text(&mandate["id"]));
    owner.client.post(&dismissal, json!({})).await.expect(200);
    scene.receiver.behave(Manner::Take);
    owner.draft().await;
    let waiting = text(&scene.deliveries(&hook).await[1]["id"]);
    scene.client.act(&format!("{}/deliveries/{waiting}/replay", hook.path)).await.expect(200);
    super::eventually(deliveries, |all| all[1]["state"] == "dropped").await;
    assert_eq!(
        scene.deliveries(&hook).await.len(),
        2,
        "nothing is made of what happens after the mandate's end"
    );
    let sent = scene.receiver.messages().len();
    assert!(sent == 2 || sent == 3, "the retry after five seconds may have come before the end: {sent}");
}

async fn an_authoritys_endpoint_gets_what_is_addressed_to_it(program: &Program) {
    let scene = Scene::new(program).await;
    let client = own::authority(program).await;
    let other = Scene { client, business: scene.business.clone(), receiver: Receiver::start().await };
    let hook = other.active(json!({ "types": ["submission.lodged"], "businesses": [scene.business] })).await;
    scene.draft().await;
    let lodged = text(&papers::lodge(&scene.client, &scene.business).await["id"]);
    assert_eq!(other.receiver.wait(1).await[0].json()["subject"], lodged);
    other.client.send(other.client.request(reqwest::Method::DELETE, &hook.path)).await;
}

async fn a_token_of_some_businesses_manages_their_endpoints_alone(program: &Program) {
    let receiver = Receiver::start().await;
    let client = program.client();
    let asked = json!({ "client_name": "narrow", "token_endpoint_auth_method": "client_secret_basic" });
    let made = client.post("/oauth2/register", asked).await.expect(201);
    let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
    let whole = client.log_in(&id, &secret).await;
    let (first, second) = (whole.business("cafe").await, whole.business("cafe").await);
    let details = json!([{ "type": "shlyuz_business", "businesses": [first] }]).to_string();
    let form = [("grant_type", "client_credentials"), ("authorization_details", details.as_str())];
    let url = format!("{}/oauth2/token", client.base_url());
    let token = client.send(client.http().post(url).basic_auth(&id, Some(&secret)).form(&form)).await;
    let narrow = client.with_token(&text(&token.expect(200)["access_token"]));
    let body = |businesses: Value| json!({ "url": receiver.url(), "businesses": businesses });
    for beyond in [json!([second]), json!([first, second]), Value::Null] {
        let refused = narrow.post("/v1/webhooks", body(beyond)).await.problem(422, "validation-failed");
        assert_eq!(refused["violations"][0]["pointer"], "/businesses");
    }
    let own = text(&narrow.post("/v1/webhooks", body(json!([first]))).await.expect(201)["id"]);
    let wide = text(&whole.post("/v1/webhooks", body(Value::Null)).await.expect(201)["id"]);
    narrow.get(&format!("/v1/webhooks/{wide}")).await.problem(404, "not-found");
    let listed = narrow.get("/v1/webhooks").await.expect(200);
    assert_eq!((&listed["items"][0]["id"], listed["items"].as_array().map(Vec::len)), (&json!(own), Some(1)));
    assert_eq!(whole.get("/v1/webhooks").await.expect(200)["items"].as_array().map(Vec::len), Some(2));
}

async fn an_application_has_twenty_endpoints_at_most(program: &Program) {
    let scene = Scene::new(program).await;
    for _ in 0..20 {
        scene.create(json!({})).await;
    }
    let body = json!({ "url": scene.receiver.url() });
    let refused = scene.client.post("/v1/webhooks", body).await.problem(422, "validation-failed");
    assert_eq!(refused["violations"][0]["code"], "too-many");
}
