//! The feed: one gap-free order of everything that happened, read by a cursor.

mod order;
mod replicas;
mod stream;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Client, Engine, Program, client::text, on_both_engines, papers};

/// An application with a business of its own.
struct Reader {
    client: Client,
    business: String,
}

impl Reader {
    async fn on(program: &Program) -> Self {
        let client = program.client().register("reader").await;
        let business = client.business("cafe").await;
        Self { client, business }
    }

    async fn shared(engine: Engine) -> Option<Self> {
        Some(Self::on(Program::shared(engine)?).await)
    }

    async fn draft(&self) -> String {
        papers::draft(&self.client, &self.business).await
    }

    /// The events behind a cursor, and the next cursor.
    async fn read(&self, after: &str, more: &str) -> (Vec<Value>, String) {
        read(&self.client, after, more).await
    }
}

async fn read(client: &Client, after: &str, more: &str) -> (Vec<Value>, String) {
    let batch = client.get(&format!("/v1/events?after={after}{more}")).await.expect(200);
    (batch["items"].as_array().expect("a list").clone(), text(&batch["next_cursor"]))
}

fn subjects(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| text(&event["subject"])).collect()
}

fn place(event: &Value) -> i64 {
    text(&event["sequence"]).parse().expect("a sequence is a number")
}

