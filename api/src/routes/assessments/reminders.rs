//! What is due to be assessed, and whether the business is told of it.

use actix_web::{get, post, web::Data};
use domain::{
    assessment::{
        due::{Due, due},
        give::rules,
        remind::{RemindCommand, set},
    },
    compliance::{self, Refusal},
    page::Page,
    ports::store::Tx,
};
use utoipa::OpenApi;

use crate::{
    access::scope::{AssessmentsRead, AssessmentsWrite, Scope},
    extract::{Caller, IdempotencyKey, Json, PageQuery, Paged, Path},
    gateway::Gateway,
    keyed::received,
    models::assessments::assessment::{DueView, NewReminder, ReminderView},
    problem::Rejection,
    reply::{Answered, Done, Listed, render},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(DueView, ReminderView)))]
pub struct Schemas;

/// List requirements due to be assessed
///
/// Every requirement that applies to the business and that it has not assessed for a year, in the order of codes. The
/// term is data: `GET /v1/assessments/parameters`.
#[utoipa::path(tag = "assessments", params(BusinessPath, PageQuery),
    security(("oauth2" = [AssessmentsRead::NAME])), extensions(("x-standard" = json!(["4.7.3.1"]))))]
#[get("/businesses/{business_id}/assessments/due")]
pub async fn list_due_assessments(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    query: Paged,
    gateway: Data<Gateway>,
) -> Result<Listed<DueView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (page, clerk, stamp) = (query.page, gateway.clerk(), gateway.stamp());
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let (_, business) = compliance::business(tx, &on_behalf)?;
        let mut rows = due(tx, &clerk, rules(&clerk, &stamp)?, &business, stamp.now)?;
        rows.retain(|row| page.after.as_ref().is_none_or(|after| row.requirement > *after));
        Ok(Page::cut(rows, &page, |row: &Due| row.requirement.clone()))
    });
    Ok(Listed(found.await?.map(DueView::from)))
}

/// Get whether the business is reminded
///
/// Whoever has assessed something is reminded from then on; others where they wish it.
#[utoipa::path(tag = "assessments", params(BusinessPath), security(("oauth2" = [AssessmentsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.3.1"]))))]
#[get("/businesses/{business_id}/assessments/reminder")]
pub async fn get_assessment_reminder(
    caller: Caller<AssessmentsRead>,
    path: Path<BusinessPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<ReminderView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = compliance::actor(tx, &on_behalf)?;
        Ok(tx.assessments().reminder(&actor.business)?)
    });
    Ok(Answered(ReminderView::new(found.await?, None)))
}

/// Be reminded of assessments, or not
///
/// The event `assessment.reminded` names what is due: the first soon after this call where anything is, then at the
/// anniversaries of the business's assessments. The answer holds the receipt.
#[utoipa::path(tag = "assessments", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [AssessmentsWrite::NAME])), extensions(("x-standard" = json!(["4.7.3.1"]))))]
#[post("/businesses/{business_id}/assessments/reminder")]
pub async fn set_assessment_reminder(
    caller: Caller<AssessmentsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewReminder>,
    gateway: Data<Gateway>,
) -> Result<Done<ReminderView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let received = received(&claim, Some(body.digest));
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (command, clerk) = (RemindCommand { on_behalf, remind: body.value.remind }, gateway.clerk());
    let effect = move |tx: &mut dyn Tx, stamp| {
        let (reminder, receipt) = set(tx, &clerk, &command, &received, stamp)?;
        let view = ReminderView::new(Some(reminder), Some(receipt));
        Ok(render(actix_web::http::StatusCode::OK, &view, None, None))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
