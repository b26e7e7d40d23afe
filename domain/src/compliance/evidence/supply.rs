//! Supplies: the business shows evidence of its own to the supervisor, above all where no resource tracks it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::key;
use crate::{
    actor::AuthorityActor,
    attachment::AttachmentState,
    clerk::{Clerk, Happening, Mover},
    compliance::{Refusal, supervision::still_supervised},
    digest::Digest,
    error::{Fix, Violation},
    event::EventKind,
    ids::{ApplicationId, AttachmentId, AuthorityId, BusinessId, EvidenceSupplyId},
    mandate::OnBehalf,
    ports::store::Tx,
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordKind, Stored},
    requirement::{model::EvidenceSpec, registry::Entry},
    text::Text,
    time::{Stamp, Timestamp},
};

/// Evidence that the business supplied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceSupply {
    /// The requirement, by code.
    pub requirement: String,
    /// The piece, by its code within the requirement.
    pub evidence: String,
    /// The attachment; None where the business keeps the document and shows its digest alone.
    pub attachment: Option<AttachmentId>,
    /// The document's digest.
    pub digest: Digest,
    /// The day for which it speaks.
    pub as_of: Date,
    /// The business's own words.
    pub statement: Option<String>,
    /// The supervisor to whom it is addressed.
    pub supervisor: AuthorityId,
    /// The application that supplied it.
    pub application: ApplicationId,
    /// What the supervisor says of it; None while nobody has looked at it.
    #[serde(default)]
    pub review: Option<SupplyReview>,
    /// Under which the newest supply of the piece is found.
    key: String,
}

/// Where supplied evidence stands with its supervisor.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SupplyState {
    /// Nobody has reviewed it.
    Supplied,
    /// The supervisor accepts it as evidence.
    Accepted,
    /// The supervisor does not.
    Refused,
}

/// What a supervisor says of supplied evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SupplyReview {
    /// Whether it accepts it.
    pub accepted: bool,
    /// Why.
    pub reason: Text,
    /// When it said so.
    pub at: Timestamp,
}

impl EvidenceSupply {
    /// Where it stands with its supervisor.
    pub fn standing(&self) -> SupplyState {
        match &self.review {
            None => SupplyState::Supplied,
            Some(SupplyReview { accepted: true, .. }) => SupplyState::Accepted,
            Some(SupplyReview { accepted: false, .. }) => SupplyState::Refused,
        }
    }

    pub(super) fn key(&self) -> String {
        self.key.clone()
    }
}

impl Kept for EvidenceSupply {
    const KIND: RecordKind = RecordKind::EvidenceSupply;
    type Id = EvidenceSupplyId;

    /// The requirement's code with the piece's behind it.
    fn requirement(&self) -> Option<&str> {
        Some(&self.key)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.supervisor)
    }

    fn state(&self) -> &'static str {
        self.standing().into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Evidence to be supplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplyEvidence {
    /// Who supplies.
    pub on_behalf: OnBehalf,
    /// The requirement, by code.
    pub requirement: String,
    /// The piece, by its code within the requirement.
    pub evidence: String,
    /// The attachment.
    pub attachment: Option<AttachmentId>,
    /// The document's digest, where it stays with the business.
    pub digest: Option<Digest>,
    /// The day for which it speaks.
    pub as_of: Date,
    /// The business's own words.
    pub statement: Option<String>,
}

