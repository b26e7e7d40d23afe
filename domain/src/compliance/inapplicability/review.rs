//! What becomes of a declaration by somebody's will: the supervisor's decision, the business's withdrawal.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Inapplicability, InapplicabilityState, happening};
use crate::{
    actor::AuthorityActor,
    clerk::{Clerk, Mover},
    compliance::{Refusal, business},
    event::EventKind,
    ids::InapplicabilityId,
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::Stored,
    text::Text,
    time::{Stamp, Timestamp},
};

/// What a supervisor says of a declaration.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ReviewOutcome {
    /// It agrees.
    Accepted,
    /// It does not: the requirement binds again.
    Contested,
}

/// A supervisor's decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Review {
    /// What it says.
    pub outcome: ReviewOutcome,
    /// Why.
    pub reason: Text,
    /// When.
    pub at: Timestamp,
}

/// A decision to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideInapplicability {
    /// The supervisor.
    pub actor: AuthorityActor,
    /// Which declaration.
    pub id: InapplicabilityId,
    /// What it says.
    pub outcome: ReviewOutcome,
    /// Why.
    pub reason: Text,
}

/// Accepts or contests a declaration addressed to the supervisor.
///
/// # Errors
/// [`Refusal::NotFound`] for another supervisor's; [`Refusal::State`] where it was decided or no longer holds.
pub fn decide(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &DecideInapplicability,
    mut stamp: Stamp,
) -> Result<Stored<Inapplicability>, Refusal> {
    let DecideInapplicability { actor, id, outcome, reason } = command;
    let found = Stored::<Inapplicability>::addressed(tx, &actor.authority, id)?;
    let mut declaration = found.ok_or(Refusal::NotFound)?;
    let business = tx.businesses().find(&declaration.business)?.ok_or(Refusal::NotFound)?;
    let state = declaration.body.state_on(&business.profile, stamp.now.moscow_date());
    if state != InapplicabilityState::Declared {
        return Err(Refusal::State { state: state.into(), attempted: "decide", allowed: state.allowed() });
    }
    declaration.body.state = match outcome {
        ReviewOutcome::Accepted => InapplicabilityState::Accepted,
        ReviewOutcome::Contested => InapplicabilityState::Contested,
    };
    declaration.body.review = Some(Review { outcome: *outcome, reason: reason.clone(), at: stamp.now });
    declaration.update(tx, stamp.now)?;
    let happening = happening(EventKind::InapplicabilityDecided, &declaration);
    clerk.tell(tx, happening, &Mover::Authority(actor), &mut stamp)?;
    Ok(declaration)
}

/// Takes a declaration back: the requirement binds again at once.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::State`] where it no longer holds.
pub fn withdraw(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, id): (&OnBehalf, &InapplicabilityId),
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Inapplicability>, Receipt), Refusal> {
    let (actor, business) = business(tx, on_behalf)?;
    let found = Stored::<Inapplicability>::find(tx, &business.id, id)?;
    let mut declaration = found.ok_or(Refusal::NotFound)?;
    let state = declaration.body.state_on(&business.profile, stamp.now.moscow_date());
    if !state.holds() {
        return Err(Refusal::State { state: state.into(), attempted: "withdraw", allowed: state.allowed() });
    }
    declaration.body.state = InapplicabilityState::Withdrawn;
    declaration.update(tx, stamp.now)?;
    let happening = happening(EventKind::InapplicabilityWithdrawn, &declaration);
    let document = json!({ "withdrawn": id, "requirement": declaration.body.requirement });
    let act = (Act::InapplicabilityWithdrawn, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((declaration, receipt))
}
