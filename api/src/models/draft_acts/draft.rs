//! Draft acts on the wire.

use domain::{
    actor::AuthorityActor,
    assessment::ActReference,
    draft_act::{
        Alternative, Content, Discussion, DiscussionKind, DraftAct, DraftRequirement, DraftVersion,
        ImpactDegree, Stage,
        browse::Concerning,
        publish::{MoveCommand, PublishCommand},
    },
    ids::{AuthorityId, DraftActId},
    requirement::{
        condition::{Condition, Truth},
        model::{ActKind, Level},
    },
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::assessments::addressed::NewActReference, reply::Versioned};

/// A draft act to publish, as a notice of drafting or at once as a text.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"stage": "notice", "content": {
    "title": {"ru": "О порядке ведения журналов в кафе", "en": "On keeping journals in cafés"},
    "act_kind": "ministry_order", "level": "federal", "impact": "middle",
    "summary": {"ru": "Журналы ведутся в электронном виде.", "en": "Journals are kept electronically."},
    "alternatives": [{"code": "keep", "title": {"ru": "Оставить как есть", "en": "Leave as it is"}}],
    "life_situations": ["open-cafe"], "activities": ["56.10"], "keywords": ["журнал"],
    "requirements": [{"title": {"ru": "Электронный журнал", "en": "Electronic journal"},
        "text": {"ru": "Вести журнал в электронном виде.", "en": "Keep the journal electronically."},
        "applies_when": {"fact": "activities", "within": ["56"]}}]}}))]
pub struct NewDraftAct {
    /// Where it begins: `notice` or `discussion`.
    pub stage: Stage,
    /// What it is.
    #[validate(nested)]
    pub content: NewDraftContent,
    /// The last day of the discussion, in Moscow; the earliest that the term allows where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, example = "2026-12-30")]
    pub last_day: Option<Date>,
}

/// What the developer says of a draft.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": {"ru": "О порядке ведения журналов в кафе", "en": "On keeping journals in cafés"},
    "act_kind": "ministry_order", "level": "federal", "impact": "middle",
    "summary": {"ru": "Журналы ведутся в электронном виде.", "en": "Journals are kept electronically."},
    "activities": ["56.10"]}))]
pub struct NewDraftContent {
    /// Its name.
    pub title: Text,
    /// The kind of the act.
    pub act_kind: ActKind,
    /// The level of the act.
    pub level: Level,
    /// What it is to reach and how, in plain words.
    pub summary: Text,
    /// Its text, in the language of the act.
    #[serde(default)]
    #[validate(length(min = 1, max = 500_000))]
    #[schema(min_length = 1, max_length = 500_000)]
    pub text: Option<String>,
    /// The degree of its impact, on which the term of the discussion depends.
    pub impact: ImpactDegree,
    /// The ways to reach the aim that are compared.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub alternatives: Vec<NewAlternative>,
    /// The life situations it belongs to, by code.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub life_situations: Vec<String>,
    /// The kinds of activity it touches, by OKVED 2.
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub activities: Vec<String>,
    /// Key words.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub keywords: Vec<String>,
    /// The requirements it changes or brings.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    pub requirements: Vec<NewDraftRequirement>,
}

/// An alternative way to reach the aim.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAlternative {
    /// Its code within the draft.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64, example = "keep")]
    pub code: String,
    /// What it is.
    pub title: Text,
}

/// A requirement that the draft changes, by its code, or brings.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraftRequirement {
    /// The registry's code, where the registry has it.
    #[serde(default)]
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64, example = "OT-028")]
    pub code: Option<String>,
    /// Its name; needed for a new one.
    #[serde(default)]
    pub title: Option<Text>,
    /// What it would demand; needed for a new one.
    #[serde(default)]
    pub text: Option<Text>,
    /// The provision of the draft.
    #[serde(default)]
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300, example = "п. 4")]
    pub provision: Option<String>,
    /// To whom it would apply, as conditions of the registry; needed for a new one.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub applies_when: Option<Condition>,
}

impl From<NewDraftContent> for Content {
    fn from(new: NewDraftContent) -> Self {
        let NewDraftContent {
            title,
            act_kind,
            level,
            summary,
            text,
            impact,
            alternatives,
            life_situations,
            activities,
            keywords,
            requirements,
        } = new;
        let alternative = |NewAlternative { code, title }| Alternative { code, title };
        let requirement = |NewDraftRequirement { code, title, text, provision, applies_when }| {
            DraftRequirement { code, title, text, provision, applies_when }
        };
        Self {
            title,
            act_kind,
            level,
            summary,
            text,
            impact,
            alternatives: alternatives.into_iter().map(alternative).collect(),
            life_situations,
            activities,
            keywords,
            requirements: requirements.into_iter().map(requirement).collect(),
        }
    }
}

impl NewDraftAct {
    /// The domain's command in the name of a developer.
    pub fn into_command(self, actor: AuthorityActor) -> PublishCommand {
        let Self { stage, content, last_day } = self;
        PublishCommand { actor, stage, content: content.into(), last_day }
    }
}

