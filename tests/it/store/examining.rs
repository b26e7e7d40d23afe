//! A form is examined before its unit of work; what changed meanwhile is examined again within it.

use std::sync::Arc;

use domain::{
    business::Business,
    calendar::WorkingCalendar,
    catalogue::{Catalogue, builtin},
    ids::AuthorityId,
    inbox::{Route, Task},
    mandate::Right,
    ports::{
        authority::{Answer, Authorities},
        signer::ReceiptSigner,
    },
    receipt::{Claims, Received},
    submission::{
        Desk, Submission,
        draft::NewSubmission,
        examine::examine,
        lodge::{LodgeError, lodge_new},
    },
    time::{Stamp, Timestamp},
};
use serde_json::{Map, Value, json};

use super::{
    fixture::Fixture,
    samples::{claim, id, object, set_scene},
};

/// Every task waits in the inbox, and a signature is not looked at.
struct Silent;

impl Authorities for Silent {
    fn route(&self, _: &AuthorityId, _: &Map<String, Value>) -> Route {
        Route::Inbox
    }

    fn push(&self, _: &Task, _: &Submission, _: Timestamp) -> Answer {
        unreachable!("nothing is routed to a connector")
    }
}

impl ReceiptSigner for Silent {
    fn sign(&self, _: &Claims<'_>) -> String {
        String::new()
    }
}

fn desk() -> Desk {
    let catalogue = Catalogue::compile(builtin()).expect("a test of the domain compiles it");
    Desk {
        catalogue: Arc::new(catalogue),
        calendar: Arc::new(WorkingCalendar::russian().clone()),
        signer: Arc::new(Silent),
        authorities: Arc::new(Silent),
    }
}

/// A certificate as of a day on which the business must have been registered already.
fn certificate() -> NewSubmission {
    let form = json!({ "purpose": "loan", "delivery": "electronic", "contact": { "email": "a@example.test" },
        "on_date": "2026-09-01" });
    NewSubmission {
        on_behalf: claim(1, 1, Right::SubmissionsWrite),
        service: "tax-balance-certificate".into(),
        situation: None,
        form: object(form).into(),
        attachments: Vec::new(),
    }
}

/// The first business with another day of registration, at the next version.
async fn registered(fixture: &Fixture, day: &'static str) {
    fixture
        .write(move |tx| {
            let mut known: Business = tx.businesses().find(&id(1))?.expect("the scene has it");
            let seen = known.version;
            known.profile.insert("registered_on".into(), json!(day));
            known.version += 1;
            let changed = tx.businesses().update(&known, seen)?;
            assert!(changed, "nobody else changes it");
            Ok(())
        })
        .await;
}

/// What a lodging came to after the profile changed behind the examination.
async fn lodged(fixture: &Fixture, before: &'static str, after: &'static str) -> Result<(), Vec<String>> {
    let now: Timestamp = "2026-11-23T09:00:00Z".parse().expect("RFC 3339");
    registered(fixture, before).await;
    let desk = desk();
    let reading = desk.clone();
    let ahead = fixture.read(move |tx| examine(tx, &reading, &certificate(), now)).await;
    let ahead = ahead.expect("the service is open and the business is there");
    registered(fixture, after).await;
    let received = Received { idempotency_key: None, body_digest: None };
    let first = ulid::Ulid::from_parts(u64::try_from(before.len()).unwrap_or(0), 7);
    let lodging = fixture.store.write(move |tx| {
        let stamp = Stamp::new(now, first);
        let outcome = lodge_new(tx, &desk, (&certificate(), Some(&ahead)), &received, stamp);
        Ok::<_, domain::ports::store::StoreError>(match outcome {
            Ok(_) => Ok(()),
            Err(LodgeError::Rules(unmet)) => Err(unmet.into_iter().map(|rule| rule.code).collect()),
            Err(other) => panic!("{other:?}"),
        })
    });
    lodging.await.expect("the unit is committed")
}

pub async fn a_profile_that_changed_behind_an_examination_is_examined_again(fixture: Fixture) {
    set_scene(&fixture).await;
    let unmet = lodged(&fixture, "2026-01-01", "2026-10-01").await;
    assert_eq!(unmet, Err(vec!["taxpayer-on-date".to_owned()]), "what was found before no longer holds");
    let met = lodged(&fixture, "2026-10-01", "2026-01-01").await;
    assert_eq!(met, Ok(()), "nor does a refusal that was found before");
}
