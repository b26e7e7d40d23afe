//! Information duties on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::{
        duty::{
            InformationDuty,
            fulfil::FulfilDuty,
            recur::FulfilPeriod,
            start::{ChangeHappened, NewDuty},
        },
        sufficient_term::LegalBounds,
    },
    ids::{AttachmentId, BusinessId, DutyId},
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

use super::supervision::said;
use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A duty that an authority starts; the gateway sets its term.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"business_id": "biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "requirement": "OT-001",
    "what": {"ru": "Сведения об изменении адреса", "en": "Information on the change of address"},
    "legal_min_working_days": 5, "legal_max_working_days": 30}))]
pub struct NewInformationDuty {
    /// Whose duty.
    pub business_id: BusinessId,
    /// The requirement, by code; the caller supervises it.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// What is to be submitted.
    #[validate(custom(function = "said"))]
    pub what: Text,
    /// The law's least term, in working days: the term is never shorter.
    #[serde(default)]
    #[validate(range(min = 1, max = 250))]
    #[schema(minimum = 1, maximum = 250)]
    pub legal_min_working_days: Option<u32>,
    /// The law's greatest term, in working days: the term is never longer.
    #[serde(default)]
    #[validate(range(min = 1, max = 250))]
    #[schema(minimum = 1, maximum = 250)]
    pub legal_max_working_days: Option<u32>,
}

impl NewInformationDuty {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor) -> NewDuty {
        let Self { business_id, requirement, what, legal_min_working_days, legal_max_working_days } = self;
        let bounds = LegalBounds { least: legal_min_working_days, most: legal_max_working_days };
        NewDuty { actor, business: business_id, requirement, what, bounds }
    }
}

/// An event of the business that starts the term of a duty.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirement": "OT-001", "duty": "register-change", "happened_on": "2026-11-20"}))]
pub struct NewDutyEvent {
    /// The requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// Its duty, by code: one whose schedule counts from a change.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub duty: String,
    /// When the event happened.
    #[schema(value_type = String, format = Date)]
    pub happened_on: Date,
}

impl NewDutyEvent {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> ChangeHappened {
        let Self { requirement, duty, happened_on } = self;
        ChangeHappened { on_behalf, requirement, duty, happened_on }
    }
}

/// The information that a duty asks for: words, documents, or both.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"statement": "Адрес изменён 20 ноября, заявление подано."}))]
pub struct NewDutyResponse {
    /// In words.
    #[serde(default)]
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub statement: Option<String>,
    /// Documents.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
}

impl NewDutyResponse {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: DutyId, expected: Option<i64>) -> FulfilDuty {
        let Self { statement, attachments } = self;
        FulfilDuty { on_behalf, id, expected, statement, attachments }
    }
}

/// A period of a duty that the law makes recur, marked as fulfilled: words, documents, or both.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirement": "OT-003", "duty": "usn-return-company", "period": "2027",
    "statement": "Декларация подана 2 марта, принята под номером 1234."}))]
pub struct NewDutyFulfilment {
    /// The requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// Its duty, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub duty: String,
    /// The period, as the calendar names it.
    #[validate(length(min = 4, max = 10))]
    #[schema(min_length = 4, max_length = 10)]
    pub period: String,
    /// What was submitted, in words.
    #[serde(default)]
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub statement: Option<String>,
    /// Documents.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
}

impl NewDutyFulfilment {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> FulfilPeriod {
        let Self { requirement, duty, period, statement, attachments } = self;
        FulfilPeriod { on_behalf, requirement, duty, period, statement, attachments }
    }
}

/// A duty to submit information that something started.
#[derive(Debug, Serialize, ToSchema)]
pub struct InformationDutyView {
    /// Its id.
    pub id: DutyId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// What is owed by when, and what was submitted.
    #[serde(flatten)]
    pub information_duty: InformationDuty,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for InformationDutyView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl InformationDutyView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/information-duties/{}", self.business_id, self.id)
    }
}

impl From<Stored<InformationDuty>> for InformationDutyView {
    fn from(stored: Stored<InformationDuty>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        Self {
            id,
            business_id: business,
            information_duty: body,
            version,
            created_at,
            updated_at,
            receipt: None,
        }
    }
}

impl From<(Stored<InformationDuty>, Receipt)> for InformationDutyView {
    fn from((stored, receipt): (Stored<InformationDuty>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}
