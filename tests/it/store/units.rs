//! What every unit of work may rely on.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::{Duration, Instant},
};

use domain::{
    mandate::Right,
    ports::store::{Store, StoreError},
    submission::State,
};
use persistence::{OpenError, Opened, Options};
use tests::postgres::Cluster;

use super::{
    fixture::{Fixture, open},
    samples::{application, event, holder, id, set_scene, submission},
};

pub async fn a_refused_unit_leaves_nothing(fixture: Fixture) {
    set_scene(&fixture).await;
    let refused = fixture
        .store
        .write(|tx| {
            tx.submissions().insert(&submission(1, 1, State::Draft), None)?;
            tx.events().append(&event(1, 1, 1))?;
            Err::<(), _>(StoreError::Corrupt("the use case says no".into()))
        })
        .await;
    assert_eq!(refused, Err(StoreError::Corrupt("the use case says no".into())));
    assert_eq!(fixture.read(|tx| tx.submissions().find(&id(1), &id(1))).await, None);
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 0);
    assert_eq!(fixture.write(|tx| tx.events().append(&event(2, 1, 1))).await, 1, "the place was not used up");
}

pub async fn a_conflict_does_not_end_the_unit(fixture: Fixture) {
    set_scene(&fixture).await;
    fixture
        .write(|tx| {
            assert_eq!(tx.applications().insert(&application(1)), Err(StoreError::Conflict));
            tx.submissions().insert(&submission(1, 1, State::Draft), None)
        })
        .await;
    assert!(fixture.read(|tx| tx.submissions().find(&id(1), &id(1))).await.is_some());
}

pub async fn a_panic_ends_its_unit_alone(fixture: Fixture) {
    set_scene(&fixture).await;
    // Some panicking units run alone, some among others.
    let units: Vec<_> = (1..=60_u32)
        .map(|n| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let unit = store.write(move |tx| {
                    tx.submissions().insert(&submission(n, 1, State::Draft), None)?;
                    tx.events().append(&event(n, 1, n))?;
                    assert!(n % 3 != 0, "a unit that panics on purpose");
                    Ok::<_, StoreError>(n)
                });
                (n, unit.await)
            })
        })
        .collect();
    for unit in units {
        let (n, result) = unit.await.expect("the caller does not panic");
        let stored = fixture.read(move |tx| tx.submissions().find(&id(1), &id(n))).await.is_some();
        assert_eq!((result.is_ok(), stored), (n % 3 != 0, n % 3 != 0), "{n}: {result:?}");
    }
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 40);
    let reading = fixture.store.read(|_| -> Result<(), StoreError> { panic!("on purpose") }).await;
    assert!(matches!(reading, Err(StoreError::Unavailable(_))));
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 40);
}

pub async fn a_failure_of_the_database_cannot_be_ignored(fixture: Fixture) {
    set_scene(&fixture).await;
    let orphan = submission(1, 9, State::Draft);
    let spoilt = fixture
        .store
        .write(move |tx| {
            assert!(tx.submissions().insert(&orphan, None).is_err(), "its business does not exist");
            assert!(
                tx.submissions().insert(&submission(2, 1, State::Draft), None).is_err(),
                "the unit is spoilt"
            );
            Ok::<_, StoreError>(())
        })
        .await;
    assert!(matches!(spoilt, Err(StoreError::Unavailable(_))), "{spoilt:?}");
    assert_eq!(fixture.read(|tx| tx.submissions().find(&id(1), &id(2))).await, None);
    fixture.write(|tx| tx.submissions().insert(&submission(2, 1, State::Draft), None)).await;
}

