//! What outlives a restart, orderly or not, and what keeps a second process off.

use std::process::{Command, Stdio};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};
use tests::{Client, Engine, Program, client::text, own::Own, program::binary};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{Journal, Load, again, journal::Sent, on_either_engine, own};

on_either_engine! {
    a_token_outlives_a_restart
    a_revoked_token_stays_revoked_after_a_restart
    an_idempotency_key_outlives_a_restart
    the_sandboxs_credentials_outlive_a_restart
    a_receipt_verifies_with_the_keys_of_the_next_start
    the_virtual_clock_goes_on_where_it_was
    an_upload_that_a_kill_interrupts_is_resumed
}

#[test]
fn a_second_process_on_the_same_file_is_refused() {
    let first = Program::start(Engine::Sqlite).expect("SQLite is built in");
    let second = Command::new(binary())
        .env("SHLYUZ_DATA_DIR", first.data())
        .env("SHLYUZ_SERVER__LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("another process has this database open"), "{said}");
    assert_eq!(text(&first.credentials()["base_url"]), first.base_url(), "the first one's file is untouched");
}

#[test]
fn a_process_takes_over_the_file_that_a_killed_one_left() {
    let mut program = Program::start(Engine::Sqlite).expect("SQLite is built in");
    program.signal("KILL");
    assert_eq!(program.wait(), None);
    program.restart();
    assert_eq!(text(&program.credentials()["base_url"]), program.base_url());
}

/// Stops the gateway in order and starts it again.
async fn restarted(gateway: &mut Own, load: &Load) -> Client {
    gateway.program.signal("TERM");
    assert_eq!(gateway.program.wait(), Some(0));
    gateway.program.restart();
    again(&gateway.program, &load.client)
}

async fn a_token_outlives_a_restart(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let load = Load::new(&gateway.client()).await;
    let client = restarted(&mut gateway, &load).await;
    let business = client.get(&format!("/v1/businesses/{}", load.business)).await.expect(200);
    assert_eq!(business["id"], load.business.as_str());
}

async fn a_revoked_token_stays_revoked_after_a_restart(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let credentials = gateway.program.credentials()["business"].clone();
    let (id, secret) = (text(&credentials["client_id"]), text(&credentials["client_secret"]));
    let client = gateway.client().log_in(&id, &secret).await;
    let token = client.token().expect("it was logged in").to_owned();
    let revocation = gateway.client().request(reqwest::Method::POST, "/oauth2/revoke");
    let revocation = revocation.basic_auth(&id, Some(&secret)).form(&[("token", token.as_str())]);
    gateway.client().send(revocation).await.expect(200);
    let load = Load { client, business: text(&credentials["business_id"]) };
    let client = restarted(&mut gateway, &load).await;
    client.get("/v1/businesses").await.problem(401, "unauthenticated");
}

async fn an_idempotency_key_outlives_a_restart(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let load = Load::new(&gateway.client()).await;
    let entry = Journal::new().next();
    let first = load.client.post_keyed(&load.path(), &entry.key, entry.body.clone()).await;
    assert_eq!(first.status, 201);
    let client = restarted(&mut gateway, &load).await;
    let second = client.post_keyed(&load.path(), &entry.key, entry.body.clone()).await;
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!((second.status, &second.bytes), (first.status, &first.bytes));
    let other = json!({ "service": "register-extract", "form": {} });
    client.post_keyed(&load.path(), &entry.key, other).await.problem(422, "idempotency-key-reused");
}

async fn the_sandboxs_credentials_outlive_a_restart(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let before = gateway.program.credentials();
    let load = Load::new(&gateway.client()).await;
    restarted(&mut gateway, &load).await;
    assert_eq!(gateway.program.credentials(), before);
    let of = |name: &str| text(&before["business"][name]);
    let client = gateway.client().log_in(&of("client_id"), &of("client_secret")).await;
    let businesses = client.get("/v1/businesses").await.expect(200);
    assert_eq!(businesses["items"][0]["id"], before["business"]["business_id"]);
}

async fn a_receipt_verifies_with_the_keys_of_the_next_start(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let load = Load::new(&gateway.client()).await;
    let Sent::Accepted(lodged) = load.send(&Journal::new().next()).await else { panic!("not lodged") };
    let client = restarted(&mut gateway, &load).await;
    let keys = client.get("/.well-known/jwks.json").await.expect(200);
    let verified = api::access::receipt::verify_receipt(&text(&lodged["receipt"]["jws"]), &keys);
    assert_eq!(verified.expect("it verifies").0["sub"], lodged["id"]);
}

async fn the_virtual_clock_goes_on_where_it_was(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let load = Load::new(&gateway.client()).await;
    let moved = load.client.request(reqwest::Method::POST, "/sandbox/clock");
    let before = load.client.send(moved.json(&json!({ "advance_s": 172_800 }))).await.expect(200);
    let client = restarted(&mut gateway, &load).await;
    let after = client.get("/sandbox/clock").await.expect(200);
    // Texts of one length in UTC compare as moments do, down to the second.
    let seconds = |clock: &Value| text(&clock["now"])[..19].to_owned();
    assert!(seconds(&after) >= seconds(&before), "{after} is before {before}");
}

const SIZE: usize = 300_000;
const FIRST: usize = 100_000;
const SECOND: usize = 50_000;

async fn an_upload_that_a_kill_interrupts_is_resumed(engine: Engine) {
    let Some(mut gateway) = own(engine, &[]) else { return };
    let load = Load::new(&gateway.client()).await;
    let document = paper();
    let path = declared(&load, &document).await;
    assert_eq!(piece(&load.client, &path, 0, &document[..FIRST]).await, FIRST);
    let mut line = TcpStream::connect(gateway.program.base_url().trim_start_matches("http://"))
        .await
        .expect("it listens");
    line.write_all(&interrupted(&load, &path, &document)).await.expect("the line holds");
    gateway.program.signal("KILL");
    assert_eq!(gateway.program.wait(), None);
    gateway.program.restart();
    let client = again(&gateway.program, &load.client);
    let head = client.send(client.request(reqwest::Method::HEAD, &path)).await;
    let reached: usize = head.header("upload-offset").parse().expect("HEAD tells where to go on");
    assert!((FIRST..=FIRST + SECOND).contains(&reached), "{reached}: what was acknowledged is kept");
    assert_eq!(piece(&client, &path, reached, &document[reached..]).await, SIZE);
    let stored = client.get(path.trim_end_matches("/content")).await.expect(200);
    assert_eq!(stored["state"], "stored");
    let download = client.request(reqwest::Method::GET, &path).send().await.expect("the gateway answers");
    assert_eq!(download.bytes().await.expect("the document arrives whole"), document);
}

fn paper() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((bytes.len()..SIZE).map(|place| u8::try_from(place % 251).expect("below 251")));
    bytes
}

