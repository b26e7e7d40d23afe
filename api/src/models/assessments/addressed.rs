//! Assessments as authorities read them.

use domain::{
    actor::AuthorityActor,
    assessment::{
        ActReference, Assessment, Consideration, ConsiderationState, Contradiction, Procedure, Proposal,
        consider::{Addressed, ConsiderCommand},
        cost::Costing,
    },
    business::Business,
    ids::{AssessmentRef, BusinessId},
    text::Text,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::reply::{Tabular, Versioned};

/// An assessment without identity, unless its business agrees to be named. The moment is told by the month alone: it
/// could join what one business says of several requirements.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressedView {
    /// Its id for authorities.
    pub reference: AssessmentRef,
    /// Names whoever gave it: the same within one requirement, another for every other.
    #[schema(example = "0f4e1d…")]
    pub respondent: String,
    /// Who gave it, where the business agrees.
    pub identity: Option<IdentityView>,
    /// The requirement, by code.
    #[schema(example = "OT-001")]
    pub requirement: String,
    /// Within which procedure.
    pub procedure: Procedure,
    /// The calendar year for which it stands.
    #[schema(example = 2026)]
    pub year: i16,
    /// The month in which it was last revised, in Moscow.
    #[schema(example = "2026-11")]
    pub month: String,
    /// How clear the requirement is, 1 to 5.
    pub clarity: Option<u8>,
    /// How feasible it is, 1 to 5.
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    pub duplicates: Vec<String>,
    /// What it contradicts.
    pub contradictions: Vec<Contradiction>,
    /// What it costs, with the inputs, so that it can be recomputed.
    pub costs: Option<Costing>,
    /// How it should be changed.
    pub proposal: Option<Proposal>,
    /// Counts the business's revisions from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// What authorities said of it, oldest first.
    pub considerations: Vec<Consideration>,
}

/// A business that agrees to be named.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityView {
    /// Its id.
    pub business_id: BusinessId,
    /// Taxpayer number.
    #[schema(example = "9600989390")]
    pub inn: String,
    /// Short name as in the register.
    pub name: String,
}

impl From<Business> for IdentityView {
    fn from(business: Business) -> Self {
        let Business { id, inn, name, .. } = business;
        Self { business_id: id, inn, name }
    }
}

impl From<Addressed> for AddressedView {
    fn from(addressed: Addressed) -> Self {
        let Addressed { assessment, respondent, identity } = addressed;
        let Assessment {
            reference,
            requirement,
            procedure,
            year,
            content,
            considerations,
            version,
            revised_at,
            ..
        } = assessment;
        Self {
            reference,
            respondent,
            identity: identity.map(IdentityView::from),
            requirement,
            procedure,
            year,
            month: revised_at.moscow_date().strftime("%Y-%m").to_string(),
            clarity: content.clarity,
            feasibility: content.feasibility,
            duplicates: content.duplicates,
            contradictions: content.contradictions,
            costs: content.costs,
            proposal: content.proposal,
            version,
            considerations,
        }
    }
}

impl Versioned for AddressedView {
    fn version(&self) -> i64 {
        i64::try_from(self.considerations.len()).unwrap_or(i64::MAX)
    }
}

impl Tabular for AddressedView {
    const COLUMNS: &'static [&'static str] = &[
        "reference",
        "respondent",
        "business_id",
        "inn",
        "name",
        "requirement",
        "procedure",
        "year",
        "month",
        "clarity",
        "feasibility",
        "duplicates",
        "contradictions",
        "cost_of_a_year",
        "proposal",
        "reasons",
        "state",
    ];

    fn cells(&self) -> Vec<String> {
        let score = |score: Option<u8>| score.map(|score| score.to_string()).unwrap_or_default();
        let named = |tell: fn(&IdentityView) -> String| self.identity.as_ref().map(tell).unwrap_or_default();
        let proposed = |tell: fn(&Proposal) -> &String| self.proposal.as_ref().map(tell).cloned();
        let contradicts = self.contradictions.iter().map(|one| {
            let against = one.requirement.as_ref().or(one.act.as_ref()).cloned().unwrap_or_default();
            format!("{against} {}: {}", one.provision, one.explanation)
        });
        vec![
            self.reference.to_string(),
            self.respondent.clone(),
            named(|identity| identity.business_id.to_string()),
            named(|identity| identity.inn.clone()),
            named(|identity| identity.name.clone()),
            self.requirement.clone(),
            <&str>::from(self.procedure).to_owned(),
            self.year.to_string(),
            self.month.clone(),
            score(self.clarity),
            score(self.feasibility),
            self.duplicates.join(" "),
            contradicts.collect::<Vec<_>>().join("; "),
            self.costs.as_ref().map(|costs| costs.total.amount.to_string()).unwrap_or_default(),
            proposed(|proposal| &proposal.text).unwrap_or_default(),
            proposed(|proposal| &proposal.reasons).unwrap_or_default(),
            self.considerations.last().map(|last| <&str>::from(last.state).to_owned()).unwrap_or_default(),
        ]
    }
}

/// What an authority says of an assessment.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "received"}))]
pub struct NewConsideration {
    /// How far it has come: `received`, then `considered`, then one of `used`, `partly_used`, `refused`.
    pub state: ConsiderationState,
    /// Why; needed for what is decided.
    #[serde(default)]
    pub reason: Option<Text>,
    /// The act in which it was used.
    #[serde(default)]
    #[validate(nested)]
    pub act: Option<NewActReference>,
    /// The provision of the act that used it.
    #[serde(default)]
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    pub provision: Option<String>,
}

/// A normative act, as it is cited.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewActReference {
    /// Its number.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "1234")]
    pub number: String,
    /// Its date.
    #[schema(value_type = String, format = Date, example = "2026-12-30")]
    pub date: Date,
    /// Its name.
    #[validate(length(min = 1, max = 1000))]
    #[schema(min_length = 1, max_length = 1000)]
    pub title: String,
}

impl NewConsideration {
    /// The domain's command in the name of an authority.
    pub fn into_command(self, actor: AuthorityActor, reference: AssessmentRef) -> ConsiderCommand {
        let Self { state, reason, act, provision } = self;
        ConsiderCommand { actor, reference, state, reason, act: act.map(ActReference::from), provision }
    }
}

impl From<NewActReference> for ActReference {
    fn from(NewActReference { number, date, title }: NewActReference) -> Self {
        Self { number, date, title }
    }
}
