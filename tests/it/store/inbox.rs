//! Authorities' tasks.

use std::collections::HashSet;

use domain::{
    ids::{LeaseId, TaskId},
    inbox::{Lease, Route, Task, TaskKind},
    ports::store::{StoreError, Tx},
    submission::State,
};

use super::{
    fixture::Fixture,
    samples::{at, id, set_scene, submission, task},
};

async fn set(fixture: &Fixture, tasks: Vec<Task>) {
    set_scene(fixture).await;
    fixture.write(|tx| tx.submissions().insert(&submission(1, 1, State::Lodged), None)).await;
    fixture.write(move |tx| tasks.iter().try_for_each(|task| tx.inbox().insert(task))).await;
}

async fn available(fixture: &Fixture, authority: u32, route: Route, now: i64, limit: u32) -> Vec<TaskId> {
    let found = fixture.read(move |tx| tx.inbox().available(&id(authority), route, at(now), limit)).await;
    found.into_iter().map(|task| task.id).collect()
}

fn ids(all: &[u32]) -> Vec<TaskId> {
    all.iter().map(|n| id(*n)).collect()
}

pub async fn a_task_reads_back_for_its_authority_alone(fixture: Fixture) {
    let full = Task {
        kind: TaskKind::Withdrawn,
        route: Route::Connector,
        attempts: 7,
        lease: Some(Lease { id: id::<LeaseId>(1), until: at(9) }),
        acknowledged_at: Some(at(8)),
        ..task(2, 1, 1)
    };
    set(&fixture, vec![task(1, 1, 1)]).await;
    assert_eq!(fixture.read(|tx| tx.inbox().find(&id(1), &id(1))).await, Some(task(1, 1, 1)));
    assert_eq!(fixture.read(|tx| tx.inbox().find(&id(2), &id(1))).await, None);
    let update = Task { id: id(1), ..full };
    let expected = update.clone();
    fixture.write(move |tx| tx.inbox().update(&update)).await;
    assert_eq!(fixture.read(|tx| tx.inbox().find(&id(1), &id(1))).await, Some(expected));
    let stolen = fixture.store.write(|tx| tx.inbox().update(&task(1, 2, 1))).await;
    assert!(matches!(stolen, Err(StoreError::Corrupt(_))), "{stolen:?}");
    let again = fixture.store.write(|tx| tx.inbox().insert(&task(1, 1, 1))).await;
    assert_eq!(again, Err(StoreError::Conflict));
}

pub async fn tasks_come_when_due_oldest_first(fixture: Fixture) {
    let due = |n: u32, seconds: i64| Task { available_at: at(seconds), ..task(n, 1, 1) };
    let pushed = Task { route: Route::Connector, ..task(5, 1, 1) };
    set(&fixture, vec![due(1, 30), due(2, 10), due(3, 20), due(4, 10), pushed, task(6, 2, 1)]).await;
    assert_eq!(available(&fixture, 1, Route::Inbox, 9, 9).await, ids(&[]));
    assert_eq!(available(&fixture, 1, Route::Inbox, 20, 9).await, ids(&[2, 4, 3]));
    assert_eq!(available(&fixture, 1, Route::Inbox, 99, 2).await, ids(&[2, 4]));
    assert_eq!(available(&fixture, 1, Route::Connector, 99, 9).await, ids(&[5]));
    assert_eq!(available(&fixture, 2, Route::Inbox, 99, 9).await, ids(&[6]));
    assert_eq!(available(&fixture, 3, Route::Inbox, 99, 9).await, ids(&[]));
}

pub async fn a_leased_task_is_held_until_the_lease_ends(fixture: Fixture) {
    let held = Task { lease: Some(Lease { id: id(1), until: at(50) }), ..task(1, 1, 1) };
    set(&fixture, vec![held, task(2, 1, 1)]).await;
    assert_eq!(available(&fixture, 1, Route::Inbox, 49, 9).await, ids(&[2]));
    assert_eq!(available(&fixture, 1, Route::Inbox, 50, 9).await, ids(&[1, 2]));
    fixture.write(|tx| tx.inbox().update(&task(1, 1, 1))).await;
    assert_eq!(available(&fixture, 1, Route::Inbox, 49, 9).await, ids(&[1, 2]), "given back");
}

pub async fn an_acknowledged_task_never_comes_again(fixture: Fixture) {
    set(&fixture, vec![task(1, 1, 1), task(2, 1, 1)]).await;
    let done = Task { acknowledged_at: Some(at(1)), ..task(1, 1, 1) };
    fixture.write(move |tx| tx.inbox().update(&done)).await;
    assert_eq!(available(&fixture, 1, Route::Inbox, 99, 9).await, ids(&[2]));
}

pub async fn waiting_names_authorities_with_something_to_take(fixture: Fixture) {
    let held = Task { lease: Some(Lease { id: id(1), until: at(50) }), ..task(1, 1, 1) };
    let later = Task { available_at: at(70), ..task(2, 2, 1) };
    let pushed = Task { route: Route::Connector, ..task(3, 3, 1) };
    let done = Task { acknowledged_at: Some(at(1)), ..task(4, 4, 1) };
    set(&fixture, vec![held, later, pushed, done, task(5, 5, 1), task(6, 5, 1)]).await;
    for (route, now, expected) in [
        (Route::Inbox, 10, vec![id(5)]),
        (Route::Inbox, 50, vec![id(1), id(5)]),
        (Route::Inbox, 70, vec![id(1), id(2), id(5)]),
        (Route::Connector, 10, vec![id(3)]),
    ] {
        let found = fixture.read(move |tx| tx.inbox().waiting(route, at(now))).await;
        assert_eq!(found, expected, "{route:?} at {now}");
    }
}

pub async fn no_two_takers_get_the_same_task(fixture: Fixture) {
    set(&fixture, (1..=200).map(|n| task(n, 1, 1)).collect()).await;
    let takers: Vec<_> = (1..=16_u32)
        .map(|taker| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                for round in 1..=40_u32 {
                    let leased = store.write(move |tx| take_three(tx, taker * 100 + round)).await;
                    taken.extend(leased.expect("leased"));
                }
                taken
            })
        })
        .collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.expect("the taker ends"));
    }
    let distinct: HashSet<_> = taken.iter().collect();
    assert_eq!((taken.len(), distinct.len()), (200, 200));
}

fn take_three(tx: &mut dyn Tx, lease: u32) -> Result<Vec<TaskId>, StoreError> {
    let mut tasks = tx.inbox().available(&id(1), Route::Inbox, at(1), 3)?;
    for task in &mut tasks {
        task.lease = Some(Lease { id: id(lease), until: at(60) });
        tx.inbox().update(task)?;
    }
    Ok(tasks.into_iter().map(|task| task.id).collect())
}
