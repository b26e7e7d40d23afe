//! Businesses that are looked at: found by how far they were looked at, the furthest behind first.

use domain::ids::BusinessId;

use super::{
    fixture::Fixture,
    samples::{business, id, set_scene},
};

pub async fn who_was_looked_at_up_to_later_is_left_alone(fixture: Fixture) {
    set_scene(&fixture).await;
    fixture.write(|tx| tx.businesses().insert(&business(3))).await;
    let behind = |frontier: &'static str, limit| {
        let found = fixture.read(move |tx| tx.looks().behind(frontier, limit));
        async move { found.await.into_iter().map(|business| business.id).collect::<Vec<BusinessId>>() }
    };
    fixture.write(|tx| tx.looks().touch(&id(1))).await;
    assert_eq!(behind("9", 10).await, [], "nobody began to look at it");
    for n in 1..=3 {
        fixture.write(move |tx| tx.looks().begin(&id(n))).await;
    }
    let settle =
        |n: u32, frontier: &'static str| fixture.write(move |tx| tx.looks().settle(&id(n), frontier));
    settle(1, "2026-11-24 000000000007").await;
    settle(2, "2026-11-23 000000000010").await;
    assert_eq!(
        behind("2026-11-24 000000000006", 10).await,
        [id(3), id(2)],
        "one is looked at further than that"
    );
    assert_eq!(behind("2026-11-24 000000000006", 1).await, [id(3)]);
    settle(3, "2026-11-23 000000000009").await;
    assert_eq!(behind("2026-11-23 000000000010", 10).await, [id(3)]);
    fixture.write(|tx| tx.looks().touch(&id(1))).await;
    assert_eq!(behind("2026-11-23 000000000010", 10).await, [id(1), id(3)], "what is touched comes first");
    fixture.write(|tx| tx.looks().begin(&id(2))).await;
    assert_eq!(
        behind("2026-11-23 000000000010", 10).await,
        [id(1), id(2), id(3)],
        "to begin again is to touch"
    );
}
