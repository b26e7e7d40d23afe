//! What a change of the profile would do to the list.

use actix_web::{post, web::Data};
use domain::{compliance::Refusal, requirement::what_if::supposed};
use utoipa::OpenApi;

use crate::{
    access::scope::{RequirementsRead, Scope},
    extract::{Caller, Json, Path},
    gateway::Gateway,
    lists::{self, Current},
    models::requirements::supposed::{NewWhatIf, WhatIfView},
    problem::Rejection,
    reply::Answered,
    routes::submissions::BusinessPath,
};

/// The schemas that the handler below replies with.
#[derive(OpenApi)]
#[openapi(components(schemas(WhatIfView)))]
pub struct Schemas;

/// Try a change of the profile
///
/// What would come on the list, leave it or get another verdict if the profile changed so ("if I hire a sixteenth
/// person"), each with the reason, and what would have to be asked then. The same change made afterwards does exactly
/// that. Nothing is stored.
#[utoipa::path(tag = "requirements", params(BusinessPath), security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.1.2", "4.7.1.6"]))))]
#[post("/businesses/{business_id}/requirements/what-if")]
pub async fn try_profile_change(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    body: Json<NewWhatIf>,
    gateway: Data<Gateway>,
) -> Result<Answered<WhatIfView>, Rejection<Refusal>> {
    let current = lists::current(&gateway, caller.on_behalf(&path.business_id)?).await?;
    let supposed = supposed(&current.clerk.catalogue, &current.business, &body.value.profile)?;
    let Current { clerk, list, now, business: _ } = current;
    Ok(Answered(WhatIfView::new(&clerk.registry, &list, &supposed, now)))
}
