//! Draft acts as everybody reads them: no token is needed.

use actix_web::{get, web::Data};
use domain::{
    assessment::{give::rules, summary, tally::Matter},
    draft_act::{
        DraftAct, Stage,
        browse::{DraftFilter, drafts},
        terms::terms,
    },
    ids::{AuthorityId, DraftActId},
    ports::store::{StoreError, Tx},
    requirement::model::{ActKind, Level},
    time::Timestamp,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    extract::{IfNoneMatch, PageQuery, Paged, Path, Query},
    gateway::Gateway,
    models::{
        assessments::summary::SliceSummaryView,
        draft_acts::{
            draft::{DraftActSummary, DraftActVersionView, DraftActView},
            summary::{DiscussionSummaryView, DraftActOpinionsView},
        },
    },
    problem::Rejection,
    reply::{Public, PublicList},
    routes::{
        assessments::summaries::{SliceQuery, slice},
        find::FindError,
    },
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(DraftActOpinionsView, DraftActSummary, DraftActVersionView, DraftActView)))]
pub struct Schemas;

/// A draft act in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DraftActPath {
    /// The draft.
    pub draft_id: DraftActId,
}

/// Which drafts to list: the parameters of 4.7.2.1.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DraftQuery {
    /// Only with this in the name or the summary, in any case.
    #[validate(length(min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
    /// Only at this stage.
    pub stage: Option<Stage>,
    /// Only with a discussion that is open now.
    pub open: Option<bool>,
    /// Only of this developer.
    pub developer: Option<AuthorityId>,
    /// Only of acts of this kind.
    pub act_kind: Option<ActKind>,
    /// Only of acts of this level.
    pub level: Option<Level>,
    /// Only of this life situation, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64, example = "open-cafe")]
    pub life_situation: Option<String>,
    /// Only that touch this kind of activity, by OKVED 2: it, a wider or a narrower one.
    #[validate(length(max = 16))]
    #[param(max_length = 16, example = "56.10")]
    pub activity: Option<String>,
    /// Only under a key word that holds this, in any case.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    pub keyword: Option<String>,
    /// Only that change this requirement, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub requirement: Option<String>,
}

impl DraftQuery {
    /// The filter at this moment.
    pub fn into_filter(self, now: Timestamp) -> DraftFilter {
        let Self {
            q,
            stage,
            open,
            developer,
            act_kind,
            level,
            life_situation,
            activity,
            keyword,
            requirement,
        } = self;
        let open_at = open.unwrap_or(false).then_some(now);
        let about =
            DraftFilter { q, life_situation, activity, keyword, requirement, ..DraftFilter::default() };
        DraftFilter { stage, open_at, developer, act_kind, level, ..about }
    }
}

/// Find draft acts
///
/// Notices of drafting and drafts, newest first, by the parameters by which assessments are cut; each narrows the list.
#[utoipa::path(tag = "draft-acts", params(DraftQuery, PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.4/1", "4.7.4/2", "4.7.4/3", "4.7.2.1"]))))]
#[get("/draft-acts")]
pub async fn list_draft_acts(
    query: Paged<DraftQuery>,
    gateway: Data<Gateway>,
) -> Result<PublicList<DraftActSummary>, Rejection<FindError>> {
    let Paged { filter, page, list: _ } = query;
    let filter = filter.into_filter(gateway.clock.now());
    let found = gateway.store.read(move |tx| drafts(tx, &filter, &page)).await.map_err(FindError::from)?;
    Ok(PublicList(found.map(DraftActSummary::from)))
}

/// Get a draft act
///
/// Its text or summary, whom its requirements would bind, the alternatives, and its discussions with their terms.
#[utoipa::path(tag = "draft-acts", params(DraftActPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.4/1", "4.7.4/2", "4.7.4/3"]))))]
#[get("/draft-acts/{draft_id}")]
pub async fn get_draft_act(
    path: Path<DraftActPath>,
    gateway: Data<Gateway>,
) -> Result<Public<DraftActView>, Rejection<FindError>> {
    let id = path.into_inner().draft_id;
    let found = gateway.store.read(move |tx| find(tx, &id)).await?;
    Ok(Public::new(&DraftActView::from(found), None))
}

/// List the replaced versions of a draft act
///
/// Newest first: what the draft said before its last change, and before that.
#[utoipa::path(tag = "draft-acts", params(DraftActPath, PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.4/2"]))))]
#[get("/draft-acts/{draft_id}/versions")]
pub async fn list_draft_act_versions(
    path: Path<DraftActPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<PublicList<DraftActVersionView>, Rejection<FindError>> {
    let (id, page) = (path.into_inner().draft_id, query.page);
    let found = gateway.store.read(move |tx| -> Result<_, FindError> {
        find(tx, &id)?;
        Ok(tx.draft_acts().versions(&id, &page)?)
    });
    Ok(PublicList(found.await?.map(DraftActVersionView::from)))
}

/// Get the summary of the opinions on a draft act
///
/// Discussion by discussion, by the rules of assessments: a figure appears, and later moves, only when enough businesses
/// have something new in it. With what the developer did with the opinions, and the terms of discussion in force.
#[utoipa::path(tag = "draft-acts", params(DraftActPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.4/1", "4.7.4/2", "4.7.5.2"]))))]
#[get("/draft-acts/{draft_id}/opinions/summary")]
pub async fn get_draft_act_opinions(
    path: Path<DraftActPath>,
    gateway: Data<Gateway>,
) -> Result<Public<DraftActOpinionsView>, Rejection<FindError>> {
    let (id, clerk, stamp) = (path.into_inner().draft_id, gateway.clerk(), gateway.stamp());
    let view = gateway.store.read(move |tx| -> Result<_, FindError> {
        let draft = find(tx, &id)?;
        let rule = rules(&clerk, &stamp)?.clone();
        let currency = clerk.registry.cost().map_or("RUB", |rates| rates.currency.as_str());
        let mut discussions = Vec::new();
        for one in draft.body.discussions {
            let told = summary::of_requirement(tx, &one.kind.subject(&id))?.total;
            discussions.push(DiscussionSummaryView::new(one, &told, &rule, currency));
        }
        let terms = terms().on(stamp.now.moscow_date()).clone();
        Ok(DraftActOpinionsView { draft_act: id.clone(), discussions, rule, terms })
    });
    Ok(Public::new(&view.await?, None))
}

/// Get the summary of a slice of opinions
///
/// The figures of the opinions on all draft acts of a developer, a level, a kind of act, a life situation, a procedure or a
/// key word, or that change a requirement or one of an act: sums of what is told of their discussions, and of nothing
/// else, by the same rules as slices of assessments, from which they stand apart.
#[utoipa::path(tag = "draft-acts", params(SliceQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.1", "4.7.5.2"]))))]
#[get("/draft-acts/opinions/summary")]
pub async fn get_opinion_summary(
    query: Query<SliceQuery>,
    gateway: Data<Gateway>,
) -> Result<Public<SliceSummaryView>, Rejection<StoreError>> {
    Ok(Public::new(&slice(&gateway, Matter::Drafts, query.0).await?, None))
}

fn find(tx: &mut dyn Tx, id: &DraftActId) -> Result<DraftAct, FindError> {
    tx.draft_acts().find(id)?.ok_or(FindError::NotFound)
}
