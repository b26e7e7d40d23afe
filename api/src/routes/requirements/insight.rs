//! What supervisors read of the documents that businesses showed to them.

use actix_web::{get, web::Data};
use domain::{
    attachment::Attachment,
    compliance::insight::{self, ShownSelfCheck},
    ids::{AttachmentId, BusinessId, CautionId, EvidenceSupplyId, SelfCheckId},
    ports::store::StoreError,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    access::scope::{AuthoritySupervisionManage, Scope},
    extract::{Caller, Path},
    gateway::Gateway,
    problem::Rejection,
    reply::Answered,
    routes::find::FindError,
    upload::{self, Download, UploadError},
};

/// A self-check of a supervised business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ShownCheckPath {
    /// The business.
    pub business_id: BusinessId,
    /// The self-check; the event of its completion names it.
    pub self_check_id: SelfCheckId,
}

/// A document of a supervised business's self-check in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ShownDocumentPath {
    /// The business.
    pub business_id: BusinessId,
    /// The self-check.
    pub self_check_id: SelfCheckId,
    /// The document.
    pub attachment_id: AttachmentId,
}

/// A document sent upon a caution of the calling authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CautionDocumentPath {
    /// The caution.
    pub caution_id: CautionId,
    /// The document.
    pub attachment_id: AttachmentId,
}

/// A supply addressed to the authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SuppliedPath {
    /// The supply.
    pub supply_id: EvidenceSupplyId,
}

/// Read a self-check as its supervisor
///
/// One with which documents were shown for what the authority supervises: the verdicts on these requirements and the
/// documents. Each reading is an event that the business sees.
#[utoipa::path(tag = "authority", params(ShownCheckPath),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[get("/authority/businesses/{business_id}/self-checks/{self_check_id}")]
pub async fn read_business_self_check(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<ShownCheckPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<ShownSelfCheck>, Rejection<FindError>> {
    let (actor, clerk, stamp) = (caller.as_authority()?, gateway.clerk(), gateway.stamp());
    let ShownCheckPath { business_id, self_check_id } = path.into_inner();
    let reading = gateway.store.write(move |tx| {
        insight::self_check(tx, &clerk, (&actor, &business_id, &self_check_id), stamp.clone())
    });
    let found = reading.await.map_err(FindError::from)?;
    Ok(Answered(found.ok_or(FindError::NotFound)?))
}

/// Download a document of a self-check
///
/// The bytes of an attachment that was shown for what the authority supervises. Each reading is an event that the
/// business sees.
#[utoipa::path(tag = "authority", params(ShownDocumentPath),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[get("/authority/businesses/{business_id}/self-checks/{self_check_id}/attachments/{attachment_id}")]
pub async fn download_self_check_document(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<ShownDocumentPath>,
    gateway: Data<Gateway>,
) -> Result<Download, Rejection<UploadError>> {
    let (actor, clerk, stamp) = (caller.as_authority()?, gateway.clerk(), gateway.stamp());
    let ShownDocumentPath { business_id, self_check_id, attachment_id } = path.into_inner();
    let reading = gateway.store.write(move |tx| {
        let about = (&actor, &business_id, &self_check_id);
        insight::of_self_check(tx, &clerk, about, &attachment_id, stamp.clone())
    });
    send(&gateway, reading.await).await
}

/// Download a document sent upon a caution
///
/// The bytes of an attachment of the objection or of the notice of measures. Each reading is an event that the business
/// sees.
#[utoipa::path(tag = "authority", params(CautionDocumentPath),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[get("/authority/cautions/{caution_id}/attachments/{attachment_id}")]
pub async fn download_caution_document(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<CautionDocumentPath>,
    gateway: Data<Gateway>,
) -> Result<Download, Rejection<UploadError>> {
    let (actor, clerk, stamp) = (caller.as_authority()?, gateway.clerk(), gateway.stamp());
    let CautionDocumentPath { caution_id, attachment_id } = path.into_inner();
    let reading = gateway.store.write(move |tx| {
        insight::of_caution(tx, &clerk, (&actor, &caution_id), &attachment_id, stamp.clone())
    });
    send(&gateway, reading.await).await
}

/// Download supplied evidence
///
/// The bytes of the attachment; `Repr-Digest` carries their SHA-256. Not found where the document stayed with the
/// business. Each reading is an event that the business sees.
#[utoipa::path(tag = "authority", params(SuppliedPath),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[get("/authority/evidence-supplies/{supply_id}/content")]
pub async fn download_supplied_evidence(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<SuppliedPath>,
    gateway: Data<Gateway>,
) -> Result<Download, Rejection<UploadError>> {
    let (actor, clerk, stamp) = (caller.as_authority()?, gateway.clerk(), gateway.stamp());
    let id = path.into_inner().supply_id;
    let reading = gateway.store.write(move |tx| insight::of_supply(tx, &clerk, (&actor, &id), stamp.clone()));
    send(&gateway, reading.await).await
}

async fn send(
    gateway: &Gateway,
    found: Result<Option<Attachment>, StoreError>,
) -> Result<Download, Rejection<UploadError>> {
    let attachment = found.map_err(UploadError::from)?.ok_or(UploadError::NotFound)?;
    Ok(upload::send(gateway, &attachment).await?)
}
