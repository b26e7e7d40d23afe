//! Receipts: fetched later by id, by digest or by one's own key.

use actix_web::{get, web::Data};
use domain::{digest::Digest, ids::ReceiptId, log::published::leaf_index, ports::store::Tx};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::{Validate, ValidationError};

use super::find::FindError;
use crate::{
    access::scope::{ReceiptsRead, Scope},
    extract::{Caller, Path, Query, refuse},
    gateway::Gateway,
    models::receipt::{ReceiptList, ReceiptView},
    problem::Rejection,
    reply::Answered,
};

/// A receipt in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReceiptPath {
    /// The receipt.
    pub receipt_id: ReceiptId,
}

/// Which receipts to find: by exactly one of the two.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[validate(schema(function = one_of_two))]
pub struct ReceiptQuery {
    /// SHA-256 of the document in canonical form, or of the request's body.
    pub digest: Option<Digest>,
    /// An Idempotency-Key that the calling application used.
    #[validate(length(min = 1, max = 255))]
    #[param(min_length = 1, max_length = 255)]
    pub idempotency_key: Option<String>,
}

fn one_of_two(query: &ReceiptQuery) -> Result<(), ValidationError> {
    match (&query.digest, &query.idempotency_key) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (None, None) | (Some(_), Some(_)) => Err(refuse(
            "one-of",
            "Нужен ровно один из параметров digest и idempotency_key.",
            "Exactly one of the parameters digest and idempotency_key is needed.",
        )),
    }
}

/// Get a receipt
///
/// The receipt with its signed form and, two seconds after its act at the latest, its place in the log; kept for ever.
#[utoipa::path(tag = "receipts", params(ReceiptPath), security(("oauth2" = [ReceiptsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.10.3", "4.6.3.7/confirmation"]))))]
#[get("/receipts/{receipt_id}")]
pub async fn get_receipt(
    caller: Caller<ReceiptsRead>,
    path: Path<ReceiptPath>,
    gateway: Data<Gateway>,
) -> Result<Answered<ReceiptView>, Rejection<FindError>> {
    let (holder, id) = (caller.holder()?, path.into_inner().receipt_id);
    let reading = move |tx: &mut dyn Tx| {
        let receipt = tx.receipts().find(&holder, &id)?.ok_or(FindError::NotFound)?;
        Ok::<_, FindError>((leaf_index(tx, &receipt)?, receipt))
    };
    let (leaf_index, receipt) = gateway.store.read(reading).await?;
    if !caller.reaches(&receipt.business) {
        return Err(FindError::NotFound.into());
    }
    Ok(Answered(ReceiptView { leaf_index, ..receipt.into() }))
}

/// Find receipts
///
/// "Did you get it?": by the digest of the document or of the request's body, or by an Idempotency-Key of one's own.
/// An empty list is the answer "no".
#[utoipa::path(tag = "receipts", params(ReceiptQuery), security(("oauth2" = [ReceiptsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.3.7/confirmation"]))))]
#[get("/receipts")]
pub async fn find_receipts(
    caller: Caller<ReceiptsRead>,
    query: Query<ReceiptQuery>,
    gateway: Data<Gateway>,
) -> Result<Answered<ReceiptList>, Rejection<FindError>> {
    let (holder, ReceiptQuery { digest, idempotency_key }) = (caller.holder()?, query.0);
    let found = gateway.store.read(move |tx| match (&digest, &idempotency_key) {
        (Some(digest), _) => tx.receipts().by_digest(&holder, digest),
        (None, Some(key)) => tx.receipts().by_key(&holder.application, key),
        (None, None) => Ok(Vec::new()),
    });
    let receipts = found.await.map_err(FindError::from)?;
    let visible = receipts.into_iter().filter(|receipt| caller.reaches(&receipt.business));
    Ok(Answered(ReceiptList { items: visible.map(ReceiptView::from).collect() }))
}
