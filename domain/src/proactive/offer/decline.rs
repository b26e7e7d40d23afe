//! Declining: an open offer, or what was provided of itself, as long as its term of withdrawal lasts.

use serde_json::json;

use super::{Offer, OfferState, happening};
use crate::{
    clerk::Clerk,
    compliance::{Refusal, actor, supervision::seen},
    event::EventKind,
    ids::OfferId,
    mandate::{OnBehalf, Right},
    ports::store::Tx,
    proactive::consent::{self, WithdrawConsent},
    receipt::{Act, Receipt, Received},
    record::Stored,
    submission::{
        Desk, StateConflict,
        withdraw::{self, StepError, Target},
    },
    text::Text,
    time::{Stamp, Timestamp},
};

/// An offer to be declined.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclineOffer {
    /// Who declines.
    pub on_behalf: OnBehalf,
    /// Which one.
    pub id: OfferId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// Whether the consent it rests on is withdrawn, too (4.5.6.7).
    pub withdraw_consent: bool,
}

/// Declines an offer. What was provided of itself is withdrawn, where the authority has not decided yet.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn decline(
    tx: &mut dyn Tx,
    (desk, clerk): (&Desk, &Clerk),
    command: &DeclineOffer,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Offer>, Receipt), Refusal> {
    let actor = actor(tx, &command.on_behalf)?;
    let found = Stored::<Offer>::find(tx, &actor.business, &command.id)?;
    let mut offer = found.ok_or(Refusal::NotFound)?;
    seen(command.expected, offer.version)?;
    offer.body.allows("decline", stamp.now)?;
    if offer.body.state == OfferState::Provided {
        undo(tx, desk, (command, &offer.body), received, &mut stamp)?;
    }
    offer.body.state = OfferState::Declined;
    offer.body.decline_reason = command.reason.clone();
    offer.update(tx, stamp.now)?;
    if let Some(id) = offer.body.consent_id.clone().filter(|_| command.withdraw_consent) {
        let on_behalf = command.on_behalf.clone();
        let withdrawal = WithdrawConsent { on_behalf, id, expected: None, reason: command.reason.clone() };
        match consent::withdraw(tx, clerk, &withdrawal, received, stamp.split()) {
            // It ceased to hold before: that is what was asked for.
            Ok(_) | Err(Refusal::State { .. }) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    let document = json!({ "offer": offer.id, "reason": command.reason,
        "withdraw_consent": command.withdraw_consent });
    let happening = happening(&offer, EventKind::OfferDeclined);
    let receipt =
        clerk.accept(tx, happening, (Act::OfferDeclined, &document), (&actor, received), &mut stamp)?;
    Ok((offer, receipt))
}

fn undo(
    tx: &mut dyn Tx,
    desk: &Desk,
    (command, offer): (&DeclineOffer, &Offer),
    received: &Received,
    stamp: &mut Stamp,
) -> Result<(), Refusal> {
    if let Some(until) = offer.withdrawable_until.filter(|until| *until <= stamp.now) {
        return Err(too_late(until));
    }
    let Some(id) = offer.submission_id.clone() else { return Ok(()) };
    // The lodging was the consent's; so is its undoing, whatever scope declined the offer.
    let on_behalf = OnBehalf { right: Right::SubmissionsWrite, ..command.on_behalf.clone() };
    let target = Target { on_behalf, id, expected: None };
    match withdraw::withdraw(tx, desk, &target, received, stamp.split()) {
        Ok(_) => Ok(()),
        Err(StepError::State(StateConflict { state, .. })) => {
            Err(Refusal::State { state: state.into(), attempted: "decline", allowed: Vec::new() })
        }
        Err(StepError::Mandate(refusal)) => Err(Refusal::Mandate(refusal)),
        Err(StepError::Store(error)) => Err(Refusal::Store(error)),
        Err(StepError::Stale { current }) => Err(Refusal::Stale { current }),
        Err(
            StepError::NotFound
            | StepError::NoSuchRequest(_)
            | StepError::Attachment(_)
            | StepError::Invalid(_)
            | StepError::Rules(_),
        ) => Err(Refusal::NotFound),
    }
}

fn too_late(until: Timestamp) -> Refusal {
    Refusal::because(
        "",
        "withdrawal-over",
        Text::new(
            format!("Отказаться от предоставленного можно было до {until}."),
            format!("What was provided could be declined until {until}."),
        ),
        Text::new(
            "Отзовите само обращение, если решения ещё нет.",
            "Withdraw the submission itself, where it is not decided yet.",
        ),
    )
}
