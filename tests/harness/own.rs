//! A gateway of a test's own, whose database the test can reach behind its back.

use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};

use crate::{Client, Engine, Program, postgres::Cluster};

/// A gateway that no other test uses, with its database.
pub struct Own {
    /// The gateway.
    pub program: Program,
    engine: Engine,
    url: String,
}

/// A connection that holds every writer up until it is dropped.
pub enum Hold {
    /// An open write transaction on the file.
    Sqlite(SqliteConnection),
    /// The locked row of the sequence.
    Postgres(PgConnection),
}

impl Own {
    /// Starts a gateway on an empty database; None where the engine is not installed (said on stderr).
    pub fn start(engine: Engine, settings: &[(&str, &str)]) -> Option<Self> {
        let mut settings = settings.to_vec();
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Cluster::shared()?.database()),
        };
        if let Some(url) = &url {
            settings.push(("SHLYUZ_DATABASE__URL", url));
        }
        let program = Program::start_with(engine, &settings)?;
        let url = url.unwrap_or_else(|| format!("sqlite:{}", program.data().join("shlyuz.db").display()));
        Some(Self { program, engine, url })
    }

    /// Its database, as the setting `database.url` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client without a token.
    pub fn client(&self) -> Client {
        self.program.client()
    }

    /// A client of the sandbox's authority.
    pub async fn authority(&self) -> Client {
        authority(&self.program).await
    }

    /// Runs statements on the database, past the gateway.
    pub fn sql(&self, statements: &str) {
        self.connected(|conn| conn.batch_execute(statements).expect("the statements hold"));
    }

    /// Holds every writer of the gateway up until the answer is dropped.
    pub fn hold(&self) -> Hold {
        match self.engine {
            Engine::Sqlite => {
                let mut conn = self.sqlite();
                conn.batch_execute("BEGIN IMMEDIATE").expect("no writer holds the file for long");
                Hold::Sqlite(conn)
            }
            Engine::Postgres => {
                let mut conn = PgConnection::establish(&self.url).expect("the cluster runs");
                conn.batch_execute("BEGIN; SELECT last FROM sequence FOR UPDATE").expect("the row exists");
                Hold::Postgres(conn)
            }
        }
    }

    /// Keeps the gateway from writing until the answer is dropped: PostgreSQL lets nobody in and puts out who is in,
    /// SQLite's file stays taken for longer than the gateway waits.
    pub fn outage(&self) -> Outage {
        match self.engine {
            Engine::Sqlite => Outage::Taken { _hold: Box::new(self.hold()) },
            Engine::Postgres => {
                let (server, name) = self.url.rsplit_once('/').expect("the URL names a database");
                let closed = Outage::Closed { server: format!("{server}/postgres"), name: name.to_owned() };
                closed.admit(false);
                Cluster::shared().expect("the database stands on it").cut_off(&self.url);
                closed
            }
        }
    }

    fn connected(&self, work: impl FnOnce(&mut dyn SimpleConnection)) {
        match self.engine {
            Engine::Sqlite => work(&mut self.sqlite()),
            Engine::Postgres => work(&mut PgConnection::establish(&self.url).expect("the cluster runs")),
        }
    }

    fn sqlite(&self) -> SqliteConnection {
        let path = self.url.trim_start_matches("sqlite:");
        let mut conn = SqliteConnection::establish(path).expect("the file exists");
        conn.batch_execute("PRAGMA busy_timeout=5000").expect("a setting of the connection");
        conn
    }

    /// The gateway's signing key, as it lies in the database: its id and its PKCS #8 form.
    pub fn signing_key(&self) -> (String, Vec<u8>) {
        use diesel::RunQueryDsl;
        let query = diesel::sql_query("SELECT kid, pkcs8 FROM signing_keys ORDER BY created_at DESC LIMIT 1");
        let row: KeyRow = match self.engine {
            Engine::Sqlite => query.get_result(&mut self.sqlite()),
            Engine::Postgres => {
                query.get_result(&mut PgConnection::establish(&self.url).expect("the cluster runs"))
            }
        }
        .expect("a gateway that runs has a key");
        (row.kid, row.pkcs8)
    }
}

/// A database that cannot be written to until this value is dropped.
pub enum Outage {
    /// Somebody else writes.
    Taken {
        /// The other writer.
        _hold: Box<Hold>,
    },
    /// The server refuses connections to the database.
    Closed {
        /// Another database of the server.
        server: String,
        /// The closed one.
        name: String,
    },
}

impl Outage {
    fn admit(&self, open: bool) {
        if let Self::Closed { server, name } = self {
            let mut conn = PgConnection::establish(server).expect("the cluster runs");
            let sql = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {open}");
            conn.batch_execute(&sql).expect("the administrator may do this");
        }
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        self.admit(true);
    }
}

#[derive(diesel::QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    kid: String,
    #[diesel(sql_type = diesel::sql_types::Binary)]
    pkcs8: Vec<u8>,
}

/// A client of a gateway's ready authority.
pub async fn authority(program: &Program) -> Client {
    let credentials = program.credentials();
    let of = |name: &str| crate::client::text(&credentials["authority"][name]);
    program.client().log_in(&of("client_id"), &of("client_secret")).await
}
