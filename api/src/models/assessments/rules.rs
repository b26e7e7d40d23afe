//! The rules of assessment on the wire, as the operator of the registry settles them.

use domain::{
    actor::AuthorityActor,
    assessment::{
        rules::{AssessmentRules, ProcedureName, Rules},
        settle::{SettleCommand, Settled},
    },
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::reply::Versioned;

/// Rules of assessment in the place of those that there are: what has begun stays as it is, what is new begins after today.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"procedures": [
    {"code": "regulatory_impact", "title": {"ru": "Оценка регулирующего воздействия", "en": "Regulatory impact assessment"}},
    {"code": "actual_impact", "title": {"ru": "Оценка фактического воздействия", "en": "Actual impact assessment"}},
    {"code": "disclosure", "title": {"ru": "Раскрытие информации", "en": "Disclosure of information"}},
    {"code": "anti_corruption", "title": {"ru": "Антикоррупционная экспертиза", "en": "Anti-corruption review"}},
    {"code": "enforcement", "title": {"ru": "Оценка правоприменения", "en": "Assessment of enforcement"}},
    {"code": "other", "title": {"ru": "Иная оценочная процедура", "en": "Another procedure"}}],
    "rules": [{"valid_from": "2024-01-01", "least_businesses": 5,
    "significance": {"least": 30, "half_width": "0.5", "confidence": "0.95"}, "assess_every_days": 365, "remind_pause_days": 30,
    "source": {"ru": "Периодичность — 4.7.3.1 стандарта (не реже чем ежегодно); порог обнародования и правило значимости — решение оператора этого шлюза.",
    "en": "The period is that of 4.7.3.1 of the standard (at least yearly); the threshold of publication and the rule of significance are this gateway's operator's."}},
    {"valid_from": "2046-01-01", "least_businesses": 7,
    "significance": {"least": 30, "half_width": "0.5", "confidence": "0.95"}, "assess_every_days": 365, "remind_pause_days": 60,
    "source": {"ru": "Решение оператора Реестра", "en": "Decision of the registry's operator"}}]}))]
pub struct NewAssessmentRules {
    /// How the kinds of procedure are called; each of them once.
    #[validate(length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    pub procedures: Vec<ProcedureName>,
    /// The rules over time.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pub rules: Vec<Rules>,
}

impl NewAssessmentRules {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor, expected: i64) -> SettleCommand {
        let Self { procedures, rules } = self;
        SettleCommand { actor, expected, procedures, rules }
    }
}

/// The rules of assessment in their newest version.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentRulesView {
    /// Counts their versions from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// The edition of the registry that brought this version.
    #[schema(example = 7)]
    pub edition: i64,
    /// The day on which they were settled.
    #[schema(value_type = String, format = Date, example = "2026-11-23")]
    pub as_of: Date,
    /// How the kinds of procedure are called.
    pub procedures: Vec<ProcedureName>,
    /// The rules over time.
    pub rules: Vec<Rules>,
}

impl Versioned for AssessmentRulesView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Settled> for AssessmentRulesView {
    fn from(settled: Settled) -> Self {
        let Settled { version, edition, rules: AssessmentRules { as_of, procedures, rules } } = settled;
        Self { version, edition, as_of, procedures, rules }
    }
}
