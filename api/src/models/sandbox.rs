//! The sandbox's levers on the wire.

use domain::{text::Text, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// The virtual clock.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockView {
    /// The time that submissions, terms and receipts go by.
    pub now: Timestamp,
}

/// How far to move the virtual clock.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"advance_s": 172_800}))]
pub struct ClockMove {
    /// Seconds forward, 1 to 31,622,400 (366 days). Never backwards.
    #[validate(range(min = 1, max = 31_622_400))]
    #[schema(minimum = 1, maximum = 31_622_400)]
    pub advance_s: u32,
}

/// A documented value and what it leads to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioView {
    /// The value: an address for the form's `/contact/email`, a profile's name, last digits, or a resource.
    #[schema(example = "granted@magic.test")]
    pub value: &'static str,
    /// What it leads to.
    pub meaning: Text,
}

/// Everything that the sandbox can be made to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioList {
    /// Magic values of the form's `/contact/email`.
    pub contact_emails: Vec<ScenarioView>,
    /// Profiles from which test businesses are made.
    pub business_profiles: Vec<ScenarioView>,
    /// What makes the state's resources answer in which way: the last digit of a requirement's code, or a resource; and
    /// what makes the regulation portal: a word in an opinion or an assessment.
    pub state_resources: Vec<ScenarioView>,
}

/// A test business to make.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"profile": "cafe"}))]
pub struct NewTestBusiness {
    /// The profile's name, as listed at `/sandbox/scenarios`.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub profile: String,
}
