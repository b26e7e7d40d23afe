//! Businesses («клиент») and the profile from which their needs are derived (4.3.5.11).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    ids::{ApplicationId, BusinessId},
    time::Timestamp,
};

pub mod profile;

/// What kind of business it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum BusinessKind {
    /// Legal entity («юридическое лицо»).
    LegalEntity,
    /// Sole trader («индивидуальный предприниматель»).
    SoleTrader,
    /// Self-employed, payer of the tax on professional income («самозанятый»).
    SelfEmployed,
    /// Peasant farm («крестьянское (фермерское) хозяйство»).
    Farm,
    /// Association without legal personality.
    Association,
    /// Foreign person.
    ForeignPerson,
}

/// A business.
#[derive(Debug, Clone, PartialEq)]
pub struct Business {
    /// Its id.
    pub id: BusinessId,
    /// What it is.
    pub kind: BusinessKind,
    /// Taxpayer number, 10 or 12 digits with their check digits.
    pub inn: String,
    /// Short name as in the register.
    pub name: String,
    /// Facts by name; `data/catalogue/profile.json` says which. The identity (kind, inn, ogrn, kpp, name) is among them.
    pub profile: Map<String, Value>,
    /// Counts the profile's changes from 1.
    pub version: i64,
    /// When the business was first known here.
    pub created_at: Timestamp,
    /// When the profile last changed.
    pub updated_at: Timestamp,
}

/// One version of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileVersion {
    /// Whose profile.
    pub business: BusinessId,
    /// Which version, from 1.
    pub version: i64,
    /// The facts of that version.
    pub profile: Map<String, Value>,
    /// When it came about.
    pub at: Timestamp,
    /// The application that brought it; None for the first version from the register.
    pub application: Option<ApplicationId>,
    /// Where the facts came from: `given`, `register` or the submission that taught them.
    pub source: String,
}
