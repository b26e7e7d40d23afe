//! Businesses on the wire.

use domain::{
    business::{Business, BusinessKind, ProfileVersion},
    ids::{ApplicationId, BusinessId},
    time::Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::reply::Versioned;

/// A business for which the caller holds a mandate.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusinessView {
    /// Its id.
    pub id: BusinessId,
    /// What it is.
    pub kind: BusinessKind,
    /// Taxpayer number.
    #[schema(example = "9600989390")]
    pub inn: String,
    /// Short name as in the register.
    #[schema(example = "ООО «Кофейня»")]
    pub name: String,
    /// Counts the profile's changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// When the profile last changed.
    pub updated_at: Timestamp,
}

impl Versioned for BusinessView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Business> for BusinessView {
    fn from(business: Business) -> Self {
        let Business { id, kind, inn, name, profile: _, version, created_at: _, updated_at } = business;
        Self { id, kind, inn, name, version, updated_at }
    }
}

/// The profile of a business: the facts from which its needs are derived.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileView {
    /// Whose profile.
    pub business_id: BusinessId,
    /// Counts its changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 2)]
    pub version: i64,
    /// Facts by name.
    #[schema(value_type = Object, example = json!({"kind": "legal_entity", "inn": "9600989390", "employees": 12}))]
    pub facts: Map<String, Value>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Versioned for ProfileView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Business> for ProfileView {
    fn from(business: Business) -> Self {
        Self {
            business_id: business.id,
            version: business.version,
            facts: business.profile,
            updated_at: business.updated_at,
        }
    }
}

/// One version of a profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileVersionView {
    /// Which version, from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// The facts of that version.
    #[schema(value_type = Object)]
    pub facts: Map<String, Value>,
    /// When it came about.
    pub at: Timestamp,
    /// The application that brought it; null for facts from a register.
    pub application_id: Option<ApplicationId>,
    /// Where the facts came from: `given`, `register`, or the submission that taught them.
    #[schema(example = "given")]
    pub source: String,
}

impl From<ProfileVersion> for ProfileVersionView {
    fn from(version: ProfileVersion) -> Self {
        let ProfileVersion { business: _, version, profile, at, application, source } = version;
        Self { version, facts: profile, at, application_id: application, source }
    }
}

/// Facts to change by merge patch; the facts' names are those of the profile.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[schema(value_type = Object, example = json!({"employees": 13, "contact": {"email": "office@example.test"}}))]
pub struct ProfilePatch(pub Map<String, Value>);

impl validator::Validate for ProfilePatch {
    /// The domain judges what is in it.
    fn validate(&self) -> Result<(), validator::ValidationErrors> {
        Ok(())
    }
}
