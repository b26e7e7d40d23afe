//! A business gives its opinion on a draft, revises it and takes it back, as long as the discussion is open (4.7.4).

use serde_json::json;

use super::{
    DiscussionKind, DraftAct,
    count::count,
    opinion::{Appraisal, Opinion, OpinionContent, OpinionState, ProvisionProposal, StoredOpinion},
};
use crate::{
    actor::BusinessActor,
    assessment::{
        Contradiction,
        cost::CostElement,
        give::{self, pseudonym, text, violation},
    },
    business::Business,
    clerk::{Clerk, Happening},
    compliance::{self, Refusal},
    error::Violation,
    event::EventKind,
    ids::{BusinessId, CostEstimateId, DraftActId, OpinionId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::Stored,
    time::Stamp,
    transfer::{self, StoredTransfer, Subject},
};

/// An opinion to give.
#[derive(Debug, Clone, PartialEq)]
pub struct OpineCommand {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// On which draft.
    pub draft: DraftActId,
    /// In which discussion.
    pub discussion: DiscussionKind,
    /// How clear the draft is, 1 to 5.
    pub clarity: Option<u8>,
    /// How feasible it is, 1 to 5.
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    pub duplicates: Vec<String>,
    /// What it contradicts.
    pub contradictions: Vec<Contradiction>,
    /// What is said of the alternatives.
    pub alternatives: Vec<Appraisal>,
    /// What it would be good for.
    pub benefits: Option<String>,
    /// What it would limit or endanger.
    pub risks: Option<String>,
    /// How its provisions should be changed.
    pub proposals: Vec<ProvisionProposal>,
    /// What it would cost: elements for the calculator.
    pub costs: Option<Vec<CostElement>>,
    /// What it would cost: an estimate made before.
    pub cost_estimate: Option<CostEstimateId>,
    /// Whether the developer and the portal may learn who says it.
    pub disclose_identity: bool,
}

/// An opinion with what goes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Opined {
    /// The opinion.
    pub opinion: StoredOpinion,
    /// How far it has come on its way to the portal.
    pub transfer: Option<StoredTransfer>,
    /// The receipt of the act; None on plain reads.
    pub receipt: Option<Receipt>,
}

/// Gives an opinion, or revises the business's own in the same discussion; it is passed on to the portal.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn opine(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &OpineCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<Opined, Refusal> {
    let (actor, business) = compliance::business(tx, &command.on_behalf)?;
    let draft = tx.draft_acts().find(&command.draft)?.ok_or(Refusal::NotFound)?;
    is_open(&draft, command.discussion, &stamp)?;
    let content = examined(tx, clerk, command, &draft, (&business, &stamp))?;
    let id = opinion_id(tx, &business.id, &draft.id, command.discussion)?;
    let opinion = match Stored::<Opinion>::find(tx, &business.id, &id)? {
        Some(mut known) => {
            known.body.revise(content, OpinionState::Given, stamp.now);
            known.update(tx, stamp.now)?;
            known
        }
        None => {
            let body = Opinion {
                draft: draft.id.clone(),
                developer: draft.developer.clone(),
                discussion: command.discussion,
                state: OpinionState::Given,
                content,
                at: stamp.now,
                earlier: Vec::new(),
                considerations: Vec::new(),
            };
            Stored::insert_as(tx, id, &business.id, body, stamp.now)?
        }
    };
    settled(tx, clerk, opinion, EventKind::OpinionGiven, Act::Opined, (&actor, received), &mut stamp)
}

/// Takes an opinion back, as long as its discussion is open. The portal is told where it had the opinion.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn withdraw(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, id): (&OnBehalf, &OpinionId),
    received: &Received,
    mut stamp: Stamp,
) -> Result<Opined, Refusal> {
    let actor = compliance::actor(tx, on_behalf)?;
    let mut opinion = Stored::<Opinion>::find(tx, &actor.business, id)?.ok_or(Refusal::NotFound)?;
    if opinion.body.state == OpinionState::Withdrawn {
        return Err(Refusal::State { state: "withdrawn", attempted: "withdraw", allowed: vec!["given"] });
    }
    let draft = tx.draft_acts().find(&opinion.body.draft)?;
    let draft = draft.ok_or_else(|| StoreError::Corrupt("an opinion's draft is gone".into()))?;
    is_open(&draft, opinion.body.discussion, &stamp)?;
    let content = opinion.body.content.clone();
    opinion.body.revise(content, OpinionState::Withdrawn, stamp.now);
    opinion.update(tx, stamp.now)?;
    settled(
        tx,
        clerk,
        opinion,
        EventKind::OpinionWithdrawn,
        Act::OpinionWithdrawn,
        (&actor, received),
        &mut stamp,
    )
}

/// The business's opinion with its way to the portal.
///
/// # Errors
/// [`Refusal::NotFound`], or what the store says.
pub fn shown(tx: &mut dyn Tx, opinion: StoredOpinion) -> Result<Opined, StoreError> {
    let transfer = transfer::of(tx, &opinion.business, &Subject::Opinion(opinion.id.clone()))?;
    Ok(Opined { opinion, transfer, receipt: None })
}

