//! Aggregates to store, with texts that tempt an adapter to mangle them.

use std::str::FromStr;

use domain::{
    actor::{Ground, Side, Touchpoint},
    application::{Application, Authentication},
    attachment::{Attachment, AttachmentState},
    business::{Business, BusinessKind},
    digest::Digest,
    event::{EventKind, NewEvent},
    ids::{Id, SubmissionId},
    inbox::{Route, Task, TaskKind},
    mandate::{Holder, Mandate, OnBehalf, Right},
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt},
    submission::{AttachedDocument, Correction, Dossier, State, Submission},
    time::Timestamp,
};
use serde_json::{Map, Value, json};

use super::fixture::Fixture;

/// Quotes, wildcards, escapes, control characters, scripts, an unpaired-looking emoji; no NUL.
pub const NASTY: &str =
    "O'Брайен \"; DROP TABLE x; -- %_ \\ \\u0000 $1 ? {} \t\r\n\u{1} ＡＢ א 🦀\u{200d}👩 e\u{301}";

/// The `n`-th id of its type; ids sort as their numbers do.
pub fn id<T: Id + FromStr>(n: u32) -> T {
    let Ok(id) = format!("{}_{n:026}", T::PREFIX).parse() else { panic!("an id with the number {n}") };
    id
}

/// A moment, in seconds and one microsecond after some beginning.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000 + 1).expect("in range")
}

/// Stores two applications, two businesses and the mandates of each application for the business of its number.
pub async fn set_scene(fixture: &Fixture) {
    fixture.write(|tx| party(tx, 1).and_then(|()| party(tx, 2))).await;
}

/// The `n`-th application, acting for the `n`-th business.
pub fn party(tx: &mut dyn Tx, n: u32) -> Result<(), StoreError> {
    tx.applications().insert(&application(n))?;
    tx.businesses().insert(&business(n))?;
    tx.mandates().insert(&mandate(n, n, n))
}

pub fn application(n: u32) -> Application {
    Application {
        id: id(n),
        name: format!("{NASTY} {n}"),
        side: Side::Business,
        authority: None,
        authentication: Authentication::Keys(r#"{"keys": []}"#.into()),
        scopes: "submissions:read submissions:write".into(),
        created_at: at(0),
        suspended_at: None,
    }
}

pub fn business(n: u32) -> Business {
    Business {
        id: id(n),
        kind: BusinessKind::SoleTrader,
        inn: format!("{n:012}"),
        name: NASTY.into(),
        profile: object(json!({ "name": NASTY, "employees": n, "share": 0.1 })),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// The `application`-th application asking for what its mandates let it see, ten seconds after the beginning.
pub fn holder(application: u32, right: Right) -> Holder {
    Holder { application: id(application), right, at: at(10) }
}

/// The same application asking in the name of one business.
pub fn claim(application: u32, business: u32, right: Right) -> OnBehalf {
    OnBehalf { application: id(application), business: id(business), right, at: at(10) }
}

pub fn mandate(n: u32, application: u32, business: u32) -> Mandate {
    Mandate::own(id(n), id(application), id(business), at(0))
}

/// The `n`-th submission of a business, in the given state.
pub fn submission(n: u32, business: u32, state: State) -> Submission {
    let lodged = state != State::Draft;
    Submission {
        id: id(n),
        business: id(business),
        application: id(business),
        service: "microloan".into(),
        service_version: 3,
        authority: id(1),
        situation: Some("grow".into()),
        state,
        number: Some(NASTY.into()),
        form: form(n).into(),
        attachments: vec![AttachedDocument { id: id(7), document: None, digest: Digest::of(b"a") }],
        dossier: Dossier {
            corrections: vec![Correction { reason: NASTY.into(), form: form(n), at: at(5) }],
            ..Dossier::default()
        },
        version: 1,
        created_at: at(1),
        updated_at: at(2),
        lodged_at: lodged.then(|| at(3)),
        decision_due_at: Some(at(4)),
        expires_at: None,
    }
}

/// Values whose texts do not survive a careless parser.
fn form(n: u32) -> Map<String, Value> {
    object(json!({
        NASTY: NASTY,
        "": null,
        "n": n,
        "nested": [[], {}, [{ "deep": [true, false] }]],
        "numbers": [0.1, 1e-7, 5e-324, 1.7976931348623157e308, 123456789.12345679, 0.30000000000000004,
            u64::MAX, i64::MIN, -0.0],
        "nul_escaped": "\u{0}",
    }))
}

pub fn attachment(n: u32, business: u32) -> Attachment {
    Attachment {
        id: id(n),
        business: id(business),
        submission: None,
        side: Side::Business,
        application: id(business),
        name: NASTY.into(),
        document: Some("charter".into()),
        content_type: "application/pdf".into(),
        size: i64::MAX,
        digest: Digest::of(&n.to_be_bytes()),
        state: AttachmentState::Uploading,
        created_at: at(0),
    }
}

/// An event of the business about its `subject`-th submission.
pub fn event(n: u32, business: u32, subject: u32) -> NewEvent {
    NewEvent {
        id: id(n),
        kind: EventKind::Lodged,
        at: at(i64::from(n)),
        business: id(business),
        authority: Some(id(1)),
        subject: id::<SubmissionId>(subject).to_string(),
        application: Some(id(business)),
        ground: Some(Ground { mandate: id(business), power: Some("2_FNS22".into()), ai_agent: true }),
        touchpoint: Touchpoint::Api,
        service: Some("microloan".into()),
        situation: None,
        data: json!({ "text": NASTY, "float": 0.1 }),
    }
}

pub fn receipt(n: u32, business: u32, sequence: i64) -> Receipt {
    Receipt {
        id: id(n),
        sequence,
        act: Act::Lodged,
        digest: Digest::of(&n.to_be_bytes()),
        body_digest: None,
        business: id(business),
        application: id(business),
        idempotency_key: None,
        subject: id::<SubmissionId>(1).to_string(),
        at: at(0),
        jws: "a.b.c".into(),
    }
}

/// Stores receipts, each with an event of its own before it, and returns them with their places.
pub async fn keep(fixture: &Fixture, all: Vec<Receipt>) -> Vec<Receipt> {
    fixture
        .write(move |tx| {
            let mut kept = all.clone();
            for receipt in &mut kept {
                let told = NewEvent { subject: receipt.subject.clone(), ..event(1, 1, 1) };
                receipt.sequence = tx.events().append(&told)?;
                tx.receipts().insert(receipt)?;
            }
            Ok(kept)
        })
        .await
}

pub fn task(n: u32, authority: u32, submission: u32) -> Task {
    Task {
        id: id(n),
        authority: id(authority),
        submission: id(submission),
        kind: TaskKind::Lodged,
        route: Route::Inbox,
        available_at: at(0),
        attempts: 0,
        lease: None,
        acknowledged_at: None,
    }
}

pub fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("not an object: {value}") };
    map
}