pub async fn a_reading_unit_cannot_write(fixture: Fixture) {
    set_scene(&fixture).await;
    let inserting =
        fixture.store.read(|tx| tx.submissions().insert(&submission(1, 1, State::Draft), None)).await;
    assert!(matches!(inserting, Err(StoreError::Unavailable(_))), "{inserting:?}");
    let appending = fixture.store.read(|tx| tx.events().append(&event(1, 1, 1))).await;
    assert!(matches!(appending, Err(StoreError::Unavailable(_))), "{appending:?}");
    let updating = fixture.store.read(|tx| tx.submissions().update(&submission(7, 1, State::Draft), 1)).await;
    assert!(matches!(updating, Err(StoreError::Unavailable(_))), "{updating:?}");
    assert_eq!(fixture.read(|tx| tx.submissions().find(&id(1), &id(1))).await, None);
}

pub async fn a_reading_unit_sees_one_snapshot(fixture: Fixture) {
    set_scene(&fixture).await;
    let (ask, asked) = mpsc::channel::<()>();
    let (written, go_on) = mpsc::channel::<()>();
    let writer = fixture.store.clone();
    let runtime = tokio::runtime::Handle::current();
    // A thread of its own: the reading unit blocks the runtime's worker that it runs on.
    let writing = std::thread::spawn(move || {
        asked.recv().expect("the reader asks");
        let wrote = runtime.block_on(writer.write(|tx| tx.events().append(&event(1, 1, 1))));
        written.send(()).expect("the reader waits");
        wrote
    });
    let seen = fixture
        .read(move |tx| {
            let before = tx.events().head()?;
            ask.send(()).expect("the writer listens");
            go_on.recv_timeout(Duration::from_secs(20)).expect("a reader does not hold writers up");
            Ok((before, tx.events().head()?))
        })
        .await;
    assert_eq!(seen, (0, 0));
    assert_eq!(writing.join().expect("the writer ends"), Ok(1));
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 1);
}

pub async fn a_written_unit_is_read_at_once(fixture: Fixture) {
    set_scene(&fixture).await;
    for n in 1..=200 {
        fixture.write(move |tx| tx.submissions().insert(&submission(n, 1, State::Draft), None)).await;
        let store = fixture.store.clone();
        let read =
            tokio::spawn(async move { store.read(move |tx| tx.submissions().find(&id(1), &id(n))).await });
        let found = read.await.expect("the reader ends").expect("the unit reads");
        assert!(found.is_some(), "{n}");
    }
}

