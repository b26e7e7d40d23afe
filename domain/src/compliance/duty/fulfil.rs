//! Answering a duty.

use serde_json::json;

use super::{
    super::{Refusal, actor, papers::papers, supervision::seen},
    DutyResponse, DutyState, InformationDuty, happening,
};
use crate::{
    clerk::Clerk,
    event::EventKind,
    ids::{AttachmentId, DutyId},
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::Stored,
    text::Text,
    time::Stamp,
};

/// An answer to a duty.
#[derive(Debug, Clone, PartialEq)]
pub struct FulfilDuty {
    /// Who answers.
    pub on_behalf: OnBehalf,
    /// Which duty.
    pub id: DutyId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// The information in words.
    pub statement: Option<String>,
    /// With which documents.
    pub attachments: Vec<AttachmentId>,
}

/// Submits what a duty asks for; after the term too, and then it says so.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn fulfil(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &FulfilDuty,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<InformationDuty>, Receipt), Refusal> {
    let actor = actor(tx, &command.on_behalf)?;
    let found = Stored::<InformationDuty>::find(tx, &actor.business, &command.id)?;
    let mut duty = found.ok_or(Refusal::NotFound)?;
    seen(command.expected, duty.version)?;
    duty.body.allows_answer()?;
    if command.statement.is_none() && command.attachments.is_empty() {
        return Err(nothing());
    }
    let attachments = papers(tx, &actor.business, &command.attachments)?;
    duty.body.response = Some(DutyResponse {
        statement: command.statement.clone(),
        attachments,
        application_id: actor.application.clone(),
        late: stamp.now >= duty.body.due_at,
        at: stamp.now,
    });
    duty.body.state = DutyState::Fulfilled;
    duty.update(tx, stamp.now)?;
    let document = json!({ "duty": duty.id, "response": duty.body.response });
    let happening = happening(&duty, EventKind::DutyFulfilled);
    let receipt =
        clerk.accept(tx, happening, (Act::DutyFulfilled, &document), (&actor, received), &mut stamp)?;
    Ok((duty, receipt))
}

/// An answer without words and documents.
pub(super) fn nothing() -> Refusal {
    Refusal::because(
        "",
        "empty",
        Text::new("В ответе нет ни слов, ни документов.", "The answer holds neither words nor documents."),
        Text::new("Заполните statement или attachments.", "Fill in statement or attachments."),
    )
}
