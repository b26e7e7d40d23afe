//! Brings tasks to authorities' systems behind a connector and carries out what they answer.

use domain::{
    ids::{AuthorityId, LeaseId},
    inbox::{self, LeaseCommand, LeaseError, Route, Task},
    ports::{
        authority::{Answer, Step},
        store::{StoreError, Tx},
    },
    submission::{
        Desk, Submission,
        decide::{DecideCommand, DecideError, Decider, decide},
    },
    time::{Stamp, Timestamp},
};
use jiff::SignedDuration;

use crate::gateway::Gateway;

/// How long a task is held while its authority's system is asked.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How many tasks of one authority are taken at once.
const AT_ONCE: u32 = 32;

/// Takes what is due for every connected authority, asks its system, and carries the answers out.
/// Returns how many tasks were taken.
///
/// # Errors
/// What the store says; tasks not finished come again when their lease ends.
pub async fn deliver(gateway: &Gateway) -> Result<usize, StoreError> {
    let now = gateway.clock.now();
    let waiting = gateway.store.read(move |tx| tx.inbox().waiting(Route::Connector, now)).await?;
    let mut taken = 0;
    for authority in waiting {
        let tasks = lease(gateway, authority).await?;
        taken += tasks.len();
        for task in tasks {
            settle(gateway, task).await?;
        }
    }
    Ok(taken)
}

async fn lease(gateway: &Gateway, authority: AuthorityId) -> Result<Vec<Task>, StoreError> {
    let command = LeaseCommand { authority, route: Route::Connector, limit: AT_ONCE, duration: LEASE };
    let stamp = gateway.stamp();
    gateway.store.write(move |tx| inbox::lease(tx, &command, stamp.clone())).await
}

async fn settle(gateway: &Gateway, task: Task) -> Result<(), StoreError> {
    let (authority, id) = (task.authority.clone(), task.submission.clone());
    let found = gateway.store.read(move |tx| tx.submissions().find_addressed(&authority, &id)).await?;
    let answer = match &found {
        Some(submission) => gateway.authorities.push(&task, submission, gateway.clock.now()),
        None => Answer::Act(Vec::new()),
    };
    let (desk, stamp) = (gateway.desk(), gateway.stamp());
    let carried = gateway.store.write(move |tx| carry_out(tx, &desk, &task, &answer, stamp.clone())).await;
    match carried {
        Ok(()) => Ok(()),
        Err(CarryError::Store(error)) => Err(error),
        Err(CarryError::Lease(error)) => {
            tracing::debug!(?error, "a task's lease was lost; whoever holds it goes on");
            Ok(())
        }
    }
}

#[derive(Debug)]
enum CarryError {
    Lease(LeaseError),
    Store(StoreError),
}

impl From<StoreError> for CarryError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<LeaseError> for CarryError {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::Store(error) => Self::Store(error),
            LeaseError::NotFound | LeaseError::LeaseLost => Self::Lease(error),
        }
    }
}

/// The answer's steps and the task's end, in one unit of work: done once or not at all.
fn carry_out(
    tx: &mut dyn Tx,
    desk: &Desk,
    task: &Task,
    answer: &Answer,
    stamp: Stamp,
) -> Result<(), CarryError> {
    let lease = held(task)?;
    match answer {
        Answer::Act(steps) => {
            inbox::acknowledge(tx, &task.authority, &task.id, lease, stamp.now)?;
            take(tx, desk, task, steps, stamp)
        }
        Answer::ActAndGoOn(steps, at) => {
            put_off(tx, task, lease, *at, stamp.now)?;
            take(tx, desk, task, steps, stamp)
        }
        Answer::Unreachable(at) => {
            desk.tell_delay(tx, task, *at, stamp.clone())?;
            put_off(tx, task, lease, *at, stamp.now)
        }
    }
}

/// Takes the steps in order, up to the first that no longer fits.
fn take(
    tx: &mut dyn Tx,
    desk: &Desk,
    task: &Task,
    steps: &[Step],
    mut stamp: Stamp,
) -> Result<(), CarryError> {
    for step in steps {
        let command = DecideCommand {
            decider: Decider::Connector(task.authority.clone()),
            id: task.submission.clone(),
            expected: None,
            step: step.clone(),
        };
        if !taken(decide(tx, desk, &command, stamp.split()))? {
            break;
        }
    }
    Ok(())
}

/// Whether the step took place. A step that came too late, such as after a withdrawal, is dropped.
fn taken(result: Result<Submission, DecideError>) -> Result<bool, StoreError> {
    match result {
        Ok(_) => Ok(true),
        Err(DecideError::Store(error)) => Err(error),
        Err(error) => {
            tracing::info!(?error, "an authority's step no longer fits the submission and is dropped");
            Ok(false)
        }
    }
}

fn held(task: &Task) -> Result<&LeaseId, CarryError> {
    task.lease.as_ref().map(|lease| &lease.id).ok_or(CarryError::Lease(LeaseError::LeaseLost))
}

fn put_off(
    tx: &mut dyn Tx,
    task: &Task,
    lease: &LeaseId,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), CarryError> {
    inbox::release(tx, &task.authority, &task.id, lease, at, now)?;
    Ok(())
}
