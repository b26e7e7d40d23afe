//! Batches of submissions on the wire.

use domain::ids::BusinessId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::submission::{NewSubmission, SubmissionView};

/// Several submissions to lodge or to draft, each on its own.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"items": [{"business_id": "biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "idempotency_key": "report-17",
    "submission": {"service": "tax-balance-certificate", "form": {"contact": {"email": "granted@magic.test"}, "purpose": "loan", "delivery": "electronic"}, "lodge": true}}]}))]
pub struct NewBatch {
    /// 1 to 100 items.
    #[validate(length(min = 1, max = 100), nested)]
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<BatchItem>,
}

/// One submission of a batch.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchItem {
    /// In whose name.
    pub business_id: BusinessId,
    /// The item's own key, as an Idempotency-Key of a single call: repeating the batch repeats no item.
    #[validate(length(min = 1, max = 255))]
    #[schema(min_length = 1, max_length = 255)]
    pub idempotency_key: String,
    /// The submission.
    #[validate(nested)]
    pub submission: NewSubmission,
}

/// The results of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchResult {
    /// One for each item, in the order given.
    pub items: Vec<BatchItemResult>,
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchItemResult {
    /// The item's key.
    pub idempotency_key: String,
    /// The status that a single call would have had.
    #[schema(example = 201)]
    pub status: u16,
    /// The submission, as a single call would have answered.
    #[schema(value_type = Option<SubmissionView>)]
    pub submission: Option<Box<serde_json::value::RawValue>>,
    /// The problem, as a single call would have answered.
    pub problem: Option<crate::problem::Problem>,
}
