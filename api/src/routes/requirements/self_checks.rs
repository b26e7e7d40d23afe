//! Self-checks («самообследование», 4.7.1.6, 4.7.3, 4.8.1.3/1): a business examines its own compliance.

use actix_web::{get, patch, post, web::Data};
use domain::{
    compliance::{
        self, Refusal, actor,
        self_check::{
            SelfCheck, SelfCheckState,
            answer::{AnswerCommand, answer},
            begin,
            complete::complete,
        },
    },
    ids::{BusinessId, SelfCheckId},
    ports::store::Tx,
    record::{RecordFilter, Stored},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use crate::{
    access::scope::{RequirementsRead, RequirementsWrite, Scope},
    extract::{
        Caller, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, Json, MergePatch, PageQuery, Paged,
        Path, version_tag,
    },
    gateway::Gateway,
    keyed::received,
    models::requirements::self_check::{
        ChecklistView, NewSelfCheck, SelfCheckPatch, SelfCheckSummary, SelfCheckView,
    },
    problem::Rejection,
    reply::{Created, Done, Fetched, Listed, Public, created, done},
    routes::submissions::BusinessPath,
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(ChecklistView, SelfCheckView, SelfCheckSummary)))]
pub struct Schemas;

/// A requirement in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChecklistPath {
    /// The requirement, by code.
    #[param(example = "OT-028")]
    pub code: String,
}

/// A self-check of a business in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SelfCheckPath {
    /// The business; the caller holds a mandate for it.
    pub business_id: BusinessId,
    /// The self-check.
    pub self_check_id: SelfCheckId,
}

/// Get the checklist of a requirement
///
/// The questions by which compliance is examined, with their weights, the formula of the score, and the terms in force. A
/// requirement without a checklist of its own gets one made from its text and its evidence.
#[utoipa::path(tag = "requirements", params(ChecklistPath, IfNoneMatch), security(()),
    extensions(("x-standard" = json!(["4.7.1.6", "4.7.3", "4.8.1.3/1"]))))]
#[get("/requirements/{code}/checklist")]
pub async fn get_checklist(
    path: Path<ChecklistPath>,
    gateway: Data<Gateway>,
) -> Result<Public<ChecklistView>, Rejection<Refusal>> {
    let (clerk, day) = (gateway.clerk(), gateway.clock.now().moscow_date());
    let entry = compliance::requirement(&clerk, &path.code)?;
    Ok(Public::new(&ChecklistView::new(clerk.registry.checks(), entry, day), None))
}

/// Begin a self-check
///
/// A draft with the questions of 1 to 50 requirements; a checklist that examines several of them is asked once. The
/// questions stay as they are, whatever becomes of the registry meanwhile.
#[utoipa::path(tag = "requirements", params(BusinessPath, IdempotencyKey),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1.6", "4.7.3", "4.8.1.3/1"]))))]
#[post("/businesses/{business_id}/self-checks")]
pub async fn begin_self_check(
    caller: Caller<RequirementsWrite>,
    path: Path<BusinessPath>,
    key: IdempotencyKey,
    body: Json<NewSelfCheck>,
    gateway: Data<Gateway>,
) -> Result<Created<SelfCheckView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, Some(body.digest))?;
    let (on_behalf, codes) = (caller.on_behalf(&path.business_id)?, body.value.requirements);
    let clerk = gateway.clerk();
    let effect = move |tx: &mut dyn Tx, stamp| {
        let view = SelfCheckView::from(begin(tx, &clerk, &on_behalf, &codes, stamp)?);
        Ok(created(&view, view.address()))
    };
    Ok(gateway.once(claim, effect).await?.into())
}

/// Which self-checks to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SelfCheckQuery {
    /// Only in this state.
    pub state: Option<SelfCheckState>,
}

