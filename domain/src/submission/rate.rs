//! Rating: the business says how it went, by one method for every service (4.5.7.5, 4.5.8.1).

use serde_json::json;

use super::{
    Desk, Rating,
    desk::{Acceptance, Mover},
    lodge::Lodged,
    withdraw::{StepError, Target, keep},
};
use crate::{
    event::EventKind,
    ports::store::Tx,
    receipt::{Act, Received, document_digest},
    time::Stamp,
};

/// A rating of a decided submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateCommand {
    /// Which submission.
    pub target: Target,
    /// Satisfaction, 1 to 4.
    pub satisfaction: u8,
    /// Ease, 1 to 4.
    pub ease: u8,
    /// What could be better.
    pub comment: Option<String>,
}

/// Rates a decided submission; a later rating replaces the earlier one.
///
/// # Errors
/// [`StepError`]; nothing is changed then.
pub fn rate(
    tx: &mut dyn Tx,
    desk: &Desk,
    command: &RateCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Lodged, StepError> {
    let (actor, mut submission) = command.target.load(tx)?;
    let rating = Rating {
        satisfaction: command.satisfaction,
        ease: command.ease,
        comment: command.comment.clone(),
        at: stamp.now,
    };
    let document = json!({ "rating": rating, "submission": submission.id });
    submission.rate(rating, stamp.now)?;
    keep(tx, &submission)?;
    let mover = Mover::Business(&actor);
    let facts = json!({ "satisfaction": command.satisfaction, "ease": command.ease });
    let sequence = desk.tell(tx, &submission, EventKind::Rated, &mover, facts, &mut stamp)?;
    let digest = document_digest(&document);
    let accepted = Acceptance { act: Act::Rated, digest, sequence, actor: &actor, received };
    let receipt = desk.receipt(tx, &submission, &accepted, &mut stamp)?;
    Ok(Lodged { submission, receipt })
}
