//! Inquiries that a supervisor makes at the state's resources of its own accord.

use actix_web::{get, http::StatusCode, post, web::Data};
use domain::{
    compliance::{
        Refusal,
        evidence::{
            ask::ask,
            inquiry::{Inquiry, InquiryState},
        },
    },
    ids::EvidenceInquiryId,
    ports::store::Tx,
    record::{RecordFilter, Stored},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AuthoritySupervisionManage, Scope},
    extract::{Caller, IdempotencyKey, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    models::requirements::inquiry::{InquiriesView, InquiryView, NewSupervisorInquiries},
    problem::Rejection,
    reply::{Done, Fetched, Listed, render},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(InquiriesView, InquiryView)))]
pub struct Schemas;

/// An inquiry of the calling authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AskedPath {
    /// The inquiry.
    pub inquiry_id: EvidenceInquiryId,
}

/// Which inquiries to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AskedQuery {
    /// Only in this state.
    pub state: Option<InquiryState>,
}

/// Ask the state's resources as a supervisor
///
/// About up to 50 businesses in one call, without contact with them: what the resources hold for the requirements that
/// the caller supervises there, or for the named ones among them. The answers come into each business's evidence map, a
/// change is an event for both sides; each business sees that it was asked about. Nothing is asked where one business
/// has no such requirement.
#[utoipa::path(tag = "authority", params(IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])), extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[post("/authority/evidence-inquiries")]
pub async fn ask_for_evidence(
    caller: Caller<AuthoritySupervisionManage>,
    key: IdempotencyKey,
    body: Json<NewSupervisorInquiries>,
    gateway: Data<Gateway>,
) -> Result<Done<InquiriesView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (command, clerk) = (body.value.into_command(caller.as_authority()?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let made = ask(tx, &clerk, &command, stamp)?;
        let view = InquiriesView { items: made.into_iter().map(InquiryView::from).collect() };
        Ok(render(StatusCode::OK, &view, None, None))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the inquiries of the calling authority
///
/// Oldest first.
#[utoipa::path(tag = "authority", params(AskedQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])), extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[get("/authority/evidence-inquiries")]
pub async fn list_asked_inquiries(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<AskedQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<InquiryView>, Rejection<Refusal>> {
    let (authority, page) = (caller.as_authority()?.authority, query.page);
    let state = query.filter.state.map(|state| <&str>::from(state).to_owned());
    let filter = RecordFilter { state, requirement: None };
    let found = gateway.store.read(move |tx| Stored::<Inquiry>::of_authority(tx, &authority, &filter, &page));
    Ok(Listed(found.await.map_err(Refusal::from)?.map(InquiryView::from)))
}

/// Get an inquiry of the calling authority
///
/// How far it has come, and what no resource has answered yet.
#[utoipa::path(tag = "authority", params(AskedPath, IfNoneMatch),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])), extensions(("x-standard" = json!(["4.8.1.1"]))))]
#[get("/authority/evidence-inquiries/{inquiry_id}")]
pub async fn get_asked_inquiry(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<AskedPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<InquiryView>, Rejection<Refusal>> {
    let (authority, id) = (caller.as_authority()?.authority, path.into_inner().inquiry_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        Stored::<Inquiry>::addressed(tx, &authority, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}
