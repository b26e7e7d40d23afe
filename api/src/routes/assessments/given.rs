//! A business's assessments: given, revised, read with their history and with what became of them.

use actix_web::{get, post, web::Data};
use domain::{
    assessment::{
        Assessment, AssessmentFilter, Procedure,
        disclose::{DiscloseCommand, disclose},
        give::give,
    },
    compliance::{self, Refusal},
    ids::{AssessmentId, BusinessId},
    mandate::OnBehalf,
    ports::store::Tx,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AssessmentsRead, AssessmentsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::assessments::assessment::{
        AssessmentVersionList, AssessmentView, ConsiderationView, NewAssessment, NewDisclosure,
    },
    problem::Rejection,
    reply::{Answered, Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AssessmentVersionList, AssessmentView, ConsiderationView)))]
pub struct Schemas;

/// An assessment in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AssessmentPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The assessment.
    pub assessment_id: AssessmentId,
}

/// Which assessments to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssessmentQuery {
    /// Only of this requirement, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub requirement: Option<String>,
    /// Only of this calendar year.
    #[validate(range(min = 2000, max = 9999))]
    #[param(minimum = 2000, maximum = 9999)]
    pub year: Option<i16>,
    /// Only within this procedure.
    pub procedure: Option<Procedure>,
}

/// Assess a requirement
///
/// One assessment for each requirement, procedure and calendar year: a second one in the year revises the first (its
/// version counts up, its history stays). Only a requirement in force that stands on the business's list can be
/// assessed, with at least one instrument. The answer holds the receipt.
#[utoipa::path(tag = "assessments", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.3.1", "4.7.3.2/1", "4.7.3.2/2", "4.7.3.2/3", "4.7.3.2/4", "4.7.3.2/5",
        "4.7.3.2/6", "4.7.5.3"]))))]
#[post("/businesses/{business_id}/assessments")]
pub async fn give_assessment(
    caller: Caller<AssessmentsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewAssessment>,
    gateway: Data<Gateway>,
) -> Result<Created<AssessmentView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = AssessmentView::from(give(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List a business's assessments
///
/// The whole history, newest first, cut by requirement, year and procedure.
#[utoipa::path(tag = "assessments", params(BusinessPath, AssessmentQuery, PageQuery),
    security(("oauth2" = [AssessmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.2.2", "4.7.3.3"]))))]
#[get("/businesses/{business_id}/assessments")]
pub async fn list_assessments(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    query: Paged<AssessmentQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<AssessmentView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let Paged { filter: AssessmentQuery { requirement, year, procedure }, page, list: _ } = query;
    let filter = AssessmentFilter { requirement, year, procedure };
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Ok(tx.assessments().list(&actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(AssessmentView::from)))
}

/// Get an assessment
///
/// As it stands; its earlier versions and what became of it have addresses of their own.
#[utoipa::path(tag = "assessments", params(AssessmentPath, IfNoneMatch),
    security(("oauth2" = [AssessmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.2.2", "4.7.3.3"]))))]
#[get("/businesses/{business_id}/assessments/{assessment_id}")]
pub async fn get_assessment(
    caller: Caller<AssessmentsRead>,
    path: Path<AssessmentPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<AssessmentView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().assessment_id;
    let found = gateway.store.read(move |tx| own(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// List the versions of an assessment
///
/// What the business said, newest first: nothing of it is lost by a revision.
#[utoipa::path(tag = "assessments", params(AssessmentPath), security(("oauth2" = [AssessmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.2.2", "4.7.3.3"]))))]
#[get("/businesses/{business_id}/assessments/{assessment_id}/versions")]
pub async fn list_assessment_versions(
    caller: Caller<AssessmentsRead>,
    path: Path<AssessmentPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<AssessmentVersionList>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().assessment_id;
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let current = own(tx, &on_behalf, &id)?;
        Ok((current, tx.assessments().versions(&id)?))
    });
    let (current, replaced) = found.await?;
    Ok(Answered(AssessmentVersionList::new(current, replaced)))
}

/// Agree to be named, or no longer
///
/// The developers of the requirement read the assessment with its business's identity only while the business agrees.
/// The answer holds the receipt.
#[utoipa::path(tag = "assessments", params(AssessmentPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])), extensions(("x-standard" = json!(["4.7.5.3"]))))]
#[post("/businesses/{business_id}/assessments/{assessment_id}/identity-disclosure")]
pub async fn set_identity_disclosure(
    caller: Caller<AssessmentsWrite>,
    path: Path<AssessmentPath>,
    key: IdempotencyKey,
    body: Json<NewDisclosure>,
    gateway: Data<Gateway>,
) -> Result<Done<AssessmentView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (id, disclose_identity) = (path.into_inner().assessment_id, body.value.disclose_identity);
    let (command, clerk) = (DiscloseCommand { on_behalf, id, disclose_identity }, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        disclose(tx, &clerk, &command, &received, stamp).map(|kept| done(&AssessmentView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Get what became of an assessment
///
/// What the developer or the supervisor of the requirement said of it, up to the act that used it or the reasons why
/// it was not used.
#[utoipa::path(tag = "assessments", params(AssessmentPath, IfNoneMatch),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.5.2"]))))]
#[get("/businesses/{business_id}/assessments/{assessment_id}/consideration")]
pub async fn get_assessment_consideration(
    caller: Caller<AssessmentsRead>,
    path: Path<AssessmentPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<ConsiderationView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().assessment_id;
    let found = gateway.store.read(move |tx| own(tx, &on_behalf, &id)).await?;
    Ok(Fetched(ConsiderationView { steps: found.considerations }))
}

fn own(tx: &mut dyn Tx, on_behalf: &OnBehalf, id: &AssessmentId) -> Result<Assessment, Refusal> {
    let actor = compliance::actor(tx, on_behalf)?;
    tx.assessments().find(&actor.business, id)?.ok_or(Refusal::NotFound)
}
