//! Disputes: the business says that a state resource is wrong, and its supervisor judges.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{EvidencePiece, EvidenceState, KnownEvidence, RequirementEvidence, key};
use crate::{
    actor::AuthorityActor,
    clerk::{Clerk, Happening, Mover},
    compliance::{Refusal, business, evidence::supply::spec, requirement},
    event::EventKind,
    ids::{ApplicationId, AuthorityId, EvidenceDisputeId},
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordKind, Stored},
    text::Text,
    time::{Stamp, Timestamp},
};

/// Where a dispute stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DisputeState {
    /// The supervisor has not spoken.
    Lodged,
    /// The resource is wrong.
    Upheld,
    /// The resource is right.
    Rejected,
}

/// A dispute of what a state resource says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceDispute {
    /// The requirement, by code.
    pub requirement: String,
    /// The piece, by its code within the requirement.
    pub evidence: String,
    /// The resource, by code.
    pub resource: String,
    /// Where the piece stood when it was disputed.
    pub disputed: EvidenceState,
    /// Whether what the resource held confirmed compliance.
    pub confirmed: Option<bool>,
    /// The day for which the resource spoke.
    pub as_of: Option<Date>,
    /// What is wrong, in the business's words.
    pub statement: String,
    /// Where the dispute stands.
    pub state: DisputeState,
    /// Why the supervisor judged so.
    pub reason: Option<Text>,
    /// When it judged.
    pub decided_at: Option<Timestamp>,
    /// The supervisor to whom it is addressed.
    pub supervisor: AuthorityId,
    /// The application that disputed it.
    pub application: ApplicationId,
    /// Under which the newest dispute of the piece is found.
    key: String,
}

impl EvidenceDispute {
    pub(super) fn key(&self) -> String {
        self.key.clone()
    }
}

impl Kept for EvidenceDispute {
    const KIND: RecordKind = RecordKind::EvidenceDispute;
    type Id = EvidenceDisputeId;

    /// The requirement's code with the piece's behind it.
    fn requirement(&self) -> Option<&str> {
        Some(&self.key)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.supervisor)
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A dispute to be lodged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeEvidence {
    /// Who disputes.
    pub on_behalf: OnBehalf,
    /// The requirement, by code.
    pub requirement: String,
    /// The piece, by its code within the requirement.
    pub evidence: String,
    /// What is wrong.
    pub statement: String,
}

/// Disputes what a resource says of a piece of evidence.
///
/// # Errors
/// [`Refusal::Invalid`] for unknown codes; [`Refusal::State`] where no resource has said anything, or a dispute is open.
pub fn dispute(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &DisputeEvidence,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<EvidenceDispute>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let (entry, _) = spec(clerk, &command.requirement, &command.evidence)?;
    let row = KnownEvidence::load(tx, &business.id)?.row(entry, stamp.now.moscow_date());
    let (piece, resource) = disputable(row, &command.evidence)?;
    let dispute = EvidenceDispute {
        requirement: command.requirement.clone(),
        evidence: command.evidence.clone(),
        resource,
        disputed: piece.state,
        confirmed: piece.confirms,
        as_of: piece.as_of,
        statement: command.statement.clone(),
        state: DisputeState::Lodged,
        reason: None,
        decided_at: None,
        supervisor: entry.requirement.supervisors.first().cloned().ok_or(Refusal::NotFound)?,
        application: actor.application.clone(),
        key: key(&command.requirement, &command.evidence),
    };
    let kept = Stored::insert(tx, &business.id, dispute, &mut stamp)?;
    let document = document(&kept.body);
    let happening = happening(EventKind::EvidenceDisputed, &kept);
    let act = (Act::EvidenceDisputed, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

/// The piece with the resource that said something of it, unless a dispute is open.
fn disputable(row: RequirementEvidence, evidence: &str) -> Result<(EvidencePiece, String), Refusal> {
    let found = row.pieces.into_iter().find(|piece| piece.code == evidence);
    let piece = found.ok_or(Refusal::NotFound)?;
    let refuse = |state, allowed| Err(Refusal::State { state, attempted: "dispute", allowed });
    if piece.dispute.as_ref().is_some_and(|open| open.state == DisputeState::Lodged) {
        return refuse("disputed", Vec::new());
    }
    let said = match piece.state {
        EvidenceState::Present | EvidenceState::Stale | EvidenceState::Absent => piece.resource.clone(),
        EvidenceState::Unknown | EvidenceState::NotTracked | EvidenceState::Unreachable => None,
    };
    match said {
        Some(resource) => Ok((piece, resource)),
        None => refuse(piece.state.into(), vec!["inquire", "supply"]),
    }
}

fn document(dispute: &EvidenceDispute) -> Value {
    let EvidenceDispute { requirement, evidence, resource, disputed, as_of, statement, .. } = dispute;
    json!({ "requirement": requirement, "evidence": evidence, "resource": resource, "disputed": disputed,
        "as_of": as_of, "statement": statement })
}

fn happening(kind: EventKind, kept: &Stored<EvidenceDispute>) -> Happening<'_> {
    let EvidenceDispute { requirement, evidence, resource, state, .. } = &kept.body;
    Happening {
        kind,
        business: &kept.business,
        authority: Some(&kept.body.supervisor),
        subject: kept.id.as_str(),
        data: json!({ "requirement": requirement, "evidence": evidence, "resource": resource, "state": state }),
    }
}

/// A judgement to be passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecideDispute {
    /// The supervisor.
    pub actor: AuthorityActor,
    /// Which dispute.
    pub id: EvidenceDisputeId,
    /// Whether the resource is wrong.
    pub upheld: bool,
    /// Why.
    pub reason: Text,
}

/// Judges a dispute addressed to the supervisor.
///
/// # Errors
/// [`Refusal::NotFound`] for another supervisor's; [`Refusal::State`] where it is judged already.
pub fn decide(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &DecideDispute,
    mut stamp: Stamp,
) -> Result<Stored<EvidenceDispute>, Refusal> {
    let DecideDispute { actor, id, upheld, reason } = command;
    let found = Stored::<EvidenceDispute>::addressed(tx, &actor.authority, id)?;
    let mut dispute = found.ok_or(Refusal::NotFound)?;
    if dispute.body.state != DisputeState::Lodged {
        let state = dispute.body.state.into();
        return Err(Refusal::State { state, attempted: "decide", allowed: Vec::new() });
    }
    requirement(clerk, &dispute.body.requirement)?;
    dispute.body.state = if *upheld { DisputeState::Upheld } else { DisputeState::Rejected };
    dispute.body.reason = Some(reason.clone());
    dispute.body.decided_at = Some(stamp.now);
    dispute.update(tx, stamp.now)?;
    let happening = happening(EventKind::EvidenceDisputeDecided, &dispute);
    clerk.tell(tx, happening, &Mover::Authority(actor), &mut stamp)?;
    Ok(dispute)
}
