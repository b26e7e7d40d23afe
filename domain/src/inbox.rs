//! The authority's inbox: every task is delivered at least once, under a lease, until it is acknowledged.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{AuthorityId, LeaseId, SubmissionId, TaskId},
    ports::store::{StoreError, Tx},
    time::{Stamp, Timestamp},
};

/// Why a task stands in the inbox.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TaskKind {
    /// A submission was lodged.
    Lodged,
    /// The business answered a request for information.
    Responded,
    /// The business corrected the submission.
    Corrected,
    /// The business withdrew the submission.
    Withdrawn,
}

/// Who takes an authority's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Route {
    /// The authority's application, by `/v1/authority/inbox`.
    Inbox,
    /// The gateway's connector to that authority.
    Connector,
}

/// A task of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Whose it is.
    pub authority: AuthorityId,
    /// The submission it is about.
    pub submission: SubmissionId,
    /// Why it is there.
    pub kind: TaskKind,
    /// Who takes it.
    pub route: Route,
    /// Not to be taken before this moment.
    pub available_at: Timestamp,
    /// How often it was leased.
    pub attempts: i64,
    /// The lease in force, if any.
    pub lease: Option<Lease>,
    /// When it was acknowledged; then it is never delivered again.
    pub acknowledged_at: Option<Timestamp>,
}

/// An authority's hold on a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Names the hold; acknowledging needs it.
    pub id: LeaseId,
    /// When the task may be given to somebody else.
    pub until: Timestamp,
}

/// Why a lease could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseError {
    /// The authority has no such task.
    NotFound,
    /// The lease ran out or was never given; the task may be with somebody else.
    LeaseLost,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for LeaseError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What an authority asks for when it takes tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseCommand {
    /// Whose tasks.
    pub authority: AuthorityId,
    /// By which way.
    pub route: Route,
    /// At most this many.
    pub limit: u32,
    /// How long nobody else gets them.
    pub duration: SignedDuration,
}

/// Leases the oldest tasks that are available and not held, oldest first.
///
/// # Errors
/// Only what the store says.
pub fn lease(tx: &mut dyn Tx, command: &LeaseCommand, mut stamp: Stamp) -> Result<Vec<Task>, StoreError> {
    let mut tasks = tx.inbox().available(&command.authority, command.route, stamp.now, command.limit)?;
    for task in &mut tasks {
        task.attempts += 1;
        task.lease = Some(Lease { id: stamp.id(), until: stamp.now.plus(command.duration) });
        tx.inbox().update(task)?;
    }
    Ok(tasks)
}

/// Acknowledges a task under its lease. Repeating it with the same lease changes nothing.
///
/// # Errors
/// [`LeaseError::NotFound`] for another authority's task, [`LeaseError::LeaseLost`] for a lease that is not in force.
pub fn acknowledge(
    tx: &mut dyn Tx,
    authority: &AuthorityId,
    task: &TaskId,
    lease: &LeaseId,
    now: Timestamp,
) -> Result<Task, LeaseError> {
    let mut task = held(tx, authority, task, lease, now)?;
    if task.acknowledged_at.is_none() {
        task.acknowledged_at = Some(now);
        tx.inbox().update(&task)?;
    }
    Ok(task)
}

/// Gives a task back before its lease ends, to be delivered again from `available_at` on.
///
/// # Errors
/// As [`acknowledge`]; an acknowledged task is no longer held and cannot be given back.
pub fn release(
    tx: &mut dyn Tx,
    authority: &AuthorityId,
    task: &TaskId,
    lease: &LeaseId,
    available_at: Timestamp,
    now: Timestamp,
) -> Result<Task, LeaseError> {
    let mut task = held(tx, authority, task, lease, now)?;
    if task.acknowledged_at.is_some() {
        return Err(LeaseError::LeaseLost);
    }
    task.lease = None;
    task.available_at = available_at;
    tx.inbox().update(&task)?;
    Ok(task)
}

fn held(
    tx: &mut dyn Tx,
    authority: &AuthorityId,
    task: &TaskId,
    lease: &LeaseId,
    now: Timestamp,
) -> Result<Task, LeaseError> {
    let task = tx.inbox().find(authority, task)?.ok_or(LeaseError::NotFound)?;
    let in_force = task
        .lease
        .as_ref()
        .is_some_and(|held| held.id == *lease && (task.acknowledged_at.is_some() || held.until > now));
    if in_force { Ok(task) } else { Err(LeaseError::LeaseLost) }
}
