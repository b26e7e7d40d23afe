//! What was acknowledged is never lost: `kill -9`, SIGTERM, restarts, a database that goes away, a full queue.

use std::time::Duration;

use tests::{Client, Engine, Program, own::Own};

mod journal;
mod kill;
mod logged;
mod outage;
mod restart;
mod stop;

use journal::{Journal, Load};

/// Settings under which load is not paced, and addresses and tokens outlive a restart on another port.
const UNPACED: [(&str, &str); 4] = [
    ("SHLYUZ_BASE_URL", "http://shlyuz.test"),
    ("SHLYUZ_ACCESS__TOKEN_LIFETIME_S", "900"),
    ("SHLYUZ_LIMITS__APPLICATION_PER_SECOND", "1000000"),
    ("SHLYUZ_LIMITS__APPLICATION_BURST", "1000000"),
];

/// Makes a test of a gateway of its own on either engine out of an `async fn(Engine)`.
macro_rules! on_either_engine {
    ($($test:ident)*) => {$(
        mod $test {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::super::within_a_minute(super::$test(tests::Engine::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::super::within_a_minute(super::$test(tests::Engine::Postgres)).await;
            }
        }
    )*};
}
use on_either_engine;

async fn within_a_minute(test: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(60), test).await.expect("the test ends within a minute");
}

/// A gateway of the test's own with [`UNPACED`] and further settings; None where the engine is not installed.
fn own(engine: Engine, settings: &[(&str, &str)]) -> Option<Own> {
    let mut all = UNPACED.to_vec();
    all.extend(settings);
    Own::start(engine, &all)
}

/// A caller of the gateway where it is now, with the token it had before.
fn again(program: &Program, before: &Client) -> Client {
    program.client().with_token(before.token().expect("the client was logged in"))
}
