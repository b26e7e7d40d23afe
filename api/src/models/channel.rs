//! What the channel says of itself.

use domain::{digest::Digest, time::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// How the gateway is.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusView {
    /// `sandbox` or `live`.
    #[schema(example = "sandbox")]
    pub mode: &'static str,
    /// The program's version.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
    /// The time submissions go by; in the sandbox it may run ahead.
    pub now: Timestamp,
    /// The catalogue's version.
    #[schema(example = "2026.11.1")]
    pub catalogue_version: String,
    /// Digest of every form, rule and dictionary in force: equal digests judge equally, in the sandbox and live.
    pub rules_digest: Digest,
    /// The parts of the gateway.
    pub components: Vec<ComponentView>,
}

/// A part of the gateway.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComponentView {
    /// Its name.
    #[schema(example = "store")]
    pub name: &'static str,
    /// `up` or `down`.
    #[schema(example = "up")]
    pub status: &'static str,
}
