//! What the libraries do with nothing around them: a bare JSON route, and bare inserts with group commit.
//!
//! Each serves from a process of its own, as the gateway does, with as many workers.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

use actix_web::{App, HttpResponse, HttpServer, web};
use clap::Args;
use diesel::{
    Connection as _, ExpressionMethods as _, Insertable, PgConnection, QueryDsl as _, RunQueryDsl as _,
    SqliteConnection, connection::SimpleConnection as _,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::{
    Outcome,
    served::{Served, Start},
};

/// The most inserts in one transaction, as in the gateway.
const MOST: usize = 128;

/// Which ceiling to serve. Without a database there is the bare route alone.
#[derive(Args)]
pub struct Ceiling {
    #[arg(long)]
    port: u16,
    /// `postgres://…` or the path of a SQLite file.
    #[arg(long)]
    database: Option<String>,
    /// Bytes of the JSON that the bare route answers with.
    #[arg(long, default_value_t = 0)]
    answer_bytes: usize,
    /// Bytes of a row.
    #[arg(long, default_value_t = 0)]
    row_bytes: usize,
    /// Whether a unit of work is one insert and nothing else.
    #[arg(long)]
    alone: bool,
}

/// Which ceiling is measured.
pub enum Kind<'a> {
    /// A route that answers with this many bytes of JSON.
    Route { answer_bytes: usize },
    /// A route that inserts a row of this many bytes, with an entry beside it, reads it back, and does so in a
    /// savepoint; `alone` leaves the row. None is a SQLite file of its own.
    Insert { row_bytes: usize, postgres: Option<&'a str>, alone: bool },
}

/// Starts a ceiling as a child process.
pub fn start(kind: &Kind<'_>) -> Outcome<Served> {
    let own = std::env::current_exe()?;
    Served::start(|port, home| {
        let mut arguments = vec!["ceiling".to_owned(), "--port".to_owned(), port.to_string()];
        match kind {
            Kind::Route { answer_bytes } => {
                arguments.extend(["--answer-bytes".to_owned(), answer_bytes.to_string()]);
            }
            Kind::Insert { row_bytes, postgres, alone } => {
                let file = || home.join("ceiling.db").display().to_string();
                let database = postgres.map_or_else(file, str::to_owned);
                arguments.extend(["--row-bytes".to_owned(), row_bytes.to_string()]);
                arguments.extend(["--database".to_owned(), database]);
                arguments.extend(alone.then(|| "--alone".to_owned()));
            }
        }
        let arguments = arguments.into_iter().map(Into::into).collect();
        Start { program: Path::new(&own), arguments, environment: Vec::new(), ready: "/ready" }
    })
}

#[derive(Serialize)]
struct Answer {
    text: String,
}

impl Answer {
    /// An answer whose JSON has this many bytes.
    fn of_bytes(bytes: usize) -> Self {
        Self { text: "x".repeat(bytes.saturating_sub(r#"{"text":""}"#.len())) }
    }
}

/// What the gateway's own lodging takes, read by the same parser without any of the checks.
#[derive(Deserialize)]
struct Body {
    service: String,
    form: Map<String, Value>,
}

#[derive(Serialize)]
struct Made {
    id: String,
}

diesel::table! {
    rows (id) {
        id -> Text,
        owner -> Text,
        service -> Text,
        version -> BigInt,
        form -> Text,
        rest -> Text,
    }
}

diesel::table! {
    entries (row_id) {
        row_id -> Text,
        kind -> Text,
    }
}

#[derive(Insertable)]
#[diesel(table_name = rows)]
struct Row {
    id: String,
    owner: String,
    service: String,
    version: i64,
    form: String,
    rest: String,
}

impl Row {
    fn new(number: i64, owner: String, body: Body, bytes: usize) -> Self {
        let Body { service, form } = body;
        let form = serde_json::to_string(&form).expect("a map of JSON values is JSON");
        let id = format!("row_{number:026}");
        let known = id.len() + owner.len() + service.len() + form.len() + 8;
        Self { rest: "x".repeat(bytes.saturating_sub(known)), id, owner, service, version: 1, form }
    }
}

struct Job(Row, oneshot::Sender<bool>);

/// What the routes share.
struct Bare {
    answer_bytes: usize,
    row_bytes: usize,
    number: AtomicI64,
    jobs: Option<SyncSender<Job>>,
}

impl Ceiling {
    /// Serves until the process is ended.
    ///
    /// # Errors
    /// Where the database or the port cannot be had.
    pub fn serve(&self) -> Outcome<()> {
        let jobs = match &self.database {
            Some(url) => {
                let (sender, jobs) = sync_channel(4096);
                let database = Database::open(url)?;
                let alone = self.alone;
                std::thread::spawn(move || insert_all(database, &jobs, alone));
                Some(sender)
            }
            None => None,
        };
        let (answer_bytes, row_bytes) = (self.answer_bytes, self.row_bytes);
        let bare =
            web::Data::from(Arc::new(Bare { answer_bytes, row_bytes, number: AtomicI64::new(0), jobs }));
        let app = move || {
            App::new()
                .app_data(web::Data::clone(&bare))
                .route("/ready", web::get().to(HttpResponse::Ok))
                .route("/v1/businesses/{business}/submissions/{submission}/status", web::get().to(answer))
                .route("/v1/businesses/{business}/submissions", web::post().to(insert))
        };
        let workers = std::thread::available_parallelism()?.get();
        let server = HttpServer::new(app).workers(workers).bind(("127.0.0.1", self.port))?;
        Ok(actix_web::rt::System::new().block_on(server.run())?)
    }
}

async fn answer(bare: web::Data<Bare>) -> HttpResponse {
    HttpResponse::Ok().json(Answer::of_bytes(bare.answer_bytes))
}

async fn insert(owner: web::Path<String>, body: web::Json<Body>, bare: web::Data<Bare>) -> HttpResponse {
    let number = bare.number.fetch_add(1, Ordering::Relaxed);
    let row = Row::new(number, owner.into_inner(), body.into_inner(), bare.row_bytes);
    let id = row.id.clone();
    let (reply, inserted) = oneshot::channel();
    let queued = bare.jobs.as_ref().is_some_and(|jobs| jobs.try_send(Job(row, reply)).is_ok());
    match queued && inserted.await.unwrap_or(false) {
        true => HttpResponse::Created().json(Made { id }),
        false => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// One expression for each of the two connections.
macro_rules! each {
    ($database:expr, $conn:ident => $body:expr) => {
        match $database {
            Database::Sqlite($conn) => $body,
            Database::Postgres($conn) => $body,
        }
    };
}

enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

const TABLES: &str = "\
    CREATE TABLE rows (id TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, service TEXT NOT NULL, \
    version BIGINT NOT NULL, form TEXT NOT NULL, rest TEXT NOT NULL); \
    CREATE TABLE entries (row_id TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL)";

/// As the gateway sets its own writer up.
const SQLITE: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
    PRAGMA wal_autocheckpoint=10000; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY";

impl Database {
    fn open(url: &str) -> Outcome<Self> {
        let mut database = if url.starts_with("postgres://") {
            Self::Postgres(PgConnection::establish(url)?)
        } else {
            let mut conn = SqliteConnection::establish(url)?;
            conn.batch_execute(SQLITE)?;
            Self::Sqlite(conn)
        };
        database.command(TABLES)?;
        Ok(database)
    }

    fn command(&mut self, sql: &str) -> diesel::QueryResult<()> {
        each!(self, conn => conn.batch_execute(sql))
    }

    fn insert(&mut self, row: &Row) -> diesel::QueryResult<usize> {
        each!(self, conn => diesel::insert_into(rows::table).values(row).execute(conn))
    }

    /// The row, an entry for an outbox, and the row read back, in a savepoint.
    fn unit(&mut self, row: &Row) -> diesel::QueryResult<()> {
        self.command("SAVEPOINT unit")?;
        self.insert(row)?;
        let entry = (entries::row_id.eq(&row.id), entries::kind.eq("lodged"));
        each!(self, conn => diesel::insert_into(entries::table).values(entry).execute(conn))?;
        let _version: i64 =
            each!(self, conn => rows::table.find(&row.id).select(rows::version).get_result(conn))?;
        self.command("RELEASE SAVEPOINT unit")
    }
}

/// One transaction for what is queued, up to the limit, and answers only after its commit.
fn insert_all(mut database: Database, jobs: &Receiver<Job>, alone: bool) {
    while let Ok(first) = jobs.recv() {
        let mut waiting = Vec::with_capacity(MOST);
        let mut next = Some(first);
        let mut sound = database.command("BEGIN").is_ok();
        while let Some(Job(row, reply)) = next {
            sound = sound && if alone { database.insert(&row).is_ok() } else { database.unit(&row).is_ok() };
            waiting.push(reply);
            next = if waiting.len() < MOST { jobs.try_recv().ok() } else { None };
        }
        sound = sound && database.command("COMMIT").is_ok();
        for reply in waiting {
            let _gone = reply.send(sound);
        }
    }
}
