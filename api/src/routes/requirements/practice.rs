//! What supervisors publish of their practice: public, no token is needed.

use actix_web::{get, web::Data};
use domain::{
    ids::AuthorityId,
    requirement::{
        browse::ForeignKey,
        document::RegistryKind,
        history::history,
        practice::{PracticeFilter, PracticeKind, published},
    },
};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::registry::activity_code;
use crate::{
    extract::{IfNoneMatch, PageQuery, Paged, Path, foreign_cursor},
    gateway::Gateway,
    models::requirements::{
        practice::{PracticeSummary, PracticeView},
        registry::RequirementVersion,
    },
    problem::Rejection,
    reply::{Public, PublicList},
    routes::find::FindError,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(PracticeSummary, PracticeView)))]
pub struct Schemas;

/// A digest or an explanation in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PracticePath {
    /// Its code.
    #[param(example = "fns-kkt-2025")]
    pub code: String,
}

/// Which publications to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PracticeQuery {
    /// Free text in Russian or English, in any form of its words; the likeliest come first.
    #[validate(length(min = 1, max = 500))]
    #[param(min_length = 1, max_length = 500, example = "касса")]
    pub q: Option<String>,
    /// Of this kind.
    pub kind: Option<PracticeKind>,
    /// Published by this supervisor.
    pub supervisor: Option<AuthorityId>,
    /// About this requirement, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64, example = "OT-028")]
    pub requirement: Option<String>,
    /// For a business with this kind of activity, by OKVED 2.
    #[validate(custom(function = activity_code))]
    #[param(max_length = 8, pattern = r"^\d{2}(\.\d{1,2}){0,2}$", example = "56.10")]
    pub activity: Option<String>,
    /// About practice of this day or later; an explanation is of the day of its publication.
    #[param(value_type = Option<String>, format = Date, example = "2025-01-01")]
    pub from: Option<Date>,
    /// About practice of this day or earlier.
    #[param(value_type = Option<String>, format = Date, example = "2026-12-31")]
    pub until: Option<Date>,
}

/// Find digests of practice and explanations
///
/// What supervisors publish of how they apply requirements (248-ФЗ, article 47) and of how these are to be met. Each
/// parameter narrows the list; `from` and `until` find what speaks of any day between them. With `q` the likeliest come
/// first, else the order is that of codes. Supervisors bring them by `POST /v1/authority/registry`.
#[utoipa::path(tag = "requirements", params(PracticeQuery, PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/practice")]
pub async fn list_practice(
    query: Paged<PracticeQuery>,
    gateway: Data<Gateway>,
) -> Result<PublicList<PracticeSummary>, Rejection<FindError>> {
    let edition = gateway.registry.load();
    let PracticeQuery { q, kind, supervisor, requirement, activity, from, until } = query.filter;
    let filter = PracticeFilter { kind, supervisor, requirement, activity, from, until };
    let over = (edition.registry.as_ref(), edition.search.as_ref());
    let page = published(over, (&filter, q.as_deref()), &query.page);
    let page = page.map_err(|ForeignKey| foreign_cursor())?;
    Ok(PublicList(page.map(|found| PracticeSummary::new(&found.item, found.score))))
}

/// Get a digest of practice or an explanation
///
/// The version in force, with its text.
#[utoipa::path(tag = "requirements", params(PracticePath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/practice/{code}")]
pub async fn get_practice(
    path: Path<PracticePath>,
    gateway: Data<Gateway>,
) -> Result<Public<PracticeView>, Rejection<FindError>> {
    let edition = gateway.registry.load();
    let publication = edition.publication(&path.code).ok_or(FindError::NotFound)?;
    Ok(Public::new(&PracticeView::from(publication.as_ref()), None))
}

/// List the versions of a digest or an explanation
///
/// Every version that was in force, newest first: when it came and in which edition of the registry.
#[utoipa::path(tag = "requirements", params(PracticePath, PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.8.1.3/5"]))))]
#[get("/practice/{code}/versions")]
pub async fn list_practice_versions(
    path: Path<PracticePath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<PublicList<RequirementVersion>, Rejection<FindError>> {
    let code = path.into_inner().code;
    gateway.registry.load().publication(&code).ok_or(FindError::NotFound)?;
    let reading = gateway.store.read(move |tx| history(tx, RegistryKind::Practice, &code, &query.page));
    let page = reading.await.map_err(FindError::from)?;
    Ok(PublicList(page.map(RequirementVersion::from)))
}
