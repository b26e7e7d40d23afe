//! Preventive visits on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::visit::{
        PreventiveVisit, Slot, VisitKind,
        hold::RecordVisit,
        offer::{AnswerRequest, OfferVisit, VisitAnswer},
        request::RequestVisit,
    },
    ids::{AuthorityId, BusinessId, VisitId},
    mandate::OnBehalf,
    receipt::Receipt,
    record::Stored,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use super::supervision::{named_desks, said, secure_link};
use crate::{extract::refuse, models::receipt::ReceiptView, reply::Versioned};

/// A visit that a supervisor offers.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"business_id": "biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "kind": "voluntary", "topic": "Сведения в реестре",
    "requirements": ["OT-001"], "video_link": "https://video.example.test/room-7",
    "slots": [{"from": "2036-12-01T09:00:00Z", "to": "2036-12-01T10:00:00Z", "desk": "inspector-7"}]}))]
pub struct NewVisitOffer {
    /// To whom.
    pub business_id: BusinessId,
    /// Whether it can be declined.
    pub kind: VisitKind,
    /// What it is about.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    pub topic: String,
    /// The requirements it is about, by code; the caller supervises them all.
    #[validate(length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    pub requirements: Vec<String>,
    /// Times to choose from, all ahead.
    #[validate(length(min = 1, max = 20), custom(function = "named_desks"))]
    #[schema(min_items = 1, max_items = 20)]
    pub slots: Vec<Slot>,
    /// Where the video conference takes place; https alone.
    #[validate(length(max = 500), custom(function = "secure_link"))]
    #[schema(max_length = 500, pattern = "^https://")]
    pub video_link: String,
}

impl NewVisitOffer {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor) -> OfferVisit {
        let Self { business_id, kind, topic, requirements, slots, video_link } = self;
        OfferVisit { actor, business: business_id, kind, topic, requirements, slots, video_link }
    }
}

/// A visit that a business asks for.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"topic": "Как сообщать об изменениях", "requirements": ["OT-001"],
    "preferred": [{"from": "2036-12-01T09:00:00Z", "to": "2036-12-01T12:00:00Z"}]}))]
pub struct NewVisitRequest {
    /// Whom to ask; may be left out where one authority alone supervises all the requirements.
    #[serde(default)]
    pub authority_id: Option<AuthorityId>,
    /// What about.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    pub topic: String,
    /// The requirements it is about, by code.
    #[validate(length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    pub requirements: Vec<String>,
    /// Times that suit, all ahead.
    #[serde(default)]
    #[validate(length(max = 20), custom(function = "named_desks"))]
    #[schema(max_items = 20)]
    pub preferred: Vec<Slot>,
}

impl NewVisitRequest {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> RequestVisit {
        let Self { authority_id, topic, requirements, preferred } = self;
        RequestVisit { on_behalf, authority: authority_id, topic, requirements, preferred }
    }
}

/// The time that a business chooses.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"slot": {"from": "2036-12-01T09:00:00Z", "to": "2036-12-01T10:00:00Z"}}))]
pub struct NewBooking {
    /// One of the times offered; `desk` may be left out where the times alone say which.
    pub slot: Slot,
}

/// A visit declined, or a request taken back.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Вопрос решён."}))]
pub struct NewDecline {
    /// Why.
    #[serde(default)]
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// An answer to a request for a visit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[schema(example = json!({"outcome": "offered", "video_link": "https://video.example.test/room-7",
    "slots": [{"from": "2036-12-01T09:00:00Z", "to": "2036-12-01T10:00:00Z", "desk": "inspector-7"}]}))]
pub enum NewVisitAnswer {
    /// The business chooses one of these times.
    Offered {
        /// Times to choose from, all ahead; 1 to 20.
        #[schema(min_items = 1, max_items = 20)]
        slots: Vec<Slot>,
        /// Where the video conference takes place; https alone.
        #[schema(max_length = 500, pattern = "^https://")]
        video_link: String,
    },
    /// No visit.
    Refused {
        /// Why.
        reason: Text,
    },
}

impl Validate for NewVisitAnswer {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        let checks = match self {
            Self::Offered { slots, video_link } => {
                let few = (1..=20).contains(&slots.len());
                let count = if few {
                    named_desks(slots)
                } else {
                    Err(refuse("length", "Времён — от 1 до 20.", "1 to 20 times."))
                };
                vec![("slots", count), ("video_link", secure_link(video_link))]
            }
            Self::Refused { reason } => vec![("reason", said(reason))],
        };
        for (field, check) in checks {
            if let Err(error) = check {
                errors.add(field, error);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl NewVisitAnswer {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor, id: VisitId, expected: Option<i64>) -> AnswerRequest {
        let answer = match self {
            Self::Offered { slots, video_link } => VisitAnswer::Offered { slots, video_link },
            Self::Refused { reason } => VisitAnswer::Refused { reason },
        };
        AnswerRequest { actor, id, expected, answer }
    }
}

/// A visit that was held.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"recommendations": {"ru": "Сообщайте об изменениях в течение 7 рабочих дней", "en": "Report changes within 7 working days"}}))]
pub struct NewVisitRecord {
    /// What is recommended.
    #[validate(custom(function = "said"))]
    pub recommendations: Text,
}

impl NewVisitRecord {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor, id: VisitId, expected: Option<i64>) -> RecordVisit {
        let Self { recommendations } = self;
        RecordVisit { actor, id, expected, recommendations }
    }
}

/// A preventive visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitView {
    /// Its id.
    pub id: VisitId,
    /// Whom it visits.
    pub business_id: BusinessId,
    /// What it is about and where it stands.
    #[serde(flatten)]
    pub visit: PreventiveVisit,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was offered or asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for VisitView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Stored<PreventiveVisit>> for VisitView {
    fn from(stored: Stored<PreventiveVisit>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        Self { id, business_id: business, visit: body, version, created_at, updated_at, receipt: None }
    }
}

impl From<(Stored<PreventiveVisit>, Receipt)> for VisitView {
    fn from((stored, receipt): (Stored<PreventiveVisit>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}
