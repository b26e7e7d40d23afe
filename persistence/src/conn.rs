//! One connection to either engine. Read first.
//!
//! Diesel's queries are typed by their backend. [`each!`] compiles one expression once per backend, which keeps the
//! whole query language (`ON CONFLICT`, boxed queries, arrays); where the SQL truly differs, a plain `match` says so.

use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};

use crate::options::OpenError;

/// A connection.
pub(crate) enum Conn {
    /// To a SQLite file.
    Sqlite(SqliteConnection),
    /// To a PostgreSQL server.
    Postgres(PgConnection),
}

/// Evaluates an expression with the connection inside a [`Conn`], whichever it is.
macro_rules! each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::conn::Conn::Sqlite($c) => $body,
            $crate::conn::Conn::Postgres($c) => $body,
        }
    };
}
pub(crate) use each;

/// Which database a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file.
    Sqlite(String),
    /// A server.
    Postgres(String),
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// To change the schema.
    Migrate,
    /// The one writer of this process.
    Write,
    /// A reader.
    Read,
}

/// Bounds how long a server that does not answer is waited for, where the URL does not say otherwise.
const POSTGRES_PATIENCE: &str = "connect_timeout=5&tcp_user_timeout=15000&keepalives_idle=30";

/// A writer holds the row `sequence`, for which all replicas wait: no statement and no pause may last.
const POSTGRES_WRITER: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s'";

/// Replicas that start together migrate one after the other.
const POSTGRES_MIGRATOR: &str = "SET lock_timeout = '5min'";

const POSTGRES_READER: &str =
    "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'";

/// Commits are durable when they return (`synchronous=FULL`). The log is moved into the file each 40 MB and cut back
/// to 64 MB after a long reader kept it growing. The cache is not larger because SQLite looks through all of it at
/// each commit that has split a page.
const SQLITE_WRITER: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
    PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=10000; PRAGMA journal_size_limit=67108864; \
    PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY";

/// A thread has a reader of its own, so its cache is small; what is in the file is read through the page cache.
const SQLITE_READER: &str = "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA query_only=ON; \
    PRAGMA cache_size=-8192; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY";

impl Target {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let Some(path) = url.strip_prefix("sqlite:") else { return Err(OpenError::Url) };
        let path = path.strip_prefix("//").unwrap_or(path);
        // A database in memory has no second connection: readers could not see what the writer wrote.
        if path.is_empty() || path.contains(":memory:") {
            return Err(OpenError::Url);
        }
        Ok(Self::Sqlite(path.to_owned()))
    }
}

impl Conn {
    /// Connects and sets the session up for its role. The error never holds the URL, which may hold a password.
    pub(crate) fn establish(target: &Target, role: Role) -> Result<Self, String> {
        match target {
            Target::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path).map_err(|error| error.to_string())?;
                let setup = match role {
                    Role::Migrate | Role::Write => SQLITE_WRITER,
                    Role::Read => SQLITE_READER,
                };
                conn.batch_execute(setup).map_err(|error| error.to_string())?;
                Ok(Self::Sqlite(conn))
            }
            Target::Postgres(url) => {
                let mut conn =
                    PgConnection::establish(&with_patience(url)).map_err(|error| error.to_string())?;
                let setup = match role {
                    Role::Migrate => POSTGRES_MIGRATOR,
                    Role::Write => POSTGRES_WRITER,
                    Role::Read => POSTGRES_READER,
                };
                conn.batch_execute(setup).map_err(|error| error.to_string())?;
                Ok(Self::Postgres(conn))
            }
        }
    }
}

fn with_patience(url: &str) -> String {
    if url.contains("connect_timeout") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{POSTGRES_PATIENCE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file_or_a_server() {
        let file = |path: &str| Some(Target::Sqlite(path.to_owned()));
        assert_eq!(Target::parse("sqlite:data/shlyuz.db").ok(), file("data/shlyuz.db"));
        assert_eq!(Target::parse("sqlite:///var/shlyuz.db").ok(), file("/var/shlyuz.db"));
        assert!(matches!(Target::parse("postgres://h/d"), Ok(Target::Postgres(_))));
        for bad in ["", "sqlite:", "sqlite::memory:", "mysql://h/d", "/var/shlyuz.db"] {
            assert!(matches!(Target::parse(bad), Err(OpenError::Url)), "{bad}");
        }
    }

    #[test]
    fn a_server_is_not_waited_for_longer_than_it_should() {
        assert_eq!(with_patience("postgres://h/d?x=1"), format!("postgres://h/d?x=1&{POSTGRES_PATIENCE}"));
        assert_eq!(with_patience("postgres://h/d?connect_timeout=9"), "postgres://h/d?connect_timeout=9");
    }
}
