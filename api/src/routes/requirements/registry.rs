//! The registry of requirements: public, no token is needed.

use actix_web::{get, web::Data};
use domain::{
    ids::AuthorityId,
    requirement::{
        browse::{self, RequirementFilter},
        document::RegistryKind,
        history::history,
        model::{ActKind, Level, RequirementKind, RequirementStatus},
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::{Validate, ValidationError};

use crate::{
    extract::{IfNoneMatch, PageQuery, Paged, Path, foreign_cursor, refuse},
    gateway::Gateway,
    models::requirements::registry::{
        AlgorithmList, FactList, FactView, RequirementSummary, RequirementVersion, RequirementView,
    },
    problem::Rejection,
    reply::{Public, PublicList},
    routes::find::FindError,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(
    AlgorithmList,
    FactList,
    FactView,
    RequirementSummary,
    RequirementVersion,
    RequirementView
)))]
pub struct Schemas;

/// A requirement in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RequirementPath {
    /// Its code.
    #[param(example = "OT-028")]
    pub code: String,
}

/// Which requirements to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequirementQuery {
    /// Free text in Russian or English, in any form of its words; the likeliest come first.
    #[validate(length(min = 1, max = 500))]
    #[param(min_length = 1, max_length = 500, example = "касса")]
    pub q: Option<String>,
    /// Of this life situation, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64, example = "open-cafe")]
    pub life_situation: Option<String>,
    /// Whose acts this body develops.
    pub developer: Option<AuthorityId>,
    /// Set by an act of this level.
    pub level: Option<Level>,
    /// Set by an act of this kind.
    pub act_kind: Option<ActKind>,
    /// Set by this act, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64, example = "54-fz-2003")]
    pub act: Option<String>,
    /// Under a key word or phrase that holds this one, blind to case and to ё/е.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100, example = "чек")]
    pub keyword: Option<String>,
    /// These, by code, with commas between; at most 100.
    #[validate(length(max = 6500), custom(function = few_codes))]
    #[param(max_length = 6500, example = "OT-001,OT-028")]
    pub code: Option<String>,
    /// Standing so.
    pub status: Option<RequirementStatus>,
    /// Of this kind.
    pub kind: Option<RequirementKind>,
    /// Supervised by this authority.
    pub supervisor: Option<AuthorityId>,
    /// That can concern a business whose one kind of activity this is, by OKVED 2.
    #[validate(custom(function = activity_code))]
    #[param(max_length = 8, pattern = r"^\d{2}(\.\d{1,2}){0,2}$", example = "56.10")]
    pub activity: Option<String>,
    /// That bind on this day.
    #[param(value_type = Option<String>, format = Date, example = "2026-12-01")]
    pub on: Option<jiff::civil::Date>,
}

/// How many codes one call may name.
const MOST_CODES: usize = 100;

fn few_codes(codes: &str) -> Result<(), ValidationError> {
    if codes.split(',').count() <= MOST_CODES {
        return Ok(());
    }
    Err(refuse("range", "Кодов — не больше 100.", "There must be at most 100 codes."))
}

/// A code of OKVED 2: a class, and perhaps a group behind it.
pub fn activity_code(code: &str) -> Result<(), ValidationError> {
    let mut parts = code.split('.');
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let class = parts.next().is_some_and(|class| class.len() == 2 && digits(class));
    let rest: Vec<&str> = parts.collect();
    if class && rest.len() <= 2 && rest.iter().all(|part| (1..=2).contains(&part.len()) && digits(part)) {
        return Ok(());
    }
    Err(refuse("format", "Нужен код ОКВЭД 2, например 56.10.", "A code of OKVED 2 is needed, such as 56.10."))
}

impl RequirementQuery {
    /// The filter, and the free text apart.
    fn into_filter(self) -> (RequirementFilter, Option<String>) {
        let Self { q, life_situation, developer, level, act_kind, act, keyword, code, status, .. } = self;
        let codes =
            code.iter().flat_map(|codes| codes.split(',')).map(str::trim).filter(|code| !code.is_empty());
        let filter = RequirementFilter {
            life_situation,
            developer,
            level,
            act_kind,
            act,
            keyword,
            codes: codes.map(str::to_owned).collect(),
            status,
            kind: self.kind,
            supervisor: self.supervisor,
            activity: self.activity,
            on: self.on,
        };
        (filter, q)
    }
}

