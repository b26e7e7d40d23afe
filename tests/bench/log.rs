//! The log over receipts at scale: how fast receipts come into it, how fast it proves them, and what it costs lodging.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use api::{access::secret::ClientSecret, clients::scopes_of};
use domain::{
    actor::{Side, Touchpoint},
    application::{Application, Authentication},
    business::{Business, BusinessKind},
    digest::Digest,
    event::{EventKind, NewEvent},
    mandate::Mandate,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt},
    time::Timestamp,
};
use serde_json::{Map, Value, json};
use tests::{Client, merkle, multitude, postgres::Cluster};

use crate::{
    Outcome,
    load::{self, Request},
    measure::Plan,
    report::Report,
    served::{Served, Start},
    subject::{RAISED, Subject},
};

/// Receipts that one unit of work makes.
const AT_ONCE: u32 = 500;
/// Receipts whose proofs are asked in turn.
const ASKED: u32 = 1000;
/// Connections of a load that is to show latency and not a queue.
const FEW: u32 = 4;
/// How long the log may take to hold everything.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Every row on one engine.
pub fn measure(
    plan: &Plan,
    program: &Path,
    receipts: u32,
    cluster: Option<&Cluster>,
    report: &mut Report,
) -> Outcome<()> {
    let prefix = if cluster.is_some() { "pg_" } else { "" };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let files = tempfile::Builder::new().prefix("shlyuz-log-").tempdir()?;
    let file = || format!("sqlite:{}", files.path().join("log.db").display());
    let url = cluster.map_or_else(file, Cluster::empty_database);
    let secret = runtime.block_on(fill(&url, receipts));
    let began = Instant::now();
    let served = start(program, &url)?;
    let rate = runtime.block_on(grown(&served, receipts, began))?;
    let meaning = format!("receipts taken into the log, {receipts} in all");
    report.add(&format!("{prefix}log_leaves_per_s"), rate, "/s", &meaning);
    let client = runtime.block_on(Client::new(&served.base_url).log_in("app_logged", &secret));
    let token = client.token().unwrap_or_default().to_owned();
    let asked = (0..ASKED).map(|number| number.wrapping_mul(7919) % receipts);
    let asked: Vec<Request> = asked
        .map(|number| Request::get(&format!("/v1/receipts/{}/proof", id("rcp", number)), &token))
        .collect();
    let run = load::run(&served, &asked, FEW, plan.seconds, 1)?;
    report.add_run(&format!("{prefix}log_proof"), run, &format!("a receipt's proof among {receipts}"));
    let sizes = (0..ASKED).map(|number| 1 + number.wrapping_mul(104_729) % receipts);
    let asked = sizes.map(|first| format!("/v1/log/proofs/consistency?first={first}&second={receipts}"));
    let asked: Vec<Request> = asked.map(|path| Request::get(&path, &token)).collect();
    let run = load::run(&served, &asked, FEW, plan.seconds, 2)?;
    report.add_run(&format!("{prefix}log_consistency"), run, "a consistency proof to the whole log");
    Ok(())
}

/// Lodging with the log beside it and without, in turn.
pub fn cost(plan: &Plan, program: &Path, report: &mut Report) -> Outcome<()> {
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..plan.runs {
        for (logged, rates) in [true, false].into_iter().zip(&mut rates) {
            let subject = if logged { Subject::on_sqlite(program) } else { Subject::without_log(program) }?;
            let run =
                load::run(&subject.served, &subject.lodgings()?, plan.connections, plan.seconds, round)?;
            rates.push(run.per_s);
        }
    }
    let [with, without] = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    });
    report.add("lodge_logged_per_s", with, "/s", "lodged with the log beside it");
    report.add("lodge_unlogged_per_s", without, "/s", "lodged without the log");
    report.add("log_cost", 1.0 - with / without, "", "the part of lodging that the log costs");
    Ok(())
}

