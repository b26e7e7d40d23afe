//! Recounts assessments and opinions: what is kept summed must equal its rows.

use domain::{assessment::recount::recount, ports::store::StoreError};

use crate::{config::Config, failure::Failure};

/// How many differences are told.
const TOLD: usize = 20;

/// Recounts over one snapshot of the store and tells what was compared.
///
/// # Errors
/// [`Failure::Failed`] where anything differs, each difference with its place, or where the store does not open: on
/// SQLite a running gateway holds it.
pub async fn check(config: &Config) -> Result<(), Failure> {
    let opened = persistence::open(config.store_options(|_| {}))
        .map_err(|error| Failure::of("the database", error))?;
    let found = opened.store.read(recount).await;
    let found = found.map_err(|error: StoreError| Failure::of("the database", error))?;
    opened.handle.close();
    let (assessments, opinions) = (found.assessments, found.opinions);
    let (cells, slices) = (found.cells, found.slices);
    if found.differences.is_empty() {
        println!("{assessments} assessments, {opinions} opinions, {cells} cells and {slices} slices agree");
        return Ok(());
    }
    let told = found.differences.iter().take(TOLD).map(|one| format!("\n- {one}")).collect::<String>();
    Err(Failure::of(format!("{} differences", found.differences.len()), told))
}