async fn an_event_is_a_cloud_event(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let lodged = papers::lodge(&reader.client, &reader.business).await;
    let (events, _) = reader.read("0", "&types=submission.lodged").await;
    let [event] = events.as_slice() else { panic!("one submission was lodged: {events:#?}") };
    let expected = json!({
        "specversion": "1.0", "type": "submission.lodged", "source": reader.client.base_url(),
        "subject": lodged["id"], "businessid": reader.business, "authorityid": "aut_fns",
        "datacontenttype": "application/json", "service": "tax-balance-certificate",
        "lifesituation": "start-business",
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(&event[member], value, "{member} in {event:#}");
    }
    assert!(text(&event["id"]).starts_with("evt_") && text(&event["time"]).ends_with('Z'));
    assert_eq!(text(&event["sequence"]).len(), 20);
    let members = event.as_object().expect("an object").keys();
    let plain = |name: &String| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    assert!(members.clone().all(plain), "CloudEvents wants plain names: {event}");
}

async fn an_event_tells_no_personal_data(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    papers::lodge(&reader.client, &reader.business).await;
    let (events, _) = reader.read("0", "").await;
    assert!(!events.is_empty());
    assert!(!json!(events).to_string().contains("silent@magic.test"));
}

async fn the_cursor_of_an_empty_answer_passes_over_what_is_others(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let other = Reader::shared(engine).await.expect("the first was there");
    other.draft().await;
    let (events, cursor) = reader.read("0", "").await;
    let own = events.iter().all(|event| event["businessid"] == reader.business.as_str());
    assert!(own && cursor.parse::<i64>().is_ok_and(|cursor| cursor > 0));
    let draft = reader.draft().await;
    assert_eq!(subjects(&reader.read(&cursor, "").await.0), [draft]);
}

async fn a_long_poll_wakes_within_a_second_of_the_commit(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let (_, cursor) = reader.read("0", "").await;
    let waiting = {
        let client = reader.client.clone();
        tokio::spawn(async move {
            let (events, _) = read(&client, &cursor, "&wait=30").await;
            (events, Instant::now())
        })
    };
    let draft = reader.draft().await;
    let committed = Instant::now();
    let (events, woken) = waiting.await.expect("the poll is answered");
    assert_eq!(subjects(&events), [draft]);
    let took = woken.saturating_duration_since(committed);
    assert!(took < Duration::from_secs(1), "woken {took:?} after the commit");
}

async fn a_poll_that_nothing_wakes_ends_with_the_same_cursor(engine: Engine) {
    // A gateway of its own: others' events would move the cursor on.
    let Some(program) = Program::start(engine) else { return };
    let reader = Reader::on(&program).await;
    reader.draft().await;
    let (_, cursor) = reader.read("0", "").await;
    let began = Instant::now();
    let (events, after) = reader.read(&cursor, "&wait=1").await;
    assert_eq!((events.len(), after), (0, cursor));
    assert!(began.elapsed() >= Duration::from_secs(1), "it did not wait");
}

async fn a_poll_whose_token_is_revoked_meanwhile_tells_nothing(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let client = program.client();
    let asked = json!({ "client_name": "revoked", "token_endpoint_auth_method": "client_secret_basic" });
    let made = client.post("/oauth2/register", asked).await.expect(201);
    let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
    let (waiter, writer) = (client.log_in(&id, &secret).await, client.log_in(&id, &secret).await);
    let business = writer.business("cafe").await;
    let (_, cursor) = read(&writer, "0", "").await;
    let token = waiter.token().expect("logged in").to_owned();
    let path = format!("/v1/events?after={cursor}&wait=30");
    let waiting = tokio::spawn(async move { waiter.get(&path).await });
    // Another poll of the same cursor is answered: by then the first one waits, too.
    read(&writer, &cursor, "&wait=1").await;
    let revoke = client.http().post(format!("{}/oauth2/revoke", client.base_url()));
    let form = [("token", token)];
    client.send(revoke.basic_auth(&id, Some(&secret)).form(&form)).await.expect(200);
    papers::draft(&writer, &business).await;
    waiting.await.expect("the poll is answered").problem(401, "unauthenticated");
}

async fn types_choose_what_is_told(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let lodged = text(&papers::lodge(&reader.client, &reader.business).await["id"]);
    let drafted = reader.draft().await;
    let (both, _) = reader.read("0", "&types=submission.lodged,submission.drafted").await;
    let mut told = subjects(&both);
    told.dedup();
    assert_eq!(told, [lodged.clone(), drafted]);
    let (one, _) = reader.read("0", "&types=submission.lodged").await;
    assert_eq!(subjects(&one), [lodged]);
    assert!(one.iter().all(|event| event["type"] == "submission.lodged"));
}

async fn an_unknown_type_is_a_malformed_request(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    for query in
        ["types=submission.eaten", "types=", "after=-1", "wait=31", "limit=0", "limit=1001", "order=desc"]
    {
        let problem =
            reader.client.get(&format!("/v1/events?{query}")).await.problem(400, "malformed-request");
        let name = query.split('=').next().unwrap_or_default();
        assert_eq!(problem["violations"][0]["pointer"], format!("?{name}"));
    }
}

async fn the_authority_reads_what_is_addressed_to_it(engine: Engine) {
    let Some(program) = Program::shared(engine) else { return };
    let reader = Reader::on(program).await;
    let authority = tests::own::authority(program).await;
    let drafted = reader.draft().await;
    let lodged = text(&papers::lodge(&reader.client, &reader.business).await["id"]);
    let mut cursor = "0".to_owned();
    let mut told = Vec::new();
    while !told.contains(&lodged) {
        let (events, next) = read(&authority, &cursor, "&wait=10&limit=1000").await;
        assert_ne!(next, cursor, "the lodged submission never came");
        told.extend(subjects(&events));
        cursor = next;
    }
    assert!(!told.contains(&drafted), "a draft is nobody's business but the business's");
}

on_both_engines! {
    an_event_is_a_cloud_event,
    an_event_tells_no_personal_data,
    the_cursor_of_an_empty_answer_passes_over_what_is_others,
    a_long_poll_wakes_within_a_second_of_the_commit,
    a_poll_that_nothing_wakes_ends_with_the_same_cursor,
    a_poll_whose_token_is_revoked_meanwhile_tells_nothing,
    types_choose_what_is_told,
    an_unknown_type_is_a_malformed_request,
    the_authority_reads_what_is_addressed_to_it,
}
