//! Check packs, run as a stranger's accounting program would run them: on its own ledgers, with any CEL.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use tests::{Answer, Client, Program, client::text, filing::Filer};

use super::self_checks::places;

tests::on_programs! { shared:
    a_pack_is_run_on_the_ledgers_and_its_result_is_sent
    figures_that_are_not_asked_for_are_refused
    a_verdict_against_its_own_figures_is_refused
    the_periods_and_versions_must_hold
    packs_are_public_and_cached
}

const PACK: &str = "cash-register-daily";

/// A day's ledgers, in roubles and pieces.
fn ledgers() -> Value {
    json!({ "receipts_total": "1200.00", "revenue": "1200.00", "cash_in": "700.50", "card_in": "499.50",
        "shifts_opened": 1, "shifts_closed": 1, "unsent_receipts": 0 })
}

/// Runs a pack: every rule's expression over the ledgers, with sums in kopecks.
fn run(pack: &Value, ledgers: &Value) -> Vec<Value> {
    let mut inputs: HashMap<String, i64> = HashMap::new();
    for input in pack["inputs"].as_array().expect("a pack has inputs") {
        let (name, figure) = (text(&input["name"]), &ledgers[text(&input["name"])]);
        match text(&input["type"]).as_str() {
            "money" => {
                let kopecks = text(figure).replace('.', "").parse().expect("two places after the point");
                inputs.insert(format!("{name}_kopecks"), kopecks);
            }
            _ => drop(inputs.insert(name, figure.as_i64().expect("a whole number"))),
        }
    }
    let mut context = cel::Context::default();
    context.add_variable("inputs", inputs).expect("a map of numbers is a value");
    let judge = |rule: &Value| {
        let program = cel::Program::compile(&text(&rule["expression"])).expect("it is CEL");
        let holds = program.execute(&context).expect("the ledgers hold every input");
        let outcome = if holds == cel::Value::Bool(true) { json!("pass") } else { rule["severity"].clone() };
        json!({ "rule": rule["id"], "outcome": outcome })
    };
    pack["rules"].as_array().expect("a pack has rules").iter().map(judge).collect()
}

/// The figures of the ledgers that the pack lets out.
fn let_out(pack: &Value, ledgers: &Value) -> Map<String, Value> {
    let names = pack["report"].as_array().expect("a pack says what it reports").iter().map(text);
    names.map(|name| (name.clone(), ledgers[&name].clone())).collect()
}

fn result(pack: &Value, ledgers: &Value) -> Value {
    json!({ "pack": pack["code"], "version": pack["version"], "period": { "from": "2026-11-02", "to": "2026-11-02" },
        "verdicts": run(pack, ledgers), "facts": let_out(pack, ledgers) })
}

async fn pack(client: &Client) -> Value {
    client.get(&format!("/v1/check-packs/{PACK}")).await.expect(200)
}

async fn send(filer: &Filer, body: Value) -> Answer {
    filer.client.post(&filer.path("check-pack-results"), body).await
}

async fn a_pack_is_run_on_the_ledgers_and_its_result_is_sent(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let pack = pack(&program.client()).await;
    let mut body = result(&pack, &ledgers());
    let digest = domain::digest::Digest::of(b"z-report");
    body["evidence"] = json!([{ "name": "Z-отчёт", "digest": digest }]);
    let answer = send(&filer, body).await;
    let address = answer.header("location").to_owned();
    let kept = answer.expect(201);
    assert_eq!((&kept["outcome"], &kept["receipt"]["act"]), (&json!("pass"), &json!("pack_reported")));
    assert_eq!(kept["recomputed"], json!(["receipts-equal-revenue", "all-sent"]));
    assert_eq!(filer.client.get(&address).await.expect(200)["evidence"][0]["digest"], json!(digest));
    let event = filer.until(&text(&kept["id"]), "check_pack.reported").await;
    assert_eq!(event["data"]["period"]["from"], "2026-11-02");
    let mut bad = ledgers();
    bad["unsent_receipts"] = json!(3);
    assert_eq!(send(&filer, result(&pack, &bad)).await.expect(201)["outcome"], "warn");
    bad["card_in"] = json!("1.00");
    assert_eq!(send(&filer, result(&pack, &bad)).await.expect(201)["outcome"], "fail");
    let failed = filer.client.get(&filer.path("check-pack-results?outcome=fail")).await.expect(200);
    assert_eq!(failed["items"].as_array().map(Vec::len), Some(1));
    let all = filer.client.get(&filer.path("check-pack-results")).await.expect(200);
    assert_eq!((&all["items"][0]["outcome"], &all["items"][2]["id"]), (&json!("fail"), &kept["id"]));
}

async fn figures_that_are_not_asked_for_are_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let pack = pack(&program.client()).await;
    let mut body = result(&pack, &ledgers());
    body["facts"]["cash_in"] = json!("700.50");
    body["facts"]["customers"] = json!(["Иванов"]);
    let problem = send(&filer, body).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/facts/cash_in fact-not-asked", "/facts/customers fact-not-asked"]);
    let patch = &problem["violations"][0]["fix"]["patch"];
    assert_eq!(patch, &json!([{ "op": "remove", "path": "/facts/cash_in" }]));
    let mut bare = result(&pack, &ledgers());
    bare["facts"] = json!({});
    assert_eq!(send(&filer, bare).await.expect(201)["recomputed"], json!([]));
    let mut odd = result(&pack, &ledgers());
    odd["facts"]["revenue"] = json!("1200.005");
    let problem = send(&filer, odd).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/facts/revenue type"]);
}

async fn a_verdict_against_its_own_figures_is_refused(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let pack = pack(&program.client()).await;
    let mut body = result(&pack, &ledgers());
    body["facts"]["revenue"] = json!("1300.00");
    let problem = send(&filer, body).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/verdicts/0/outcome contradicts-facts"]);
    let mut missing = result(&pack, &ledgers());
    missing["verdicts"].as_array_mut().expect("a list").remove(2);
    let problem = send(&filer, missing).await.problem(422, "validation-failed");
    assert_eq!(places(&problem), ["/verdicts required"]);
}

async fn the_periods_and_versions_must_hold(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let pack = pack(&program.client()).await;
    let table = [
        ("/period", json!({ "from": "2026-11-02", "to": "2999-01-01" }), "/period/to period-not-over"),
        ("/period", json!({ "from": "2026-11-03", "to": "2026-11-02" }), "/period/to period-backwards"),
        ("/version", json!(99), "/version another-version"),
        ("/pack", json!("none"), "/pack unknown-check-pack"),
    ];
    for (pointer, value, expected) in table {
        let mut body = result(&pack, &ledgers());
        *body.pointer_mut(pointer).expect("it is there") = value;
        assert_eq!(places(&send(&filer, body).await.problem(422, "validation-failed")), [expected]);
    }
}

async fn packs_are_public_and_cached(program: &Program) {
    let nobody = program.client();
    let list = nobody.get("/v1/check-packs").await;
    let etag = list.header("etag").to_owned();
    assert!(list.expect(200)["items"].as_array().is_some_and(|packs| packs.len() >= 3));
    let again = nobody.request(reqwest::Method::GET, "/v1/check-packs").header("If-None-Match", etag);
    assert_eq!(nobody.send(again).await.status.as_u16(), 304);
    nobody.get("/v1/check-packs/none").await.problem(404, "not-found");
}
