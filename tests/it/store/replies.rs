//! Remembered replies and catalogue documents.

use domain::{
    catalogue::{Document, DocumentKind},
    digest::Digest,
    idempotency::{Claim, Once, OnceError, Remembered, StoredReply, once},
    ports::store::StoreError,
};
use serde_json::json;

use super::{
    fixture::Fixture,
    samples::{NASTY, at, event, id, set_scene},
};

fn claim(application: u32, request: &str) -> Claim {
    Claim { application: id(application), key: NASTY.into(), fingerprint: Digest::of(request.as_bytes()) }
}

fn reply(body: &str) -> StoredReply {
    StoredReply { status: 201, location: Some(NASTY.into()), etag: None, body: body.into() }
}

pub async fn a_reply_is_remembered_per_application(fixture: Fixture) {
    set_scene(&fixture).await;
    let remembered = Remembered { claim: claim(1, "a"), reply: reply(NASTY), events: (0, 3), at: at(1) };
    let stored = remembered.clone();
    fixture.write(move |tx| tx.idempotency().insert(&stored)).await;
    let again = remembered.clone();
    assert_eq!(fixture.read(|tx| tx.idempotency().find(&id(1), NASTY)).await, Some(remembered));
    assert_eq!(fixture.read(|tx| tx.idempotency().find(&id(2), NASTY)).await, None);
    assert_eq!(fixture.read(|tx| tx.idempotency().find(&id(1), "other")).await, None);
    let refused = fixture.store.write(move |tx| tx.idempotency().insert(&again)).await;
    assert_eq!(refused, Err(StoreError::Conflict));
    let of_other = Remembered { claim: claim(2, "a"), reply: reply(""), events: (3, 4), at: at(2) };
    fixture.write(move |tx| tx.idempotency().insert(&of_other)).await;
}

pub async fn twins_have_one_effect(fixture: Fixture) {
    set_scene(&fixture).await;
    let twins: Vec<_> = (0..32_u32)
        .map(|n| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let claim = claim(1, "the same");
                let outcome = store.write(move |tx| {
                    once(tx, &claim, at(1), |tx| {
                        tx.events().append(&event(n, 1, 1))?;
                        Ok::<_, StoreError>(reply(&n.to_string()))
                    })
                });
                outcome.await.expect("done or replayed")
            })
        })
        .collect();
    let mut done = Vec::new();
    let mut replayed = Vec::new();
    for twin in twins {
        match twin.await.expect("the twin ends") {
            Once::Done(reply) => done.push(reply),
            Once::Replayed(reply) => replayed.push(reply),
        }
    }
    assert_eq!((done.len(), replayed.len()), (1, 31));
    assert!(replayed.iter().all(|reply| *reply == done[0]));
    assert_eq!(fixture.read(|tx| tx.events().head()).await, 1);
    let different = claim(1, "another");
    let refused = fixture
        .store
        .write(move |tx| once(tx, &different, at(1), |_| Ok::<_, StoreError>(reply("never"))))
        .await;
    assert_eq!(refused, Err(OnceError::KeyReused));
}

pub async fn the_newest_documents_are_current(fixture: Fixture) {
    let document = |kind, code: &str, version| Document {
        kind,
        code: code.into(),
        version,
        body: json!({ "title": NASTY, "version": version }),
    };
    let service = |code: &str, version| document(DocumentKind::Service, code, version);
    let all = [
        service("b", 1),
        service("b", 10),
        service("b", 9),
        service("a", 1),
        document(DocumentKind::LifeSituations, "b", 2),
    ];
    assert_eq!(fixture.read(|tx| tx.catalogue().current()).await, []);
    let stored = all.clone();
    fixture.write(move |tx| stored.iter().try_for_each(|each| tx.catalogue().insert(each, at(1)))).await;
    let [_, newest, _, only, situation] = all;
    assert_eq!(fixture.read(|tx| tx.catalogue().current()).await, [situation, only, newest.clone()]);
    let again = fixture.store.write(move |tx| tx.catalogue().insert(&newest, at(2))).await;
    assert_eq!(again, Err(StoreError::Conflict));
}
