//! Requests to represent a business, on the wire.

use domain::{
    ids::{AccessRequestId, ApplicationId, BusinessId, MandateId},
    mandate::{
        MandateKind,
        access::{AccessContent, AccessRequest, AccessStatus, NewAccessRequest},
        answer::Narrowed,
        grant::{Granted, Scope},
    },
    receipt::Receipt,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    models::{mandate::MandateView, receipt::ReceiptView},
    reply::Versioned,
};

/// A request to make.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"inn": "9600989390", "ogrn": "1189696590984", "reference": "contract-17", "powers": ["2_FNS22"], "valid_until": "2100-01-01T00:00:00Z"}))]
pub struct AskForAccess {
    /// The business's INN.
    #[validate(length(min = 10, max = 12))]
    #[schema(min_length = 10, max_length = 12)]
    pub inn: String,
    /// The business's OGRN or OGRNIP.
    #[validate(length(min = 13, max = 15))]
    #[schema(min_length = 13, max_length = 15)]
    pub ogrn: String,
    /// The asker's own name for the request, such as the number of a contract; the same one is never made twice.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128)]
    pub reference: String,
    /// Powers by code, from `/v1/dictionaries/powers`.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub powers: Vec<String>,
    /// The end of the term; none where absent.
    pub valid_until: Option<Timestamp>,
    /// Whether the powers are to be handed on.
    #[serde(default)]
    pub sub_delegation: bool,
    /// Whether the asker is an AI agent.
    #[serde(default)]
    pub ai_agent: bool,
}

impl AskForAccess {
    /// The domain's command.
    pub fn into_command(self, application: ApplicationId) -> NewAccessRequest {
        let Self { inn, ogrn, reference, powers, valid_until, sub_delegation, ai_agent } = self;
        let kind = MandateKind::PowerOfAttorney;
        let scope = Scope { kind, powers, valid_from: None, valid_until, sub_delegation, ai_agent };
        NewAccessRequest { application, inn, ogrn, reference, scope }
    }
}

/// An approval, as asked for or narrower.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"powers": ["2_FNS22"]}))]
pub struct NewApproval {
    /// These of the powers; all where absent.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub powers: Option<Vec<String>>,
    /// No longer than this.
    pub valid_until: Option<Timestamp>,
    /// Whether handing on is allowed where it was asked for.
    #[serde(default)]
    pub sub_delegation: bool,
}

impl From<NewApproval> for Narrowed {
    fn from(approval: NewApproval) -> Self {
        let NewApproval { powers, valid_until, sub_delegation } = approval;
        Self { powers, valid_until, sub_delegation }
    }
}

/// Why a request is rejected or passed on.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": {"ru": "Договора нет.", "en": "There is no contract."}}))]
pub struct AccessReason {
    /// In words; no personal data.
    pub reason: Option<Text>,
}

/// A request to represent a business.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessRequestView {
    /// Its id.
    pub id: AccessRequestId,
    /// Who asks.
    pub application_id: ApplicationId,
    /// How the asker calls itself.
    #[schema(example = "Accounting program")]
    pub application_name: String,
    /// The business's INN.
    #[schema(example = "9600989390")]
    pub inn: String,
    /// The business's OGRN or OGRNIP.
    #[schema(example = "1189696590984")]
    pub ogrn: String,
    /// The asker's own name for it.
    #[schema(example = "contract-17")]
    pub reference: String,
    /// How it stands.
    pub status: AccessStatus,
    /// Powers by code.
    #[schema(example = json!(["2_FNS22"]))]
    pub powers: Vec<String>,
    /// The end of the term asked for.
    pub valid_until: Option<Timestamp>,
    /// Whether the powers are to be handed on.
    pub sub_delegation: bool,
    /// Whether the asker is an AI agent.
    pub ai_agent: bool,
    /// Until when it waits for an answer.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was answered or expired.
    pub answered_at: Option<Timestamp>,
    /// Why it was rejected or passed on.
    pub reason: Option<Text>,
    /// The mandate that was granted upon it.
    pub mandate_id: Option<MandateId>,
    /// The business, once it has approved.
    pub business_id: Option<BusinessId>,
    /// Counts changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// The mandate, in the answer to an approval; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<MandateView>,
    /// The receipt, in the answer to a rejection; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for AccessRequestView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl AccessRequestView {
    /// The request as it stands at a moment.
    pub fn at(request: AccessRequest, now: Timestamp) -> Self {
        let status = request.status_at(now);
        let AccessContent {
            application_name,
            powers,
            valid_until,
            sub_delegation,
            ai_agent,
            granted,
            reason,
        } = request.content;
        let (mandate_id, business_id) = granted.unzip();
        Self {
            id: request.id,
            application_id: request.application,
            application_name,
            inn: request.inn,
            ogrn: request.ogrn,
            reference: request.reference,
            status,
            powers,
            valid_until,
            sub_delegation,
            ai_agent,
            expires_at: request.expires_at,
            created_at: request.created_at,
            answered_at: request.answered_at,
            reason,
            mandate_id,
            business_id,
            version: request.version,
            mandate: None,
            receipt: None,
        }
    }

    /// An approved one with its mandate.
    pub fn approved((request, granted): (AccessRequest, Granted)) -> Self {
        let now = granted.receipt.at;
        Self { mandate: Some(MandateView::granted(granted)), ..Self::at(request, now) }
    }

    /// A rejected one with its receipt.
    pub fn rejected((request, receipt): (AccessRequest, Receipt)) -> Self {
        let now = receipt.at;
        Self { receipt: Some(receipt.into()), ..Self::at(request, now) }
    }

    /// Where the asker finds it.
    pub fn address(&self) -> String {
        format!("/v1/access-requests/{}", self.id)
    }
}
