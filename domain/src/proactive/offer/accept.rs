//! Accepting: drafts, fills, checks and lodges in one call (4.5.7.4).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Offer, OfferState, happening, make::filled};
use crate::{
    clerk::{Mover, tell},
    compliance::{Refusal, business, supervision::seen},
    event::EventKind,
    ids::{AttachmentId, OfferId},
    mandate::OnBehalf,
    merge_patch::merge_patched,
    ports::store::{StoreError, Tx},
    receipt::Received,
    record::Stored,
    submission::{
        Desk,
        draft::{DraftError, NewSubmission},
        lodge::{LodgeError, Lodged, lodge_new},
    },
    time::Stamp,
};

/// An offer to be accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptOffer {
    /// Who accepts.
    pub on_behalf: OnBehalf,
    /// Which one.
    pub id: OfferId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// What is still missing, as a merge patch (RFC 7396) of the form.
    pub form: Map<String, Value>,
    /// Attachments, in the order given.
    pub attachments: Vec<AttachmentId>,
}

/// Why an offer was not accepted.
#[derive(Debug, Clone, PartialEq)]
pub enum AcceptError {
    /// The offer does not allow it.
    Offer(Refusal),
    /// What it leads to cannot be lodged.
    Lodge(LodgeError),
}

impl From<Refusal> for AcceptError {
    fn from(refusal: Refusal) -> Self {
        Self::Offer(refusal)
    }
}

impl From<LodgeError> for AcceptError {
    fn from(error: LodgeError) -> Self {
        Self::Lodge(error)
    }
}

impl From<StoreError> for AcceptError {
    fn from(error: StoreError) -> Self {
        Self::Offer(Refusal::Store(error))
    }
}

/// Accepts an offer: its form, filled from the profile as it is now, is lodged.
///
/// # Errors
/// [`AcceptError`]; nothing is kept then.
pub fn accept(
    tx: &mut dyn Tx,
    desk: &Desk,
    command: &AcceptOffer,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Offer>, Lodged), AcceptError> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let found = Stored::<Offer>::find(tx, &business.id, &command.id)?;
    let mut offer = found.ok_or(Refusal::NotFound)?;
    seen(command.expected, offer.version)?;
    offer.body.allows("accept", stamp.now)?;
    let unknown = || LodgeError::from(DraftError::UnknownService(offer.body.service.clone()));
    let service = desk.catalogue.service(&offer.body.service).ok_or_else(unknown)?;
    let form = merge_patched(&filled(service, &business, &offer.body.given), &command.form);
    let new = NewSubmission {
        on_behalf: command.on_behalf.clone(),
        service: offer.body.service.clone(),
        situation: offer.body.life_situation.clone(),
        form: Arc::new(form),
        attachments: command.attachments.clone(),
    };
    let lodged = lodge_new(tx, desk, (&new, None), received, stamp.split())?;
    offer.body.state = OfferState::Accepted;
    offer.body.submission_id = Some(lodged.submission.id.clone());
    offer.body.form = (*lodged.submission.form).clone();
    offer.body.missing = Vec::new();
    offer.update(tx, stamp.now)?;
    tell(tx, happening(&offer, EventKind::OfferAccepted), &Mover::Business(&actor), &mut stamp)?;
    Ok((offer, lodged))
}
