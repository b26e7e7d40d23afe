//! What is measured: the gateway's own release program with its default settings, except the limits on its callers.

use std::path::{Path, PathBuf};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query,
    sql_types::BigInt,
};
use serde_json::{Value, json};
use tests::{Client, client::text, postgres::Cluster};

use crate::{
    Outcome,
    load::{Request, UNIQUE},
    served::{Served, Start},
};

/// Submissions whose status is read in turn.
const READ: usize = 200;

/// The running gateway with submissions in it.
pub struct Subject {
    /// The process.
    pub served: Served,
    /// What a ceiling beside it needs to know.
    pub sizes: Sizes,
    database: Database,
    business: String,
    credentials: (String, String),
    submissions: Vec<String>,
}

/// How large things are in the gateway.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Bytes of the status answer's body.
    pub answer_bytes: usize,
    /// Bytes of a submission's row.
    pub row_bytes: usize,
}

enum Database {
    Sqlite(PathBuf),
    /// With empty databases beside it, one for each ceiling.
    Postgres(String, [String; 2]),
}

impl Subject {
    /// A fresh gateway on SQLite.
    pub fn on_sqlite(program: &Path) -> Outcome<Self> {
        let served = start(program, None, true)?;
        let file = served.home().join("data/shlyuz.db");
        Self::fill(served, Database::Sqlite(file))
    }

    /// The same, without the worker that keeps the log over receipts.
    pub fn without_log(program: &Path) -> Outcome<Self> {
        let served = start(program, None, false)?;
        let file = served.home().join("data/shlyuz.db");
        Self::fill(served, Database::Sqlite(file))
    }

    /// A fresh gateway on a database of the cluster.
    pub fn on_postgres(program: &Path, cluster: &Cluster) -> Outcome<Self> {
        let url = cluster.database();
        let served = start(program, Some(&url), true)?;
        let spare = [cluster.empty_database(), cluster.empty_database()];
        Self::fill(served, Database::Postgres(url, spare))
    }

    /// Databases for two ceilings on the same server; None for SQLite files of their own.
    pub fn spare_databases(&self) -> [Option<&str>; 2] {
        match &self.database {
            Database::Sqlite(_) => [None, None],
            Database::Postgres(_, [one, other]) => [Some(one), Some(other)],
        }
    }

    /// Reads of the status of one submission after the other, under a fresh token.
    pub fn reads(&self) -> Outcome<Vec<Request>> {
        let token = runtime()?.block_on(self.log_in());
        let path = |id: &String| format!("/v1/businesses/{}/submissions/{id}/status", self.business);
        Ok(self.submissions.iter().map(|id| Request::get(&path(id), &token)).collect())
    }

    /// Lodgings, each of a form of its own, under a fresh token.
    pub fn lodgings(&self) -> Outcome<Vec<Request>> {
        let token = runtime()?.block_on(self.log_in());
        let path = format!("/v1/businesses/{}/submissions", self.business);
        Ok(vec![Request::post(&path, &token, &body(UNIQUE).to_string())])
    }

    /// How many submissions were lodged so far, as the database says.
    pub fn lodged(&self) -> Outcome<i64> {
        self.database.ask("SELECT count(*) AS answer FROM submissions WHERE lodged_at IS NOT NULL")
    }

    fn fill(served: Served, database: Database) -> Outcome<Self> {
        let written = std::fs::read(served.home().join("data/sandbox.json"))?;
        let written: Value = serde_json::from_slice(&written)?;
        let business = &written["business"];
        let sizes = Sizes { answer_bytes: 0, row_bytes: 0 };
        let mut subject = Self {
            served,
            sizes,
            database,
            business: text(&business["business_id"]),
            credentials: (text(&business["client_id"]), text(&business["client_secret"])),
            submissions: Vec::new(),
        };
        subject.sizes.answer_bytes = runtime()?.block_on(subject.lodge_some());
        let row_bytes = subject.database.ask(ROW_BYTES)?;
        subject.sizes.row_bytes = usize::try_from(row_bytes)?;
        Ok(subject)
    }

    /// Lodges what will be read, and returns the size of a status answer.
    async fn lodge_some(&mut self) -> usize {
        let client = Client::new(&self.served.base_url).with_token(&self.log_in().await);
        let path = format!("/v1/businesses/{}/submissions", self.business);
        for number in 0..READ {
            let made = client.post(&path, body(&format!("first-{number:018}"))).await.expect(201);
            self.submissions.push(text(&made["id"]));
        }
        client.get(&format!("{path}/{}/status", self.submissions[0])).await.bytes.len()
    }

    async fn log_in(&self) -> String {
        let (id, secret) = &self.credentials;
        let client = Client::new(&self.served.base_url).log_in(id, secret).await;
        client.token().unwrap_or_default().to_owned()
    }
}

/// An application for a loan: a form of middle size with four rules. The address is no magic one, so the sandbox's
/// scripted authority does nothing beside the load; the note makes each form a document of its own.
fn body(note: &str) -> Value {
    json!({
        "service": "microloan",
        "lodge": true,
        "form": {
            "amount": "800000.00", "term_months": 24, "purpose": "equipment", "purpose_note": note,
            "collateral": "none", "monthly_debt_payments": "0.00", "new_jobs": 2,
            "credit_history_consent": true,
            "bank": {"bik": "040200901", "account": "40702810400009990001", "bank_name": "Песочный банк"},
            "contact": {"email": "accountant@example.com"},
        },
    })
}

/// The settings that raise the limits on callers.
pub const RAISED: [&str; 4] = [
    "SHLYUZ_LIMITS__APPLICATION_PER_SECOND",
    "SHLYUZ_LIMITS__APPLICATION_BURST",
    "SHLYUZ_LIMITS__ANONYMOUS_PER_SECOND",
    "SHLYUZ_LIMITS__ANONYMOUS_BURST",
];

fn start(program: &Path, database: Option<&str>, logged: bool) -> Outcome<Served> {
    Served::start(|port, home| {
        if !logged {
            // A gateway that cannot read what it signed last does not touch its log.
            let unreadable = home.join("data/log-checkpoint");
            std::fs::create_dir_all(&unreadable).expect("a temporary directory can be written to");
        }
        let mut environment = vec![
            ("SHLYUZ_DATA_DIR", home.join("data").display().to_string()),
            ("SHLYUZ_SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ];
        environment.extend(RAISED.map(|name| (name, "1000000".to_owned())));
        environment.extend(database.map(|url| ("SHLYUZ_DATABASE__URL", url.to_owned())));
        Start { program, arguments: vec!["serve".into()], environment, ready: "/readyz" }
    })
}

fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Bytes of one submission's row: its texts and digests, and 8 for each number.
const ROW_BYTES: &str = "SELECT CAST(max(length(id) + length(business_id) + length(application_id) + length(service) \
    + length(authority_id) + length(state) + length(form) + length(attachments) + length(dossier) \
    + length(open_digest) + 6 * 8) AS BIGINT) AS answer FROM submissions";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    answer: i64,
}

impl Database {
    fn ask(&self, sql: &str) -> Outcome<i64> {
        let Number { answer } = match self {
            Self::Sqlite(file) => {
                let mut conn = SqliteConnection::establish(&file.display().to_string())?;
                sql_query(sql).get_result(&mut conn)?
            }
            Self::Postgres(url, _) => sql_query(sql).get_result(&mut PgConnection::establish(url)?)?,
        };
        Ok(answer)
    }
}
