//! Passing assessments and opinions on to the state's portal (4.7.5.1): at least once, under a stable name, and the
//! business sees how far each has come.
//!
//! A transfer is a record that is due as long as the portal has not had its last word; whatever stops the gateway, the
//! next round finds it due again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    assessment::Assessment,
    business::Business,
    clerk::{Clerk, Happening, Mover},
    compliance::{self, Refusal},
    draft_act::opinion::{Opinion, OpinionState},
    event::EventKind,
    ids::{AssessmentId, AuthorityId, BusinessId, OpinionId, TransferId},
    mandate::OnBehalf,
    ports::{
        regulation_portal::{Answer, Passing},
        store::{StoreError, Tx},
    },
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordKind, Stored},
    text::Text,
    time::{Stamp, Timestamp},
};

/// What is passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = TransferSubject))]
pub enum Subject {
    /// An opinion on a draft.
    Opinion(OpinionId),
    /// An assessment of a requirement in force.
    Assessment(AssessmentId),
}

impl Subject {
    fn id(&self) -> &str {
        match self {
            Self::Opinion(id) => id.as_str(),
            Self::Assessment(id) => id.as_str(),
        }
    }

    /// One transfer for each subject, named after it.
    fn transfer(&self) -> TransferId {
        let body = self.id().split_once('_').map_or(self.id(), |(_, body)| body);
        format!("trf_{body}").parse().expect("the body of an id makes an id")
    }
}

/// How far a transfer has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TransferState {
    /// The gateway has not reached the portal yet; it goes on trying.
    Pending,
    /// The portal has it and will say later.
    Sent,
    /// The portal took it.
    Accepted,
    /// The portal does not take it.
    Refused,
}

/// A step of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TransferStep {
    /// What it came to.
    pub state: TransferState,
    /// Which revision of the subject it is about.
    #[cfg_attr(feature = "schema", schema(example = 1))]
    pub revision: i64,
    /// Its number at the portal.
    pub number: Option<String>,
    /// Why it was refused.
    pub reason: Option<Text>,
    /// When.
    pub at: Timestamp,
}

/// The way of an assessment or an opinion to the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What is passed on.
    pub subject: Subject,
    /// How far it has come.
    pub state: TransferState,
    /// The revision of the subject that is on its way.
    pub revision: i64,
    /// Its steps, oldest first.
    pub steps: Vec<TransferStep>,
    /// Tries for this revision that found the portal out of reach.
    pub attempts: u32,
    /// When this revision was first to be passed on.
    pub since: Timestamp,
    /// When the portal is asked next; None when it has had its last word.
    pub next_at: Option<Timestamp>,
}

/// Transfers are found by their subject where other records are by their requirement.
impl Kept for Transfer {
    const KIND: RecordKind = RecordKind::Transfer;
    type Id = TransferId;

    fn requirement(&self) -> Option<&str> {
        Some(self.subject.id())
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        self.next_at
    }
}

/// A transfer as it is kept.
pub type StoredTransfer = Stored<Transfer>;

impl Transfer {
    fn begin(&mut self, revision: i64, now: Timestamp) {
        (self.state, self.revision, self.attempts) = (TransferState::Pending, revision, 0);
        (self.since, self.next_at) = (now, Some(now));
        self.step(None, None, now);
    }

    fn step(&mut self, number: Option<String>, reason: Option<Text>, at: Timestamp) {
        let Self { state, revision, .. } = *self;
        self.steps.push(TransferStep { state, revision, number, reason, at });
    }
}

/// The transfer of a subject of the business.
///
/// # Errors
/// Only what the store says.
pub fn of(
    tx: &mut dyn Tx,
    business: &BusinessId,
    subject: &Subject,
) -> Result<Option<StoredTransfer>, StoreError> {
    Stored::<Transfer>::find(tx, business, &subject.transfer())
}

/// Puts a revision of a subject on its way, in the place of an earlier one.
///
/// # Errors
/// Only what the store says.
pub fn put(
    tx: &mut dyn Tx,
    business: &BusinessId,
    subject: Subject,
    revision: i64,
    stamp: &Stamp,
) -> Result<StoredTransfer, StoreError> {
    if let Some(mut known) = of(tx, business, &subject)? {
        known.body.begin(revision, stamp.now);
        known.update(tx, stamp.now)?;
        return Ok(known);
    }
    let id = subject.transfer();
    let (state, since) = (TransferState::Pending, stamp.now);
    let mut body =
        Transfer { subject, state, revision, steps: Vec::new(), attempts: 0, since, next_at: None };
    body.begin(revision, stamp.now);
    Stored::insert_as(tx, id, business, body, stamp.now)
}

