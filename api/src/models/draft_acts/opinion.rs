//! Opinions on draft acts on the wire.

use domain::{
    actor::AuthorityActor,
    assessment::{ActReference, Consideration, Contradiction, cost::Costing},
    draft_act::{
        DiscussionKind,
        consider::{Addressed, ConsiderCommand},
        opine::{OpineCommand, Opined},
        opinion::{Appraisal, Opinion, OpinionContent, OpinionState, OpinionVersion, ProvisionProposal},
    },
    ids::{BusinessId, CostEstimateId, DraftActId, OpinionId},
    mandate::OnBehalf,
    record::Stored,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::transfer::TransferView;
use crate::{
    models::{
        assessments::{
            addressed::{IdentityView, NewConsideration},
            assessment::{NewContradiction, NewCosts},
        },
        receipt::ReceiptView,
    },
    reply::{Tabular, Versioned},
};

/// An opinion on a draft: at least one thing said.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"discussion": "notice", "clarity": 4, "feasibility": 2,
    "alternatives": [{"alternative": "keep", "merits": "Ничего не нужно менять.", "faults": "Бумага теряется."}],
    "benefits": "Меньше бумаги.", "risks": "Нет связи — нет журнала.",
    "proposals": [{"provision": "п. 4", "text": "Допустить бумажный журнал при отсутствии связи.", "reasons": "Связь есть не везде."}],
    "disclose_identity": false}))]
pub struct NewOpinion {
    /// In which discussion of the draft.
    pub discussion: DiscussionKind,
    /// How clear the draft is: 1 not at all, 5 fully.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub clarity: Option<u8>,
    /// How feasible it is: 1 not at all, 5 fully.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub feasibility: Option<u8>,
    /// Requirements of the registry that it duplicates, by code.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub duplicates: Vec<String>,
    /// What it contradicts, with the contradicting provisions.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub contradictions: Vec<NewContradiction>,
    /// Merits and faults of the draft's alternatives.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub alternatives: Vec<NewAppraisal>,
    /// What it would be good for.
    #[serde(default)]
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub benefits: Option<String>,
    /// What it would limit or endanger.
    #[serde(default)]
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub risks: Option<String>,
    /// How its provisions should be changed, and why.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    pub proposals: Vec<NewProvisionProposal>,
    /// What it would cost: elements for the calculator. This or `cost_estimate`.
    #[serde(default)]
    pub costs: Option<NewCosts>,
    /// What it would cost: an estimate made before of a requirement that the draft changes.
    #[serde(default)]
    pub cost_estimate: Option<CostEstimateId>,
    /// Whether the developer and the regulation portal may learn who says it.
    #[serde(default)]
    pub disclose_identity: bool,
}

/// What is said of an alternative.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAppraisal {
    /// The alternative, by its code within the draft.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64, example = "keep")]
    pub alternative: String,
    /// Its merits.
    #[serde(default)]
    #[validate(length(min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000)]
    pub merits: Option<String>,
    /// Its faults.
    #[serde(default)]
    #[validate(length(min = 1, max = 4000))]
    #[schema(min_length = 1, max_length = 4000)]
    pub faults: Option<String>,
}

/// A reasoned proposal to change a provision.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProvisionProposal {
    /// The provision of the draft.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300, example = "п. 4")]
    pub provision: String,
    /// What it should say.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub text: String,
    /// Why.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub reasons: String,
}

impl NewOpinion {
    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf, draft: DraftActId) -> OpineCommand {
        let Self {
            discussion,
            clarity,
            feasibility,
            duplicates,
            contradictions,
            alternatives,
            benefits,
            risks,
            proposals,
            costs,
            cost_estimate,
            disclose_identity,
        } = self;
        let appraisal =
            |NewAppraisal { alternative, merits, faults }| Appraisal { alternative, merits, faults };
        let proposal = |NewProvisionProposal { provision, text, reasons }| ProvisionProposal {
            provision,
            text,
            reasons,
        };
        OpineCommand {
            on_behalf,
            draft,
            discussion,
            clarity,
            feasibility,
            duplicates,
            contradictions: contradictions.into_iter().map(Contradiction::from).collect(),
            alternatives: alternatives.into_iter().map(appraisal).collect(),
            benefits,
            risks,
            proposals: proposals.into_iter().map(proposal).collect(),
            costs: costs.map(|costs| costs.elements),
            cost_estimate,
            disclose_identity,
        }
    }
}

impl NewConsideration {
    /// The domain's command about an opinion in the name of a developer.
    pub fn into_opinion_command(
        self,
        actor: AuthorityActor,
        draft: DraftActId,
        opinion: OpinionId,
    ) -> ConsiderCommand {
        let Self { state, reason, act, provision } = self;
        ConsiderCommand { actor, draft, opinion, state, reason, act: act.map(ActReference::from), provision }
    }
}

/// An opinion.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpinionView {
    /// Its id; the developer knows it by the same, and it tells neither who gave it nor when.
    pub id: OpinionId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// On which draft.
    pub draft_act: DraftActId,
    /// In which discussion.
    pub discussion: DiscussionKind,
    /// Whether it stands.
    pub state: OpinionState,
    /// What it says.
    pub content: OpinionContent,
    /// Counts what the business said, from 1.
    #[schema(example = 1)]
    pub revision: i64,
    /// When the business said so.
    pub revised_at: Timestamp,
    /// What it said before, oldest first.
    pub earlier: Vec<OpinionVersion>,
    /// What the developer did with it, oldest first; the last one stands, if it is about the present revision.
    pub considerations: Vec<Consideration>,
    /// Its way to the regulation portal.
    pub transfer: Option<TransferView>,
    /// Counts all its changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl OpinionView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/opinions/{}", self.business_id, self.id)
    }
}

