//! Offers on the wire.

use domain::{
    actor::AuthorityActor,
    ids::{AttachmentId, BusinessId, OfferId},
    mandate::OnBehalf,
    proactive::offer::{Offer, accept::AcceptOffer, decline::DeclineOffer, propose::ProposeOffer},
    receipt::Receipt,
    record::Stored,
    submission::lodge::Lodged,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    models::{receipt::ReceiptView, requirements::supervision::said},
    reply::Versioned,
};

/// What an authority offers.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"business_id": "biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "service": "register-extract",
    "why": {"ru": "Сведения в реестре изменились", "en": "The register has changed"},
    "legal_ground": {"ru": "129-ФЗ, ст. 6", "en": "Law No. 129-FZ, art. 6"}, "form": {"subject": "self"}}))]
pub struct NewOffer {
    /// To whom.
    pub business_id: BusinessId,
    /// Which service of the caller's own, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub service: String,
    /// Why it is offered to this business.
    #[validate(custom(function = "said"))]
    pub why: Text,
    /// The law by which no consent is needed; without it a consent of the business must cover the service.
    #[serde(default)]
    #[validate(custom(function = "said"))]
    pub legal_ground: Option<Text>,
    /// What is known for the form; a part of it is enough.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
}

impl NewOffer {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor) -> ProposeOffer {
        let Self { business_id, service, why, legal_ground, form } = self;
        ProposeOffer { actor, business: business_id, service, why, legal_ground, form }
    }
}

/// The acceptance of an offer.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"form": {"contact": {"email": "office@example.test"}}}))]
pub struct NewAcceptance {
    /// What is still missing or shall differ: a merge patch (RFC 7396) of the form.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Attachments, whole and checked, in their order.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
}

impl NewAcceptance {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: OfferId, expected: Option<i64>) -> AcceptOffer {
        let Self { form, attachments } = self;
        AcceptOffer { on_behalf, id, expected, form, attachments }
    }
}

/// An offer declined.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Не нужно.", "withdraw_consent": false}))]
pub struct NewRefusal {
    /// Why; nobody has to say.
    #[serde(default)]
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// Whether the consent that the offer rests on is withdrawn with it.
    #[serde(default)]
    pub withdraw_consent: bool,
}

impl NewRefusal {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: OfferId, expected: Option<i64>) -> DeclineOffer {
        let Self { reason, withdraw_consent } = self;
        DeclineOffer { on_behalf, id, expected, reason, withdraw_consent }
    }
}

/// An offer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProactiveOfferView)]
pub struct OfferView {
    /// Its id.
    pub id: OfferId,
    /// To whom it was made.
    pub business_id: BusinessId,
    /// What is offered, on what ground, and how it stands.
    #[serde(flatten)]
    pub offer: Offer,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the act that this answer confirms: of the lodging, where the offer was accepted. Absent on plain
    /// reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for OfferView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Stored<Offer>> for OfferView {
    fn from(stored: Stored<Offer>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        Self { id, business_id: business, offer: body, version, created_at, updated_at, receipt: None }
    }
}

impl From<(Stored<Offer>, Receipt)> for OfferView {
    fn from((stored, receipt): (Stored<Offer>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}

impl From<(Stored<Offer>, Lodged)> for OfferView {
    fn from((stored, lodged): (Stored<Offer>, Lodged)) -> Self {
        (stored, lodged.receipt).into()
    }
}
