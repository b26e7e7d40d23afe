//! The redrawing of lists on the wire.

use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// How far the lists have followed the registry.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecomputationView {
    /// The edition of the registry in force.
    #[schema(example = 12)]
    pub edition: i64,
    /// How many lists there are.
    #[schema(example = 100_000)]
    pub total: i64,
    /// How many are behind; each is drawn anew before it is shown, whatever this says.
    #[schema(example = 0)]
    pub behind: i64,
    /// How many follow the registry in force.
    #[schema(example = 100_000)]
    pub done: i64,
    /// When this gateway began its latest run; null where it had nothing to do since its start.
    pub started_at: Option<Timestamp>,
    /// When that run ended; null while it goes on.
    pub finished_at: Option<Timestamp>,
    /// How many lists a second that run drew.
    #[schema(example = 6200.0)]
    pub per_second: Option<f64>,
}
