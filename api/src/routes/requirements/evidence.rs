//! The evidence map: what the state's resources hold of a business, inquiries at them, and the supervisor's reading.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        Refusal,
        evidence::{
            EvidenceState, RequirementEvidence, StateProof,
            inquiry::{Inquiry, inquire},
            reading::{self, MapFilter},
        },
        insight::ShownSelfCheck,
        kept,
    },
    ids::{BusinessId, EvidenceInquiryId},
    ports::store::Tx,
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::inapplicability::OwnRequirementPath;
use crate::{
    access::scope::{AuthoritySupervisionManage, RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    models::requirements::inquiry::{InquiryView, NewInquiry},
    problem::Rejection,
    reply::{Answered, Created, Fetched, Listed, created},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(InquiryView, RequirementEvidence, ShownSelfCheck)))]
pub struct Schemas;

/// An inquiry of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InquiryPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The inquiry.
    pub inquiry_id: EvidenceInquiryId,
}

/// A business that an authority supervises, in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SupervisedBusinessPath {
    /// The business.
    pub business_id: BusinessId,
}

/// Which rows of the map to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EvidenceQuery {
    /// Only where the state's data say this of compliance.
    pub proof: Option<StateProof>,
    /// Only with a piece of evidence that stands here.
    pub state: Option<EvidenceState>,
}

impl EvidenceQuery {
    fn filter(&self) -> MapFilter {
        MapFilter { proof: self.proof, state: self.state }
    }
}

/// Ask the state's resources for evidence
///
/// The gateway goes round the resources and asks what they hold of the business, for the named requirements of its list
/// or for all; one that does not answer is asked again for a day. The answers come into the map, a change is an event.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[post("/businesses/{business_id}/evidence/inquiries")]
pub async fn create_evidence_inquiry(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewInquiry>,
    gateway: Data<Gateway>,
) -> Result<Created<InquiryView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (clerk, codes) = (gateway.clerk(), body.value.requirements);
    let effect = move |tx: &mut dyn Tx, stamp| {
        let made = inquire(tx, &clerk, (&on_behalf, codes.as_deref()), stamp)?;
        let view = InquiryView::from(made);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Get an inquiry at the state's resources
///
/// How far it has come, and what no resource has answered yet.
#[utoipa::path(tag = "requirements", params(InquiryPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/businesses/{business_id}/evidence/inquiries/{inquiry_id}")]
pub async fn get_evidence_inquiry(
    caller: Caller<RequirementsRead>,
    path: Path<InquiryPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<InquiryView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().inquiry_id;
    let found = gateway.store.read(move |tx| kept::own::<Inquiry>(tx, &on_behalf, &id)).await?;
    Ok(Fetched(found.into()))
}

/// Read the evidence map
///
/// For each requirement of the list and each piece of evidence: whether the state's resource holds it, as of which day, how
/// long it is fresh, what the business disputed and supplied; and what follows of compliance from state data alone.
#[utoipa::path(tag = "requirements", params(BusinessPath, EvidenceQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/businesses/{business_id}/evidence")]
pub async fn list_evidence(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<EvidenceQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<RequirementEvidence>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (clerk, now) = (gateway.clerk(), gateway.clock.now());
    let (filter, page) = (query.filter.filter(), query.page);
    let found = gateway.store.read(move |tx| reading::read(tx, &clerk, &on_behalf, (filter, &page), now));
    Ok(Listed(found.await?))
}

/// Read the evidence for a requirement
///
/// As a row of the map, also for a requirement that is not on the list.
#[utoipa::path(tag = "requirements", params(OwnRequirementPath), security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.2"]))))]
#[get("/businesses/{business_id}/requirements/{code}/evidence")]
pub async fn get_requirement_evidence(
    caller: Caller<RequirementsRead>,
    path: Path<OwnRequirementPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<RequirementEvidence>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (clerk, now, code) = (gateway.clerk(), gateway.clock.now(), path.into_inner().code);
    let found = gateway.store.read(move |tx| reading::read_one(tx, &clerk, (&on_behalf, &code), now));
    Ok(Answered(found.await?))
}

/// Read a business's evidence as its supervisor
///
/// What state data say of compliance, without contact with the business: the rows of requirements that the authority
/// supervises. Each reading is an event that the business sees.
#[utoipa::path(tag = "authority", params(SupervisedBusinessPath, EvidenceQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[get("/authority/businesses/{business_id}/evidence")]
pub async fn read_business_evidence(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<SupervisedBusinessPath>,
    query: Paged<EvidenceQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<RequirementEvidence>, Rejection<Refusal>> {
    let (actor, business) = (caller.as_authority()?, path.into_inner().business_id);
    let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
    let (filter, page) = (query.filter.filter(), query.page);
    let reading = gateway.store.write(move |tx| {
        reading::read_as_supervisor(tx, &clerk, (&actor, &business), (filter, &page), stamp.clone())
    });
    Ok(Listed(reading.await?))
}
