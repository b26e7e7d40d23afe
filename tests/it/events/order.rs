//! The order under many writers: without gaps, without repeats, whatever restarts and whatever is filtered.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{Client, Engine, Program, client::text, on_both_engines, papers};

use super::{Reader, place, read, subjects};

/// How many write at once, and how much each.
const WRITERS: usize = 16;
const EACH: usize = 8;

async fn write(client: Client, business: String) -> Vec<String> {
    let mut written = Vec::new();
    for _ in 0..EACH {
        written.push(papers::draft(&client, &business).await);
    }
    written
}

/// Drafts of 16 writers at once, each with a business of its own.
async fn written_by_many(client: &Client) -> Vec<Vec<String>> {
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let business = client.business("cafe").await;
        writers.push(tokio::spawn(write(client.clone(), business)));
    }
    let mut written = Vec::new();
    for writer in writers {
        written.push(writer.await.expect("a writer ends"));
    }
    written
}

/// Reads the feed page by page from the beginning until it is empty.
async fn all(client: &Client, more: &str) -> Vec<Value> {
    let (mut told, mut cursor) = (Vec::new(), "0".to_owned());
    loop {
        let (events, next) = read(client, &cursor, more).await;
        if events.is_empty() {
            return told;
        }
        told.extend(events);
        cursor = next;
    }
}

/// Each writer's drafts stand in the feed in the order in which they were answered.
#[track_caller]
fn assert_in_order(told: &[String], written: &[Vec<String>]) {
    for one in written {
        let own: Vec<&String> = told.iter().filter(|subject| one.contains(subject)).collect();
        assert_eq!(own, one.iter().collect::<Vec<_>>());
    }
}

async fn many_writers_make_one_order_without_gaps(engine: Engine) {
    // A gateway of its own: only where all events are the reader's can it see that no place is missing.
    let Some(program) = Program::start(engine) else { return };
    let client = program.client().register("writers").await;
    let written = written_by_many(&client).await;
    let events = all(&client, "&limit=1000").await;
    let places: Vec<i64> = events.iter().map(place).collect();
    let first = *places.first().expect("there are events");
    let gapless: Vec<i64> = (first..).take(places.len()).collect();
    assert_eq!(places, gapless);
    assert!(places.len() >= WRITERS * EACH);
    assert_in_order(&subjects(&events), &written);
}

async fn a_reader_beside_many_writers_misses_nothing(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let (_, start) = reader.read("0", "").await;
    let follower = {
        let client = reader.client.clone();
        tokio::spawn(async move {
            let (mut told, mut cursor) = (Vec::new(), start);
            while told.len() < WRITERS * EACH {
                let (events, next) =
                    read(&client, &cursor, "&wait=20&limit=7&types=submission.drafted").await;
                assert!(!events.is_empty(), "only {} events came", told.len());
                told.extend(events);
                cursor = next;
            }
            told
        })
    };
    let written = written_by_many(&reader.client).await;
    let told = follower.await.expect("the reader sees it all");
    let places: Vec<i64> = told.iter().map(place).collect();
    assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    assert_in_order(&subjects(&told), &written);
    let unique: BTreeSet<String> = subjects(&told).into_iter().collect();
    assert_eq!(unique.len(), told.len());
    assert_eq!(told.len(), WRITERS * EACH);
}

async fn pages_of_every_size_tell_the_same(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    for _ in 0..5 {
        reader.draft().await;
    }
    let whole = all(&reader.client, "&limit=1000").await;
    for limit in [1, 2, 3, 5, 100] {
        assert_eq!(all(&reader.client, &format!("&limit={limit}")).await, whole, "limit {limit}");
    }
}

async fn a_filtered_cursor_goes_on_unfiltered(engine: Engine) {
    let Some(reader) = Reader::shared(engine).await else { return };
    let first = reader.draft().await;
    let (events, cursor) = reader.read("0", "&types=submission.drafted&limit=1").await;
    assert_eq!(subjects(&events), [first]);
    let lodged = text(&papers::lodge(&reader.client, &reader.business).await["id"]);
    let last = reader.draft().await;
    let (rest, _) = reader.read(&cursor, "&types=submission.lodged,submission.drafted").await;
    let mut told = subjects(&rest);
    told.dedup();
    assert_eq!(told, [lodged, last]);
}

async fn a_cursor_outlives_a_restart(engine: Engine) {
    let settings = [("SHLYUZ_BASE_URL", "http://gateway.example")];
    let Some(mut program) = Program::start_with(engine, &settings) else { return };
    let mut reader = Reader::on(&program).await;
    let before = [reader.draft().await, reader.draft().await];
    let (events, cursor) = reader.read("0", "&types=submission.drafted").await;
    assert_eq!(subjects(&events), before);
    program.restart();
    reader.client = program.client().with_token(reader.client.token().expect("logged in"));
    let (nothing, kept) = reader.read(&cursor, "").await;
    assert_eq!((nothing.len(), &kept), (0, &cursor));
    let after = reader.draft().await;
    let (events, _) = reader.read(&cursor, "").await;
    assert_eq!(subjects(&events), [after.as_str()]);
    assert_eq!(place(&events[0]), cursor.parse::<i64>().expect("a cursor is a number") + 1);
    let whole = all(&reader.client, "&types=submission.drafted").await;
    assert_eq!(subjects(&whole), [before.as_slice(), &[after]].concat());
}

async fn a_killed_gateway_gives_no_place_twice(engine: Engine) {
    let settings = [("SHLYUZ_BASE_URL", "http://gateway.example")];
    let Some(mut program) = Program::start_with(engine, &settings) else { return };
    let mut reader = Reader::on(&program).await;
    let mut written = Vec::new();
    for _ in 0..3 {
        written.push(reader.draft().await);
        program.signal("KILL");
        program.restart();
        reader.client = program.client().with_token(reader.client.token().expect("logged in"));
    }
    let events = all(&reader.client, "").await;
    let places: Vec<i64> = events.iter().map(place).collect();
    assert!(places.windows(2).all(|pair| pair[1] == pair[0] + 1), "{places:?}");
    let drafted = all(&reader.client, "&types=submission.drafted").await;
    assert_eq!(subjects(&drafted), written);
}

on_both_engines! {
    many_writers_make_one_order_without_gaps,
    a_reader_beside_many_writers_misses_nothing,
    pages_of_every_size_tell_the_same,
    a_filtered_cursor_goes_on_unfiltered,
    a_cursor_outlives_a_restart,
    a_killed_gateway_gives_no_place_twice,
}