/// A step of a draft.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"stage": "withdrawn", "reason": {"ru": "Цель достигнута иначе", "en": "The aim is reached otherwise"}}))]
pub struct NewDraftStage {
    /// To which stage: `discussion` after `notice`, then `conclusion`, then `adopted`; `withdrawn` from each.
    pub stage: Stage,
    /// Why; needed for `withdrawn`.
    #[serde(default)]
    pub reason: Option<Text>,
    /// The act that it became; needed for `adopted`.
    #[serde(default)]
    #[validate(nested)]
    pub act: Option<NewActReference>,
    /// The last day of the discussion that the stage opens, in Moscow.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, example = "2026-12-30")]
    pub last_day: Option<Date>,
}

impl NewDraftStage {
    /// The domain's command in the name of a developer.
    pub fn into_command(self, actor: AuthorityActor, id: DraftActId, expected: Option<i64>) -> MoveCommand {
        let Self { stage, reason, act, last_day } = self;
        MoveCommand { actor, id, expected, stage, reason, act: act.map(ActReference::from), last_day }
    }
}

/// A further discussion to open.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "anti_corruption_review"}))]
pub struct NewDiscussion {
    /// `anti_corruption_review` or `other`.
    pub kind: DiscussionKind,
    /// Its last day, in Moscow; the earliest that the term allows where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, example = "2026-12-30")]
    pub last_day: Option<Date>,
}

/// A draft act.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftActView {
    /// Its id.
    pub id: DraftActId,
    /// Who develops it.
    pub developer: AuthorityId,
    /// How far it has come.
    pub stage: Stage,
    /// What it is.
    pub content: Content,
    /// Its discussions, oldest first.
    pub discussions: Vec<Discussion>,
    /// Why it was moved to its stage, where that was said.
    pub reason: Option<Text>,
    /// The act that it became.
    pub adopted_as: Option<ActReference>,
    /// Counts its changes from 1; the ETag is `"v<version>"` for its developer.
    #[schema(example = 1)]
    pub version: i64,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

impl Versioned for DraftActView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl DraftActView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/draft-acts/{}", self.id)
    }
}

impl From<DraftAct> for DraftActView {
    fn from(draft: DraftAct) -> Self {
        let DraftAct { id, developer, stage, body, version, published_at, changed_at, telling_after: _ } =
            draft;
        let domain::draft_act::Body { content, discussions, reason, adopted_as } = body;
        Self {
            id,
            developer,
            stage,
            content,
            discussions,
            reason,
            adopted_as,
            version,
            published_at,
            changed_at,
        }
    }
}

/// A draft act in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftActSummary {
    /// Its id.
    pub id: DraftActId,
    /// Who develops it.
    pub developer: AuthorityId,
    /// How far it has come.
    pub stage: Stage,
    /// Its name.
    pub title: Text,
    /// The kind of the act.
    pub act_kind: ActKind,
    /// The level of the act.
    pub level: Level,
    /// Its discussions, oldest first.
    pub discussions: Vec<Discussion>,
    /// When it was published.
    pub published_at: Timestamp,
}

impl From<DraftAct> for DraftActSummary {
    fn from(draft: DraftAct) -> Self {
        let DraftAct { id, developer, stage, body, published_at, .. } = draft;
        let Content { title, act_kind, level, .. } = body.content;
        Self { id, developer, stage, title, act_kind, level, discussions: body.discussions, published_at }
    }
}

/// Whether a draft concerns a business.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Concerns {
    /// It does.
    Yes,
    /// It may: facts are wanted.
    Maybe,
}

/// A draft that concerns a business, or may.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConcerningView {
    /// The draft.
    pub draft_act: DraftActSummary,
    /// Whether it does.
    pub concerns: Concerns,
    /// The facts of the profile that would say so; their names are those of `GET /v1/requirements/facts`.
    #[schema(example = json!(["employees"]))]
    pub missing: Vec<String>,
}

impl From<Concerning> for ConcerningView {
    fn from(Concerning { draft, concern }: Concerning) -> Self {
        let concerns = match concern.truth {
            Truth::True => Concerns::Yes,
            Truth::Unknown | Truth::False => Concerns::Maybe,
        };
        Self { draft_act: draft.into(), concerns, missing: concern.missing.into_iter().collect() }
    }
}

/// A version of a draft that a later one replaced.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftActVersionView {
    /// Which version, from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// The stage of that version.
    pub stage: Stage,
    /// What it was.
    pub content: Content,
    /// Its discussions, oldest first.
    pub discussions: Vec<Discussion>,
    /// When it came about.
    pub at: Timestamp,
}

impl From<DraftVersion> for DraftActVersionView {
    fn from(replaced: DraftVersion) -> Self {
        let DraftVersion { draft: _, version, stage, body, at } = replaced;
        Self { version, stage, content: body.content, discussions: body.discussions, at }
    }
}
