//! A representative of thousands of clients: lists, the feed and tokens stay fast.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{
    Client, Engine, Own, client::text, multitude, on_both_engines, papers, representatives::Representative,
};

const CLIENTS: u32 = 5_000;

/// The most that one answer may take on a busy test machine, unoptimised. What grows with each client takes longer.
const BOUND: Duration = Duration::from_millis(700);

/// A gateway whose representative has many clients, each put there through the store.
async fn many(engine: Engine) -> Option<(Own, Representative, Vec<String>)> {
    let mut own = Own::start(engine, &[("SHLYUZ_BASE_URL", "http://shlyuz.test")])?;
    let agent = Representative::register(&own.client(), "agency").await;
    let now = super::now(&own.client()).await;
    own.program.signal("TERM");
    own.program.wait();
    let opened = multitude::open(own.url());
    let application = agent.id.parse().expect("a client id");
    let ids = multitude::clients(&opened.store, CLIENTS, application, now).await;
    drop(opened);
    own.program.restart();
    Some((own, agent, ids.iter().map(ToString::to_string).collect()))
}

/// The fastest of five answers: what the machine does besides is not the question.
async fn fastest(what: &str, mut ask: impl AsyncFnMut()) {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        ask().await;
        best = best.min(begun.elapsed());
    }
    println!("{what}: {best:?}");
    assert!(best < BOUND, "{what} takes {best:?} with {CLIENTS} mandates");
}

/// Reads a list to its end.
async fn whole(client: &Client, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit=1000{cursor}")).await.expect(200);
        all.extend(page["items"].as_array().expect("a list").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

async fn five_thousand_mandates_slow_nothing_down(engine: Engine) {
    let Some((own, agent, businesses)) = many(engine).await else { return };
    let client = own.client().with_token(agent.client.token().expect("logged in"));
    assert_eq!(whole(&client, "/v1/mandates").await.len(), CLIENTS as usize);
    assert_eq!(whole(&client, "/v1/businesses").await.len(), CLIENTS as usize);
    fastest("the first page of mandates", async || {
        client.get("/v1/mandates?limit=100&status=in_force").await.expect(200);
    })
    .await;
    fastest("the first page of businesses", async || {
        client.get("/v1/businesses?limit=100").await.expect(200);
    })
    .await;
    let (first, last) = (&businesses[0], &businesses[businesses.len() - 1]);
    let cursor = text(&client.get("/v1/events?limit=1000").await.expect(200)["next_cursor"]);
    papers::draft(&client, last).await;
    fastest("the feed from its head", async || {
        let feed =
            client.get(&format!("/v1/events?after={cursor}&types=submission.drafted")).await.expect(200);
        assert_eq!(feed["items"][0]["businessid"], last.as_str());
    })
    .await;
    fastest("the feed from its beginning", async || {
        client.get("/v1/events?after=0&limit=100").await.expect(200);
    })
    .await;
    fastest("an act for one of them", async || {
        let path = format!("/v1/businesses/{first}/submissions");
        client.post(&path, json!({ "service": "tax-balance-certificate" })).await.expect(201);
    })
    .await;
    let asked = json!({ "client_name": "x", "token_endpoint_auth_method": "client_secret_basic" });
    fastest("a token for all mandates", async || {
        let made = client.post("/oauth2/register", asked.clone()).await.expect(201);
        client.log_in(&text(&made["client_id"]), &text(&made["client_secret"])).await;
    })
    .await;
}

on_both_engines! {
    five_thousand_mandates_slow_nothing_down,
}