/// Declares a document and returns the path of its content.
async fn declared(load: &Load, document: &[u8]) -> String {
    let hex: String = digest(&SHA256, document).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let declaration = json!({ "name": "устав.pdf", "content_type": "application/pdf", "size": SIZE,
        "digest": format!("sha-256:{hex}") });
    let path = format!("/v1/businesses/{}/attachments", load.business);
    let attachment = load.client.post(&path, declaration).await.expect(201);
    format!("{path}/{}/content", text(&attachment["id"]))
}

/// Uploads a piece and returns the offset reached.
async fn piece(client: &Client, path: &str, offset: usize, bytes: &[u8]) -> usize {
    let request = client
        .request(reqwest::Method::PATCH, path)
        .header("Upload-Offset", offset)
        .header("Content-Type", "application/octet-stream")
        .body(bytes.to_vec());
    let answer = client.send(request).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    answer.header("upload-offset").parse().expect("an upload tells how far it has come")
}

/// The head of a request for the rest, and only a part of that rest.
fn interrupted(load: &Load, path: &str, document: &[u8]) -> Vec<u8> {
    let token = load.client.token().expect("the client was logged in");
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: shlyuz.test\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nUpload-Offset: {FIRST}\r\nContent-Length: {}\r\n\r\n",
        SIZE - FIRST
    );
    let mut bytes = head.into_bytes();
    bytes.extend(&document[FIRST..FIRST + SECOND]);
    bytes
}
