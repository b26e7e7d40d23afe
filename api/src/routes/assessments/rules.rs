//! The rules of assessment, settled by the operator of the registry while the gateway runs.

use actix_web::{get, put, web::Data};
use domain::{
    assessment::settle::{settle, settled},
    compliance::Refusal,
    ports::store::Tx,
    requirement::{document::RegistryKind, history::history},
};
use utoipa::OpenApi;

use crate::{
    access::scope::{AuthorityRegistryOperate, Scope},
    extract::{Caller, IfMatch, IfNoneMatch, Json, PageQuery, Paged, version_tag},
    gateway::Gateway,
    models::{
        assessments::rules::{AssessmentRulesView, NewAssessmentRules},
        requirements::registry::RequirementVersion,
    },
    problem::Rejection,
    registry,
    reply::{Done, Fetched, PublicList},
    routes::find::FindError,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AssessmentRulesView)))]
pub struct Schemas;

/// Get the rules of assessment
///
/// As the operator of the registry settled them last: those of the past, of today, and those that begin later.
#[utoipa::path(tag = "assessments", params(IfNoneMatch),
    security(("oauth2" = [AuthorityRegistryOperate::NAME])), extensions(("x-standard" = json!(["4.7.2.1"]))))]
#[get("/authority/assessment-rules")]
pub async fn get_assessment_rules(
    caller: Caller<AuthorityRegistryOperate>,
    gateway: Data<Gateway>,
) -> Result<Fetched<AssessmentRulesView>, Rejection<Refusal>> {
    caller.as_authority()?;
    let found = gateway.store.read(settled).await.map_err(Refusal::from)?;
    Ok(Fetched(found.into()))
}

/// Settle the rules of assessment
///
/// How the kinds of procedure are called, from how many businesses on a figure moves, what is called significant, how often
/// a requirement is due and a business is reminded. Rules that have begun stay as they are: what was told by them is not
/// told anew; new ones begin after today. In force at once with the answer, as one edition of the registry. Needs
/// If-Match. Everybody reads the versions at `/v1/assessments/rules/versions`.
#[utoipa::path(tag = "assessments", params(IfMatch),
    security(("oauth2" = [AuthorityRegistryOperate::NAME])), extensions(("x-standard" = json!(["4.7.2.1"]))))]
#[put("/authority/assessment-rules")]
pub async fn set_assessment_rules(
    caller: Caller<AuthorityRegistryOperate>,
    seen: IfMatch,
    body: Json<NewAssessmentRules>,
    gateway: Data<Gateway>,
) -> Result<Done<AssessmentRulesView>, Rejection<Refusal>> {
    let (command, stamp) = (body.value.into_command(caller.as_authority()?, seen.0), gateway.stamp());
    let effect = move |tx: &mut dyn Tx| settle(tx, &command, stamp.clone());
    let view = AssessmentRulesView::from(gateway.store.write(effect).await?);
    if let Err(error) = registry::refresh(&gateway).await {
        tracing::warn!(%error, "the rules that were settled are not compiled, trying again");
    }
    Ok(Done::new(&view, Some(version_tag(view.version))))
}

/// List the versions of the rules of assessment
///
/// Every version that was in force, newest first: when it came, in which edition of the registry, and which authority
/// settled it.
#[utoipa::path(tag = "assessments", params(PageQuery, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.2.1"]))))]
#[get("/assessments/rules/versions")]
pub async fn list_assessment_rule_versions(
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<PublicList<RequirementVersion>, Rejection<FindError>> {
    let kind = RegistryKind::Assessment;
    let reading = gateway.store.read(move |tx| history(tx, kind, kind.into(), &query.page));
    Ok(PublicList(reading.await.map_err(FindError::from)?.map(RequirementVersion::from)))
}
