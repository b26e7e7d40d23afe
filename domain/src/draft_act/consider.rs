//! The developer reads opinions, with identity where the business agrees, and says what it does with each (4.7.5.2).

use serde_json::json;

use super::{
    DiscussionKind,
    count::count,
    opinion::{Opinion, OpinionState, StoredOpinion},
    publish::own,
};
use crate::{
    actor::AuthorityActor,
    assessment::{ActReference, Consideration, ConsiderationState, consider::follows},
    business::Business,
    clerk::{Clerk, Happening, Mover},
    compliance::Refusal,
    event::EventKind,
    ids::{AuthorityId, DraftActId, OpinionId},
    page::{Page, PageRequest},
    ports::store::{StoreError, Tx},
    record::{RecordFilter, Stored},
    text::Text,
    time::Stamp,
};

/// An opinion as the developer reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Addressed {
    /// The opinion; who gave it and when is not for the developer.
    pub opinion: StoredOpinion,
    /// Who gave it, where they agree to be named.
    pub identity: Option<Business>,
}

/// The opinions on a draft that stand, in the order of their ids, which tells nothing.
///
/// # Errors
/// [`Refusal::NotFound`] for another developer's draft, or what the store says.
pub fn addressed(
    tx: &mut dyn Tx,
    authority: &AuthorityId,
    draft: &DraftActId,
    discussion: Option<DiscussionKind>,
    page: &PageRequest,
) -> Result<Page<Addressed>, Refusal> {
    own(tx, authority, draft, None)?;
    let standing = <&str>::from(OpinionState::Given).to_owned();
    let filter = RecordFilter { requirement: Some(draft.to_string()), state: Some(standing) };
    let Page { items, next } = Stored::<Opinion>::of_authority(tx, authority, &filter, page)?;
    let wanted = items.into_iter().filter(|one| discussion.is_none_or(|kind| one.body.discussion == kind));
    let items = wanted.map(|opinion| show(tx, opinion)).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

fn show(tx: &mut dyn Tx, opinion: StoredOpinion) -> Result<Addressed, StoreError> {
    let named = opinion.body.content.disclose_identity;
    let identity = if named { tx.businesses().find(&opinion.business)? } else { None };
    Ok(Addressed { opinion, identity })
}

/// What the developer says of an opinion.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsiderCommand {
    /// Who says it.
    pub actor: AuthorityActor,
    /// On which draft.
    pub draft: DraftActId,
    /// Of which opinion.
    pub opinion: OpinionId,
    /// How far it has come.
    pub state: ConsiderationState,
    /// Why.
    pub reason: Option<Text>,
    /// The act in which it was used.
    pub act: Option<ActReference>,
    /// The provision of the act that used it.
    pub provision: Option<String>,
}

/// Takes down what the developer says; the business is told.
///
/// # Errors
/// [`Refusal`]; nothing is changed then. Another developer's opinions are not found.
pub fn consider(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ConsiderCommand,
    mut stamp: Stamp,
) -> Result<Addressed, Refusal> {
    let ConsiderCommand { actor, draft, opinion, state, reason, act, provision } = command;
    let found = Stored::<Opinion>::addressed(tx, &actor.authority, opinion)?;
    let mut opinion = found.filter(|found| found.body.draft == *draft).ok_or(Refusal::NotFound)?;
    if opinion.body.state == OpinionState::Withdrawn {
        return Err(Refusal::State { state: "withdrawn", attempted: (*state).into(), allowed: Vec::new() });
    }
    follows(opinion.body.considered(), *state, reason.as_ref())?;
    let version = opinion.body.revision();
    opinion.body.considerations.push(Consideration {
        state: *state,
        authority: actor.authority.clone(),
        reason: reason.clone(),
        act: act.clone(),
        provision: provision.clone(),
        version,
        at: stamp.now,
    });
    opinion.update(tx, stamp.now)?;
    count(tx, clerk, &opinion, &stamp)?;
    let happening = Happening {
        kind: EventKind::OpinionConsidered,
        business: &opinion.business,
        authority: None,
        subject: opinion.id.as_str(),
        data: json!({ "draft_act": draft, "discussion": opinion.body.discussion, "state": state,
            "authority": actor.authority }),
    };
    clerk.tell(tx, happening, &Mover::Authority(actor), &mut stamp)?;
    Ok(show(tx, opinion)?)
}
