//! Information duties: the calendar of what must be submitted by when, and duties that something started.

use actix_web::{get, post, web::Data};
use domain::{
    compliance::{
        self, Refusal,
        duty::{
            DutyState, InformationDuty,
            coming::{ComingDuty, DutyWindow, coming},
            fulfil::fulfil,
            recur::fulfil_period,
            start::{demand, tell_change},
        },
    },
    ids::{AuthorityId, BusinessId, DutyId},
    ports::store::Tx,
    record::{RecordFilter, Stored},
};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{AuthoritySupervisionManage, RequirementsRead, RequirementsWrite, Scope},
    extract::{Caller, IdempotencyKey, IfMatchOptional, IfNoneMatch, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::requirements::duty::{
        InformationDutyView, NewDutyEvent, NewDutyFulfilment, NewDutyResponse, NewInformationDuty,
    },
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ComingDuty, InformationDutyView)))]
pub struct Schemas;

/// A duty of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DutyPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The duty.
    pub duty_id: DutyId,
}

/// A duty of the calling authority in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DemandedPath {
    /// The duty.
    pub duty_id: DutyId,
}

/// Which duties to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DemandedQuery {
    /// Only in this state.
    pub state: Option<DutyState>,
    /// Only about this requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub requirement: Option<String>,
}

impl From<DemandedQuery> for RecordFilter {
    fn from(query: DemandedQuery) -> Self {
        let DemandedQuery { state, requirement } = query;
        Self { requirement, state: state.map(|state| <&str>::from(state).to_owned()) }
    }
}

/// Which duties of the calendar to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyQuery {
    /// From this day on; today where it is left out.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-23")]
    pub from: Option<Date>,
    /// Until this day; 90 days after the first where it is left out, 400 at most.
    #[param(value_type = Option<String>, format = Date, example = "2027-02-21")]
    pub to: Option<Date>,
    /// Only about this requirement, by code.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    pub requirement: Option<String>,
    /// Only to this authority.
    pub authority: Option<AuthorityId>,
}

impl DutyQuery {
    fn window(self, today: Date) -> Result<DutyWindow, Refusal> {
        let Self { from, to, requirement, authority } = self;
        Ok(DutyWindow { requirement, authority, ..DutyWindow::of((from, to), today)? })
    }
}

/// List the information duties of a business
///
/// The calendar of what must be submitted by when, the nearest first: what the law makes recur, computed from the personal
/// list and moved to working days, and what an authority or an event started. Each says why, and from when to prepare: the
/// sufficient term is the sum of its parts, by the requirement's evidence and the profile.
#[utoipa::path(tag = "requirements", params(BusinessPath, DutyQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[get("/businesses/{business_id}/information-duties")]
pub async fn list_information_duties(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<DutyQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<ComingDuty>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (clerk, now) = (gateway.clerk(), gateway.clock.now());
    let (window, page) = (query.filter.window(now.moscow_date())?, query.page);
    let found = gateway.store.read(move |tx| coming(tx, &clerk, (&on_behalf, &window), &page, now));
    Ok(Listed(found.await?))
}

