//! Preflight, batches and the bulk status query: for programs that file for many.

use actix_web::{
    post,
    web::{Data, ReqData},
};
use domain::{
    idempotency::{Claim, Once, OnceError},
    ids::SubmissionId,
    ports::store::{StoreError, Tx},
    submission::{
        draft::{self, DraftError},
        lodge::{self, LodgeError},
        preflight::preflight,
    },
};
use serde_json::value::RawValue;
use utoipa::OpenApi;

use super::submissions::BusinessPath;
use crate::{
    access::scope::{Scope, SubmissionsRead, SubmissionsWrite},
    extract::{Caller, Json, Language, Path},
    gateway::Gateway,
    keyed::received,
    middleware::RequestId,
    models::{
        preflight::{NewPreflight, PreflightView},
        submission::{
            BatchItem, BatchItemResult, BatchResult, NewBatch, StatusList, StatusQuery, SubmissionStatus,
            SubmissionView,
        },
    },
    problem::{Problem, Rejection, Scene},
    reply::{Answered, created},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(PreflightView, BatchResult, BatchItemResult, StatusList, Problem)))]
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

/// Draft or lodge several submissions
///
/// Each item stands alone: one refused does not harm the others. Each has its own key, so repeating the whole batch
/// after a lost answer repeats nothing; an item's result is what a single call would have answered.
#[utoipa::path(tag = "submissions", security(("oauth2" = [SubmissionsWrite::NAME])),
    extensions(("x-standard" = json!(["4.6.1.1"]))))]
#[post("/submission-batches")]
pub async fn create_submission_batch(
    caller: Caller<SubmissionsWrite>,
    body: Json<NewBatch>,
    id: ReqData<RequestId>,
    language: Language,
    gateway: Data<Gateway>,
) -> Result<Answered<BatchResult>, Rejection<StoreError>> {
    let items = body.value.items.into_iter().map(|item| batch_item(&caller, item, &gateway));
    let outcomes = futures_util::future::join_all(items).await;
    let scene = Scene {
        base_url: &gateway.base_url,
        language: language.0,
        instance: "/v1/submission-batches",
        request_id: id.0.to_str().unwrap_or_default(),
    };
    let items = outcomes.into_iter().map(|(key, outcome)| item_result(key, outcome, &scene)).collect();
    Ok(Answered(BatchResult { items }))
}

async fn batch_item(
    caller: &Caller<SubmissionsWrite>,
    item: BatchItem,
    gateway: &Gateway,
) -> (String, Result<Once, Rejection<LodgeError>>) {
    let BatchItem { business_id, idempotency_key: key, submission } = item;
    let fingerprint = submission.fingerprint(&business_id);
    let claim = Claim { application: caller.application.clone(), key: key.clone(), fingerprint };
    let on_behalf = match caller.on_behalf(&business_id) {
        Ok(on_behalf) => on_behalf,
        Err(fault) => return (key, Err(fault.into())),
    };
    let (desk, received, at_once) = (gateway.desk(), received(&claim, None), submission.lodge);
    let command = submission.into_command(on_behalf);
    let effect = move |tx: &mut dyn Tx, stamp| -> Result<_, LodgeError> {
        let view: SubmissionView = match at_once {
            true => lodge::lodge_new(tx, &desk, &command, &received, stamp)?.into(),
            false => draft::draft(tx, &desk, &command, stamp)?.into(),
        };
        let address = view.address();
        Ok(created(&view, address))
    };
    let outcome: Result<Once, OnceError<LodgeError>> = gateway.once(claim, effect).await;
    (key, outcome.map_err(Rejection::from))
}

fn item_result(
    key: String,
    outcome: Result<Once, Rejection<LodgeError>>,
    scene: &Scene<'_>,
) -> BatchItemResult {
    match outcome {
        Ok(Once::Done(reply) | Once::Replayed(reply)) => BatchItemResult {
            idempotency_key: key,
            status: reply.status,
            submission: RawValue::from_string(reply.body).ok(),
            problem: None,
        },
        Err(rejection) => {
            let problem = Problem::render(rejection.into_draft(), scene);
            BatchItemResult {
                idempotency_key: key,
                status: problem.status,
                submission: None,
                problem: Some(problem),
            }
        }
    }
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
    let (application, ids) = (caller.application.clone(), body.value.ids);
    let asked = ids.clone();
    let found = gateway.store.read(move |tx| tx.submissions().find_many(&application, &ids)).await?;
    let mut visible: std::collections::HashMap<SubmissionId, SubmissionStatus> = found
        .into_iter()
        .filter(|submission| caller.reaches(&submission.business))
        .map(|submission| (submission.id.clone(), submission.into()))
        .collect();
    let (mut items, mut not_found) = (Vec::new(), Vec::new());
    for id in asked {
        match visible.remove(&id) {
            Some(status) => items.push(status),
            None => not_found.push(id),
        }
    }
    Ok(Answered(StatusList { items, not_found }))
}
