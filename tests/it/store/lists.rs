//! Personal lists of requirements: kept whole, found behind in bounded portions, marked up to where they have come.

use super::{
    fixture::Fixture,
    samples::{at, business, id},
};
use domain::{
    ids::BusinessId,
    page::PageRequest,
    ports::store::{Frontier, Marks, Tx},
    requirement::list::{Cause, Difference, ListChange, PersonalList, Row, Verdict},
};

/// A day, counted from some beginning.
const DAY: i64 = 100;
const EARLIER: i64 = 50;

fn list(n: u32, version: i64, edition: i64, day: i64) -> PersonalList {
    let row = |code: &str, verdict| Row { code: code.to_owned(), version: 2, verdict, since: at(7) };
    PersonalList {
        version,
        profile_version: 1,
        edition,
        day: at(day * 86_400).moscow_date(),
        rows: vec![row("OT-001", Verdict::Applies), row("OT-002", Verdict::NeedsAnswer)],
        ..PersonalList::undrawn(id(n), at(9))
    }
}

/// Businesses 1 to `count`, each with a list of the edition and day.
async fn kept(fixture: &Fixture, lists: Vec<PersonalList>) {
    fixture
        .write(move |tx: &mut dyn Tx| {
            for n in 1..=u32::try_from(lists.len()).expect("a few") {
                tx.businesses().insert(&business(n))?;
            }
            tx.lists().put(&lists.iter().collect::<Vec<_>>())
        })
        .await;
}

pub async fn a_list_is_kept_whole_and_replaced(fixture: Fixture) {
    kept(&fixture, vec![list(1, 1, 1, DAY), list(2, 1, 1, DAY)]).await;
    let found = fixture.read(|tx| tx.lists().find(&id(1))).await;
    assert_eq!(found, Some(list(1, 1, 1, DAY)));
    let next = PersonalList { rows: Vec::new(), ..list(1, 2, 3, DAY + 90) };
    let stored = next.clone();
    fixture.write(move |tx| tx.lists().put(&[&stored])).await;
    assert_eq!(fixture.read(|tx| tx.lists().find(&id(1))).await, Some(next));
    assert_eq!(fixture.read(|tx| tx.lists().find(&id(2))).await, Some(list(2, 1, 1, DAY)));
    assert_eq!(fixture.read(|tx| tx.lists().find(&id(3))).await, None);
}

pub async fn lists_behind_come_in_portions(fixture: Fixture) {
    let lists = vec![list(1, 1, 5, DAY), list(2, 1, 4, DAY), list(3, 1, 5, EARLIER), list(4, 1, 6, EARLIER)];
    kept(&fixture, lists).await;
    fixture.write(|tx| tx.lists().touch(&id(1))).await;
    let frontier = Frontier { edition: 5, day: list(1, 1, 5, EARLIER + 1).day };
    let behind = |limit| fixture.read(move |tx| tx.lists().behind(frontier, limit));
    let ids = |found: Vec<(domain::business::Business, PersonalList)>| -> Vec<BusinessId> {
        assert!(found.iter().all(|(business, list)| business.id == list.business));
        found.into_iter().map(|(business, _)| business.id).collect()
    };
    assert_eq!(
        ids(behind(10).await),
        [id(1), id(2), id(3)],
        "touched first, then earlier editions, then days"
    );
    assert_eq!(ids(behind(2).await), [id(1), id(2)]);
    assert_eq!(fixture.read(move |tx| tx.lists().progress(frontier)).await, (3, 4));
    fixture
        .write(|tx| tx.lists().put(&[&list(1, 2, 5, DAY), &list(2, 2, 5, DAY), &list(3, 2, 5, DAY)]))
        .await;
    assert_eq!(ids(behind(10).await), Vec::<BusinessId>::new());
    assert_eq!(fixture.read(move |tx| tx.lists().progress(frontier)).await, (0, 4));
}

pub async fn marks_say_what_has_moved(fixture: Fixture) {
    kept(&fixture, vec![list(1, 3, 5, DAY), list(2, 4, 5, DAY)]).await;
    let ids = vec![id(1), id(2), id(9)];
    let marks = fixture.read(move |tx| tx.lists().marks(&ids)).await;
    let expected = |version| Marks { version, edition: 5, day: list(1, 1, 5, DAY).day, profile_version: 1 };
    assert_eq!(marks.len(), 2);
    assert_eq!((&marks[&id(1)], &marks[&id(2)]), (&expected(3), &expected(4)));
    assert!(fixture.read(|tx| tx.lists().marks(&[])).await.is_empty());
}

pub async fn changes_of_a_list_page_newest_first(fixture: Fixture) {
    kept(&fixture, vec![list(1, 3, 5, DAY), list(2, 1, 5, DAY)]).await;
    let change = |n, version| ListChange {
        business: id(n),
        version,
        at: at(version),
        cause: Cause::Registry,
        difference: Difference { added: vec!["OT-001".into()], ..Difference::default() },
    };
    fixture
        .write(move |tx| {
            let changes = [change(1, 1), change(1, 2), change(2, 1), change(1, 3)];
            tx.lists().insert_changes(&changes.iter().collect::<Vec<_>>())
        })
        .await;
    let page = |after| PageRequest { after, limit: 2 };
    let first = fixture.read(move |tx| tx.lists().changes(&id(1), &page(None))).await;
    assert_eq!(first.items, [change(1, 3), change(1, 2)]);
    let next = first.next.clone();
    let second = fixture.read(move |tx| tx.lists().changes(&id(1), &page(next.clone()))).await;
    assert_eq!((second.items, second.next), (vec![change(1, 1)], None));
}
