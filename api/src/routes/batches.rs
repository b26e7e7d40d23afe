//! Batches: several submissions in one call, each on its own.

use actix_web::{
    post,
    web::{Data, ReqData},
};
use domain::{
    idempotency::{Claim, Once, OnceError},
    ports::store::StoreError,
    submission::lodge::LodgeError,
};
use serde_json::value::RawValue;
use utoipa::OpenApi;

use super::submissions::draft_or_lodge;
use crate::{
    access::scope::{Scope, SubmissionsWrite},
    extract::{Caller, Json, Language},
    gateway::Gateway,
    keyed::received,
    middleware::RequestId,
    models::batch::{BatchItem, BatchItemResult, BatchResult, NewBatch},
    problem::{Problem, Rejection, Scene},
    reply::Answered,
};

/// The schemas that the handler below replies with.
#[derive(OpenApi)]
#[openapi(components(schemas(BatchResult, BatchItemResult, Problem)))]
pub struct Schemas;

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
    let received = received(&claim, None);
    let effect = draft_or_lodge(gateway, submission, on_behalf, received).await;
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
            let status = problem.status;
            BatchItemResult { idempotency_key: key, status, submission: None, problem: Some(problem) }
        }
    }
}
