//! Inquiries at the state's resources on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::evidence::{
        ask::AskCommand,
        inquiry::{Inquiry, InquiryState, Wanted},
    },
    ids::{AuthorityId, BusinessId, EvidenceInquiryId},
    record::Stored,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::reply::Versioned;

/// Which requirements to ask the state's resources about.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirements": ["OT-001"]}))]
pub struct NewInquiry {
    /// 1 to 100 codes of the personal list; absent for the whole list.
    #[serde(default)]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub requirements: Option<Vec<String>>,
}

/// Whom and what a supervisor asks the state's resources about.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"business_ids": ["biz_01KAZ8Q3V5T2N4W6Y8B0D2F4H6"], "requirements": ["OT-001"]}))]
pub struct NewSupervisorInquiries {
    /// 1 to 50 businesses.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50)]
    pub business_ids: Vec<BusinessId>,
    /// 1 to 100 codes of requirements that the caller supervises; absent for all of them.
    #[serde(default)]
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub requirements: Option<Vec<String>>,
}

impl NewSupervisorInquiries {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor) -> AskCommand {
        let Self { business_ids, requirements } = self;
        AskCommand { actor, businesses: business_ids, requirements }
    }
}

/// The inquiries that were made, in the order of the businesses that were named.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiriesView {
    /// One for each business.
    pub items: Vec<InquiryView>,
}

/// An inquiry at the state's resources.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryView {
    /// Its id.
    pub id: EvidenceInquiryId,
    /// Whom it is about.
    pub business_id: BusinessId,
    /// The supervisor that made it; null where the business did.
    pub authority_id: Option<AuthorityId>,
    /// Where it stands.
    pub state: InquiryState,
    /// How many pieces of evidence it asked for.
    #[schema(example = 12)]
    pub pieces: usize,
    /// What no resource has answered yet.
    pub open: Vec<Wanted>,
    /// How often it has gone round the resources.
    #[schema(example = 1)]
    pub rounds: u32,
    /// When it goes round next.
    pub next_at: Option<Timestamp>,
    /// When it gives up.
    pub ends_at: Timestamp,
    /// Counts its changes from 1.
    #[schema(example = 2)]
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Versioned for InquiryView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl InquiryView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/evidence/inquiries/{}", self.business_id, self.id)
    }
}

impl From<Stored<Inquiry>> for InquiryView {
    fn from(kept: Stored<Inquiry>) -> Self {
        let Inquiry { authority, state, pieces, open, rounds, next_at, ends_at } = kept.body;
        let (id, business_id, version, created_at) = (kept.id, kept.business, kept.version, kept.created_at);
        let authority_id = authority;
        Self {
            id,
            business_id,
            authority_id,
            state,
            pieces,
            open,
            rounds,
            next_at,
            ends_at,
            version,
            created_at,
        }
    }
}
