//! The registry in the store: turns to bring documents, and the program's own sets.

use domain::{
    actor::AuthorityActor,
    ids::LeaseId,
    requirement::{
        builtin::{SET, bring_up_to, builtin},
        document::{RegistryDocument, RegistryKind},
        registry::Registry,
        upsert::{Row, RowOutcome, begin, bring, give_up, publish},
    },
};
use serde_json::json;

use super::{
    fixture::Fixture,
    samples::{at, id, set_scene},
};

fn row(code: &str, text: &str) -> Row {
    Row { kind: RegistryKind::Act, code: code.into(), body: json!({ "code": code, "text": text }) }
}

fn actor() -> AuthorityActor {
    AuthorityActor { application: id(1), authority: id(1) }
}

/// What a unit of this turn that stores one row came to.
async fn stored(fixture: &Fixture, turn: LeaseId, code: &'static str, now: i64) -> Option<RowOutcome> {
    let outcome = fixture.write(move |tx| bring(tx, &turn, &[row(code, "new")], &actor(), at(now))).await;
    outcome.map(|all| all[0].0)
}

/// Whether a document is there, in force or not.
async fn is_there(fixture: &Fixture, code: &'static str) -> bool {
    let keys = [(RegistryKind::Act, code.to_owned())];
    !fixture.read(move |tx| tx.registry().newest(&keys)).await.is_empty()
}

pub async fn who_brings_documents_takes_turns(fixture: Fixture) {
    set_scene(&fixture).await;
    let (one, other): (LeaseId, LeaseId) = (id(1), id(2));
    let begun = async |turn: &LeaseId, now: i64| {
        let turn = turn.clone();
        fixture.write(move |tx| begin(tx, &turn, at(now))).await
    };
    assert!(begun(&one, 0).await && !begun(&other, 1).await, "it is the first one's turn");
    assert_eq!(stored(&fixture, other.clone(), "b", 2).await, None, "nothing is stored out of turn");
    assert_eq!(stored(&fixture, one.clone(), "a", 3).await, Some(RowOutcome::Created));
    assert!(!begun(&other, 62).await, "the turn was taken anew with the row");
    assert!(begun(&other, 64).await, "a turn runs out");
    assert!(!is_there(&fixture, "a").await, "what was judged by another registry does not wait any more");
    assert_eq!(stored(&fixture, one.clone(), "a", 65).await, None);
    let late = one.clone();
    assert_eq!(fixture.write(move |tx| publish(tx, &late, at(66))).await, None);
    assert_eq!(stored(&fixture, other.clone(), "b", 67).await, Some(RowOutcome::Created));
    let before = fixture.read(|tx| tx.registry().edition()).await;
    let in_turn = other.clone();
    assert_eq!(fixture.write(move |tx| publish(tx, &in_turn, at(68))).await, Some(before + 1));
    assert!(begun(&one, 69).await, "the turn ended with the edition");
    assert_eq!(stored(&fixture, one.clone(), "c", 70).await, Some(RowOutcome::Created));
    fixture.write(move |tx| give_up(tx, &one)).await;
    assert!(begun(&other, 71).await && !is_there(&fixture, "c").await && is_there(&fixture, "b").await);
}

pub async fn an_older_program_leaves_a_newer_one_s_documents(fixture: Fixture) {
    let set = |text: &str, codes: &[&str]| -> Vec<RegistryDocument> {
        let rows = codes.iter().map(|code| row(code, text));
        let made = rows.map(|Row { kind, code, body }| RegistryDocument {
            kind,
            code,
            version: 1,
            edition: 1,
            brought_by: None,
            body,
        });
        made.collect()
    };
    let start = async |number: i64, set: Vec<RegistryDocument>| {
        fixture.write(move |tx| bring_up_to((number, set.clone()), tx, at(number))).await
    };
    let (first, _) = start(SET, set("old", &["a", "b"])).await;
    let (second, documents) = start(SET + 1, set("new", &["a", "b"])).await;
    assert_eq!((second, documents.iter().filter(|one| one.body["text"] == "new").count()), (first + 1, 2));
    for _ in 0..2 {
        let (older, documents) = start(SET, set("old", &["a", "b"])).await;
        assert_eq!(older, second, "an older set makes no edition");
        assert!(documents.iter().all(|one| one.body["text"] == "new"));
        assert_eq!(start(SET + 1, set("new", &["a", "b"])).await.0, second);
    }
    let (third, documents) = start(SET, set("old", &["a", "c"])).await;
    let missing = documents.iter().find(|one| one.code == "c");
    assert_eq!(
        (third, missing.map(|one| &one.body["text"])),
        (second + 1, Some(&json!("old"))),
        "but fills a gap"
    );
}

pub async fn an_edition_is_what_came_since_the_one_before(fixture: Fixture) {
    set_scene(&fixture).await;
    let (edition, documents) = fixture.write(|tx| bring_up_to((SET, builtin()), tx, at(0))).await;
    let held = Registry::compile(edition, &documents).expect("the program's registry holds together");
    let mut changed = documents.iter().find(|one| one.code == "OT-001").expect("it is shipped").clone();
    changed.body["act"] = json!("nothing");
    assert!(
        held.with(edition + 1, std::slice::from_ref(&changed)).is_err(),
        "a change is judged with the rest"
    );
    changed.body["act"] =
        documents.iter().find(|one| one.code == "OT-005").expect("it is shipped").body["act"].clone();
    let turn: LeaseId = id(1);
    let new = Row { kind: changed.kind, code: changed.code.clone(), body: changed.body.clone() };
    fixture
        .write(move |tx| {
            begin(tx, &turn, at(1))?;
            bring(tx, &turn, std::slice::from_ref(&new), &actor(), at(1))?;
            publish(tx, &turn, at(1))
        })
        .await;
    let since = fixture.read(move |tx| tx.registry().since(edition)).await;
    assert_eq!(since.iter().map(|one| (one.code.as_str(), one.version)).collect::<Vec<_>>(), [("OT-001", 2)]);
    let next = held.with(edition + 1, &since).expect("it holds together");
    let whole = fixture.read(|tx| tx.registry().current()).await;
    let whole = Registry::compile(edition + 1, &whole).expect("it holds together");
    assert!(next.requirements().eq(whole.requirements()) && next.acts().eq(whole.acts()));
    assert_eq!(next.requirement("OT-001").map(|entry| entry.version), Some(2));
}
