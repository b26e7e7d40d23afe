//! Places in the sequence of events.

use domain::{event::Audience, mandate::Right, ports::store::StoreError};

use super::{
    fixture::Fixture,
    samples::{event, holder, set_scene},
};

/// What a unit of the storm does, drawn from its number.
enum Fate {
    Keep,
    Refuse,
    Panic,
}

fn fate(n: u32) -> Fate {
    match n.wrapping_mul(2_654_435_761) >> 24 {
        0..=60 => Fate::Refuse,
        61..=70 => Fate::Panic,
        _ => Fate::Keep,
    }
}

pub async fn places_have_no_gaps_under_rollbacks(fixture: Fixture) {
    set_scene(&fixture).await;
    let writers: Vec<_> = (0..32_u32)
        .map(|writer| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let mut kept = Vec::new();
                for round in 0..25 {
                    let n = writer * 25 + round;
                    let unit = store.write(move |tx| {
                        let places = (0..=n % 3).map(|_| tx.events().append(&event(n, 1, 1)));
                        let places = places.collect::<Result<Vec<_>, _>>()?;
                        match fate(n) {
                            Fate::Keep => Ok(places),
                            Fate::Refuse => Err(StoreError::Conflict),
                            Fate::Panic => panic!("a unit that panics on purpose"),
                        }
                    });
                    kept.extend(unit.await.unwrap_or_default());
                }
                kept
            })
        })
        .collect();
    let mut told_to_callers = Vec::new();
    for writer in writers {
        told_to_callers.extend(writer.await.expect("the writer ends"));
    }
    told_to_callers.sort_unstable();
    let head = fixture.read(|tx| tx.events().head()).await;
    assert!(head > 400, "most units are kept: {head}");
    assert_eq!(told_to_callers, (1..=head).collect::<Vec<_>>());
    let audience = Audience::Application { holder: holder(1, Right::EventsRead), businesses: None };
    let stored = fixture.read(move |tx| tx.events().after(&audience, 0, &[], 10_000)).await;
    let stored: Vec<i64> = stored.into_iter().map(|event| event.sequence).collect();
    assert_eq!(stored, told_to_callers);
}

pub async fn commits_are_told_with_growing_places(fixture: Fixture) {
    set_scene(&fixture).await;
    assert_eq!(fixture.told(), [0_i64; 0], "no event, nothing to tell");
    fixture.write(|tx| tx.events().append(&event(1, 1, 1))).await;
    assert_eq!(fixture.told(), [1], "told before the caller is");
    let refused =
        fixture.store.write(|tx| tx.events().append(&event(2, 1, 1)).and(Err::<(), _>(StoreError::Conflict)));
    assert_eq!(refused.await, Err(StoreError::Conflict));
    assert_eq!(fixture.told(), [1]);
    fixture
        .write(|tx| tx.events().append(&event(3, 1, 1)).and_then(|_| tx.events().append(&event(4, 1, 1))))
        .await;
    assert_eq!(fixture.told(), [1, 3]);
    let writers: Vec<_> = (0..50_u32)
        .map(|n| {
            let store = fixture.store.clone();
            tokio::spawn(async move { store.write(move |tx| tx.events().append(&event(n, 1, 1))).await })
        })
        .collect();
    for writer in writers {
        writer.await.expect("the writer ends").expect("committed");
    }
    let told = fixture.told();
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
    assert_eq!(told.last(), Some(&53));
}
