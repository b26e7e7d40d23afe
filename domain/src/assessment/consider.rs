//! The authority's side: it reads assessments of its requirements without identity, or with it where the business
//! agrees (4.7.5.3), and says what it does with them (4.7.5.2).

use serde_json::json;

use super::{
    ActReference, Assessment, Consideration, ConsiderationState, Procedure, count,
    give::{self, pseudonym, text},
    scope::{self, RequirementFilter},
};
use crate::{
    actor::AuthorityActor,
    business::Business,
    clerk::{Clerk, Happening, Mover},
    compliance::Refusal,
    event::EventKind,
    ids::{AssessmentRef, AuthorityId},
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    text::Text,
    time::Stamp,
};

/// An assessment as an authority reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Addressed {
    /// The assessment; who gave it and when is not for the authority.
    pub assessment: Assessment,
    /// Names whoever gave it: the same for one requirement, another for every other.
    pub respondent: String,
    /// Who gave it, where they agree to be named.
    pub identity: Option<Business>,
}

/// Assessments of the authority's requirements, in the order of requirements.
///
/// # Errors
/// Only what the store says.
pub fn addressed(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    authority: &AuthorityId,
    (filter, procedure): (&RequirementFilter, Option<Procedure>),
    page: &PageRequest,
) -> Result<Page<Addressed>, StoreError> {
    let codes = scope::own_codes(&clerk.registry, authority, filter);
    let Page { items, next } = tx.assessments().of_requirements(&codes, procedure, page)?;
    let salt = tx.assessments().salt()?;
    let items = items.into_iter().map(|one| show(tx, &salt, one)).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

fn show(tx: &mut dyn Tx, salt: &[u8], assessment: Assessment) -> Result<Addressed, StoreError> {
    let parts = ["respondent", assessment.business.as_str(), &assessment.requirement];
    let respondent = pseudonym(salt, &parts);
    let identity =
        if assessment.content.disclose_identity { tx.businesses().find(&assessment.business)? } else { None };
    Ok(Addressed { assessment, respondent, identity })
}

/// What an authority says of an assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsiderCommand {
    /// Who says it.
    pub actor: AuthorityActor,
    /// Of which assessment.
    pub reference: AssessmentRef,
    /// How far it has come.
    pub state: ConsiderationState,
    /// Why.
    pub reason: Option<Text>,
    /// The act in which it was used.
    pub act: Option<ActReference>,
    /// The provision of the act that used it.
    pub provision: Option<String>,
}

/// Takes down what the authority says; the business is told.
///
/// # Errors
/// [`Refusal`]; nothing is changed then. Another authority's assessments are not found.
pub fn consider(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ConsiderCommand,
    mut stamp: Stamp,
) -> Result<Addressed, Refusal> {
    let mut assessment = own(tx, clerk, &command.actor.authority, &command.reference)?;
    let ConsiderCommand { actor, reference: _, state, reason, act, provision } = command;
    follows(assessment.considered(), *state, reason.as_ref())?;
    assessment.considerations.push(Consideration {
        state: *state,
        authority: actor.authority.clone(),
        reason: reason.clone(),
        act: act.clone(),
        provision: provision.clone(),
        version: assessment.version,
        at: stamp.now,
    });
    tx.assessments().consider(&assessment)?;
    let Assessment { id, business, requirement, procedure, .. } = &assessment;
    let newest = tx.assessments().newest(business, requirement, *procedure)?;
    // What became of an earlier year's assessment is told to its business, but only the newest counts.
    if newest.is_some_and(|newest| newest.id == *id) {
        let least = give::rules(clerk, &stamp)?.least_businesses;
        count::count(tx, &clerk.registry, least, &assessment)?;
    }
    let happening = Happening {
        kind: EventKind::AssessmentConsidered,
        business,
        authority: None,
        subject: id.as_str(),
        data: json!({ "requirement": requirement, "procedure": procedure, "state": state,
            "authority": actor.authority }),
    };
    clerk.tell(tx, happening, &Mover::Authority(actor), &mut stamp)?;
    let salt = tx.assessments().salt()?;
    Ok(show(tx, &salt, assessment)?)
}

fn own(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    authority: &AuthorityId,
    reference: &AssessmentRef,
) -> Result<Assessment, Refusal> {
    let found = tx.assessments().find_reference(reference)?.ok_or(Refusal::NotFound)?;
    let entry = clerk.registry.requirement(&found.requirement).ok_or(Refusal::NotFound)?;
    let own = scope::is_own(&clerk.registry, &entry.requirement, authority);
    if own { Ok(found) } else { Err(Refusal::NotFound) }
}

/// Whether a step of consideration may follow, and is reasoned where it decides.
pub(crate) fn follows(
    now: Option<ConsiderationState>,
    step: ConsiderationState,
    reason: Option<&Text>,
) -> Result<(), Refusal> {
    if let Some(now) = now
        && !now.next().contains(&step)
    {
        return Err(Refusal::State {
            state: now.into(),
            attempted: step.into(),
            allowed: now.next().iter().map(|state| (*state).into()).collect(),
        });
    }
    if step.needs_reason() && reason.is_none() {
        return Err(Refusal::because(
            "/reason",
            "required",
            text(
                "Решение об использовании оценки нужно обосновать.",
                "What is decided of an assessment must be reasoned.",
            ),
            text("Дайте reason на русском и английском.", "Give reason in Russian and English."),
        ));
    }
    Ok(())
}
