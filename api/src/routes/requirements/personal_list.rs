//! The personal list («персональный исчерпывающий перечень», 4.7.1): what a business must comply with, why, what is still
//! to be asked, and how it changed.

use actix_web::{get, web::Data};
use domain::{
    compliance::{self, Refusal, standing::Standings},
    ids::{AuthorityId, BusinessId},
    page::{Page, PageRequest},
    requirement::{
        condition::Facts,
        list::{Row, Verdict},
        model::RequirementKind,
        questions::questions,
        registry::Entry,
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{RequirementsRead, Scope},
    extract::{Caller, IfNoneMatch, PageQuery, Paged, Path},
    gateway::Gateway,
    lists::{self, Current},
    models::requirements::{
        personal_list::{ListChangeView, PersonalListView, PersonalRowView, Sight},
        supposed::QuestionList,
    },
    problem::Rejection,
    reply::{Listed, Tagged},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ListChangeView, PersonalListView, PersonalRowView, QuestionList)))]
pub struct Schemas;

/// A requirement for a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PersonalRequirementPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The requirement, by code.
    pub code: String,
}

/// Which rows of the list to show.
#[derive(Debug, Default, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PersonalListQuery {
    /// Only rows with this verdict.
    pub verdict: Option<Verdict>,
    /// Only what belongs to this life situation, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub life_situation: Option<String>,
    /// Only what this authority supervises.
    pub supervisor: Option<AuthorityId>,
    /// Only requirements of this kind.
    pub kind: Option<RequirementKind>,
}

/// List the requirements for a business
///
/// The exhaustive personal list: every requirement that applies to the business by its activities, its profile and its
/// life situations, each with the facts that make it apply, and every one that waits for an answer. Exact at the moment
/// of the answer: what the profile, the registry or the calendar has changed is in it.
#[utoipa::path(tag = "requirements", params(BusinessPath, PersonalListQuery, PageQuery, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1", "4.7.1.2", "4.7.1.3"]))))]
#[get("/businesses/{business_id}/requirements")]
pub async fn list_personal_requirements(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<PersonalListQuery>,
    gateway: Data<Gateway>,
) -> Result<Tagged<PersonalListView>, Rejection<Refusal>> {
    let current = lists::current(&gateway, caller.on_behalf(&path.business_id)?).await?;
    let standings = standings(&gateway, &current).await?;
    let page = query.filter.page(&current, &standings, &query.page);
    let next = page.next.as_deref().map(|key| query.list.cursor(key));
    let view = PersonalListView::new(&current.list, page.items, next.clone());
    Ok(Tagged::page(view, next))
}

/// Get a requirement as it stands to a business
///
/// Whether it applies, waits for an answer or does not apply, and why.
#[utoipa::path(tag = "requirements", params(PersonalRequirementPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1", "4.7.1.2"]))))]
#[get("/businesses/{business_id}/requirements/{code}")]
pub async fn get_personal_requirement(
    caller: Caller<RequirementsRead>,
    path: Path<PersonalRequirementPath>,
    gateway: Data<Gateway>,
) -> Result<Tagged<PersonalRowView>, Rejection<Refusal>> {
    let current = lists::current(&gateway, caller.on_behalf(&path.business_id)?).await?;
    let entry = compliance::requirement(&current.clerk, &path.code)?;
    let standings = standings(&gateway, &current).await?;
    Ok(Tagged::whole(current.sight(&standings).row(entry, current.list.row(&path.code))))
}

/// List the questions that a list leaves open
///
/// The facts without which it cannot be said whether requirements apply, what most of them wait for first. All answers
/// together take at most ten minutes. Answer by changing the profile.
#[utoipa::path(tag = "requirements", params(BusinessPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.2", "4.7.1.6"]))))]
#[get("/businesses/{business_id}/requirements/questions")]
pub async fn list_requirement_questions(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Tagged<QuestionList>, Rejection<Refusal>> {
    let Current { clerk, business, list, now: _ } =
        lists::current(&gateway, caller.on_behalf(&path.business_id)?).await?;
    let open = list.rows.iter().filter(|row| row.verdict == Verdict::NeedsAnswer);
    let open = open.map(|row| row.code.as_str());
    let asked = questions(&clerk.registry, Facts(&business.profile), open);
    Ok(Tagged::whole(QuestionList::new(&list, &business, &asked)))
}

/// List the changes of a list
///
/// Newest first, each with its cause: the profile, the registry, a day on which something began or ended, or the first
/// drawing. The feed tells of each by `requirements.listed` and `requirements.changed`.
#[utoipa::path(tag = "requirements", params(BusinessPath, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.3", "4.3.5.11"]))))]
#[get("/businesses/{business_id}/requirements/changes")]
pub async fn list_requirement_changes(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<ListChangeView>, Rejection<Refusal>> {
    let current = lists::current(&gateway, caller.on_behalf(&path.business_id)?).await?;
    let (business, page) = (current.business.id, query.page);
    let changes = gateway.store.read(move |tx| tx.lists().changes(&business, &page)).await;
    Ok(Listed(changes.map_err(Refusal::from)?.map(ListChangeView::from)))
}

/// Where the requirements stand with the business.
async fn standings(gateway: &Gateway, current: &Current) -> Result<Standings, Refusal> {
    let business = current.business.clone();
    Ok(gateway.store.read(move |tx| Standings::load(tx, &business)).await?)
}

impl Current {
    fn sight<'a>(&'a self, standings: &'a Standings) -> Sight<'a> {
        Sight {
            registry: &self.clerk.registry,
            profile: &self.business.profile,
            day: self.now.moscow_date(),
            standings: Some((standings, &self.business)),
        }
    }
}

impl PersonalListQuery {
    /// The page of rows that the query asks for.
    fn page(&self, current: &Current, standings: &Standings, request: &PageRequest) -> Page<PersonalRowView> {
        let rows = &current.list.rows;
        let after = request.after.as_deref();
        let start = after.map_or(0, |after| rows.partition_point(|row| row.code.as_str() <= after));
        let entries = rows[start..].iter().filter_map(|row| {
            let entry = current.clerk.registry.requirement(&row.code)?;
            self.admits(row, entry).then_some((row, entry))
        });
        let found: Vec<_> = entries.take(request.limit as usize + 1).collect();
        let page = Page::cut(found, request, |(row, _)| row.code.clone());
        page.map(|(row, entry)| current.sight(standings).row(entry, Some(row)))
    }

    fn admits(&self, row: &Row, entry: &Entry) -> bool {
        let Self { verdict, life_situation, supervisor, kind } = self;
        let requirement = &entry.requirement;
        verdict.is_none_or(|verdict| row.verdict == verdict)
            && kind.is_none_or(|kind| requirement.kind == kind)
            && supervisor.as_ref().is_none_or(|one| requirement.supervisors.contains(one))
            && life_situation.as_ref().is_none_or(|one| requirement.life_situations.contains(one))
    }
}
