//! What supervisors recognise in good faith, on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::recognition::{
        Recognition, RecognitionKind, StoredRecognition,
        grant::{NewRecognition as RecogniseCommand, NewTerms},
    },
    ids::{BusinessId, RecognitionId},
    record::Stored,
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::supervision::said;
use crate::reply::Versioned;

/// An incentive to grant, or a measure of good faith to count.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"business_id": "biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "kind": "incentive",
    "code": "good-faith-recognition", "control_kind": "tax-cash", "lower_by": 1,
    "ground": {"ru": "Год без нарушений", "en": "A year without violations"}}))]
pub struct NewRecognition {
    /// Whose it is.
    pub business_id: BusinessId,
    /// What is recognised.
    pub kind: RecognitionKind,
    /// The incentive or the measure, by its code in the model of risk.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub code: String,
    /// The kind of control under which it counts, by code; the caller exercises it.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub control_kind: String,
    /// By how many categories the risk is considered lower; none where it is left out. For an incentive alone.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub lower_by: Option<u32>,
    /// Why.
    #[validate(custom(function = "said"))]
    pub ground: Text,
    /// The first day on which it holds, today or later; today where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The last day on which it holds, today or later; without it, it holds until it is withdrawn.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
}

impl NewRecognition {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor) -> RecogniseCommand {
        let Self { business_id, kind, code, control_kind, lower_by, ground, valid_from, valid_until } = self;
        let terms = NewTerms { lower_by, ground, valid_from, valid_until };
        RecogniseCommand { actor, business: business_id, kind, code, control_kind, terms }
    }
}

/// The terms in the place of those that a recognition has; what is left out is no longer there.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ground": {"ru": "Год без нарушений", "en": "A year without violations"},
    "valid_until": "2046-12-31"}))]
pub struct NewRecognitionTerms {
    /// By how many categories the risk is considered lower; none where it is left out. For an incentive alone.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub lower_by: Option<u32>,
    /// Why.
    #[validate(custom(function = "said"))]
    pub ground: Text,
    /// The first day on which it holds, today or later; the day that it has where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The last day on which it holds, today or later; without it, it holds until it is withdrawn.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
}

impl From<NewRecognitionTerms> for NewTerms {
    fn from(new: NewRecognitionTerms) -> Self {
        let NewRecognitionTerms { lower_by, ground, valid_from, valid_until } = new;
        Self { lower_by, ground, valid_from, valid_until }
    }
}

/// Why something recognised is taken back.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": {"ru": "Подтверждены нарушения", "en": "Violations were confirmed"}}))]
pub struct NewRecognitionWithdrawal {
    /// Why.
    #[validate(custom(function = "said"))]
    pub reason: Text,
}

/// What a supervisor recognised in a business's good faith.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecognitionView {
    /// Its id.
    pub id: RecognitionId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// What was recognised, on which terms, and what became of it.
    #[serde(flatten)]
    pub recognition: Recognition,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Versioned for RecognitionView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<StoredRecognition> for RecognitionView {
    fn from(stored: StoredRecognition) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        Self { id, business_id: business, recognition: body, version, granted_at: created_at, updated_at }
    }
}
