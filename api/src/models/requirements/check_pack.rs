//! Check packs and their results on the wire.

use domain::{
    compliance::check_pack::{NamedDigest, PackResult, Period, Report, Reported, RuleVerdict},
    ids::{BusinessId, PackResultId},
    record::Stored,
    requirement::check_pack::{CheckPack, Outcome, PackInput, PackRule},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A check pack: rules that an accounting program judges on its own ledgers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckPackView {
    /// Stable code.
    #[schema(example = "cash-register-daily")]
    pub code: String,
    /// Name.
    pub title: Text,
    /// What it shows compliance with, by code.
    #[schema(example = json!(["OT-028"]))]
    pub requirements: Vec<String>,
    /// Counts its versions from 1; a result names the version that was run.
    #[schema(example = 1)]
    pub version: i64,
    /// What it is asked about.
    pub inputs: Vec<PackInput>,
    /// What must hold. CEL over `inputs` alone; a sum is there as `inputs.<name>_kopecks`, a whole number. A rule that does
    /// not hold comes out as its severity.
    pub rules: Vec<PackRule>,
    /// The inputs that may be reported; all others stay with the business.
    #[schema(example = json!(["receipts_total", "revenue", "unsent_receipts"]))]
    pub report: Vec<String>,
}

impl From<&CheckPack> for CheckPackView {
    fn from(pack: &CheckPack) -> Self {
        let CheckPack { code, title, requirements, version, inputs, rules, report } = pack.clone();
        Self { code, title, requirements, version, inputs, rules, report }
    }
}

/// The check packs.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckPackList {
    /// In the order of codes.
    pub items: Vec<CheckPackView>,
}

/// The result of a check pack.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "pack": "cash-register-daily", "version": 1, "period": {"from": "2026-11-01", "to": "2026-11-01"},
    "verdicts": [
        {"rule": "receipts-equal-revenue", "outcome": "pass"}, {"rule": "payments-equal-receipts", "outcome": "pass"},
        {"rule": "shifts-closed", "outcome": "pass"}, {"rule": "all-sent", "outcome": "pass"}
    ],
    "evidence": [{"name": "Z-отчёт", "digest": "sha-256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],
    "facts": {"receipts_total": "1200.00", "revenue": "1200.00", "unsent_receipts": 0},
}))]
pub struct NewPackResult {
    /// The pack, by code (`GET /v1/check-packs`).
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub pack: String,
    /// The version that was run.
    pub version: i64,
    /// The period of the ledgers, over by now; the result is valid for it.
    pub period: Period,
    /// How each rule came out, every rule once.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub verdicts: Vec<RuleVerdict>,
    /// Documents that the business keeps as proof.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub evidence: Vec<NamedDigest>,
    /// Figures by name: only those in the pack's `report`, and as few of them as the business likes. What they decide is
    /// judged again.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub facts: Map<String, Value>,
}

impl NewPackResult {
    /// The domain's report.
    pub fn into_report(self) -> Report {
        let Self { pack, version, period, verdicts, evidence, facts } = self;
        Report { pack, version, period, verdicts, evidence, facts }
    }
}

/// A result of a check pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackResultView {
    /// Its id.
    pub id: PackResultId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The pack, by code.
    #[schema(example = "cash-register-daily")]
    pub pack: String,
    /// The version that was run.
    #[schema(example = 1)]
    pub pack_version: i64,
    /// What the pack shows compliance with, by code.
    #[schema(example = json!(["OT-028"]))]
    pub requirements: Vec<String>,
    /// The period for which it is valid.
    pub period: Period,
    /// The worst of the verdicts.
    pub outcome: Outcome,
    /// How each rule came out, in the pack's order.
    pub verdicts: Vec<RuleVerdict>,
    /// The rules that the gateway judged again, by the figures reported; the others are taken on the business's word.
    #[schema(example = json!(["receipts-equal-revenue", "all-sent"]))]
    pub recomputed: Vec<String>,
    /// Documents that the business keeps as proof.
    pub evidence: Vec<NamedDigest>,
    /// The figures reported.
    #[schema(value_type = Object)]
    pub facts: Map<String, Value>,
    /// Counts changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The receipt for it, in the answer to the report; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for PackResultView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl PackResultView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/check-pack-results/{}", self.business_id, self.id)
    }
}

impl From<Stored<PackResult>> for PackResultView {
    fn from(stored: Stored<PackResult>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at: _ } = stored;
        let PackResult {
            pack,
            version: pack_version,
            requirements,
            period,
            outcome,
            verdicts,
            recomputed,
            evidence,
            facts,
        } = body;
        Self {
            id,
            business_id: business,
            pack,
            pack_version,
            requirements,
            period,
            outcome,
            verdicts,
            recomputed,
            evidence,
            facts,
            version,
            created_at,
            receipt: None,
        }
    }
}

impl From<Reported> for PackResultView {
    fn from(Reported { result, receipt }: Reported) -> Self {
        Self { receipt: Some(receipt.into()), ..result.into() }
    }
}
