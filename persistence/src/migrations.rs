//! Brings the schema up to date.

use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{
    conn::{Conn, Role, Target},
    options::OpenError,
};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The key of the advisory lock under which the replicas of one database migrate one after the other.
const LOCK: i64 = 0x0053_686c_7975_7a01;

/// Runs the migrations that this database has not seen.
pub(crate) fn run(target: &Target) -> Result<(), OpenError> {
    match Conn::establish(target, Role::Migrate).map_err(OpenError::Connect)? {
        Conn::Sqlite(mut conn) => conn.run_pending_migrations(SQLITE).map(drop),
        Conn::Postgres(mut conn) => {
            // The lock ends with the session, which ends with this function.
            conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))
                .map_err(|error| OpenError::Migrate(error.to_string()))?;
            conn.run_pending_migrations(POSTGRES).map(drop)
        }
    }
    .map_err(|error| OpenError::Migrate(error.to_string()))
}
