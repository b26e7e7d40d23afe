//! The risk profile and incentives on the wire.

use domain::compliance::incentive::Incentive;
use serde::Serialize;
use utoipa::ToSchema;

/// The incentives of today.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncentiveList {
    /// Each with where the business stands.
    pub items: Vec<Incentive>,
}