/// A business asks that an assessment be passed on, now and whenever it revises it. Repeating it while nothing is new
/// changes nothing.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn ask(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, id): (&OnBehalf, &AssessmentId),
    received: &Received,
    mut stamp: Stamp,
) -> Result<(StoredTransfer, Receipt), Refusal> {
    let actor = compliance::actor(tx, on_behalf)?;
    let assessment = tx.assessments().find(&actor.business, id)?.ok_or(Refusal::NotFound)?;
    let subject = Subject::Assessment(id.clone());
    let known = of(tx, &actor.business, &subject)?;
    let transfer = match known.filter(|known| known.body.revision == assessment.version) {
        Some(known) => known,
        None => put(tx, &actor.business, subject, assessment.version, &stamp)?,
    };
    let document = json!({ "transfer": transfer.id, "assessment": id, "version": assessment.version });
    let happening = Happening {
        kind: EventKind::TransferAsked,
        business: &actor.business,
        authority: None,
        subject: transfer.id.as_str(),
        data: json!({ "subject": transfer.body.subject, "revision": transfer.body.revision }),
    };
    let act = (Act::TransferAsked, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((transfer, receipt))
}

/// Puts a revised assessment on its way, where its business asked for that.
///
/// # Errors
/// Only what the store says.
pub fn follow(tx: &mut dyn Tx, assessment: &Assessment, stamp: &Stamp) -> Result<(), StoreError> {
    let subject = Subject::Assessment(assessment.id.clone());
    if of(tx, &assessment.business, &subject)?.is_some() {
        put(tx, &assessment.business, subject, assessment.version, stamp)?;
    }
    Ok(())
}

/// What the portal is sent for a transfer.
///
/// # Errors
/// What the store says; a transfer whose subject is gone is corrupt.
pub fn passing(tx: &mut dyn Tx, transfer: &StoredTransfer, now: Timestamp) -> Result<Passing, StoreError> {
    let business = tx.businesses().find(&transfer.business)?;
    let business = business.ok_or_else(|| StoreError::Corrupt("records.business_id".into()))?;
    let gone = || StoreError::Corrupt(format!("{}: its subject is gone", transfer.id));
    let (subject, content, named) = match &transfer.body.subject {
        Subject::Opinion(id) => {
            let opinion = Stored::<Opinion>::find(tx, &business.id, id)?.ok_or_else(gone)?.body;
            let draft = tx.draft_acts().find(&opinion.draft)?.ok_or_else(gone)?;
            let subject = json!({ "draft_act": draft.id, "title": draft.body.content.title.ru,
                "developer": draft.developer, "discussion": opinion.discussion });
            let stands = opinion.state == OpinionState::Given;
            let named = opinion.content.disclose_identity;
            (subject, stands.then(|| plain(&opinion.content)), named)
        }
        Subject::Assessment(id) => {
            let assessment = tx.assessments().find(&business.id, id)?.ok_or_else(gone)?;
            let subject = json!({ "requirement": assessment.requirement, "procedure": assessment.procedure,
                "year": assessment.year });
            (subject, Some(plain(&assessment.content)), assessment.content.disclose_identity)
        }
    };
    let about = transfer.id.to_string();
    let revision = transfer.body.revision;
    Ok(Passing {
        message: format!("{about}.{revision}"),
        about,
        revision,
        withdrawn: content.is_none(),
        subject,
        content,
        identity: named.then(|| identity(&business)),
        since: transfer.body.since,
        now,
    })
}

/// The content as the portal reads it; the consent is between the business and the gateway.
fn plain(content: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(content).expect("a content is plain JSON");
    if let Some(members) = value.as_object_mut() {
        members.remove("disclose_identity");
    }
    value
}

fn identity(business: &Business) -> Value {
    json!({ "inn": business.inn, "name": business.name })
}

/// Keeps what the portal answered; the business is told of each new state. Nothing happens where the transfer has
/// changed meanwhile: it is due again then.
///
/// # Errors
/// Only what the store says.
pub fn settle(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    asked: &StoredTransfer,
    answer: &Answer,
    mut stamp: Stamp,
) -> Result<(), StoreError> {
    let found = Stored::<Transfer>::find(tx, &asked.business, &asked.id)?;
    let Some(mut transfer) = found.filter(|found| found.version == asked.version) else { return Ok(()) };
    let before = transfer.body.state;
    let body = &mut transfer.body;
    let (number, reason) = match answer {
        Answer::Unreachable { retry_at } => {
            body.attempts = body.attempts.saturating_add(1);
            body.next_at = Some(*retry_at);
            (None, None)
        }
        Answer::Received { ask_at } => {
            (body.state, body.next_at) = (TransferState::Sent, Some(*ask_at));
            (None, None)
        }
        Answer::Accepted { number } => {
            (body.state, body.next_at) = (TransferState::Accepted, None);
            (Some(number.clone()), None)
        }
        Answer::Refused { reason } => {
            (body.state, body.next_at) = (TransferState::Refused, None);
            (None, Some(reason.clone()))
        }
    };
    let moved = body.state != before;
    if moved {
        body.step(number, reason, stamp.now);
    }
    transfer.update(tx, stamp.now)?;
    if moved {
        tell(tx, clerk, &transfer, &mut stamp)?;
    }
    Ok(())
}

fn tell(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    transfer: &StoredTransfer,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let Transfer { subject, state, revision, .. } = &transfer.body;
    let happening = Happening {
        kind: EventKind::TransferMoved,
        business: &transfer.business,
        authority: None,
        subject: transfer.id.as_str(),
        data: json!({ "subject": subject, "state": state, "revision": revision }),
    };
    clerk.tell(tx, happening, &Mover::Gateway, stamp)?;
    Ok(())
}