pub async fn a_full_queue_refuses_at_once(fixture: Fixture) {
    let fixture = fixture.reopen(2);
    let (release, released) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel::<()>();
    let spawn = |store: Store, work: Box<dyn FnMut() + Send>| {
        let mut work = work;
        tokio::spawn(async move {
            store
                .write(move |_| {
                    work();
                    Ok::<_, StoreError>(())
                })
                .await
        })
    };
    let holding = spawn(
        fixture.store.clone(),
        Box::new(move || {
            began.send(()).expect("the test waits");
            released.recv_timeout(Duration::from_secs(20)).expect("the test goes on");
        }),
    );
    begun.recv_timeout(Duration::from_secs(20)).expect("the unit begins");
    let queued: Vec<_> = (0..8).map(|_| spawn(fixture.store.clone(), Box::new(|| {}))).collect();
    let patience = Instant::now() + Duration::from_secs(20);
    while queued.iter().filter(|unit| unit.is_finished()).count() < 6 {
        assert!(Instant::now() < patience, "six of eight are refused while the writer is busy");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    release.send(()).expect("the unit waits");
    assert_eq!(holding.await.expect("ends"), Ok(()));
    let mut refused = 0;
    for unit in queued {
        match unit.await.expect("ends") {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error, StoreError::Overloaded);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 6);
}

pub async fn closing_finishes_what_is_queued(mut fixture: Fixture) {
    set_scene(&fixture).await;
    let finished = Arc::new(Mutex::new(0));
    let units: Vec<_> = (1..=100)
        .map(|n| {
            let (store, finished) = (fixture.store.clone(), Arc::clone(&finished));
            tokio::spawn(async move {
                let result = store
                    .write(move |tx| tx.submissions().insert(&submission(n, 1, State::Draft), None))
                    .await;
                if result.is_ok() {
                    *finished.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                }
                result
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(2)).await;
    tokio::task::block_in_place(|| fixture.close());
    for unit in units {
        let result = unit.await.expect("the caller is answered");
        assert!(matches!(result, Ok(()) | Err(StoreError::Unavailable(_))), "{result:?}");
    }
    let refused = fixture.store.read(|tx| tx.events().head()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let acknowledged = *finished.lock().unwrap_or_else(PoisonError::into_inner);
    let fixture = fixture.reopen(16);
    let all = (1..=100).map(id).collect::<Vec<_>>();
    let kept =
        fixture.read(move |tx| tx.submissions().find_many(&holder(1, Right::SubmissionsRead), &all)).await;
    assert_eq!(kept.len(), acknowledged, "what was acknowledged is there, and nothing else");
}

pub async fn a_reopened_store_knows_everything(fixture: Fixture) {
    set_scene(&fixture).await;
    fixture.write(|tx| tx.events().append(&event(1, 1, 1))).await;
    let fixture = fixture.reopen(16);
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 1);
    assert_eq!(fixture.write(|tx| tx.events().append(&event(2, 1, 1))).await, 2);
}

#[test]
fn a_second_opener_of_a_file_is_refused() {
    let fixture = Fixture::sqlite();
    let options = || Options { url: fixture.url.clone(), readers: 1, queue: 1, on_commit: Box::new(|_| {}) };
    assert!(matches!(persistence::open(options()), Err(OpenError::InUse)));
    assert!(matches!(persistence::migrate(&options()), Err(OpenError::InUse)));
    let fixture = fixture.reopen(1);
    drop(fixture);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_connection_is_made_anew() {
    let Some(cluster) = Cluster::shared() else { return };
    let fixture = Fixture::postgres().expect("the cluster runs");
    set_scene(&fixture).await;
    for n in 1..=5 {
        tokio::task::block_in_place(|| cluster.cut_off(&fixture.url));
        assert_eq!(fixture.read(|tx| tx.events().head()).await, n - 1);
        assert_eq!(fixture.write(|tx| tx.events().append(&event(1, 1, 1))).await, n);
    }
    // Cut while a unit runs: it is refused, and the next one is served.
    let url = fixture.url.clone();
    let cut = fixture
        .store
        .write(move |tx| {
            tx.events().append(&event(1, 1, 1))?;
            cluster.cut_off(&url);
            Ok::<_, StoreError>(())
        })
        .await;
    assert!(matches!(cut, Err(StoreError::Unavailable(_))), "{cut:?}");
    assert_eq!(fixture.write(|tx| tx.events().append(&event(1, 1, 1))).await, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_one_sequence() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let told = [Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new()))];
    let replicas: [Opened; 2] = [open(&url, 256, &told[0]), open(&url, 256, &told[1])];
    let first = &replicas[0].store;
    first.write(|tx| super::samples::party(tx, 1)).await.expect("committed");
    let units: Vec<_> = (0..200_u32)
        .map(|n| {
            let store = replicas[n as usize % 2].store.clone();
            tokio::spawn(async move { store.write(move |tx| tx.events().append(&event(n, 1, 1))).await })
        })
        .collect();
    let mut places = Vec::new();
    for unit in units {
        places.push(unit.await.expect("ends").expect("committed"));
    }
    places.sort_unstable();
    assert_eq!(places, (1..=200).collect::<Vec<_>>());
    let patience = Instant::now() + Duration::from_secs(20);
    let last = |told: &Mutex<Vec<i64>>| told.lock().unwrap_or_else(PoisonError::into_inner).last().copied();
    while told.iter().any(|told| last(told) != Some(200)) {
        assert!(Instant::now() < patience, "both replicas are told of the last event");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
