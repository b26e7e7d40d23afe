//! Scenarios on the wire.

use domain::proactive::scenario::Scenario;
use serde::Serialize;
use utoipa::ToSchema;

/// The scenarios of a business.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusinessScenarioList {
    /// One for each life situation that can be the business's own, in the order of the catalogue.
    pub items: Vec<Scenario>,
}
