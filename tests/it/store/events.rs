//! Events: the feed and the history.

use domain::{
    actor::Touchpoint,
    event::{Audience, Event, EventKind, HistoryFilter, NewEvent},
    ids::{BusinessId, SubmissionId},
    mandate::{Mandate, Right},
    page::PageRequest,
};
use serde_json::json;

use super::{
    fixture::Fixture,
    samples::{at, event, holder, id, mandate, party, set_scene},
};

const NOTHING: [i64; 0] = [];

async fn append(fixture: &Fixture, all: Vec<NewEvent>) -> Vec<i64> {
    fixture.write(move |tx| all.iter().map(|each| tx.events().append(each)).collect()).await
}

async fn after(
    fixture: &Fixture,
    audience: Audience,
    place: i64,
    kinds: &'static [&str],
    limit: u32,
) -> Vec<i64> {
    let found = fixture.read(move |tx| tx.events().after(&audience, place, kinds, limit)).await;
    found.into_iter().map(|event| event.sequence).collect()
}

fn of(application: u32, businesses: Option<Vec<BusinessId>>) -> Audience {
    Audience::Application { holder: holder(application, Right::EventsRead), businesses }
}

pub async fn an_event_reads_back(fixture: Fixture) {
    set_scene(&fixture).await;
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 0);
    let bare = NewEvent {
        authority: None,
        application: None,
        ground: None,
        service: None,
        situation: Some("grow".into()),
        touchpoint: Touchpoint::Gateway,
        kind: EventKind::Expired,
        data: json!(null),
        ..event(2, 1, 1)
    };
    let expected =
        vec![Event { sequence: 1, event: event(1, 1, 1) }, Event { sequence: 2, event: bare.clone() }];
    assert_eq!(append(&fixture, vec![event(1, 1, 1), bare]).await, [1, 2]);
    let found = fixture.read(|tx| tx.events().after(&of(1, None), 0, &[], 10)).await;
    assert_eq!(found, expected);
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 2);
    let within = fixture
        .write(|tx| {
            let place = tx.events().append(&event(3, 1, 1))?;
            let seen = tx.events().after(&of(1, None), 2, &[], 10)?;
            Ok((place, tx.events().head()?, seen.len()))
        })
        .await;
    assert_eq!(within, (3, 3, 1), "a unit sees what it appended");
}

pub async fn an_application_reads_the_events_of_its_businesses(fixture: Fixture) {
    set_scene(&fixture).await;
    fixture.write(|tx| party(tx, 3)).await;
    fixture.write(|tx| tx.mandates().insert(&mandate(10, 1, 3))).await;
    let ended = Mandate { ended_at: Some(at(1)), ..mandate(11, 1, 2) };
    fixture.write(move |tx| tx.mandates().insert(&ended)).await;
    append(&fixture, vec![event(1, 1, 1), event(2, 2, 2), event(3, 3, 3), event(4, 1, 1)]).await;
    assert_eq!(after(&fixture, of(1, None), 0, &[], 10).await, [1, 3, 4]);
    assert_eq!(after(&fixture, of(2, None), 0, &[], 10).await, [2]);
    assert_eq!(after(&fixture, of(1, None), 3, &[], 10).await, [4]);
    assert_eq!(after(&fixture, of(1, Some(vec![id(3)])), 0, &[], 10).await, [3]);
    assert_eq!(
        after(&fixture, of(1, Some(vec![id(2), id(1)])), 0, &[], 10).await,
        [1, 4],
        "2 is not among its own"
    );
    assert_eq!(after(&fixture, of(1, Some(vec![])), 0, &[], 10).await, NOTHING);
    assert_eq!(after(&fixture, of(9, None), 0, &[], 10).await, NOTHING);
}

pub async fn a_feed_is_cut_at_its_limit_and_goes_on(fixture: Fixture) {
    set_scene(&fixture).await;
    let granted = |n| NewEvent { kind: EventKind::Granted, ..event(n, 1, 1) };
    append(&fixture, vec![event(1, 1, 1), granted(2), event(3, 2, 1), granted(4), event(5, 1, 1)]).await;
    assert_eq!(after(&fixture, of(1, None), 0, &[], 2).await, [1, 2]);
    assert_eq!(after(&fixture, of(1, None), 2, &[], 2).await, [4, 5]);
    assert_eq!(after(&fixture, of(1, None), 5, &[], 2).await, NOTHING);
    assert_eq!(after(&fixture, of(1, None), 0, &["submission.granted"], 1).await, [2]);
    assert_eq!(after(&fixture, of(1, None), 2, &["submission.granted", "submission.rated"], 9).await, [4]);
    assert_eq!(after(&fixture, of(1, None), 0, &["no such kind"], 9).await, NOTHING);
}

