//! The consent to be named with an assessment (4.7.5.3): given with it, withdrawn or given anew at any time.

use serde_json::json;

use super::{
    Content,
    give::{Accepted, revise},
};
use crate::{
    clerk::{Clerk, Happening},
    compliance::{self, Refusal},
    event::EventKind,
    ids::AssessmentId,
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Received},
    time::Stamp,
    transfer,
};

/// A change of the consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscloseCommand {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// Which assessment.
    pub id: AssessmentId,
    /// Whether developers may learn who gave it.
    pub disclose_identity: bool,
}

/// Changes the consent. What authorities read from now on follows it.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn disclose(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &DiscloseCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Accepted, Refusal> {
    let actor = compliance::actor(tx, &command.on_behalf)?;
    let found = tx.assessments().find(&actor.business, &command.id)?;
    let mut assessment = found.ok_or(Refusal::NotFound)?;
    let disclose_identity = command.disclose_identity;
    let content = Content { disclose_identity, ..assessment.content.clone() };
    revise(tx, &mut assessment, content, &stamp)?;
    transfer::follow(tx, &assessment, &stamp)?;
    let document = json!({ "assessment": assessment.id, "version": assessment.version,
        "disclose_identity": disclose_identity });
    let happening = Happening {
        kind: EventKind::AssessmentDisclosureChanged,
        business: &actor.business,
        authority: None,
        subject: assessment.id.as_str(),
        data: json!({ "disclose_identity": disclose_identity, "version": assessment.version }),
    };
    let act = (Act::DisclosureChanged, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok(Accepted { assessment, receipt })
}
