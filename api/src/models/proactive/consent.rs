//! Consents on the wire.

use domain::{
    ids::{BusinessId, ConsentId},
    mandate::OnBehalf,
    proactive::{
        consent::{Consent, ConsentMode, ConsentSubject, GiveConsent, WithdrawConsent},
        terms::ConsentText,
    },
    receipt::Receipt,
    record::Stored,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// The texts of consents in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentTextList {
    /// One for each subject and mode.
    pub items: Vec<ConsentText>,
}

/// A consent to be given.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"subject": "service", "code": "tax-balance-certificate", "mode": "offer",
    "text_version": "service-offer-1", "form": {"delivery": "electronic", "purpose": "loan"}}))]
pub struct NewConsent {
    /// What it is about: a whole life situation, or a single service.
    pub subject: ConsentSubject,
    /// The life situation or the service, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub code: String,
    /// What it allows: to be offered, or to be provided without asking.
    pub mode: ConsentMode,
    /// The text that was shown and agreed to: the version in force at `/v1/consent-texts`.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub text_version: String,
    /// Data for the service's form, such as the account for a payment; a part of the form is enough.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// The first moment at which it no longer holds; absent means until withdrawn.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

impl NewConsent {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> GiveConsent {
        let Self { subject, code, mode, text_version, form, valid_until } = self;
        GiveConsent { on_behalf, subject, code, mode, text_version, form, valid_until }
    }
}

/// The withdrawal of a consent.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Больше не нужно."}))]
pub struct NewWithdrawal {
    /// Why; nobody has to say.
    #[serde(default)]
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

impl NewWithdrawal {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: ConsentId, expected: Option<i64>) -> WithdrawConsent {
        let Self { reason } = self;
        WithdrawConsent { on_behalf, id, expected, reason }
    }
}

/// A consent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    /// Its id.
    pub id: ConsentId,
    /// Who gave it.
    pub business_id: BusinessId,
    /// What it says and how it stands.
    #[serde(flatten)]
    pub consent: Consent,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was given.
    pub given_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for ConsentView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl ConsentView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/consents/{}", self.business_id, self.id)
    }
}

impl From<Stored<Consent>> for ConsentView {
    fn from(stored: Stored<Consent>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        Self {
            id,
            business_id: business,
            consent: body,
            version,
            given_at: created_at,
            updated_at,
            receipt: None,
        }
    }
}

impl From<(Stored<Consent>, Receipt)> for ConsentView {
    fn from((stored, receipt): (Stored<Consent>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}