/// Supplies evidence to the supervisor of a requirement.
///
/// # Errors
/// [`Refusal::Invalid`] for unknown codes, a day to come, or an attachment that is not the business's own and whole.
pub fn supply(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &SupplyEvidence,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<EvidenceSupply>, Receipt), Refusal> {
    let actor = crate::compliance::actor(tx, &command.on_behalf)?;
    let (entry, _) = spec(clerk, &command.requirement, &command.evidence)?;
    if command.as_of > stamp.now.moscow_date() {
        let detail = Text::new("Этот день ещё не наступил.", "This day is still to come.");
        let fix = Text::new("Назовите день составления документа.", "Name the document's day.");
        return Err(Refusal::because("/as_of", "in-the-future", detail, fix));
    }
    let supply = EvidenceSupply {
        requirement: command.requirement.clone(),
        evidence: command.evidence.clone(),
        attachment: command.attachment.clone(),
        digest: digest(tx, &actor.business, command)?,
        as_of: command.as_of,
        statement: command.statement.clone(),
        supervisor: entry.requirement.supervisors.first().cloned().ok_or(Refusal::NotFound)?,
        application: actor.application.clone(),
        review: None,
        key: key(&command.requirement, &command.evidence),
    };
    let kept = Stored::insert(tx, &actor.business, supply, &mut stamp)?;
    let document = document(&kept.body);
    let happening = Happening {
        kind: EventKind::EvidenceSupplied,
        business: &actor.business,
        authority: Some(&kept.body.supervisor),
        subject: kept.id.as_str(),
        data: json!({ "requirement": command.requirement, "evidence": command.evidence, "as_of": command.as_of,
            "digest": kept.body.digest }),
    };
    let act = (Act::EvidenceSupplied, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

/// A review to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewSupply {
    /// The supervisor.
    pub actor: AuthorityActor,
    /// Which supply.
    pub id: EvidenceSupplyId,
    /// Whether it is accepted as evidence.
    pub accepted: bool,
    /// Why.
    pub reason: Text,
}

/// Says whether the supervisor accepts what was supplied to it; only what is accepted counts for good faith.
///
/// # Errors
/// [`Refusal::NotFound`] for another supervisor's; [`Refusal::State`] where it is reviewed already.
pub fn review(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ReviewSupply,
    mut stamp: Stamp,
) -> Result<Stored<EvidenceSupply>, Refusal> {
    let ReviewSupply { actor, id, accepted, reason } = command;
    let mut supply =
        Stored::<EvidenceSupply>::addressed(tx, &actor.authority, id)?.ok_or(Refusal::NotFound)?;
    still_supervised(clerk, &actor.authority, &supply.body.requirement)?;
    if supply.body.review.is_some() {
        let state = supply.body.standing().into();
        return Err(Refusal::State { state, attempted: "review", allowed: Vec::new() });
    }
    supply.body.review = Some(SupplyReview { accepted: *accepted, reason: reason.clone(), at: stamp.now });
    supply.update(tx, stamp.now)?;
    let happening = Happening {
        kind: EventKind::EvidenceReviewed,
        business: &supply.business,
        authority: Some(&supply.body.supervisor),
        subject: supply.id.as_str(),
        data: json!({ "requirement": supply.body.requirement, "evidence": supply.body.evidence,
            "state": supply.body.standing() }),
    };
    clerk.tell(tx, happening, &Mover::Authority(actor), &mut stamp)?;
    Ok(supply)
}

fn document(supply: &EvidenceSupply) -> Value {
    let EvidenceSupply { requirement, evidence, digest, as_of, statement, .. } = supply;
    json!({ "requirement": requirement, "evidence": evidence, "digest": digest, "as_of": as_of,
        "statement": statement })
}

/// The digest of the attachment, which must be the business's own and whole, or the one that was named.
fn digest(tx: &mut dyn Tx, business: &BusinessId, command: &SupplyEvidence) -> Result<Digest, Refusal> {
    match (&command.attachment, command.digest) {
        (Some(id), None) => {
            let found = tx.attachments().find(business, id)?;
            let stored = found.filter(|attachment| attachment.state == AttachmentState::Stored);
            stored.map(|attachment| attachment.digest).ok_or_else(|| {
                let detail = Text::new(
                    format!("Вложения {id} у бизнеса нет, или оно загружено не полностью."),
                    format!("The business has no attachment {id}, or it is not whole yet."),
                );
                let fix = Text::new("Завершите загрузку вложения.", "Finish uploading the attachment.");
                Refusal::because("/attachment_id", "attachment-not-ready", detail, fix)
            })
        }
        (None, Some(digest)) => Ok(digest),
        (Some(_), Some(_)) | (None, None) => {
            let detail = Text::new(
                "Нужно одно из двух: вложение или контрольная сумма документа.",
                "One of the two is needed: an attachment or the document's digest.",
            );
            let fix = Text::new("Оставьте attachment_id или digest.", "Keep either attachment_id or digest.");
            Err(Refusal::because("", "one-of-two", detail, fix))
        }
    }
}

/// The piece of evidence with these codes.
pub(super) fn spec<'c>(
    clerk: &'c Clerk,
    requirement: &str,
    evidence: &str,
) -> Result<(&'c Entry, &'c EvidenceSpec), Refusal> {
    let Some(entry) = clerk.registry.requirement(requirement) else {
        let detail = Text::new(
            format!("Требования «{requirement}» в реестре нет."),
            format!("The registry has no requirement “{requirement}”."),
        );
        let fix = Text::new("Возьмите код из персонального перечня.", "Take a code from the personal list.");
        return Err(Refusal::because("/requirement", "unknown-requirement", detail, fix));
    };
    let pieces = &entry.requirement.evidence;
    pieces.iter().find(|spec| spec.code == evidence).map(|spec| (entry.as_ref(), spec)).ok_or_else(|| {
        let fix =
            Text::new("Возьмите код подтверждения этого требования.", "Take a code of this requirement.");
        Refusal::Invalid(vec![Violation {
            pointer: "/evidence".into(),
            code: "unknown-evidence".into(),
            detail: Text::new(
                format!("У требования {requirement} нет подтверждения «{evidence}»."),
                format!("The requirement {requirement} has no piece of evidence “{evidence}”."),
            ),
            fix: Fix {
                allowed: pieces.iter().map(|spec| Value::from(spec.code.as_str())).collect(),
                ..Fix::say(fix)
            },
        }])
    })
}
