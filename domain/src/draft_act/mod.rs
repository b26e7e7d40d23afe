//! Draft acts («проекты нормативных правовых актов», 4.7.4): from the notice of drafting to the adopted act, and what
//! businesses say of them.
//!
//! Read first: [`DraftAct`], then [`publish`] for the developer's side and [`opine`] for the business's.

use serde::{Deserialize, Serialize};

use crate::{
    assessment::{ActReference, Procedure},
    ids::{AuthorityId, DraftActId},
    requirement::{
        condition::Condition,
        model::{ActKind, Level},
    },
    text::Text,
    time::Timestamp,
};

pub mod announce;
pub mod browse;
pub mod concern;
pub mod consider;
pub mod count;
pub mod opine;
pub mod opinion;
pub mod publish;
pub mod terms;

/// How far a draft act has come.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DraftStage))]
pub enum Stage {
    /// A notice of drafting: the ways to reach the aim are discussed.
    Notice,
    /// The text is discussed.
    Discussion,
    /// The developer sums up, and the conclusion is written.
    Conclusion,
    /// It became an act.
    Adopted,
    /// It was given up.
    Withdrawn,
}

impl Stage {
    /// The stages that may follow.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Notice => &[Self::Discussion, Self::Withdrawn],
            Self::Discussion => &[Self::Conclusion, Self::Withdrawn],
            Self::Conclusion => &[Self::Adopted, Self::Withdrawn],
            Self::Adopted | Self::Withdrawn => &[],
        }
    }
}

/// A public procedure in which a draft is discussed (4.7.4/1–3).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DiscussionKind {
    /// Of the notice: merits and faults of the alternatives.
    Notice,
    /// Of the text: benefits and costs, limits and risks.
    PublicDiscussion,
    /// Independent anti-corruption review.
    AntiCorruptionReview,
    /// Another procedure set by law.
    Other,
}

impl DiscussionKind {
    /// The kind of procedure under which opinions count.
    pub fn procedure(self) -> Procedure {
        match self {
            Self::Notice | Self::PublicDiscussion => Procedure::RegulatoryImpact,
            Self::AntiCorruptionReview => Procedure::AntiCorruption,
            Self::Other => Procedure::Other,
        }
    }

    /// The subject under which a draft's opinions of this discussion count.
    pub fn subject(self, draft: &DraftActId) -> String {
        format!("{draft} {}", <&str>::from(self))
    }
}

/// A discussion of a draft: once of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Discussion {
    /// Its kind.
    pub kind: DiscussionKind,
    /// When it was opened.
    pub from: Timestamp,
    /// When it is over: opinions sent at this moment are late.
    pub until: Timestamp,
}

impl Discussion {
    /// Whether opinions are taken at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// The degree of a draft's regulatory impact, on which the term of its discussion depends.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ImpactDegree {
    /// High: new duties, limits or costs.
    High,
    /// Middle: duties known before.
    Middle,
    /// Low: the rest.
    Low,
}

/// An alternative way to reach the draft's aim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Alternative {
    /// Its code within the draft, by which opinions name it.
    #[cfg_attr(feature = "schema", schema(example = "register"))]
    pub code: String,
    /// What it is.
    pub title: Text,
}

/// A requirement that a draft changes or brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DraftRequirement {
    /// The registry's code, where the registry has it.
    pub code: Option<String>,
    /// Its name.
    pub title: Option<Text>,
    /// What it would demand.
    pub text: Option<Text>,
    /// The provision of the draft.
    pub provision: Option<String>,
    /// To whom it would apply, as in the registry; None where the registry's requirement says so.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>))]
    pub applies_when: Option<Condition>,
}

/// What the developer says of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = DraftActContent))]
pub struct Content {
    /// Its name.
    pub title: Text,
    /// The kind of the act.
    pub act_kind: ActKind,
    /// The level of the act.
    pub level: Level,
    /// What it is to reach and how, in plain words.
    pub summary: Text,
    /// Its text, in the language of the act.
    pub text: Option<String>,
    /// The degree of its impact.
    pub impact: ImpactDegree,
    /// The ways to reach the aim that are compared.
    pub alternatives: Vec<Alternative>,
    /// The life situations it belongs to, by code.
    pub life_situations: Vec<String>,
    /// The kinds of activity it touches, by OKVED 2.
    pub activities: Vec<String>,
    /// Key words.
    pub keywords: Vec<String>,
    /// The requirements it changes or brings.
    pub requirements: Vec<DraftRequirement>,
}

/// What is kept of a draft as one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// What the developer says of it.
    pub content: Content,
    /// Its discussions, oldest first.
    pub discussions: Vec<Discussion>,
    /// Why it was moved to its stage, where that is said.
    pub reason: Option<Text>,
    /// The act that it became.
    pub adopted_as: Option<ActReference>,
}

/// A draft act.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftAct {
    /// Its id.
    pub id: DraftActId,
    /// Who develops it.
    pub developer: AuthorityId,
    /// How far it has come.
    pub stage: Stage,
    /// The rest of it.
    pub body: Body,
    /// Counts its changes from 1.
    pub version: i64,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// The business behind which its last step has still to be told; empty before the first, None when all know.
    pub telling_after: Option<String>,
}

impl DraftAct {
    /// Its discussion of this kind.
    pub fn discussion(&self, kind: DiscussionKind) -> Option<&Discussion> {
        self.body.discussions.iter().find(|one| one.kind == kind)
    }

    /// When its last discussion is over.
    pub fn open_until(&self) -> Option<Timestamp> {
        self.body.discussions.iter().map(|one| one.until).max()
    }
}

/// One version of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftVersion {
    /// Which draft.
    pub draft: DraftActId,
    /// Which version, from 1.
    pub version: i64,
    /// The stage of that version.
    pub stage: Stage,
    /// What it was.
    pub body: Body,
    /// When it came about.
    pub at: Timestamp,
}
