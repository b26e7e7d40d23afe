//! Responding: the business supplies what the authority asked for (4.5.7.6).

use serde_json::{Map, Value, json};

use super::{
    Desk, Response,
    desk::{Acceptance, Mover, attached},
    lodge::Lodged,
    withdraw::{StepError, Target, keep},
};
use crate::{
    event::EventKind,
    ids::{AttachmentId, RequestId},
    inbox::TaskKind,
    ports::store::Tx,
    receipt::{Act, Received, document_digest},
    time::Stamp,
};

/// An answer to a request for information.
#[derive(Debug, Clone, PartialEq)]
pub struct RespondCommand {
    /// Which submission.
    pub target: Target,
    /// Which request.
    pub request: RequestId,
    /// The answer in words.
    pub text: Option<String>,
    /// RFC 7396 merge patch of the form.
    pub form: Option<Map<String, Value>>,
    /// Documents sent with it.
    pub attachments: Vec<AttachmentId>,
}

/// Answers the open request; the form with the answer in it must hold as a whole.
///
/// # Errors
/// [`StepError`]; nothing is changed then.
pub fn respond(
    tx: &mut dyn Tx,
    desk: &Desk,
    command: &RespondCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Lodged, StepError> {
    let (actor, mut submission) = command.target.load(tx)?;
    let attachments = attached(tx, &actor.business, &command.attachments)?.map_err(StepError::Attachment)?;
    let digests: Vec<_> = attachments.iter().map(|attached| attached.digest).collect();
    let document = json!({
        "request": command.request, "text": command.text, "form": command.form, "attachments": digests,
    });
    let response =
        Response { text: command.text.clone(), form: command.form.clone(), attachments, at: stamp.now };
    if !submission.respond(&command.request, response, stamp.now)? {
        return Err(StepError::NoSuchRequest(command.request.clone()));
    }
    desk.recheck(tx, &submission, &stamp)?;
    keep(tx, &submission)?;
    desk.notify(tx, &submission, TaskKind::Responded, &mut stamp)?;
    let mover = Mover::Business(&actor);
    let facts = json!({ "request_id": command.request });
    let sequence = desk.tell(tx, &submission, EventKind::Responded, &mover, facts, &mut stamp)?;
    let digest = document_digest(&document);
    let accepted = Acceptance { act: Act::Responded, digest, sequence, actor: &actor, received };
    let receipt = desk.receipt(tx, &submission, &accepted, &mut stamp)?;
    Ok(Lodged { submission, receipt })
}
