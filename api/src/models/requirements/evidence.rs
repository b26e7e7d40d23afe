//! The evidence map, disputes and supplies on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::evidence::{
        EvidenceState,
        dispute::{DecideDispute, DisputeEvidence, DisputeState, EvidenceDispute},
        supply::{EvidenceSupply, ReviewSupply, SupplyEvidence, SupplyReview, SupplyState},
    },
    digest::Digest,
    ids::{ApplicationId, AttachmentId, AuthorityId, BusinessId, EvidenceDisputeId, EvidenceSupplyId},
    mandate::OnBehalf,
    receipt::Receipt,
    record::Stored,
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A dispute of what a state resource says.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirement": "OT-029", "evidence": "registration-card",
    "statement": "Касса снята с учёта 1 ноября, карточка в ресурсе старая."}))]
pub struct NewDispute {
    /// The requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// The piece of evidence, by its code within the requirement.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub evidence: String,
    /// What is wrong.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub statement: String,
}

impl NewDispute {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf) -> DisputeEvidence {
        let Self { requirement, evidence, statement } = self;
        DisputeEvidence { on_behalf, requirement, evidence, statement }
    }
}

/// How a dispute is judged.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeOutcome {
    /// The resource is wrong.
    Upheld,
    /// The resource is right.
    Rejected,
}

/// A supervisor's judgement of a dispute.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"outcome": "upheld", "reason": {"ru": "Карточка устарела", "en": "The card is out of date"}}))]
pub struct NewJudgement {
    /// Whether the resource is wrong.
    pub outcome: DisputeOutcome,
    /// Why.
    pub reason: Text,
}

impl NewJudgement {
    /// The domain's command in the name of a supervisor.
    pub fn into_command(self, actor: AuthorityActor, id: EvidenceDisputeId) -> DecideDispute {
        let upheld = match self.outcome {
            DisputeOutcome::Upheld => true,
            DisputeOutcome::Rejected => false,
        };
        DecideDispute { actor, id, upheld, reason: self.reason }
    }
}

/// Whether a supervisor accepts supplied evidence.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupplyOutcome {
    /// It does.
    Accepted,
    /// It does not.
    Refused,
}

/// A supervisor's review of supplied evidence.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"outcome": "accepted", "reason": {"ru": "Подтверждает", "en": "It confirms"}}))]
pub struct NewSupplyReview {
    /// Whether it is accepted as evidence.
    pub outcome: SupplyOutcome,
    /// Why.
    pub reason: Text,
}

impl NewSupplyReview {
    /// The domain's command in the name of a supervisor.
    pub fn into_command(self, actor: AuthorityActor, id: EvidenceSupplyId) -> ReviewSupply {
        let accepted = match self.outcome {
            SupplyOutcome::Accepted => true,
            SupplyOutcome::Refused => false,
        };
        ReviewSupply { actor, id, accepted, reason: self.reason }
    }
}

/// A dispute of what a state resource says.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisputeView {
    /// Its id.
    pub id: EvidenceDisputeId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The requirement, by code.
    pub requirement: String,
    /// The piece of evidence, by its code within the requirement.
    pub evidence: String,
    /// The resource, by code.
    pub resource: String,
    /// Where the piece stood when it was disputed.
    pub disputed: EvidenceState,
    /// Whether what the resource held confirmed compliance.
    pub confirmed: Option<bool>,
    /// The day for which the resource spoke.
    #[schema(value_type = Option<String>, format = Date)]
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
    pub application_id: ApplicationId,
    /// Counts its changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was lodged.
    pub lodged_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for DisputeView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl DisputeView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/evidence/disputes/{}", self.business_id, self.id)
    }
}

impl From<Stored<EvidenceDispute>> for DisputeView {
    fn from(kept: Stored<EvidenceDispute>) -> Self {
        let body = kept.body;
        Self {
            id: kept.id,
            business_id: kept.business,
            requirement: body.requirement,
            evidence: body.evidence,
            resource: body.resource,
            disputed: body.disputed,
            confirmed: body.confirmed,
            as_of: body.as_of,
            statement: body.statement,
            state: body.state,
            reason: body.reason,
            decided_at: body.decided_at,
            supervisor: body.supervisor,
            application_id: body.application,
            version: kept.version,
            lodged_at: kept.created_at,
            receipt: None,
        }
    }
}

impl From<(Stored<EvidenceDispute>, Receipt)> for DisputeView {
    fn from((kept, receipt): (Stored<EvidenceDispute>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..kept.into() }
    }
}

/// Evidence of the business's own: an attachment, or the digest of a document that it keeps.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirement": "OT-001", "evidence": "change-application",
    "digest": "sha-256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "as_of": "2026-10-01"}))]
pub struct NewSupply {
    /// The requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// The piece of evidence, by its code within the requirement.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub evidence: String,
    /// A stored attachment of the business; the supervisor may download it.
    #[serde(default)]
    pub attachment_id: Option<AttachmentId>,
    /// The document's digest, where it stays with the business.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// The day for which the document speaks.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The business's own words.
    #[serde(default)]
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub statement: Option<String>,
}

impl NewSupply {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf) -> SupplyEvidence {
        let Self { requirement, evidence, attachment_id: attachment, digest, as_of, statement } = self;
        SupplyEvidence { on_behalf, requirement, evidence, attachment, digest, as_of, statement }
    }
}

/// Evidence that the business supplied.
#[derive(Debug, Serialize, ToSchema)]
pub struct SupplyView {
    /// Its id.
    pub id: EvidenceSupplyId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The requirement, by code.
    pub requirement: String,
    /// The piece of evidence, by its code within the requirement.
    pub evidence: String,
    /// The attachment; null where the document stays with the business.
    pub attachment_id: Option<AttachmentId>,
    /// The document's digest.
    pub digest: Digest,
    /// The day for which the document speaks.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The business's own words.
    pub statement: Option<String>,
    /// The supervisor to whom it is addressed.
    pub supervisor: AuthorityId,
    /// The application that supplied it.
    pub application_id: ApplicationId,
    /// Where it stands with the supervisor.
    pub state: SupplyState,
    /// What the supervisor says of it; null while nobody has reviewed it.
    pub review: Option<SupplyReview>,
    /// Counts its changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was supplied.
    pub supplied_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for SupplyView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl SupplyView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/evidence/supplies/{}", self.business_id, self.id)
    }
}

impl From<Stored<EvidenceSupply>> for SupplyView {
    fn from(kept: Stored<EvidenceSupply>) -> Self {
        let body = kept.body;
        Self {
            id: kept.id,
            business_id: kept.business,
            state: body.standing(),
            review: body.review,
            requirement: body.requirement,
            evidence: body.evidence,
            attachment_id: body.attachment,
            digest: body.digest,
            as_of: body.as_of,
            statement: body.statement,
            supervisor: body.supervisor,
            application_id: body.application,
            version: kept.version,
            supplied_at: kept.created_at,
            receipt: None,
        }
    }
}

impl From<(Stored<EvidenceSupply>, Receipt)> for SupplyView {
    fn from((kept, receipt): (Stored<EvidenceSupply>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..kept.into() }
    }
}
