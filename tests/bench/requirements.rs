//! Mandatory requirements at scale: 20,000 requirements and 100,000 businesses, one list and one search over HTTP, and
//! every list drawn anew after a change of law that touches all.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use api::{access::secret::ClientSecret, clients::scopes_of};
use domain::{
    actor::Side,
    application::{Application, Authentication},
    ids::BusinessId,
    ports::store::{StoreError, Tx},
    time::Timestamp,
};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Client, client::text, multitude, postgres::Cluster, registry};

use crate::{
    Outcome,
    load::{self, Request},
    measure::Plan,
    report::Report,
    served::{Served, Start},
};

/// How large the registry is.
const REQUIREMENTS: usize = 20_000;
/// How many lists are kept.
const BUSINESSES: u32 = 100_000;
/// Businesses whose lists are read in turn.
const READ: u32 = 500;
/// Connections of a load that is to show latency and not a queue.
const FEW: u32 = 4;
/// How often somebody reads beside the redrawing.
const PAUSE: Duration = Duration::from_millis(10);
/// How long all lists may take.
const PATIENCE: Duration = Duration::from_secs(600);

const SEARCHES: [&str; 6] =
    ["касса", "охрана труда", "пожарная безопасность", "алкоголь", "вывеска", "отчётность"];

/// A gateway with everything in it.
struct Multitude {
    served: Served,
    businesses: Vec<BusinessId>,
    credentials: (String, String),
    /// Holds the SQLite file.
    _files: tempfile::TempDir,
}

/// Every row on one engine.
pub fn measure(plan: &Plan, program: &Path, cluster: Option<&Cluster>, report: &mut Report) -> Outcome<()> {
    let prefix = if cluster.is_some() { "pg_" } else { "" };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let multitude = runtime.block_on(Multitude::start(program, cluster))?;
    let office = runtime.block_on(multitude.office())?;
    let first = runtime.block_on(caught_up(&office))?;
    report.add(&format!("{prefix}first_drawing_per_s"), first, "/s", "lists drawn for the first time");
    let client = runtime.block_on(multitude.client());
    let token = client.token().unwrap_or_default().to_owned();
    let lists = multitude.businesses.iter().take(READ as usize);
    let lists: Vec<Request> =
        lists.map(|id| Request::get(&format!("/v1/businesses/{id}/requirements"), &token)).collect();
    let run = load::run(&multitude.served, &lists, FEW, plan.seconds, 1)?;
    report.add_run(&format!("{prefix}list"), run, "one business's list, the first page of a hundred rows");
    if cluster.is_none() {
        let searches =
            SEARCHES.map(|words| Request::get(&format!("/v1/requirements?q={}", encoded(words)), &token));
        let run = load::run(&multitude.served, &searches, FEW, plan.seconds, 2)?;
        report.add_run("search", run, "search among 20,000 requirements");
    }
    let rate = runtime.block_on(change_of_law(&office, 1))?;
    report.add(
        &format!("{prefix}recompute_per_s"),
        rate,
        "/s",
        "lists drawn anew after a change that touches all",
    );
    let beside = runtime.block_on(read_beside(&multitude, &office, &client))?;
    report.add(
        &format!("{prefix}beside_recompute_p99_ms"),
        beside,
        "ms",
        "99th percentile of a business read beside it",
    );
    Ok(())
}

