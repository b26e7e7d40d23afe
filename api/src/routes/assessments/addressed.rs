//! The authority's side: assessments of its requirements, and what it does with them.

use actix_web::{get, post, web::Data};
use domain::{
    assessment::{
        Procedure,
        consider::{addressed, consider},
        scope::RequirementFilter,
    },
    compliance::Refusal,
    ids::{AssessmentRef, AuthorityId},
    ports::store::{StoreError, Tx},
    requirement::model::{ActKind, Level},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AuthorityAssessmentsManage, Scope},
    extract::{Caller, IdempotencyKey, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    models::assessments::addressed::{AddressedView, NewConsideration},
    problem::Rejection,
    reply::{Done, Exported, done},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(AddressedView)))]
pub struct Schemas;

/// An assessment as authorities name it in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AddressedPath {
    /// The assessment's reference.
    pub reference_id: AssessmentRef,
}

/// Which assessments an authority reads: the parameters of 4.7.2.1.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddressedQuery {
    /// Only of this requirement, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub requirement: Option<String>,
    /// Only of requirements of this life situation, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub life_situation: Option<String>,
    /// Only within this procedure.
    pub procedure: Option<Procedure>,
    /// Only of acts that this body develops.
    pub developer: Option<AuthorityId>,
    /// Only of acts of this level.
    pub level: Option<Level>,
    /// Only of acts of this kind.
    pub act_kind: Option<ActKind>,
    /// Only of this act, by code.
    #[validate(length(max = 64))]
    #[param(max_length = 64)]
    pub act: Option<String>,
    /// Only of requirements with this key word, in any case.
    #[validate(length(max = 200))]
    #[param(max_length = 200)]
    pub keyword: Option<String>,
}

/// List assessments of the authority's requirements
///
/// Of requirements whose act the authority develops or which it supervises, without identity, or with it where the
/// business agrees. `respondent` joins what one business says of one requirement; nothing joins requirements. `Accept`
/// chooses JSON, a line for each (`application/x-ndjson`) or a table (`text/csv`); `Link` leads to the next page.
#[utoipa::path(tag = "assessments", params(AddressedQuery, PageQuery),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])),
    extensions(("x-standard" = json!(["4.7.2.1", "4.7.5.3"]))))]
#[get("/authority/assessments")]
pub async fn list_addressed_assessments(
    caller: Caller<AuthorityAssessmentsManage>,
    query: Paged<AddressedQuery>,
    gateway: Data<Gateway>,
) -> Result<Exported<AddressedView>, Rejection<StoreError>> {
    let (authority, clerk) = (caller.as_authority()?.authority, gateway.clerk());
    let Paged { filter, page, list: _ } = query;
    let AddressedQuery { requirement, life_situation, procedure, developer, level, act_kind, act, keyword } =
        filter;
    let wanted = RequirementFilter { requirement, life_situation, developer, level, act_kind, act, keyword };
    let found = gateway.store.read(move |tx| addressed(tx, &clerk, &authority, (&wanted, procedure), &page));
    Ok(Exported(found.await?.map(AddressedView::from)))
}

/// Say what becomes of an assessment
///
/// Received, considered, then used, used in part or refused with the reasons, and the act in which it was used. The
/// business is told by the event `assessment.considered`. Other authorities' assessments are not found.
#[utoipa::path(tag = "assessments", params(AddressedPath, IdempotencyKey),
    security(("oauth2" = [AuthorityAssessmentsManage::NAME])), extensions(("x-standard" = json!(["4.7.5.2"]))))]
#[post("/authority/assessments/{reference_id}/consideration")]
pub async fn consider_assessment(
    caller: Caller<AuthorityAssessmentsManage>,
    path: Path<AddressedPath>,
    key: IdempotencyKey,
    body: Json<NewConsideration>,
    gateway: Data<Gateway>,
) -> Result<Done<AddressedView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (actor, clerk) = (caller.as_authority()?, gateway.clerk());
    let command = body.value.into_command(actor, path.into_inner().reference_id);
    let effect = move |tx: &mut dyn Tx, stamp| {
        consider(tx, &clerk, &command, stamp).map(|shown| done(&AddressedView::from(shown)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
