//! Wishes to be told when a service becomes possible, on the wire.

use domain::{
    ids::{BusinessId, ServiceWatchId, SubmissionId},
    mandate::OnBehalf,
    proactive::watch::{ServiceWatch, WatchService},
    receipt::Receipt,
    record::Stored,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A wish to be told.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"service": "alcohol-retail-licence"}))]
pub struct NewServiceWatch {
    /// The service, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub service: String,
    /// The refused submission for it, where the wish begins with one: then something must change before it is told.
    #[serde(default)]
    pub submission_id: Option<SubmissionId>,
}

impl NewServiceWatch {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> WatchService {
        let Self { service, submission_id } = self;
        WatchService { on_behalf, service, submission: submission_id }
    }
}

/// A wish to be told.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceWatchView {
    /// Its id.
    pub id: ServiceWatchId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// What is waited for, and what stood in the way.
    #[serde(flatten)]
    pub watch: ServiceWatch,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was kept.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for ServiceWatchView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl ServiceWatchView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/service-watches/{}", self.business_id, self.id)
    }
}

impl From<Stored<ServiceWatch>> for ServiceWatchView {
    fn from(stored: Stored<ServiceWatch>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        Self { id, business_id: business, watch: body, version, created_at, updated_at, receipt: None }
    }
}

impl From<(Stored<ServiceWatch>, Receipt)> for ServiceWatchView {
    fn from((stored, receipt): (Stored<ServiceWatch>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}
