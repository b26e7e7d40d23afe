//! Who acts, for whom, and on what ground.

use serde::{Deserialize, Serialize};

use crate::ids::{ApplicationId, AuthorityId, BusinessId, MandateId};

/// An application acting for a business under a mandate that was in force when the request was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessActor {
    /// The calling application.
    pub application: ApplicationId,
    /// In whose name it acts.
    pub business: BusinessId,
    /// On what ground.
    pub ground: Ground,
}

/// The ground of an act, as receipts and the history name it (4.6.10.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The mandate.
    pub mandate: MandateId,
    /// The power that carried the act, by code; None where the application is the business's own.
    pub power: Option<String>,
    /// Whether whoever acted is declared to be an AI agent.
    pub ai_agent: bool,
}

/// An application acting as an authority's back office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityActor {
    /// The calling application.
    pub application: ApplicationId,
    /// The authority it belongs to.
    pub authority: AuthorityId,
}

/// Which side of a submission somebody stands on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Side {
    /// The business or whoever represents it.
    Business,
    /// The authority.
    Authority,
}

/// The channel a contact came by (the standard's «точка взаимодействия»).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Touchpoint {
    /// This channel, called by a business's application.
    Api,
    /// An authority's back office.
    AuthorityApi,
    /// The gateway itself: timers and terms.
    Gateway,
}
