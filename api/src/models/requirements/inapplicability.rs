//! Declarations of inapplicability on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::inapplicability::{
        DecideInapplicability, DeclareInapplicable, Ground, Inapplicability, InapplicabilityState, Review,
        ReviewOutcome,
    },
    ids::{ApplicationId, AuthorityId, BusinessId, InapplicabilityId},
    mandate::OnBehalf,
    receipt::Receipt,
    record::Stored,
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A declaration that a requirement does not apply, on one of exactly two grounds (4.7.1.5).
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ground": "objects_not_used", "objects": ["cash_register"],
    "statement": "Расчётов с гражданами нет, кассы нет."}))]
pub struct NewInapplicability {
    /// On which ground.
    pub ground: Ground,
    /// The activities not carried on, by code: for `no_such_activity`.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub activities: Vec<String>,
    /// The objects not used, by code: for `objects_not_used`.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub objects: Vec<String>,
    /// The business's own words.
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub statement: String,
    /// The last day of the term; null or absent for the longest term, a year.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

impl NewInapplicability {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf, requirement: String) -> DeclareInapplicable {
        let Self { ground, activities, objects, statement, until } = self;
        DeclareInapplicable { on_behalf, requirement, ground, activities, objects, statement, until }
    }
}

/// A supervisor's decision on a declaration.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"outcome": "accepted", "reason": {"ru": "Касса не зарегистрирована", "en": "No till is registered"}}))]
pub struct NewReview {
    /// What it says.
    pub outcome: ReviewOutcome,
    /// Why.
    pub reason: Text,
}

impl NewReview {
    /// The domain's command in the name of a supervisor.
    pub fn into_command(self, actor: AuthorityActor, id: InapplicabilityId) -> DecideInapplicability {
        let Self { outcome, reason } = self;
        DecideInapplicability { actor, id, outcome, reason }
    }
}

/// A declaration that a requirement does not apply.
#[derive(Debug, Serialize, ToSchema)]
pub struct InapplicabilityView {
    /// Its id.
    pub id: InapplicabilityId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The requirement, by code.
    #[schema(example = "OT-029")]
    pub requirement: String,
    /// The version of the requirement.
    #[schema(example = 1)]
    pub requirement_version: i64,
    /// On which ground.
    pub ground: Ground,
    /// The activities not carried on, or the objects not used, by code.
    pub named: Vec<String>,
    /// The business's own words.
    pub statement: String,
    /// Where it stands now.
    pub state: InapplicabilityState,
    /// The last day of its term.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// The facts it rests on as they were; it lapses when one of them changes.
    #[schema(value_type = Object)]
    pub rests_on: Map<String, Value>,
    /// The facts whose change ended it.
    pub changed_facts: Vec<String>,
    /// The supervisor to whom it is addressed.
    pub supervisor: AuthorityId,
    /// What the supervisor said.
    pub review: Option<Review>,
    /// The application that declared it.
    pub application_id: ApplicationId,
    /// Counts its changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for InapplicabilityView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl InapplicabilityView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/inapplicabilities/{}", self.business_id, self.id)
    }
}

impl From<Stored<Inapplicability>> for InapplicabilityView {
    fn from(kept: Stored<Inapplicability>) -> Self {
        let Inapplicability {
            requirement,
            requirement_version,
            ground,
            named,
            statement,
            until,
            rests_on,
            state,
            supervisor,
            review,
            changed_facts,
            application,
        } = kept.body;
        Self {
            id: kept.id,
            business_id: kept.business,
            requirement,
            requirement_version,
            ground,
            named,
            statement,
            state,
            until,
            rests_on,
            changed_facts,
            supervisor,
            review,
            application_id: application,
            version: kept.version,
            declared_at: kept.created_at,
            updated_at: kept.updated_at,
            receipt: None,
        }
    }
}

impl From<(Stored<Inapplicability>, Receipt)> for InapplicabilityView {
    fn from((kept, receipt): (Stored<Inapplicability>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..kept.into() }
    }
}
