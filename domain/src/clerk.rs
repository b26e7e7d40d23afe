//! What the use cases about requirements share: the registry, the calendar, and how an accepted act is told and
//! receipted.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    actor::{AuthorityActor, BusinessActor, Touchpoint},
    calendar::WorkingCalendar,
    catalogue::Catalogue,
    event::{EventKind, NewEvent},
    ids::{AuthorityId, BusinessId},
    ports::{
        signer::ReceiptSigner,
        store::{StoreError, Tx},
    },
    receipt::{Accepted, Act, Receipt, Received, document_digest},
    requirement::registry::Registry,
    time::Stamp,
};

/// The registry, the catalogue, the calendar and the signer. Cheap to clone.
#[derive(Clone)]
pub struct Clerk {
    /// The registry of requirements in force.
    pub registry: Arc<Registry>,
    /// The catalogue in force.
    pub catalogue: Arc<Catalogue>,
    /// Working days.
    pub calendar: Arc<WorkingCalendar>,
    /// Signs receipts.
    pub signer: Arc<dyn ReceiptSigner>,
}

/// Something that happened to a business's requirements.
pub struct Happening<'a> {
    /// What happened.
    pub kind: EventKind,
    /// Whose business it concerns.
    pub business: &'a BusinessId,
    /// The authority that sees it, too.
    pub authority: Option<&'a AuthorityId>,
    /// What it is about: an id or the code of a requirement.
    pub subject: &'a str,
    /// Facts for the feed; no personal data.
    pub data: Value,
}

/// Who made it happen.
pub enum Mover<'a> {
    /// The business.
    Business(&'a BusinessActor),
    /// An authority.
    Authority(&'a AuthorityActor),
    /// The gateway itself.
    Gateway,
}

impl Clerk {
    /// Tells of something in the feed and returns its place in the sequence.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn tell(
        &self,
        tx: &mut dyn Tx,
        happening: Happening<'_>,
        mover: &Mover<'_>,
        stamp: &mut Stamp,
    ) -> Result<i64, StoreError> {
        tell(tx, happening, mover, stamp)
    }

    /// Tells of an act of the business and receipts it. `document` is what was accepted, whose digest is signed.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn accept(
        &self,
        tx: &mut dyn Tx,
        happening: Happening<'_>,
        (act, document): (Act, &Value),
        (actor, received): (&BusinessActor, &Received),
        stamp: &mut Stamp,
    ) -> Result<Receipt, StoreError> {
        let subject = happening.subject;
        let sequence = self.tell(tx, happening, &Mover::Business(actor), stamp)?;
        let accepted = Accepted {
            id: stamp.id(),
            sequence,
            act,
            digest: document_digest(document),
            actor,
            received,
            subject,
            at: stamp.now,
        };
        let receipt = accepted.seal(self.signer.as_ref());
        tx.receipts().insert(&receipt)?;
        Ok(receipt)
    }
}

/// Tells of something in the feed and returns its place in the sequence.
///
/// # Errors
/// Only what the store says.
pub fn tell(
    tx: &mut dyn Tx,
    happening: Happening<'_>,
    mover: &Mover<'_>,
    stamp: &mut Stamp,
) -> Result<i64, StoreError> {
    let (application, ground, touchpoint) = match mover {
        Mover::Business(actor) => (Some(&actor.application), Some(&actor.ground), Touchpoint::Api),
        Mover::Authority(actor) => (Some(&actor.application), None, Touchpoint::AuthorityApi),
        Mover::Gateway => (None, None, Touchpoint::Gateway),
    };
    let Happening { kind, business, authority, subject, data } = happening;
    tx.events().append(&NewEvent {
        id: stamp.id(),
        kind,
        at: stamp.now,
        business: business.clone(),
        authority: authority.cloned(),
        subject: subject.to_owned(),
        application: application.cloned(),
        ground: ground.cloned(),
        touchpoint,
        service: None,
        situation: None,
        data,
    })
}