/// Tell of an event that starts a duty
///
/// The term counts from the day of the event, as the law sets it; the feed recalls it in time. The answer holds the
/// receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[post("/businesses/{business_id}/information-duties")]
pub async fn start_information_duty(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewDutyEvent>,
    gateway: Data<Gateway>,
) -> Result<Created<InformationDutyView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = InformationDutyView::from(tell_change(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Mark a period of a recurring duty as fulfilled
///
/// What the law makes recur is fulfilled period by period: `requirement`, `duty` and `period` name one of the calendar.
/// Its authority is told; the next period stays in the calendar. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[post("/businesses/{business_id}/information-duties/fulfilments")]
pub async fn fulfil_recurring_duty(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewDutyFulfilment>,
    gateway: Data<Gateway>,
) -> Result<Created<InformationDutyView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let command = body.value.into_command(caller.on_behalf(&path.business_id)?);
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = InformationDutyView::from(fulfil_period(tx, &clerk, &command, &received, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Get an information duty
///
/// One that an authority or an event started, with its term and what was submitted.
#[utoipa::path(tag = "requirements", params(DutyPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[get("/businesses/{business_id}/information-duties/{duty_id}")]
pub async fn get_information_duty(
    caller: Caller<RequirementsRead>,
    path: Path<DutyPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<InformationDutyView>, Rejection<Refusal>> {
    let (on_behalf, id) = (caller.on_behalf(&path.business_id)?, path.into_inner().duty_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Stored::<InformationDuty>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}

/// Submit what a duty asks for
///
/// In words, by documents, or both; the authority sees it at once. After the term too: the answer then says that it came
/// late. The answer holds the receipt.
#[utoipa::path(tag = "requirements", params(DutyPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[post("/businesses/{business_id}/information-duties/{duty_id}/response")]
pub async fn fulfil_information_duty(
    caller: Caller<RequirementsWrite>,
    path: Path<DutyPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    body: Json<NewDutyResponse>,
    gateway: Data<Gateway>,
) -> Result<Done<InformationDutyView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (clerk, received) = (gateway.clerk(), received(&claim, Some(body.digest)));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let command = body.value.into_command(on_behalf, path.into_inner().duty_id, seen.0);
    let effect = move |tx: &mut dyn Tx, stamp| {
        fulfil(tx, &clerk, &command, &received, stamp).map(|kept| done(&InformationDutyView::from(kept)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Start an information duty
///
/// Of a business, about a requirement that the caller supervises. The gateway sets a sufficient term by itself, from the
/// evidence and the business's profile: never shorter than the law's least term, never longer than its greatest.
#[utoipa::path(tag = "authority", params(IdempotencyKey),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[post("/authority/information-duties")]
pub async fn demand_information(
    caller: Caller<AuthoritySupervisionManage>,
    key: IdempotencyKey,
    body: Json<NewInformationDuty>,
    gateway: Data<Gateway>,
) -> Result<Created<InformationDutyView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (command, clerk) = (body.value.into_command(caller.as_authority()?), gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, Refusal> {
        let view = InformationDutyView::from(demand(tx, &clerk, &command, stamp)?);
        let location = format!("/v1/authority/information-duties/{}", view.id);
        Ok(created(&view, location))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// List the information duties owed to the calling authority
///
/// Oldest first, with what was submitted.
#[utoipa::path(tag = "authority", params(DemandedQuery, PageQuery),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[get("/authority/information-duties")]
pub async fn list_demanded_information(
    caller: Caller<AuthoritySupervisionManage>,
    query: Paged<DemandedQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<InformationDutyView>, Rejection<Refusal>> {
    let authority = caller.as_authority()?.authority;
    let (filter, page) = (RecordFilter::from(query.filter), query.page);
    let found =
        gateway.store.read(move |tx| Stored::<InformationDuty>::of_authority(tx, &authority, &filter, &page));
    Ok(Listed(found.await.map_err(Refusal::from)?.map(InformationDutyView::from)))
}

/// Get an information duty owed to the calling authority
///
/// With its term and what was submitted.
#[utoipa::path(tag = "authority", params(DemandedPath, IfNoneMatch),
    security(("oauth2" = [AuthoritySupervisionManage::NAME])),
    extensions(("x-standard" = json!(["4.8.1.4"]))))]
#[get("/authority/information-duties/{duty_id}")]
pub async fn get_demanded_information(
    caller: Caller<AuthoritySupervisionManage>,
    path: Path<DemandedPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<InformationDutyView>, Rejection<Refusal>> {
    let (authority, id) = (caller.as_authority()?.authority, path.into_inner().duty_id);
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        Stored::<InformationDuty>::addressed(tx, &authority, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}