pub async fn an_authority_reads_the_events_addressed_to_it(fixture: Fixture) {
    set_scene(&fixture).await;
    let to_nobody = NewEvent { authority: None, ..event(2, 1, 1) };
    let to_other = NewEvent { authority: Some(id(2)), ..event(3, 1, 1) };
    let granted = NewEvent { kind: EventKind::Granted, ..event(4, 2, 1) };
    append(&fixture, vec![event(1, 1, 1), to_nobody, to_other, granted]).await;
    let authority = |n| Audience::Authority(id(n));
    assert_eq!(after(&fixture, authority(1), 0, &[], 10).await, [1, 4]);
    assert_eq!(after(&fixture, authority(1), 1, &[], 10).await, [4]);
    assert_eq!(after(&fixture, authority(1), 0, &["submission.granted"], 10).await, [4]);
    assert_eq!(after(&fixture, authority(1), 0, &[], 1).await, [1]);
    assert_eq!(after(&fixture, authority(2), 0, &[], 10).await, [3]);
    assert_eq!(after(&fixture, authority(3), 0, &[], 10).await, NOTHING);
}

pub async fn a_history_pages_and_filters(fixture: Fixture) {
    set_scene(&fixture).await;
    let in_situation = NewEvent { situation: Some("grow".into()), ..event(2, 1, 1) };
    let by_gateway = NewEvent { touchpoint: Touchpoint::Gateway, service: None, ..event(3, 1, 2) };
    let mut all = vec![event(1, 1, 1), in_situation, by_gateway, event(4, 2, 1)];
    all.extend((5..=12).map(|n| event(n, 1, 3)));
    append(&fixture, all).await;
    let history = |filter: HistoryFilter, after: Option<&str>, limit: u32| {
        let request = PageRequest { after: after.map(str::to_owned), limit };
        async {
            let page = fixture.read(move |tx| tx.events().history(&id(1), &filter, &request)).await;
            (page.items.into_iter().map(|event| event.sequence).collect::<Vec<_>>(), page.next)
        }
    };
    let all = HistoryFilter::default();
    assert_eq!(history(all.clone(), None, 3).await, (vec![12, 11, 10], Some("10".into())));
    assert_eq!(history(all.clone(), Some("10"), 9).await, (vec![9, 8, 7, 6, 5, 3, 2, 1], None));
    let subject = |n| Some(id::<SubmissionId>(n).to_string());
    let cases = [
        (HistoryFilter { situation: Some("grow".into()), ..all.clone() }, vec![2]),
        (HistoryFilter { subject: subject(1), ..all.clone() }, vec![2, 1]),
        (HistoryFilter { touchpoint: Some(Touchpoint::Gateway), ..all.clone() }, vec![3]),
        (HistoryFilter { from: Some(at(11)), ..all.clone() }, vec![12, 11]),
        (HistoryFilter { until: Some(at(2)), ..all.clone() }, vec![1]),
        (HistoryFilter { from: Some(at(2)), until: Some(at(5)), ..all.clone() }, vec![3, 2]),
        (HistoryFilter { service: Some("microloan".into()), subject: subject(2), ..all.clone() }, vec![]),
        (HistoryFilter { service: Some("microloan".into()), until: Some(at(5)), ..all }, vec![2, 1]),
    ];
    for (filter, expected) in cases {
        assert_eq!(history(filter.clone(), None, 9).await.0, expected, "{filter:?}");
    }
}

pub async fn a_feed_merges_many_businesses(fixture: Fixture) {
    fixture.write(|tx| (1..=30).try_for_each(|n| party(tx, n))).await;
    fixture.write(|tx| (2..=20).try_for_each(|n| tx.mandates().insert(&mandate(100 + n, 1, n)))).await;
    // A sequence in which businesses 1 to 30 appear unevenly.
    let business = |n: u32| 1 + (n * n + n / 7) % 30;
    append(&fixture, (1..=600).map(|n| event(n, business(n), 1)).collect()).await;
    let expected: Vec<i64> = (1..=600).filter(|n| business(*n) <= 20).map(i64::from).collect();
    let mut seen = Vec::new();
    loop {
        let page = after(&fixture, of(1, None), seen.last().copied().unwrap_or(0), &[], 37).await;
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    assert_eq!(seen, expected);
}
