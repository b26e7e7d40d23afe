//! Reads of restricted data: each is in the business's journal before its answer leaves.

use std::collections::HashMap;

use actix_web::{
    Error, HttpMessage as _,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, StatusCode},
    middleware::Next,
    web::Data,
};
use domain::{
    ids::BusinessId,
    journal::{self, Read},
    mandate::{OnBehalf, Right},
};
use utoipa::openapi::OpenApi;

use super::Seen;
use crate::{gateway::Gateway, problem::Fault, routes::find::FindError};

/// Which paths show restricted data: by their patterns, the operation and the right that it needs.
pub struct RestrictedReads(HashMap<String, (String, Right)>);

impl RestrictedReads {
    /// Reads them from the document: what is served is what it says.
    pub fn of(document: &OpenApi) -> Self {
        let reads = document.paths.paths.iter().filter_map(|(path, item)| {
            let operation = item.get.as_ref()?;
            let id = operation.operation_id.clone().filter(|id| journal::newest().contains(id))?;
            let security = serde_json::to_value(&operation.security).ok()?;
            Some((path.clone(), (id, Right::of_scope(security[0]["oauth2"][0].as_str()?)?)))
        });
        Self(reads.collect())
    }
}

/// Writes a read of restricted data into the journal; where it cannot be written, nothing is shown.
///
/// # Errors
/// Only those of the handler.
pub async fn journal_reads(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let Some((read, gateway)) = read_of(&response) else { return Ok(response) };
    let stamp = gateway.stamp();
    let kept = gateway.store.write(move |tx| journal::record(tx, &read, stamp.clone())).await;
    Ok(match kept {
        Ok(()) => response,
        Err(refused) => response.into_response(Fault::from(FindError::from(refused)).into_draft().carry()),
    })
}

/// The read that an answer stands for, if it shows restricted data, and the gateway that answered.
fn read_of(response: &ServiceResponse<BoxBody>) -> Option<(Read, Data<Gateway>)> {
    let request = response.request();
    let shown = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if !shown || request.method() != Method::GET {
        return None;
    }
    let reads = request.app_data::<Data<RestrictedReads>>()?;
    let (operation, right) = reads.0.get(&request.match_pattern()?)?;
    let gateway = request.app_data::<Data<Gateway>>()?.clone();
    let now = gateway.clock.now();
    if !journal::is_restricted(operation, now) {
        return None;
    }
    let business: BusinessId = request.match_info().get("business_id")?.parse().ok()?;
    let application = request.extensions().get::<Seen>()?.application.clone();
    let innermost = request.match_info().iter().filter(|(name, _)| name.ends_with("_id")).last();
    let subject = innermost.map_or_else(|| business.to_string(), |(_, id)| id.to_owned());
    let on_behalf = OnBehalf { application, business, right: *right, at: now };
    Some((Read { on_behalf, operation: operation.clone(), subject }, gateway))
}
