//! How far the lists have followed the registry.

use actix_web::{get, web::Data};
use domain::{ports::store::StoreError, requirement::refresh::frontier};
use utoipa::OpenApi;

use crate::{
    access::scope::{AuthorityRegistryWrite, Scope},
    extract::Caller,
    gateway::Gateway,
    models::requirements::recomputation::RecomputationView,
    problem::Rejection,
    reply::Answered,
};

/// The schemas that the handler below replies with.
#[derive(OpenApi)]
#[openapi(components(schemas(RecomputationView)))]
pub struct Schemas;

/// Get the state of recomputation
///
/// After a change of the registry, and on every day on which something begins or ends, all personal lists are drawn
/// anew in the background. This says how far it has come; the business sees an exact list at any time.
#[utoipa::path(tag = "authority", security(("oauth2" = [AuthorityRegistryWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1", "4.7.1.2"]))))]
#[get("/authority/registry/recomputation")]
pub async fn get_recomputation(
    caller: Caller<AuthorityRegistryWrite>,
    gateway: Data<Gateway>,
) -> Result<Answered<RecomputationView>, Rejection<StoreError>> {
    caller.as_authority()?;
    let registry = gateway.clerk().registry;
    let frontier = frontier(&registry, gateway.clock.now().moscow_date());
    let (behind, total) = gateway.store.read(move |tx| tx.lists().progress(frontier)).await?;
    let run = gateway.redrawing.latest();
    Ok(Answered(RecomputationView {
        edition: registry.edition,
        total,
        behind,
        done: total - behind,
        started_at: run.map(|run| run.started_at),
        finished_at: run.and_then(|run| run.finished_at),
        per_second: run.and_then(|run| run.per_second()),
    }))
}
