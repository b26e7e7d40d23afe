//! Two gateways over one PostgreSQL: what one commits, the other tells, in order and without a gap.

use tests::{Engine, Own, Program, client::text, papers};

use super::{Reader, place, read, subjects};

const SETTINGS: [(&str, &str); 1] = [("SHLYUZ_BASE_URL", "http://gateway.example")];

/// Two gateways over one database.
fn replicas() -> Option<(Own, Program)> {
    let first = Own::start(Engine::Postgres, &SETTINGS)?;
    let second =
        Program::start_with(Engine::Postgres, &[SETTINGS[0], ("SHLYUZ_DATABASE__URL", first.url())])?;
    Some((first, second))
}

#[tokio::test]
async fn a_reader_of_one_replica_is_woken_by_a_commit_of_the_other() {
    let Some((first, second)) = replicas() else { return };
    let reader = Reader::on(&first.program).await;
    let there = second.client().with_token(reader.client.token().expect("logged in"));
    let (_, cursor) = read(&there, "0", "").await;
    let waiting = tokio::spawn(async move { read(&there, &cursor, "&wait=30").await.0 });
    let draft = reader.draft().await;
    assert_eq!(subjects(&waiting.await.expect("the poll is answered")), [draft]);
}

#[tokio::test]
async fn writers_of_both_replicas_make_one_order_that_both_tell() {
    const WRITERS: usize = 8;
    const EACH: usize = 10;
    let Some((first, second)) = replicas() else { return };
    let here = first.client().register("replicas").await;
    let there = second.client().with_token(here.token().expect("logged in"));
    let reader = there.clone();
    let follower = tokio::spawn(async move {
        let (mut told, mut cursor) = (Vec::new(), "0".to_owned());
        let drafts = |told: &[serde_json::Value]| {
            told.iter().filter(|event| event["type"] == "submission.drafted").count()
        };
        while drafts(&told) < WRITERS * EACH {
            let (events, next) = read(&reader, &cursor, "&wait=20&limit=9").await;
            assert!(!events.is_empty(), "only {} events came", told.len());
            told.extend(events);
            cursor = next;
        }
        told
    });
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        let business = here.business("cafe").await;
        let client = if number % 2 == 0 { here.clone() } else { there.clone() };
        writers.push(tokio::spawn(async move {
            for _ in 0..EACH {
                papers::draft(&client, &business).await;
            }
        }));
    }
    for writer in writers {
        writer.await.expect("a writer ends");
    }
    let told = follower.await.expect("the reader sees it all");
    let places: Vec<i64> = told.iter().map(place).collect();
    assert!(places.windows(2).all(|pair| pair[1] == pair[0] + 1), "{places:?}");
    let (again, _) = read(&here, "0", "&limit=1000").await;
    assert_eq!(subjects(&again), subjects(&told));
}

#[tokio::test]
async fn a_repeat_at_the_other_replica_is_a_repeat() {
    let Some((first, second)) = replicas() else { return };
    let reader = Reader::on(&first.program).await;
    let there = second.client().with_token(reader.client.token().expect("logged in"));
    let path = format!("/v1/businesses/{}/submissions", reader.business);
    let body = papers::certificate("silent@magic.test", true);
    let made = reader.client.post_keyed(&path, "over-both", body.clone()).await;
    let again = there.post_keyed(&path, "over-both", body).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(text(&made.json()["id"]), text(&again.expect(201)["id"]));
}