impl Versioned for OpinionView {
    /// Moves with the transfer, too.
    fn version(&self) -> i64 {
        self.version + self.transfer.as_ref().map_or(0, |transfer| transfer.version)
    }
}

impl From<Opined> for OpinionView {
    fn from(Opined { opinion, transfer, receipt }: Opined) -> Self {
        let Stored { id, business, body, version, created_at: _, updated_at: _ } = opinion;
        let revision = body.revision();
        let Opinion { draft, developer: _, discussion, state, content, at, earlier, considerations } = body;
        Self {
            id,
            business_id: business,
            draft_act: draft,
            discussion,
            state,
            content,
            revision,
            revised_at: at,
            earlier,
            considerations,
            transfer: transfer.map(TransferView::from),
            version,
            receipt: receipt.map(ReceiptView::from),
        }
    }
}

/// An opinion without identity, unless its business agrees to be named.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressedOpinionView {
    /// Its id, which tells neither who gave it nor when.
    pub id: OpinionId,
    /// Who gave it, where the business agrees.
    pub identity: Option<IdentityView>,
    /// On which draft.
    pub draft_act: DraftActId,
    /// In which discussion.
    pub discussion: DiscussionKind,
    /// How clear the draft is, 1 to 5.
    pub clarity: Option<u8>,
    /// How feasible it is, 1 to 5.
    pub feasibility: Option<u8>,
    /// Requirements that it duplicates, by code.
    pub duplicates: Vec<String>,
    /// What it contradicts.
    pub contradictions: Vec<Contradiction>,
    /// What is said of the alternatives.
    pub alternatives: Vec<Appraisal>,
    /// What it would be good for.
    pub benefits: Option<String>,
    /// What it would limit or endanger.
    pub risks: Option<String>,
    /// How its provisions should be changed.
    pub proposals: Vec<ProvisionProposal>,
    /// What it would cost a year, with the inputs.
    pub costs: Option<Costing>,
    /// Counts what the business said, from 1.
    #[schema(example = 1)]
    pub revision: i64,
    /// What was said of it, oldest first.
    pub considerations: Vec<Consideration>,
}

impl Versioned for AddressedOpinionView {
    fn version(&self) -> i64 {
        self.revision + i64::try_from(self.considerations.len()).unwrap_or(i64::MAX)
    }
}

impl From<Addressed> for AddressedOpinionView {
    fn from(Addressed { opinion, identity }: Addressed) -> Self {
        let Stored { id, body, .. } = opinion;
        let revision = body.revision();
        let Opinion { draft, discussion, content, considerations, .. } = body;
        let OpinionContent {
            clarity,
            feasibility,
            duplicates,
            contradictions,
            alternatives,
            benefits,
            risks,
            proposals,
            costs,
            disclose_identity: _,
        } = content;
        Self {
            id,
            identity: identity.map(IdentityView::from),
            draft_act: draft,
            discussion,
            clarity,
            feasibility,
            duplicates,
            contradictions,
            alternatives,
            benefits,
            risks,
            proposals,
            costs,
            revision,
            considerations,
        }
    }
}

impl Tabular for AddressedOpinionView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "business_id",
        "inn",
        "name",
        "discussion",
        "clarity",
        "feasibility",
        "duplicates",
        "contradictions",
        "alternatives",
        "benefits",
        "risks",
        "proposals",
        "cost_of_a_year",
        "state",
    ];

    fn cells(&self) -> Vec<String> {
        let score = |score: Option<u8>| score.map(|score| score.to_string()).unwrap_or_default();
        let named = |tell: fn(&IdentityView) -> String| self.identity.as_ref().map(tell).unwrap_or_default();
        let contradicts = self.contradictions.iter().map(|one| {
            let against = one.requirement.as_ref().or(one.act.as_ref()).cloned().unwrap_or_default();
            format!("{against} {}: {}", one.provision, one.explanation)
        });
        let appraised = self.alternatives.iter().map(|one| {
            let (merits, faults) = (one.merits.as_deref(), one.faults.as_deref());
            format!("{}: + {} - {}", one.alternative, merits.unwrap_or_default(), faults.unwrap_or_default())
        });
        let proposed =
            self.proposals.iter().map(|one| format!("{}: {} ({})", one.provision, one.text, one.reasons));
        vec![
            self.id.to_string(),
            named(|identity| identity.business_id.to_string()),
            named(|identity| identity.inn.clone()),
            named(|identity| identity.name.clone()),
            <&str>::from(self.discussion).to_owned(),
            score(self.clarity),
            score(self.feasibility),
            self.duplicates.join(" "),
            contradicts.collect::<Vec<_>>().join("; "),
            appraised.collect::<Vec<_>>().join("; "),
            self.benefits.clone().unwrap_or_default(),
            self.risks.clone().unwrap_or_default(),
            proposed.collect::<Vec<_>>().join("; "),
            self.costs.as_ref().map(|costs| costs.total.amount.to_string()).unwrap_or_default(),
            self.considerations.last().map(|last| <&str>::from(last.state).to_owned()).unwrap_or_default(),
        ]
    }
}
