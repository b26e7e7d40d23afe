//! Confirmations on the wire.

use domain::{
    compliance::confirmation::{
        Assigned, Confirmation, ConfirmationAnswer, ConfirmationSubject, GiveConfirmation,
    },
    ids::{ApplicationId, BusinessId, ConfirmationId},
    mandate::OnBehalf,
    receipt::Receipt,
    record::Stored,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// What the business says of a life situation, a segment or a requirement.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"subject": "requirement", "code": "OT-001", "answer": "confirmed"}))]
pub struct NewConfirmation {
    /// What is confirmed.
    pub subject: ConfirmationSubject,
    /// Its code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub code: String,
    /// What the business says. A requirement that is declined binds until it is declared inapplicable.
    pub answer: ConfirmationAnswer,
    /// In its own words.
    #[serde(default)]
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

impl NewConfirmation {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf) -> GiveConfirmation {
        let Self { subject, code, answer, comment } = self;
        GiveConfirmation { on_behalf, subject, code, answer, comment }
    }
}

/// A confirmation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfirmationView {
    /// Its id.
    pub id: ConfirmationId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// What was confirmed.
    pub subject: ConfirmationSubject,
    /// Its code.
    #[schema(example = "OT-001")]
    pub code: String,
    /// What the business said.
    pub answer: ConfirmationAnswer,
    /// In its own words.
    pub comment: Option<String>,
    /// The version of the requirement that it was said of; null for other subjects.
    #[schema(example = 1)]
    pub requirement_version: Option<i64>,
    /// The version of the profile at that time.
    #[schema(example = 3)]
    pub profile_version: i64,
    /// The application that said so.
    pub application_id: ApplicationId,
    /// Always 1: what was said stays as it is.
    #[schema(example = 1)]
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for ConfirmationView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl ConfirmationView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/confirmations/{}", self.business_id, self.id)
    }
}

impl From<Stored<Confirmation>> for ConfirmationView {
    fn from(kept: Stored<Confirmation>) -> Self {
        let Confirmation {
            subject,
            code,
            answer,
            comment,
            requirement_version,
            profile_version,
            application,
            ..
        } = kept.body;
        Self {
            id: kept.id,
            business_id: kept.business,
            subject,
            code,
            answer,
            comment,
            requirement_version,
            profile_version,
            application_id: application,
            version: kept.version,
            at: kept.created_at,
            receipt: None,
        }
    }
}

impl From<(Stored<Confirmation>, Receipt)> for ConfirmationView {
    fn from((kept, receipt): (Stored<Confirmation>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..kept.into() }
    }
}

/// Something assigned to the business that awaits its word.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignedView {
    /// What it is.
    pub subject: ConfirmationSubject,
    /// Its code.
    #[schema(example = "micro-company")]
    pub code: String,
    /// Its name.
    pub title: Text,
    /// The facts, by name, that must be known before it can be said whether it is the business's own; empty where it is.
    #[schema(example = json!(["employees"]))]
    pub questions: Vec<String>,
}

impl From<Assigned> for AssignedView {
    fn from(Assigned { subject, code, title, questions }: Assigned) -> Self {
        Self { subject, code, title, questions }
    }
}

/// What awaits the business's word.
#[derive(Debug, Serialize, ToSchema)]
pub struct AwaitedList {
    /// Life situations first, then segments, then requirements.
    pub items: Vec<AssignedView>,
}
