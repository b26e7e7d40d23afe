//! Cautions on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::caution::{
        Caution, CautionOutcome,
        announce::NewCaution as Announcement,
        reply::{AnswerObjection, CautionReply},
    },
    ids::{AttachmentId, BusinessId, CautionId},
    mandate::OnBehalf,
    receipt::Receipt,
    record::Stored,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::supervision::said;
use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A caution to announce. It proposes measures; it cannot demand documents or information.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"business_id": "biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "requirement": "OT-001",
    "ground": {"ru": "Сведения об адресе в реестре устарели", "en": "The address in the register is out of date"},
    "measures": {"ru": "Проверьте и обновите адрес", "en": "Check and update the address"}}))]
pub struct NewCaution {
    /// Whom.
    pub business_id: BusinessId,
    /// The requirement that may be broken, by code; the caller supervises it.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// What leads, or may lead, to a violation.
    #[validate(custom(function = "said"))]
    pub ground: Text,
    /// What is proposed.
    #[validate(custom(function = "said"))]
    pub measures: Text,
    /// A longer term to object than the kind of control sets, in working days.
    #[serde(default)]
    #[validate(range(min = 1, max = 60))]
    #[schema(minimum = 1, maximum = 60)]
    pub objection_working_days: Option<u32>,
}

impl NewCaution {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor) -> Announcement {
        let Self { business_id, requirement, ground, measures, objection_working_days } = self;
        Announcement { actor, business: business_id, requirement, ground, measures, objection_working_days }
    }
}

/// An objection to a caution.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"statement": "Адрес обновлён 10 ноября, запись в реестре внесена."}))]
pub struct NewObjection {
    /// Why the caution is wrong.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub statement: String,
    /// Documents that show it.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
}

impl NewObjection {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: CautionId, expected: Option<i64>) -> CautionReply {
        let Self { statement, attachments } = self;
        CautionReply { on_behalf, id, expected, statement, attachments }
    }
}

/// A notice of the measures taken upon a caution.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"statement": "Заявление об изменении адреса подано 23 ноября."}))]
pub struct NewMeasuresNotice {
    /// What was done.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub statement: String,
    /// Documents that show it.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
}

impl NewMeasuresNotice {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: CautionId, expected: Option<i64>) -> CautionReply {
        let Self { statement, attachments } = self;
        CautionReply { on_behalf, id, expected, statement, attachments }
    }
}

/// An answer to an objection.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"outcome": "withdrawn", "reason": {"ru": "Запись внесена в срок", "en": "The record was made in time"}}))]
pub struct NewCautionAnswer {
    /// What comes of it.
    pub outcome: CautionOutcome,
    /// Why.
    #[validate(custom(function = "said"))]
    pub reason: Text,
}

impl NewCautionAnswer {
    /// The domain's command.
    pub fn into_command(
        self,
        actor: AuthorityActor,
        id: CautionId,
        expected: Option<i64>,
    ) -> AnswerObjection {
        let Self { outcome, reason } = self;
        AnswerObjection { actor, id, expected, outcome, reason }
    }
}

/// A caution.
#[derive(Debug, Serialize, ToSchema)]
pub struct CautionView {
    /// Its id.
    pub id: CautionId,
    /// Whom it cautions.
    pub business_id: BusinessId,
    /// What it says and what followed.
    #[serde(flatten)]
    pub caution: Caution,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was announced.
    pub announced_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for CautionView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Stored<Caution>> for CautionView {
    fn from(stored: Stored<Caution>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        Self {
            id,
            business_id: business,
            caution: body,
            version,
            announced_at: created_at,
            updated_at,
            receipt: None,
        }
    }
}

impl From<(Stored<Caution>, Receipt)> for CautionView {
    fn from((stored, receipt): (Stored<Caution>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}