fn start(program: &Path, url: &str) -> Outcome<Served> {
    Served::start(|port, home| {
        let mut environment = vec![
            ("SHLYUZ_DATA_DIR", home.join("data").display().to_string()),
            ("SHLYUZ_SERVER__LISTEN", format!("127.0.0.1:{port}")),
            ("SHLYUZ_DATABASE__URL", url.to_owned()),
            ("SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "900".to_owned()),
        ];
        environment.extend(RAISED.map(|name| (name, "1000000".to_owned())));
        Start { program, arguments: vec!["serve".into()], environment, ready: "/readyz" }
    })
}

/// Waits until the log holds everything; returns how many receipts it took in a second since the gateway began.
async fn grown(served: &Served, receipts: u32, began: Instant) -> Outcome<f64> {
    let client = Client::new(&served.base_url);
    while began.elapsed() < PATIENCE {
        let (size, _) = merkle::head(&merkle::checkpoint(&client).await);
        if size >= receipts as usize {
            return Ok(f64::from(receipts) / began.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the log does not come to its end".into())
}

/// Puts receipts straight into a store that no gateway has open; returns the secret of their application.
async fn fill(url: &str, receipts: u32) -> String {
    let opened = multitude::open(url);
    let secret = ClientSecret::generate([7; 32]);
    let digest = *secret.kept.digest();
    opened.store.write(move |tx| party(tx, digest)).await.expect("an empty database takes it");
    for first in (0..receipts).step_by(AT_ONCE as usize) {
        let numbers = first..receipts.min(first + AT_ONCE);
        let making = move |tx: &mut dyn Tx| numbers.clone().try_for_each(|number| receipted(tx, number));
        opened.store.write(making).await.expect("the receipts are new");
    }
    secret.plain
}

fn id(prefix: &str, number: u32) -> String {
    format!("{prefix}_log{number:010}")
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is no id"))
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("RFC 3339")
}

fn party(tx: &mut dyn Tx, secret: Digest) -> Result<(), StoreError> {
    let application = Application {
        id: parsed("app_logged"),
        name: "Bench".to_owned(),
        side: Side::Business,
        authority: None,
        authentication: Authentication::Secret(secret),
        scopes: scopes_of(Side::Business),
        created_at: now(),
        suspended_at: None,
    };
    let business = Business {
        id: parsed("biz_logged"),
        kind: BusinessKind::LegalEntity,
        inn: "9600000001".to_owned(),
        name: "ООО «Журнал»".to_owned(),
        profile: Map::new(),
        version: 1,
        created_at: now(),
        updated_at: now(),
    };
    tx.applications().insert(&application)?;
    tx.businesses().insert(&business)?;
    tx.mandates().insert(&Mandate::own(parsed("mnd_logged"), application.id, business.id, now()))
}

/// A lodging's event with its receipt, whose JWS is as long as a real one.
fn receipted(tx: &mut dyn Tx, number: u32) -> Result<(), StoreError> {
    let event = NewEvent {
        id: parsed(&id("evt", number)),
        kind: EventKind::Lodged,
        at: now(),
        business: parsed("biz_logged"),
        authority: None,
        subject: id("sub", number),
        application: Some(parsed("app_logged")),
        touchpoint: Touchpoint::Api,
        service: None,
        situation: None,
        ground: None,
        data: json!({}),
    };
    let sequence = tx.events().append(&event)?;
    let filler = Value::from(format!("{number:0700}")).to_string();
    tx.receipts().insert(&Receipt {
        id: parsed(&id("rcp", number)),
        sequence,
        act: Act::Lodged,
        digest: Digest::of(&number.to_be_bytes()),
        body_digest: None,
        business: parsed("biz_logged"),
        application: parsed("app_logged"),
        idempotency_key: None,
        subject: id("sub", number),
        at: now(),
        jws: format!("bench.{}.{number}", filler.trim_matches('"')),
    })
}