/// What every act of the business on its opinion entails: it counts, goes to the portal, is told and receipted.
fn settled(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    opinion: StoredOpinion,
    kind: EventKind,
    act: Act,
    who: (&BusinessActor, &Received),
    stamp: &mut Stamp,
) -> Result<Opined, Refusal> {
    count(tx, clerk, &opinion, stamp)?;
    let subject = Subject::Opinion(opinion.id.clone());
    let transfer = transfer::put(tx, &opinion.business, subject, opinion.body.revision(), stamp)?;
    let Opinion { draft, discussion, content, state, .. } = &opinion.body;
    let revision = opinion.body.revision();
    let happening = Happening {
        kind,
        business: &opinion.business,
        // No authority: its feed names the business, and the business may not wish to be named.
        authority: None,
        subject: opinion.id.as_str(),
        data: json!({ "draft_act": draft, "discussion": discussion, "revision": revision }),
    };
    let document = json!({ "opinion": opinion.id, "draft_act": draft, "discussion": discussion, "state": state,
        "revision": revision, "content": content });
    let receipt = clerk.accept(tx, happening, (act, &document), who, stamp)?;
    Ok(Opined { opinion, transfer: Some(transfer), receipt: Some(receipt) })
}

/// An id that tells neither who gave the opinion nor when: the developer sees it, too.
fn opinion_id(
    tx: &mut dyn Tx,
    business: &BusinessId,
    draft: &DraftActId,
    discussion: DiscussionKind,
) -> Result<OpinionId, StoreError> {
    let salt = tx.assessments().salt()?;
    let parts = ["opinion", business.as_str(), draft.as_str(), discussion.into()];
    let id = format!("opn_{}", pseudonym(&salt, &parts));
    Ok(id.parse().expect("hexadecimal digits make an id"))
}

fn is_open(draft: &DraftAct, kind: DiscussionKind, stamp: &Stamp) -> Result<(), Refusal> {
    let found = draft.discussion(kind);
    if found.is_some_and(|one| one.is_open(stamp.now)) {
        return Ok(());
    }
    let detail = match found {
        Some(over) => text(
            &format!("Это обсуждение завершено {}.", over.until),
            &format!("This discussion was over at {}.", over.until),
        ),
        None => text("Такое обсуждение проекта не открыто.", "The draft has no such discussion."),
    };
    let code = if found.is_some() { "discussion-over" } else { "no-such-discussion" };
    let fix = text(
        "Открытые обсуждения с их сроками: GET /v1/draft-acts/{id}, discussions.",
        "The discussions with their terms: GET /v1/draft-acts/{id}, discussions.",
    );
    Err(Refusal::because("/discussion", code, detail, fix))
}

fn examined(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &OpineCommand,
    draft: &DraftAct,
    (business, stamp): (&Business, &Stamp),
) -> Result<OpinionContent, Refusal> {
    let mut wrong = empty(command);
    wrong.extend(give::others(clerk, draft.id.as_str(), &command.duplicates, &command.contradictions));
    wrong.extend(unknown_alternatives(command, draft));
    let given = (command.costs.as_deref(), command.cost_estimate.as_ref());
    let fits =
        |code: &str| draft.body.content.requirements.iter().any(|one| one.code.as_deref() == Some(code));
    let costs = match give::costs(tx, clerk, given, fits, (business, stamp)) {
        Ok(costs) => costs,
        Err(Refusal::Invalid(found)) => {
            wrong.extend(found);
            None
        }
        Err(other) => return Err(other),
    };
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let OpineCommand { clarity, feasibility, duplicates, contradictions, .. } = command.clone();
    let OpineCommand { alternatives, benefits, risks, proposals, disclose_identity, .. } = command.clone();
    Ok(OpinionContent {
        clarity,
        feasibility,
        duplicates,
        contradictions,
        alternatives,
        benefits,
        risks,
        proposals,
        costs,
        disclose_identity,
    })
}

fn empty(command: &OpineCommand) -> Vec<Violation> {
    let says_nothing = command.clarity.is_none()
        && command.feasibility.is_none()
        && command.duplicates.is_empty()
        && command.contradictions.is_empty()
        && command.alternatives.is_empty()
        && command.benefits.is_none()
        && command.risks.is_none()
        && command.proposals.is_empty()
        && command.costs.is_none()
        && command.cost_estimate.is_none();
    let wrong = says_nothing.then(|| {
        violation(
            "",
            "empty-opinion",
            text("Мнение пусто.", "The opinion is empty."),
            text(
                "Дайте хотя бы одно: clarity, feasibility, duplicates, contradictions, alternatives, benefits, risks, proposals, costs, cost_estimate.",
                "Give at least one of clarity, feasibility, duplicates, contradictions, alternatives, benefits, risks, proposals, costs, cost_estimate.",
            ),
        )
    });
    wrong.into_iter().collect()
}

fn unknown_alternatives(command: &OpineCommand, draft: &DraftAct) -> Vec<Violation> {
    let known = |code: &str| draft.body.content.alternatives.iter().any(|one| one.code == code);
    let unknown = command.alternatives.iter().enumerate().filter(|(_, one)| !known(&one.alternative));
    unknown
        .map(|(place, one)| {
            violation(
                &format!("/alternatives/{place}/alternative"),
                "unknown-alternative",
                text(
                    &format!("В проекте нет варианта «{}».", one.alternative),
                    &format!("The draft has no alternative “{}”.", one.alternative),
                ),
                text(
                    "Коды вариантов — в content.alternatives проекта.",
                    "Codes stand in the draft's content.alternatives.",
                ),
            )
        })
        .collect()
}
