//! The acts that set requirements: public, no token is needed.

use actix_web::{get, web::Data};
use domain::{
    ids::AuthorityId,
    requirement::{
        browse::{self, ActFilter},
        model::{ActKind, Level},
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    extract::{IfNoneMatch, PageQuery, Paged, Path, foreign_cursor},
    gateway::Gateway,
    models::requirements::registry::ActView,
    problem::Rejection,
    reply::{Public, PublicList},
    routes::find::FindError,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ActView)))]
pub struct Schemas;

/// An act in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ActPath {
    /// Its code.
    #[param(example = "54-fz-2003")]
    pub code: String,
}

/// Which acts to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActQuery {
    /// Free text or a number, in any form of its words; the likeliest come first.
    #[validate(length(min = 1, max = 500))]
    #[param(min_length = 1, max_length = 500, example = "54-ФЗ")]
    pub q: Option<String>,
    /// Of this kind.
    pub kind: Option<ActKind>,
    /// Of this level.
    pub level: Option<Level>,
    /// Developed by this body.
    pub developer: Option<AuthorityId>,
}

/// Find acts
///
/// The acts that set requirements. With `q` the likeliest come first, else the order is that of codes.
#[utoipa::path(tag = "requirements", params(ActQuery, PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.1"]))))]
#[get("/acts")]
pub async fn list_acts(
    query: Paged<ActQuery>,
    gateway: Data<Gateway>,
) -> Result<PublicList<ActView>, Rejection<FindError>> {
    let edition = gateway.registry.load();
    let ActQuery { q, kind, level, developer } = query.filter;
    let over = (edition.registry.as_ref(), edition.search.as_ref());
    let page = browse::acts(over, (&ActFilter { kind, level, developer }, q.as_deref()), &query.page);
    let page = page.map_err(|browse::ForeignKey| foreign_cursor())?;
    Ok(PublicList(page.map(|found| ActView::new(&found.item, found.score))))
}

/// Get an act
///
/// One act that sets requirements.
#[utoipa::path(tag = "requirements", params(ActPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.1"]))))]
#[get("/acts/{code}")]
pub async fn get_act(
    path: Path<ActPath>,
    gateway: Data<Gateway>,
) -> Result<Public<ActView>, Rejection<FindError>> {
    let edition = gateway.registry.load();
    let act = edition.act(&path.code).ok_or(FindError::NotFound)?;
    Ok(Public::new(&ActView::new(act, None), None))
}
