//! From nothing to a receipt in live mode: schema, application and mandate by the operator's commands, then the gateway.

use std::path::Path;

use domain::identifier::{Inn, Ogrn};
use jsonwebtoken::Algorithm;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    Client, Engine, Program,
    certificates::{Pair, named},
    client::{fresh_key, text},
    on_both_engines, papers,
};

use super::{
    KeyedApplication, Signer,
    live::BASE_URL,
    mutual::{ask, prepared},
    operator, said,
};

const LIVE: [(&str, &str); 2] = [("SHLYUZ_MODE", "live"), ("SHLYUZ_BASE_URL", BASE_URL)];

/// Numbers with right check digits that belong to no sandbox; another seed gives others.
fn numbers(seed: u32) -> (String, String) {
    let ended = |body: String, holds: fn(&str) -> bool| {
        let mut all = (0..10).map(move |digit| format!("{body}{digit}"));
        all.find(|text| holds(text)).expect("one digit is right")
    };
    let inn = ended(format!("7700{seed:05}"), |text| Inn::parse(text).is_ok());
    (inn, ended(format!("10277{seed:07}"), |text| Ogrn::parse(text).is_ok()))
}

/// Mandates an application for a new business by the command.
fn mandated(program: &Program, application: &str, seed: u32) -> Value {
    let (inn, ogrn) = numbers(seed);
    let named = ["--kind", "legal_entity", "--inn", &inn, "--ogrn", &ogrn, "--name", "ООО «Начало»"];
    said(program, &[&["mandates", "register", "--application", application], &named[..]].concat())
}