/// Find requirements
///
/// The registry by every parameter that assessments are set up by (4.7.2.1): each narrows the list. With `q` the
/// likeliest come first, else the order is that of codes. The page's ETag stays as long as nothing in it changes.
#[utoipa::path(tag = "requirements", params(RequirementQuery, PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.1", "4.7.1.2"]))))]
#[get("/requirements")]
pub async fn list_requirements(
    query: Paged<RequirementQuery>,
    gateway: Data<Gateway>,
) -> Result<PublicList<RequirementSummary>, Rejection<FindError>> {
    let today = gateway.clock.now().moscow_date();
    let edition = gateway.registry.load();
    let (filter, text) = query.filter.into_filter();
    let over = (edition.registry.as_ref(), edition.search.as_ref());
    let page = browse::requirements(over, (&filter, text.as_deref()), &query.page);
    let page = page.map_err(|browse::ForeignKey| foreign_cursor())?;
    Ok(PublicList(page.map(|found| RequirementSummary::new(&found.item, found.score, today))))
}

/// Get a requirement
///
/// The version in force of one requirement with its act and the algorithms that fulfil it; drafts and repealed
/// requirements are there, too, and say so.
#[utoipa::path(tag = "requirements", params(RequirementPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.1.2", "4.8.1.6"]))))]
#[get("/requirements/{code}")]
pub async fn get_requirement(
    path: Path<RequirementPath>,
    gateway: Data<Gateway>,
) -> Result<Public<RequirementView>, Rejection<FindError>> {
    let today = gateway.clock.now().moscow_date();
    let edition = gateway.registry.load();
    let entry = edition.requirement(&path.code).ok_or(FindError::NotFound)?;
    Ok(Public::new(&RequirementView::new(&edition, entry, today), None))
}

/// List a requirement's versions
///
/// Every version that was in force, newest first: when it came, in which edition of the registry, and which authority
/// brought it.
#[utoipa::path(tag = "requirements", params(RequirementPath, PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.1.1"]))))]
#[get("/requirements/{code}/versions")]
pub async fn list_requirement_versions(
    path: Path<RequirementPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<PublicList<RequirementVersion>, Rejection<FindError>> {
    let code = path.into_inner().code;
    gateway.registry.load().requirement(&code).ok_or(FindError::NotFound)?;
    let reading = gateway.store.read(move |tx| history(tx, RegistryKind::Requirement, &code, &query.page));
    let page = reading.await.map_err(FindError::from)?;
    Ok(PublicList(page.map(RequirementVersion::from)))
}

/// List the algorithms that fulfil a requirement
///
/// What to do, step by step, so that the requirement is met. At least one has no condition (`when` is null) and fits
/// everybody to whom the requirement applies; one algorithm may fulfil several requirements.
#[utoipa::path(tag = "requirements", params(RequirementPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.8.1.6"]))))]
#[get("/requirements/{code}/algorithms")]
pub async fn list_requirement_algorithms(
    path: Path<RequirementPath>,
    gateway: Data<Gateway>,
) -> Result<Public<AlgorithmList>, Rejection<FindError>> {
    let edition = gateway.registry.load();
    edition.requirement(&path.code).ok_or(FindError::NotFound)?;
    Ok(Public::new(&AlgorithmList::of(&edition, &path.code), None))
}

/// List the facts that requirements rest on
///
/// Each with the question that asks for it and the values it may have. The facts are members of the profile.
#[utoipa::path(tag = "requirements", params(IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.1.2"]))))]
#[get("/requirements/facts")]
pub async fn list_requirement_facts(gateway: Data<Gateway>) -> Public<FactList> {
    Public::new(&FactList::from(gateway.registry.load().facts()), None)
}
