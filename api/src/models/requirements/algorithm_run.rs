//! Runs of algorithms on the wire.

use domain::{
    compliance::algorithm_run::{
        AlgorithmRun, ConfirmCommand, Confirmed, Offered, RunState, StepConfirmation, StepProof,
    },
    ids::{AlgorithmRunId, BusinessId},
    mandate::OnBehalf,
    record::Stored,
    requirement::{
        condition::Truth,
        model::{Algorithm, AlgorithmStep, Proof},
    },
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A step of an algorithm to confirm.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"algorithm": "ALG-263", "step": "walk", "proof": {"kind": "value", "value": "2026-11-20"}}))]
pub struct NewConfirmedStep {
    /// The algorithm, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub algorithm: String,
    /// The step, by id.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub step: String,
    /// What shows that it was done, of the kind that the step asks for.
    pub proof: StepProof,
}

impl NewConfirmedStep {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> ConfirmCommand {
        let Self { algorithm, step, proof } = self;
        ConfirmCommand { on_behalf, algorithm, step, proof }
    }
}

/// A step of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunStepView {
    /// Its code within the algorithm.
    #[schema(example = "walk")]
    pub id: String,
    /// What to do.
    pub title: Text,
    /// What shows that it was done.
    pub proof: Proof,
    /// How long it takes, in minutes.
    #[schema(example = 10)]
    pub minutes: u32,
    /// Its confirmation; null while it is left.
    pub confirmation: Option<StepConfirmation>,
}

/// A run of an algorithm.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlgorithmRunView {
    /// Its id.
    pub id: AlgorithmRunId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The algorithm, by code.
    #[schema(example = "ALG-263")]
    pub algorithm: String,
    /// Its name.
    pub title: Text,
    /// What it fulfils, by code.
    #[schema(example = json!(["OT-030", "OT-031", "OT-032"]))]
    pub requirements: Vec<String>,
    /// How far it has come.
    pub state: RunState,
    /// How many steps are confirmed.
    #[schema(example = 2)]
    pub confirmed: usize,
    /// The steps in order; they may be confirmed in any.
    pub steps: Vec<RunStepView>,
    /// When the last step was confirmed.
    pub completed_at: Option<Timestamp>,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 2)]
    pub version: i64,
    /// When the first step was confirmed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for the step, in the answer to its confirmation; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for AlgorithmRunView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl AlgorithmRunView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/algorithm-confirmations/{}", self.business_id, self.id)
    }
}

impl From<Stored<AlgorithmRun>> for AlgorithmRunView {
    fn from(stored: Stored<AlgorithmRun>) -> Self {
        let Stored { id, business, body, version, created_at, updated_at } = stored;
        let state = body.progress();
        let AlgorithmRun { algorithm, title, requirements, steps, mut confirmed, completed_at } = body;
        Self {
            id,
            business_id: business,
            algorithm,
            title,
            requirements,
            state,
            confirmed: confirmed.len(),
            steps: steps
                .into_iter()
                .map(|AlgorithmStep { id, title, proof, minutes }| {
                    let confirmation = confirmed.remove(&id);
                    RunStepView { id, title, proof, minutes, confirmation }
                })
                .collect(),
            completed_at,
            version,
            created_at,
            updated_at,
            receipt: None,
        }
    }
}

impl From<Confirmed> for AlgorithmRunView {
    fn from(Confirmed { run, receipt }: Confirmed) -> Self {
        Self { receipt: Some(receipt.into()), ..run.into() }
    }
}

/// How far a business has come with an algorithm.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressView {
    /// The newest run.
    pub run_id: AlgorithmRunId,
    /// How far it has come.
    pub state: RunState,
    /// How many steps are confirmed.
    #[schema(example = 2)]
    pub confirmed: usize,
    /// When the last step was confirmed.
    pub completed_at: Option<Timestamp>,
}

impl From<Stored<AlgorithmRun>> for ProgressView {
    fn from(run: Stored<AlgorithmRun>) -> Self {
        let AlgorithmRunView { id, state, confirmed, completed_at, .. } = run.into();
        Self { run_id: id, state, confirmed, completed_at }
    }
}

/// An algorithm for a business.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedAlgorithm {
    /// Its code.
    #[schema(example = "ALG-263")]
    pub code: String,
    /// Its name.
    pub title: Text,
    /// Everything that it fulfils, by code.
    pub requirements: Vec<String>,
    /// Whether it is certain that it is for this business; false where a fact of the profile is missing.
    pub certain: bool,
    /// How long it takes, in minutes.
    #[schema(example = 40)]
    pub minutes: u32,
    /// What to do, in order.
    pub steps: Vec<AlgorithmStep>,
    /// How far the business has come with it; null where it has not begun.
    pub progress: Option<ProgressView>,
}

impl From<Offered> for OfferedAlgorithm {
    fn from(Offered { algorithm, fits, run }: Offered) -> Self {
        let Algorithm { code, title, requirements, when: _, minutes, steps } = algorithm;
        let progress = run.map(ProgressView::from);
        Self { code, title, requirements, certain: fits == Truth::True, minutes, steps, progress }
    }
}

/// The algorithms of a requirement for a business.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedAlgorithmList {
    /// Those made for such a business first.
    pub items: Vec<OfferedAlgorithm>,
}
