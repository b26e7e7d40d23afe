//! Draws personal lists that are behind the registry, the profile or the calendar.
//!
//! Each unit of work moves some lists with their changes and their events, so a restart simply goes on: what was stored
//! is no longer behind. Drawing takes place outside of the writer's turn, and the units are small: whoever writes
//! meanwhile waits for one of them at most.

use std::{sync::Mutex, time::Duration};

use domain::{
    business::Business,
    clerk::Clerk,
    ports::store::StoreError,
    requirement::{
        list::PersonalList,
        refresh::{Redrawn, frontier, redraw, store},
    },
    time::Timestamp,
};
use futures_util::{StreamExt as _, stream};

use crate::gateway::Gateway;

/// How many lists are read at once.
const READ: u32 = 1200;
/// How many lists one unit of work stores.
const UNIT: usize = 150;
/// How many units are drawn ahead of the one that is stored.
const AHEAD: usize = 2;
/// How long nothing is looked for after nothing was found.
const PATIENCE: Duration = Duration::from_millis(250);

/// What the gateway knows of its own drawing.
#[derive(Default)]
pub struct Redrawing {
    /// One run at a time, so that what another run holds in its hands is done when this one ends.
    alone: tokio::sync::Mutex<()>,
    latest: Mutex<Option<Run>>,
}

/// One run from the first list that was behind to the last.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; None while it goes on.
    pub finished_at: Option<Timestamp>,
    /// How many lists it has drawn.
    pub drawn: usize,
    seconds: f64,
}

impl Run {
    /// How many lists a second it has drawn; None before it can be said.
    pub fn per_second(&self) -> Option<f64> {
        (self.seconds > 0.0).then(|| self.drawn as f64 / self.seconds)
    }
}

impl Redrawing {
    /// The latest run; None where nothing was behind since the gateway's start.
    pub fn latest(&self) -> Option<Run> {
        *self.latest.lock().expect("nobody panics while holding a run")
    }

    fn advance(&self, now: Timestamp, drawn: usize, seconds: f64) {
        let mut latest = self.latest.lock().expect("nobody panics while holding a run");
        let fresh = Run { started_at: now, finished_at: None, drawn: 0, seconds: 0.0 };
        let run = latest.filter(|run| run.finished_at.is_none()).unwrap_or(fresh);
        *latest = Some(Run { drawn: run.drawn + drawn, seconds: run.seconds + seconds, ..run });
    }

    fn end(&self, now: Timestamp) {
        let mut latest = self.latest.lock().expect("nobody panics while holding a run");
        if let Some(run) = latest.as_mut().filter(|run| run.finished_at.is_none()) {
            run.finished_at = Some(now);
        }
    }
}

/// Works for ever. A failure is logged and tried again.
pub async fn run(gateway: std::sync::Arc<Gateway>) {
    loop {
        if let Err(error) = catch_up(&gateway).await {
            tracing::warn!(%error, "lists of requirements are not drawn, trying again");
        }
        tokio::time::sleep(PATIENCE).await;
    }
}

/// Draws until no list is behind.
///
/// # Errors
/// What the store says; the rest stays behind.
pub async fn catch_up(gateway: &Gateway) -> Result<(), StoreError> {
    let _alone = gateway.redrawing.alone.lock().await;
    while round(gateway).await? > 0 {}
    gateway.redrawing.end(gateway.clock.now());
    Ok(())
}

/// Draws some of the lists that are behind; returns how many were stored.
async fn round(gateway: &Gateway) -> Result<usize, StoreError> {
    let (clerk, now, began) = (gateway.clerk(), gateway.clock.now(), gateway.wall_clock.now());
    let frontier = frontier(&clerk.registry, now.moscow_date());
    let behind = gateway.store.read(move |tx| tx.lists().behind(frontier, READ)).await?;
    if behind.is_empty() {
        return Ok(0);
    }
    gateway.redrawing.advance(now, 0, 0.0);
    let mut stored = 0;
    let mut units = stream::iter(in_units(behind)).map(|unit| draw(clerk.clone(), unit, now)).buffered(AHEAD);
    while let Some(drawn) = units.next().await {
        let (clerk, stamp) = (clerk.clone(), gateway.stamp());
        stored += gateway.store.write(move |tx| store(tx, &clerk, &drawn, &mut stamp.clone())).await?;
    }
    let seconds = gateway.wall_clock.now().since(began).as_secs_f64();
    gateway.redrawing.advance(now, stored, seconds);
    Ok(stored)
}

type Behind = Vec<(Business, PersonalList)>;

fn in_units(mut behind: Behind) -> Vec<Behind> {
    let mut units = Vec::with_capacity(behind.len().div_ceil(UNIT));
    while !behind.is_empty() {
        let rest = behind.split_off(behind.len().min(UNIT));
        units.push(std::mem::replace(&mut behind, rest));
    }
    units
}

/// Draws on a thread for long work.
async fn draw(clerk: Clerk, unit: Behind, now: Timestamp) -> Vec<Redrawn> {
    let drawing = move || {
        let each = unit.into_iter();
        each.map(|(business, list)| redraw(&clerk.registry, &business, list, now)).collect()
    };
    // A panic leaves the unit behind; the next round meets it again and the log tells of it.
    tokio::task::spawn_blocking(drawing).await.unwrap_or_default()
}