impl Multitude {
    async fn start(program: &Path, cluster: Option<&Cluster>) -> Outcome<Self> {
        let files = tempfile::Builder::new().prefix("shlyuz-many-").tempdir()?;
        let file = || format!("sqlite:{}", files.path().join("many.db").display());
        let url = cluster.map_or_else(file, Cluster::empty_database);
        let (businesses, credentials) = fill(&url).await;
        let served = Served::start(|port, home| {
            let mut environment = vec![
                ("SHLYUZ_DATA_DIR", home.join("data").display().to_string()),
                ("SHLYUZ_SERVER__LISTEN", format!("127.0.0.1:{port}")),
                ("SHLYUZ_DATABASE__URL", url.clone()),
                ("SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "900".to_owned()),
            ];
            environment.extend(crate::subject::RAISED.map(|name| (name, "1000000".to_owned())));
            Start { program, arguments: vec!["serve".into()], environment, ready: "/readyz" }
        })?;
        Ok(Self { served, businesses, credentials, _files: files })
    }

    async fn client(&self) -> Client {
        let (id, secret) = &self.credentials;
        Client::new(&self.served.base_url).log_in(id, secret).await
    }

    async fn office(&self) -> Outcome<Client> {
        let written = std::fs::read(self.served.home().join("data/sandbox.json"))?;
        let written: Value = serde_json::from_slice(&written)?;
        let known = &written["authority"];
        let (id, secret) = (text(&known["client_id"]), text(&known["client_secret"]));
        Ok(Client::new(&self.served.base_url).log_in(&id, &secret).await)
    }
}

/// The registry, the businesses, and an application that may read some of them.
async fn fill(url: &str) -> (Vec<BusinessId>, (String, String)) {
    let opened = multitude::open(url);
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("RFC 3339");
    let secret = ClientSecret::generate([7; 32]);
    let application = Application {
        id: "app_bench".parse().expect("an id"),
        name: "Bench".to_owned(),
        side: Side::Business,
        authority: None,
        authentication: Authentication::Secret(*secret.kept.digest()),
        scopes: scopes_of(Side::Business),
        created_at: now,
        suspended_at: None,
    };
    let id = application.id.clone();
    let filling = move |tx: &mut dyn Tx| -> Result<(), StoreError> {
        tx.applications().insert(&application)?;
        let edition = tx.registry().next_edition(now)?;
        let mut documents = registry::generated(REQUIREMENTS);
        documents.iter_mut().for_each(|document| document.edition = edition);
        tx.registry().insert(&documents, now)
    };
    opened.store.write(filling).await.expect("an empty database takes the registry");
    let businesses = multitude::people(&opened.store, BUSINESSES, Some((id.clone(), READ)), now).await;
    (businesses, (id.to_string(), secret.plain))
}

/// Waits until no list is behind; returns how many were drawn in a second.
async fn caught_up(office: &Client) -> Outcome<f64> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let state = office.get("/v1/authority/registry/recomputation").await.expect(200);
        if state["behind"] == 0 && state["finished_at"].is_string() {
            return state["per_second"].as_f64().ok_or_else(|| format!("no rate: {state}").into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err("the lists do not catch up".into())
}

/// Brings a requirement that binds every company, and waits until every list has it.
async fn change_of_law(office: &Client, round: u32) -> Outcome<f64> {
    bring(office, round).await;
    let began = Instant::now();
    caught_up(office).await?;
    Ok(f64::from(BUSINESSES) / began.elapsed().as_secs_f64())
}

async fn bring(office: &Client, round: u32) {
    let shipped = domain::requirement::builtin::builtin();
    let shipped = shipped.into_iter().find(|document| document.code == "OT-001").expect("it is shipped");
    let mut body = shipped.body;
    body["code"] = json!("BENCH-1");
    body["title"] = json!({ "ru": format!("Редакция {round}"), "en": format!("Version {round}") });
    let row = json!({ "kind": "requirement", "code": "BENCH-1", "document": body });
    let request = office.request(Method::POST, "/v1/authority/registry");
    let request = request.header("Idempotency-Key", tests::client::fresh_key());
    let request = request.header("Content-Type", "application/x-ndjson").body(format!("{row}\n"));
    office.send(request).await.expect(200);
}

/// Reads businesses at an even pace while everything is drawn anew; the 99th percentile in milliseconds.
async fn read_beside(multitude: &Multitude, office: &Client, client: &Client) -> Outcome<f64> {
    bring(office, 2).await;
    let running = tokio::spawn({
        let office = office.clone();
        async move { caught_up(&office).await.map_err(|error| error.to_string()) }
    });
    let mut taken = Vec::new();
    for id in multitude.businesses.iter().take(READ as usize).cycle() {
        if running.is_finished() {
            break;
        }
        let request = client.request(Method::GET, &format!("/v1/businesses/{id}"));
        let began = Instant::now();
        let answer = request.send().await?;
        taken.push(began.elapsed());
        if !answer.status().is_success() {
            return Err(format!("a read beside the redrawing: {}", answer.status()).into());
        }
        tokio::time::sleep(PAUSE).await;
    }
    running.await??;
    taken.sort();
    let p99 = taken.get(taken.len() * 99 / 100).ok_or("nothing was read")?;
    Ok(p99.as_secs_f64() * 1000.0)
}

/// A word as a query takes it.
fn encoded(words: &str) -> String {
    words.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
