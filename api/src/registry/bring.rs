//! What an authority brings into the registry in one call: judged as a whole, stored piece by piece, put in force at
//! once.

use std::time::Duration;

use actix_web::http::StatusCode;
use domain::{
    actor::AuthorityActor,
    error::Violation,
    idempotency::{Claim, Once, OnceError},
    ids::LeaseId,
    ports::store::StoreError,
    requirement::upsert::{self, Grounds, Judged, Row, RowOutcome},
};

use super::{RegistryError, refresh};
use crate::{
    extract::Line,
    gateway::Gateway,
    models::requirements::upsert::{NewRow, RegistryReport, RowResult},
    reply::render,
};

/// Rows of one unit of work: the writer's turn stays short beside the acts of businesses.
const ROWS_PER_UNIT: usize = 200;

/// Brings rows in once for the claim. A refused row harms no other. The rest is stored in bounded units of work, and in
/// force when the last one, which holds the answer, is done; a call that breaks off is finished by repeating it. Calls
/// take turns, over all gateways of a store: each is judged by what the one before has put in force.
///
/// # Errors
/// A reused key, or the store's error.
pub async fn bring(
    gateway: &Gateway,
    actor: AuthorityActor,
    claim: Claim,
    lines: Vec<Line<NewRow>>,
) -> Result<Once, OnceError<StoreError>> {
    if let Some(known) = gateway.remembered(&claim).await? {
        return Ok(known);
    }
    let _turn = gateway.registry.bringing.lock().await;
    let turn = await_turn(gateway).await?;
    let done = bring_in_turn(gateway, actor, (claim, lines), turn.clone()).await;
    if done.is_err() {
        // Whoever comes next need not wait until the turn runs out.
        gateway.store.write(move |tx| upsert::give_up(tx, &turn)).await.ok();
    }
    done
}

/// How often the turn is asked for, and how long between.
const ASKED: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Waits while another gateway brings documents.
async fn await_turn(gateway: &Gateway) -> Result<LeaseId, StoreError> {
    for _ in 0..ASKED {
        let mut stamp = gateway.stamp();
        let (turn, now): (LeaseId, _) = (stamp.id(), stamp.now);
        let asked = turn.clone();
        if gateway.store.write(move |tx| upsert::begin(tx, &asked, now)).await? {
            return Ok(turn);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(StoreError::Overloaded)
}

/// Judges rows by what the turn before left, stores and publishes them.
async fn bring_in_turn(
    gateway: &Gateway,
    actor: AuthorityActor,
    (claim, lines): (Claim, Vec<Line<NewRow>>),
    turn: LeaseId,
) -> Result<Once, OnceError<StoreError>> {
    refresh(gateway).await.map_err(StoreError::from)?;
    let (mut results, rows) = taken_apart(lines);
    let judged = judge(gateway, &actor, rows).await.map_err(StoreError::from)?;
    let mut fit = Vec::new();
    for (place, row, judged) in judged {
        match judged {
            Judged::Fit(odd) => {
                results[place].warnings = odd;
                fit.push((place, row));
            }
            Judged::Unfit(wrong) => results[place].violations = wrong,
        }
    }
    store(gateway, (&actor, &turn), fit, &mut results).await?;
    let effect = move |tx: &mut dyn domain::ports::store::Tx, stamp: domain::time::Stamp| {
        let edition = upsert::publish(tx, &turn, stamp.now)?.ok_or(StoreError::Overloaded)?;
        let report = RegistryReport::new(edition, results.clone());
        Ok::<_, StoreError>(render(StatusCode::OK, &report, None, None))
    };
    let done = gateway.once(claim, effect).await?;
    if let Err(error) = refresh(gateway).await {
        tracing::warn!(%error, "the registry that was brought is not compiled, trying again");
    }
    Ok(done)
}

/// A result for each line, refused until it is judged, and the rows that could be read, each with the place of its
/// result.
fn taken_apart(lines: Vec<Line<NewRow>>) -> (Vec<RowResult>, Vec<(usize, Row)>) {
    let (mut results, mut rows) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
    for (place, line) in lines.into_iter().enumerate() {
        let (kind, code, violations): (_, _, Vec<Violation>) = match line.value {
            Ok(NewRow { kind, code, document }) => {
                rows.push((place, Row { kind: kind.into(), code: code.clone(), body: document.into() }));
                (Some(kind), Some(code), Vec::new())
            }
            Err(violations) => (None, None, violations),
        };
        let (line, outcome) = (line.number, RowOutcome::Refused);
        results.push(RowResult {
            line,
            kind,
            code,
            outcome,
            version: None,
            violations,
            warnings: Vec::new(),
        });
    }
    (results, rows)
}

/// Judges rows beside the requests' workers.
async fn judge(
    gateway: &Gateway,
    actor: &AuthorityActor,
    rows: Vec<(usize, Row)>,
) -> Result<Vec<(usize, Row, Judged)>, RegistryError> {
    let (registry, catalogue) = (gateway.registry.load_full(), gateway.catalogue.load_full());
    let actor = actor.clone();
    let judging = tokio::task::spawn_blocking(move || {
        let grounds = Grounds { registry: &registry, catalogue: &catalogue, actor: &actor };
        let (places, rows): (Vec<usize>, Vec<Row>) = rows.into_iter().unzip();
        let judged = upsert::judge(&grounds, &rows);
        let judged = places.into_iter().zip(rows).zip(judged);
        judged.map(|((place, row), judged)| (place, row, judged)).collect()
    });
    Ok(judging.await?)
}

/// Stores fit rows in bounded units, acts before what refers to them, and enters what became of each.
async fn store(
    gateway: &Gateway,
    (actor, turn): (&AuthorityActor, &LeaseId),
    mut fit: Vec<(usize, Row)>,
    results: &mut [RowResult],
) -> Result<(), StoreError> {
    fit.sort_by_key(|(_, row)| row.kind);
    let now = gateway.clock.now();
    for some in fit.chunks(ROWS_PER_UNIT) {
        let rows: Vec<Row> = some.iter().map(|(_, row)| row.clone()).collect();
        let (actor, turn) = (actor.clone(), turn.clone());
        let outcomes = gateway.store.write(move |tx| upsert::bring(tx, &turn, &rows, &actor, now)).await?;
        let outcomes = outcomes.ok_or(StoreError::Overloaded)?;
        for ((place, _), (outcome, version)) in some.iter().zip(outcomes) {
            results[*place].outcome = outcome;
            results[*place].version = Some(version);
        }
    }
    Ok(())
}
