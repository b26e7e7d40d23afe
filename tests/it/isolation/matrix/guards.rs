//! The matrix bites: without any one guard at least one of its cells turns red.

use std::{fs, path::Path, time::Duration};

use domain::guard::Guard;
use strum::VariantArray as _;
use tests::{Engine, on_both_engines};

use super::{Actor, Matrix};

/// Who is kept out by a guard.
fn kept_out(guard: Guard) -> Actor {
    match guard {
        Guard::TokenTerm => Actor::Expired,
        Guard::Issuer => Actor::ForeignIssuer,
        Guard::Revocation => Actor::Revoked,
        Guard::Suspension => Actor::Suspended,
        Guard::Possession => Actor::OtherKey,
        Guard::Scope => Actor::OtherScope,
        Guard::Reach => Actor::Narrowed,
        Guard::Mandate => Actor::OtherTenant,
        Guard::MandateTerm => Actor::PowerToCome,
        Guard::Power => Actor::Powerless,
        Guard::Principal => Actor::Ceased,
        Guard::IdempotencyKey => Actor::Keyless,
    }
}

/// The gateway reads the file every ten milliseconds.
async fn without(file: &Path, guard: &str) {
    fs::write(file, guard).expect("room for a file");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn every_guard_that_is_left_out_turns_a_cell_red(engine: Engine) {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let named = file.path().display().to_string();
    let Some(matrix) = Matrix::new(engine, &[("UNGUARDED_FILE", &named)]).await else { return };
    for guard in Guard::VARIANTS {
        let actor = [kept_out(*guard)];
        without(file.path(), guard.into()).await;
        let (cells, red) = matrix.tried_by(&actor).await;
        assert!(!red.is_empty(), "without {guard:?} all {cells} cells of {actor:?} are as before");
        eprintln!("without {guard:?}: {} of {cells} cells of {actor:?} are red", red.len());
    }
}

on_both_engines! { every_guard_that_is_left_out_turns_a_cell_red }
