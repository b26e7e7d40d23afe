//! What follows a caution: the objection and its answer, or the notice of measures taken.

use jiff::civil::Date;
use serde_json::json;

use super::{
    super::{Refusal, actor, papers::papers, supervision::seen},
    Caution, CautionAnswer, CautionOutcome, CautionState, MeasuresNotice, Objection, happening,
};
use crate::{
    actor::{AuthorityActor, BusinessActor},
    clerk::{Clerk, Mover},
    event::EventKind,
    ids::{AttachmentId, CautionId},
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::Stored,
    text::Text,
    time::Stamp,
};

/// What the business says of a caution: an objection, or the measures it has taken.
#[derive(Debug, Clone, PartialEq)]
pub struct CautionReply {
    /// Who says it.
    pub on_behalf: OnBehalf,
    /// Of which caution.
    pub id: CautionId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// What is said.
    pub statement: String,
    /// With which documents.
    pub attachments: Vec<AttachmentId>,
}

/// An answer to an objection.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerObjection {
    /// Who answers.
    pub actor: AuthorityActor,
    /// Which caution.
    pub id: CautionId,
    /// The version that was seen.
    pub expected: Option<i64>,
    /// What comes of it.
    pub outcome: CautionOutcome,
    /// Why.
    pub reason: Text,
}

/// Objects to a caution within the term.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn object(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &CautionReply,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Caution>, Receipt), Refusal> {
    let (actor, mut caution) = own(tx, command)?;
    caution.body.allows("object")?;
    if stamp.now >= caution.body.objection_due_at {
        return Err(too_late(caution.body.objection_until));
    }
    let attachments = papers(tx, &actor.business, &command.attachments)?;
    let (statement, application_id) = (command.statement.clone(), actor.application.clone());
    caution.body.objection = Some(Objection { statement, attachments, application_id, at: stamp.now });
    caution.body.state = CautionState::Objected;
    caution.update(tx, stamp.now)?;
    let document = json!({ "caution": caution.id, "objection": caution.body.objection });
    let happening = happening(&caution, EventKind::CautionObjected);
    let receipt =
        clerk.accept(tx, happening, (Act::CautionObjected, &document), (&actor, received), &mut stamp)?;
    Ok((caution, receipt))
}

/// Tells of the measures taken; the caution is closed by it.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn notify(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &CautionReply,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<Caution>, Receipt), Refusal> {
    let (actor, mut caution) = own(tx, command)?;
    caution.body.allows("notify")?;
    let attachments = papers(tx, &actor.business, &command.attachments)?;
    let (statement, application_id) = (command.statement.clone(), actor.application.clone());
    caution.body.notice = Some(MeasuresNotice { statement, attachments, application_id, at: stamp.now });
    caution.body.state = CautionState::Closed;
    caution.update(tx, stamp.now)?;
    let document = json!({ "caution": caution.id, "notice": caution.body.notice });
    let happening = happening(&caution, EventKind::CautionClosed);
    let receipt =
        clerk.accept(tx, happening, (Act::CautionNoticed, &document), (&actor, received), &mut stamp)?;
    Ok((caution, receipt))
}

/// Answers an objection: the caution is withdrawn, or kept with the reason.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn answer(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &AnswerObjection,
    mut stamp: Stamp,
) -> Result<Stored<Caution>, Refusal> {
    let found = Stored::<Caution>::addressed(tx, &command.actor.authority, &command.id)?;
    let mut caution = found.ok_or(Refusal::NotFound)?;
    seen(command.expected, caution.version)?;
    caution.body.allows("answer")?;
    let (state, kind) = match command.outcome {
        CautionOutcome::Withdrawn => (CautionState::Withdrawn, EventKind::CautionWithdrawn),
        CautionOutcome::Kept => (CautionState::Kept, EventKind::CautionKept),
    };
    let (outcome, reason) = (command.outcome, command.reason.clone());
    caution.body.answer = Some(CautionAnswer { outcome, reason, at: stamp.now });
    caution.body.state = state;
    caution.update(tx, stamp.now)?;
    clerk.tell(tx, happening(&caution, kind), &Mover::Authority(&command.actor), &mut stamp)?;
    Ok(caution)
}

fn own(tx: &mut dyn Tx, command: &CautionReply) -> Result<(BusinessActor, Stored<Caution>), Refusal> {
    let actor = actor(tx, &command.on_behalf)?;
    let caution = Stored::<Caution>::find(tx, &actor.business, &command.id)?.ok_or(Refusal::NotFound)?;
    seen(command.expected, caution.version)?;
    Ok((actor, caution))
}

fn too_late(until: Date) -> Refusal {
    Refusal::because(
        "",
        "term-over",
        Text::new(
            format!("Последний день для возражения был {until}."),
            format!("The last day to object was {until}."),
        ),
        Text::new(
            "Сообщите о принятых мерах: POST …/notice. Бездействие обжалуется в общем порядке.",
            "Tell of the measures taken: POST …/notice. What remains is the ordinary appeal.",
        ),
    )
}
