//! The cost calculator on the wire.

use domain::{
    assessment::{
        cost::{CostElement, Costing},
        estimate::{CostEstimate, CostReport, EstimateCommand, Period, ReportCommand},
        number::{Money, Number},
    },
    ids::{BusinessId, CostEstimateId, CostReportId},
    mandate::OnBehalf,
    receipt::Receipt,
    record::Stored,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// What a requirement asks to be done, for the calculator.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirement": "OT-001", "elements": [{"name": "Квартальный отчёт", "hours": "4",
    "hourly_wage": "500.00", "purchases": [{"name": "Программа", "price": "2000.00"}], "times_per_year": "4"}]}))]
pub struct NewCostEstimate {
    /// The requirement, by code: in force and on the business's list.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// What is done for it, 1 to 50.
    #[schema(min_items = 1, max_items = 50)]
    pub elements: Vec<CostElement>,
}

impl NewCostEstimate {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf) -> EstimateCommand {
        let Self { requirement, elements } = self;
        EstimateCommand { on_behalf, requirement, elements }
    }
}

/// What a requirement did cost.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requirement": "OT-001", "period": {"from": "2026-01-01", "until": "2026-06-30"},
    "amount": "9208.00"}))]
pub struct NewCostReport {
    /// The requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub requirement: String,
    /// The period, which is over.
    pub period: Period,
    /// The sum in roubles.
    pub amount: Number,
}

impl NewCostReport {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf) -> ReportCommand {
        let Self { requirement, period, amount } = self;
        ReportCommand { on_behalf, requirement, period, amount }
    }
}

/// A cost estimate: formula, inputs, every intermediate, and the defaults with their first days and sources.
#[derive(Debug, Serialize, ToSchema)]
pub struct CostEstimateView {
    /// Its id; an assessment can name it.
    pub id: CostEstimateId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The requirement, by code.
    #[schema(example = "OT-001")]
    pub requirement: String,
    /// What was computed.
    pub costing: Costing,
    /// Always 1: an estimate is not changed, another is made.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for CostEstimateView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl CostEstimateView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/cost-estimates/{}", self.business_id, self.id)
    }
}

impl From<Stored<CostEstimate>> for CostEstimateView {
    fn from(stored: Stored<CostEstimate>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at: _ } = stored;
        let CostEstimate { requirement, costing } = body;
        Self { id, business_id: business, requirement, costing, version, created_at, receipt: None }
    }
}

impl From<(Stored<CostEstimate>, Receipt)> for CostEstimateView {
    fn from((stored, receipt): (Stored<CostEstimate>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}

/// A report of costs borne.
#[derive(Debug, Serialize, ToSchema)]
pub struct CostReportView {
    /// Its id.
    pub id: CostReportId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The requirement, by code.
    #[schema(example = "OT-001")]
    pub requirement: String,
    /// The period.
    pub period: Period,
    /// The sum.
    pub amount: Money,
    /// Always 1: a report is not changed, another is made.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for CostReportView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl CostReportView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/cost-reports/{}", self.business_id, self.id)
    }
}

impl From<Stored<CostReport>> for CostReportView {
    fn from(stored: Stored<CostReport>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at: _ } = stored;
        let CostReport { requirement, period, amount } = body;
        Self { id, business_id: business, requirement, period, amount, version, created_at, receipt: None }
    }
}

impl From<(Stored<CostReport>, Receipt)> for CostReportView {
    fn from((stored, receipt): (Stored<CostReport>, Receipt)) -> Self {
        Self { receipt: Some(receipt.into()), ..stored.into() }
    }
}
