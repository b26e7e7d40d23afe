//! Correcting: an error in a filing is mended without harm to the business (4.4.7); the date of lodging stays.

use serde_json::{Map, Value, json};

use super::{
    Desk,
    desk::{Acceptance, Mover, attached},
    lodge::Lodged,
    withdraw::{StepError, Target, keep},
};
use crate::{
    event::EventKind,
    ids::AttachmentId,
    inbox::TaskKind,
    ports::store::Tx,
    receipt::{Act, Received},
    time::Stamp,
};

/// A correction.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectCommand {
    /// Which submission.
    pub target: Target,
    /// Why.
    pub reason: String,
    /// RFC 7396 merge patch of the form.
    pub form: Map<String, Value>,
    /// The new list of attachments, where it changes.
    pub attachments: Option<Vec<AttachmentId>>,
}

/// Corrects a lodged or returned submission; the corrected form must hold as a whole.
///
/// # Errors
/// [`StepError`]; nothing is changed then.
pub fn correct(
    tx: &mut dyn Tx,
    desk: &Desk,
    command: &CorrectCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Lodged, StepError> {
    let (actor, mut submission) = command.target.load(tx)?;
    let attachments = match &command.attachments {
        Some(ids) => Some(attached(tx, &actor.business, ids)?.map_err(StepError::Attachment)?),
        None => None,
    };
    submission.correct(command.reason.clone(), &command.form, attachments, stamp.now)?;
    desk.recheck(tx, &submission, &stamp)?;
    keep(tx, &submission)?;
    desk.notify(tx, &submission, TaskKind::Corrected, &mut stamp)?;
    let mover = Mover::Business(&actor);
    let sequence = desk.tell(tx, &submission, EventKind::Corrected, &mover, json!({}), &mut stamp)?;
    let digest = submission.digest();
    let accepted = Acceptance { act: Act::Corrected, digest, sequence, actor: &actor, received };
    let receipt = desk.receipt(tx, &submission, &accepted, &mut stamp)?;
    Ok(Lodged { submission, receipt })
}