fn succeeds(program: &Program, arguments: &[&str]) {
    let output = program.command(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn written(directory: &Path, name: &str, content: &Value) -> String {
    let path = directory.join(name);
    std::fs::write(&path, content.to_string()).expect("room for a file");
    path.display().to_string()
}

/// The receipt of an act verifies offline with the keys of the gateway.
async fn verifies(program: &Program, client: &Client, lodged: &Value) {
    let keys = client.get("/.well-known/jwks.json").await.expect(200);
    let receipt = written(program.data(), "receipt.json", lodged);
    let keys = written(program.data(), "keys.json", &keys);
    succeeds(program, &["verify", &receipt, "--jwks", &keys]);
}

fn submissions(mandate: &Value) -> String {
    format!("/v1/businesses/{}/submissions", text(&mandate["business_id"]))
}

/// A live gateway with one application, registered and started by nothing but commands, and its mandate.
fn begun(engine: Engine) -> Option<(Program, KeyedApplication, Value)> {
    let mut program = Program::prepared(engine, &LIVE)?;
    succeeds(&program, &["migrate"]);
    let signer = Signer::new(Algorithm::EdDSA);
    let keys = written(program.data(), "jwks.json", &signer.jwks());
    let id = text(&operator(&program, &["register", "--name", "Accounting", "--jwks", &keys])["client_id"]);
    let mandate = mandated(&program, &id, 1);
    assert_eq!((&mandate["kind"], &mandate["status"]), (&json!("own"), &json!("in_force")));
    program.restart();
    let keyed = KeyedApplication { client: program.client(), id, issuer: BASE_URL.into(), signer };
    Some((program, keyed, mandate))
}

async fn from_nothing_to_a_receipt_with_a_key(engine: Engine) {
    let Some((program, keyed, mandate)) = begun(engine) else { return };
    let bound = keyed.bound(BASE_URL).await;
    let drafted = bound.post(&submissions(&mandate), papers::certificate("office@example.ru", false)).await;
    assert_eq!(drafted.expect(201)["state"], "draft");
    let lodged = bound.post(&submissions(&mandate), papers::certificate("office@example.ru", true)).await;
    let lodged = lodged.expect(201);
    assert_eq!(lodged["state"], "lodged");
    verifies(&program, &keyed.client, &lodged).await;
    let receipt = bound.get(&format!("/v1/receipts/{}", text(&lodged["receipt"]["id"]))).await.expect(200);
    assert_eq!(receipt["jws"], lodged["receipt"]["jws"]);
}

async fn from_nothing_to_a_receipt_with_a_certificate(engine: Engine) {
    let Some(mut secured) = prepared(engine, &LIVE) else { return };
    succeeds(&secured.program, &["migrate"]);
    let pair = Pair::own(&named("1C"));
    let (file, _) = pair.write(secured.files.path(), "client");
    let file = file.display().to_string();
    let made = operator(&secured.program, &["register", "--name", "1C", "--certificate", &file]);
    let id = text(&made["client_id"]);
    let mandate = mandated(&secured.program, &id, 2);
    secured.program.restart();
    let client = pair.client(&secured.program);
    let given = ask(&client, &id).await.expect(200);
    let holder = client.with_token(&text(&given["access_token"]));
    let lodging = holder
        .request(Method::POST, &submissions(&mandate))
        .header("Idempotency-Key", fresh_key())
        .json(&papers::certificate("office@example.ru", true));
    let lodged = holder.send(lodging).await.expect(201);
    assert_eq!(lodged["state"], "lodged");
    verifies(&secured.program, &client, &lodged).await;
}

/// Beside the running gateway: the mandate counts with the next request, and its end with the next again; both are told.
async fn the_operator_mandates_and_ends_beside_a_running_gateway(engine: Engine) {
    let Some((program, keyed, first)) = begun(engine) else { return };
    let bound = keyed.bound(BASE_URL).await;
    let second = mandated(&program, &keyed.id, 3);
    let path = format!("/v1/businesses/{}", text(&second["business_id"]));
    bound.get(&path).await.expect(200);
    let cursor = text(&bound.get("/v1/events?limit=1000").await.expect(200)["next_cursor"]);
    let poll = format!("/v1/events?after={cursor}&wait=30&types=mandate.granted");
    let polling = bound.get(&poll);
    let third = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        (mandated(&program, &keyed.id, 4), std::time::Instant::now())
    };
    let (polled, (third, made)) = tokio::join!(polling, third);
    assert!(made.elapsed().as_secs() < 5, "who waits is woken");
    let told = polled.expect(200);
    assert_eq!(
        (&told["items"][0]["type"], &told["items"][0]["subject"]),
        (&json!("mandate.granted"), &third["mandate_id"]),
        "{told:#}"
    );
    let inn = text(&second["inn"]);
    let whose = ["--application", &keyed.id, "--inn", &inn];
    let ended =
        said(&program, &[&["mandates", "end"], &whose[..], &["--reason", "Договор расторгнут."]].concat());
    assert_eq!(ended["status"], "ended");
    bound.get(&path).await.problem(403, "mandate-ended");
    bound.get(&format!("/v1/businesses/{}", text(&first["business_id"]))).await.expect(200);
    let listed = program.command(&["mandates", "list", "--application", &keyed.id]);
    let listed = String::from_utf8(listed.stdout).expect("text");
    let states: Vec<Value> =
        listed.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let states: Vec<&Value> = states.iter().map(|mandate| &mandate["status"]).collect();
    assert_eq!(states, ["in_force", "ended", "in_force"]);
    let again = mandated(&program, &keyed.id, 3);
    assert_eq!(again["business_id"], second["business_id"], "the business is known and not made again");
    bound.get(&path).await.expect(200);
}

/// Runs `shlyuz mandates` with arguments that hold no blanks, and expects a refusal that names all of these.
fn refused(program: &Program, arguments: &str, status: i32, named: &[&str]) {
    let arguments: Vec<&str> = ["mandates"].into_iter().chain(arguments.split(' ')).collect();
    let output = program.command(&arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(output.stdout.is_empty() && named.iter().all(|name| said.contains(name)), "{said}");
}

async fn the_operator_hears_of_every_mistake_at_once(engine: Engine) {
    let Some((program, keyed, _)) = begun(engine) else { return };
    let id = &keyed.id;
    let all = "register --application app_01M850ABGSKWZ2SPRZWFT3B7PR --kind club --inn 7700000000 --ogrn 1 --name \n";
    refused(&program, all, 2, &["--application", "--kind", "--inn", "--ogrn", "--name"]);
    let register = |kind: &str, (inn, ogrn): (&str, &str)| {
        format!("register --application {id} --kind {kind} --inn {inn} --ogrn {ogrn} --name x")
    };
    let sandbox = register("legal_entity", ("9600989390", "1189696590984"));
    refused(&program, &sandbox, 2, &["--inn", "sandbox"]);
    let ((inn, ogrn), (unknown, other)) = (numbers(1), numbers(9));
    refused(&program, &register("sole_trader", (&inn, &ogrn)), 2, &["--inn", "--ogrn", "--kind"]);
    refused(&program, &register("legal_entity", (&inn, &other)), 2, &["--ogrn"]);
    refused(&program, &register("legal_entity", (&inn, &ogrn)), 1, &["in_force"]);
    refused(&program, &format!("end --application {id} --inn {unknown}"), 1, &["not found"]);
    refused(&program, &format!("list --inn {unknown}"), 1, &["not found"]);
}

on_both_engines! {
    from_nothing_to_a_receipt_with_a_key,
    from_nothing_to_a_receipt_with_a_certificate,
    the_operator_mandates_and_ends_beside_a_running_gateway,
    the_operator_hears_of_every_mistake_at_once,
}
