//! Asking before and after: what would be decided, and how many stand.

use actix_web::{post, web::Data};
use domain::{
    ports::store::StoreError,
    submission::{draft::DraftError, preflight::preflight},
};
use utoipa::OpenApi;

use super::submissions::BusinessPath;
use crate::{
    access::scope::{Scope, SubmissionsRead, SubmissionsWrite},
    extract::{Caller, Json, Language, Path},
    gateway::Gateway,
    models::{
        preflight::{NewPreflight, PreflightView},
        submission::{StatusList, StatusQuery},
    },
    problem::Rejection,
    reply::Answered,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(PreflightView, StatusList)))]
pub struct Schemas;

/// Try a submission
///
/// The whole chain of lodging (mandate, format, consistency with the state's records, eligibility, attachments,
/// duplicates) with the predicted decision and its date. Nothing is created.
#[utoipa::path(tag = "submissions", params(BusinessPath), security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.3.10", "4.6.3.11", "4.1.5", "4.5.7.9/consistency", "4.5.7.9/eligibility", "4.5.7.11"]))))]
#[post("/businesses/{business_id}/submissions/preflight")]
pub async fn preflight_submission(
    caller: Caller<SubmissionsWrite>,
    path: Path<BusinessPath>,
    body: Json<NewPreflight>,
    language: Language,
    gateway: Data<Gateway>,
) -> Result<Answered<PreflightView>, Rejection<DraftError>> {
    let trial = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let (desk, now) = (gateway.desk(), gateway.clock.now());
    let forecast = gateway.store.read(move |tx| preflight(tx, &desk, &trial, now)).await?;
    Ok(Answered(PreflightView::new(forecast, language.0)))
}

/// Ask for many statuses
///
/// Up to 1000 ids of any of the caller's businesses in one call; ids that the caller may not see are named apart.
#[utoipa::path(tag = "submissions", security(("oauth2" = [SubmissionsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1", "4.6.3.8", "4.1.8"]))))]
#[post("/submissions/status-query")]
pub async fn query_submission_statuses(
    caller: Caller<SubmissionsRead>,
    body: Json<StatusQuery>,
    gateway: Data<Gateway>,
) -> Result<Answered<StatusList>, Rejection<StoreError>> {
    let (holder, ids) = (caller.holder()?, body.value.ids);
    let asked = ids.clone();
    let found = gateway.store.read(move |tx| tx.submissions().find_many(&holder, &ids)).await?;
    let visible = found.into_iter().filter(|submission| caller.reaches(&submission.business));
    Ok(Answered(StatusList::new(asked, visible)))
}
