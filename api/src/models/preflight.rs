//! Preflight on the wire.

use domain::{
    catalogue::UnmetRule,
    ids::{AttachmentId, SubmissionId},
    mandate::OnBehalf,
    submission::preflight::{Check, Forecast, Prediction, Trial},
    text::Language,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::problem::{ProblemViolation, rule_violation};

/// A submission to try without creating anything.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"service": "tax-balance-certificate", "form": {"contact": {"email": "granted@magic.test"}, "purpose": "loan", "delivery": "electronic"}}))]
pub struct NewPreflight {
    /// The service, by code.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub service: String,
    /// The form's data.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Attachments, in the order given.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
}

impl NewPreflight {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> Trial {
        let Self { service, form, attachments } = self;
        Trial { on_behalf, service, form, attachments }
    }
}

/// What lodging the same now would lead to.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreflightView {
    /// Whether lodging the same now would be accepted.
    pub lodgeable: bool,
    /// What would be decided, as far as rules can tell.
    pub predicted_decision: Prediction,
    /// Every link of the chain, in order.
    pub checks: Vec<CheckView>,
    /// What is wrong, all at once; pointers are into the request's body.
    pub violations: Vec<ProblemViolation>,
    /// Which rules are not met.
    pub unmet_rules: Vec<UnmetRuleView>,
    /// Codes of rules that could not be judged because a fact is missing from the profile.
    pub unknown_rules: Vec<String>,
    /// Attachments that are missing or not whole.
    pub unusable_attachments: Vec<AttachmentId>,
    /// The open submission that holds the same document.
    pub duplicate_of: Option<SubmissionId>,
    /// When the authority would owe its decision if it were lodged now.
    pub decision_due_at: Timestamp,
}

/// One link of the chain.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckView {
    /// Which.
    pub check: Check,
    /// Whether it holds.
    pub passed: bool,
}

/// A rule that is not met.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmetRuleView {
    /// The violation, with the rule's code.
    #[serde(flatten)]
    pub violation: ProblemViolation,
    /// The act and article the rule rests on.
    #[schema(example = "346.13 НК РФ")]
    pub legal_basis: String,
}

impl UnmetRuleView {
    fn new(rule: UnmetRule, language: Language) -> Self {
        let legal_basis = rule.legal_basis.clone();
        Self { violation: ProblemViolation::render(rule_violation(rule), language), legal_basis }
    }
}

impl PreflightView {
    /// The forecast in the caller's language.
    pub fn new(forecast: Forecast, language: Language) -> Self {
        let Forecast {
            lodgeable,
            prediction,
            checks,
            violations,
            unmet,
            unknown,
            attachments,
            duplicate_of,
            decision_due_at,
        } = forecast;
        Self {
            lodgeable,
            predicted_decision: prediction,
            checks: checks.into_iter().map(|(check, passed)| CheckView { check, passed }).collect(),
            violations: violations
                .into_iter()
                .map(|found| ProblemViolation::render(found, language))
                .collect(),
            unmet_rules: unmet.into_iter().map(|rule| UnmetRuleView::new(rule, language)).collect(),
            unknown_rules: unknown,
            unusable_attachments: attachments,
            duplicate_of,
            decision_due_at,
        }
    }
}