/// List self-checks
///
/// Newest first, drafts and completed ones, each with its verdict.
#[utoipa::path(tag = "requirements", params(BusinessPath, SelfCheckQuery, PageQuery),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.3", "4.8.1.3/1"]))))]
#[get("/businesses/{business_id}/self-checks")]
pub async fn list_self_checks(
    caller: Caller<RequirementsRead>,
    path: Path<BusinessPath>,
    query: Paged<SelfCheckQuery>,
    gateway: Data<Gateway>,
) -> Result<Listed<SelfCheckSummary>, Rejection<Refusal>> {
    let (on_behalf, page) = (caller.on_behalf(&path.business_id)?, query.page);
    let state = query.filter.state.map(|state| <&str>::from(state).to_owned());
    let filter = RecordFilter { state, ..RecordFilter::default() };
    let found = gateway.store.read(move |tx| -> Result<_, Refusal> {
        let actor = actor(tx, &on_behalf)?;
        Ok(Stored::<SelfCheck>::list(tx, &actor.business, &filter, &page)?)
    });
    Ok(Listed(found.await?.map(SelfCheckSummary::from)))
}

/// Get a self-check
///
/// Its questions, the answers so far, and its result once it is completed.
#[utoipa::path(tag = "requirements", params(SelfCheckPath, IfNoneMatch),
    security(("oauth2" = [RequirementsRead::NAME])),
    extensions(("x-standard" = json!(["4.7.3", "4.8.1.3/1"]))))]
#[get("/businesses/{business_id}/self-checks/{self_check_id}")]
pub async fn get_self_check(
    caller: Caller<RequirementsRead>,
    path: Path<SelfCheckPath>,
    gateway: Data<Gateway>,
) -> Result<Fetched<SelfCheckView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let id = path.into_inner().self_check_id;
    let found = gateway.store.read(move |tx| {
        let actor = actor(tx, &on_behalf)?;
        Stored::<SelfCheck>::find(tx, &actor.business, &id)?.ok_or(Refusal::NotFound)
    });
    Ok(Fetched(found.await?.into()))
}

/// Answer a self-check
///
/// A merge patch (RFC 7396) of the answers: partial input is kept and can be resumed. An answer to a question that is not
/// asked is refused. Needs If-Match.
#[utoipa::path(tag = "requirements", params(SelfCheckPath, IfMatch),
    request_body(content = SelfCheckPatch, content_type = "application/merge-patch+json",
        example = json!({"answers": {"OT-028/registers": {"value": "2"}}})),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1.6", "4.7.3", "4.8.1.3/1"]))))]
#[patch("/businesses/{business_id}/self-checks/{self_check_id}")]
pub async fn answer_self_check(
    caller: Caller<RequirementsWrite>,
    path: Path<SelfCheckPath>,
    seen: IfMatch,
    body: MergePatch<SelfCheckPatch>,
    gateway: Data<Gateway>,
) -> Result<Done<SelfCheckView>, Rejection<Refusal>> {
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (id, patch) = (path.into_inner().self_check_id, body.value.answers);
    let command = AnswerCommand { on_behalf, id, expected: seen.0, patch };
    let now = gateway.clock.now();
    let view = SelfCheckView::from(gateway.store.write(move |tx| answer(tx, &command, now)).await?);
    Ok(Done::new(&view, Some(version_tag(view.version))))
}

/// Complete a self-check
///
/// Every question that is asked must be answered. The result is scored by the published formula, for each requirement and
/// on the whole, signed by a receipt and valid for the checklists' terms; supervisors to whose requirements documents
/// were shown are told of them.
#[utoipa::path(tag = "requirements", params(SelfCheckPath, IdempotencyKey, IfMatchOptional),
    security(("oauth2" = [RequirementsWrite::NAME])),
    extensions(("x-standard" = json!(["4.7.1.6", "4.7.3", "4.8.1.3/1"]))))]
#[post("/businesses/{business_id}/self-checks/{self_check_id}/completion")]
pub async fn complete_self_check(
    caller: Caller<RequirementsWrite>,
    path: Path<SelfCheckPath>,
    key: IdempotencyKey,
    seen: IfMatchOptional,
    gateway: Data<Gateway>,
) -> Result<Done<SelfCheckView>, Rejection<Refusal>> {
    let claim = key.claim(&caller.application, None)?;
    let on_behalf = caller.on_behalf(&path.business_id)?;
    let (id, clerk, received) = (path.into_inner().self_check_id, gateway.clerk(), received(&claim, None));
    let effect = move |tx: &mut dyn Tx, stamp| {
        let completed = complete(tx, &clerk, (&on_behalf, &id, seen.0), &received, stamp)?;
        Ok(done(&SelfCheckView::from(completed)))
    };
    Ok(gateway.once(claim, effect).await?.into())
}
