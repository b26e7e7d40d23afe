//! The Merkle log over receipts: checkpoints, keys, proofs and tiles. Public: hashes tell nothing of a receipt.

use actix_web::{HttpResponse, get, http::header, web::Data};
use domain::{
    digest::Digest,
    log::{
        Hash,
        published::{self, ProveError},
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};
use validator::Validate;

use super::receipts::ReceiptPath;
use crate::{
    access::scope::{ReceiptsRead, Scope},
    extract::{Caller, Path, Query},
    gateway::Gateway,
    models::log::{ConsistencyProofView, InclusionProofView, LogKeysView},
    problem::Rejection,
    reply::{Answered, Public, Raw},
};

/// The schemas that the handlers below reply with.
#[derive(OpenApi)]
#[openapi(components(schemas(LogKeysView, InclusionProofView, ConsistencyProofView)))]
pub struct Schemas;

fn text(note: String, caching: &'static str) -> Raw {
    let mut response = HttpResponse::Ok();
    Raw(response
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, caching))
        .body(note))
}

/// Get the log's checkpoint
///
/// The signed head of the tree over all receipts (C2SP tlog-checkpoint): origin, size, root, signatures. A receipt is
/// in it two seconds after its act at the latest. Keep checkpoints: no two of them may contradict each other.
#[utoipa::path(tag = "log", security(()), extensions(("x-standard" = json!(["4.6.1.4/security"]))),
    responses((status = 200, description = "The note.", content_type = "text/plain", body = String)))]
#[get("/log/checkpoint")]
pub async fn get_log_checkpoint(gateway: Data<Gateway>) -> Result<Raw, Rejection<ProveError>> {
    let signed = gateway.store.read(published::checkpoint).await?;
    Ok(text(signed.note, "public, max-age=1"))
}

/// Get the log's keys
///
/// The keys that verify checkpoints, with those of the past. Learn them once by a way that you trust, then follow
/// their succession: the newest and the one before it sign every checkpoint.
#[utoipa::path(tag = "log", security(()), extensions(("x-standard" = json!(["4.6.1.4/security"]))))]
#[get("/log/keys")]
pub async fn get_log_keys(gateway: Data<Gateway>) -> Result<Public<LogKeysView>, Rejection<ProveError>> {
    let read = gateway.store.read(|tx| match tx.log().state()? {
        Some(log) => Ok((log.origin, tx.log().keys()?)),
        None => Err(ProveError::NotLogged),
    });
    let (origin, keys) = read.await?;
    Ok(Public::new(&LogKeysView { origin, keys: keys.into_iter().map(Into::into).collect() }, None))
}

/// Which leaf, in which tree.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeafQuery {
    /// SHA-256 over a zero byte and the receipt's JWS.
    pub leaf_hash: Digest,
    /// The receipt's `seq`.
    #[validate(range(min = 1))]
    #[param(minimum = 1, example = 42)]
    pub sequence: i64,
    /// Leaves of the tree; those of the last checkpoint where nothing is said.
    #[validate(range(min = 1))]
    #[param(minimum = 1)]
    pub tree_size: Option<u64>,
}

/// Prove that the log holds a receipt
///
/// By the leaf's hash and the receipt's place in the sequence, which whoever holds the receipt has.
#[utoipa::path(tag = "log", params(LeafQuery), security(()),
    extensions(("x-standard" = json!(["4.6.1.4/security"]))))]
#[get("/log/proofs/inclusion")]
pub async fn prove_inclusion(
    query: Query<LeafQuery>,
    gateway: Data<Gateway>,
) -> Result<Answered<InclusionProofView>, Rejection<ProveError>> {
    let LeafQuery { leaf_hash, sequence, tree_size } = query.0;
    let leaf = Hash(*leaf_hash.as_bytes());
    let proof = gateway.store.read(move |tx| published::prove_leaf(tx, sequence, leaf, tree_size)).await?;
    Ok(Answered(proof.into()))
}

/// Which two trees.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GrowthQuery {
    /// Leaves of the smaller tree.
    #[validate(range(min = 1))]
    #[param(minimum = 1)]
    pub first: u64,
    /// Leaves of the larger tree, at most those of the last checkpoint.
    #[validate(range(min = 1))]
    #[param(minimum = 1)]
    pub second: u64,
}

/// Prove that the log only grew
///
/// That the tree of the first size begins that of the second: nothing was taken out or changed between two checkpoints.
#[utoipa::path(tag = "log", params(GrowthQuery), security(()),
    extensions(("x-standard" = json!(["4.6.1.4/security"]))))]
#[get("/log/proofs/consistency")]
pub async fn prove_consistency(
    query: Query<GrowthQuery>,
    gateway: Data<Gateway>,
) -> Result<Answered<ConsistencyProofView>, Rejection<ProveError>> {
    let GrowthQuery { first, second } = query.0;
    let proof = gateway.store.read(move |tx| published::prove_growth(tx, first, second)).await?;
    Ok(Answered(proof.into()))
}

/// A tile in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TilePath {
    /// 0 for the leaves' hashes; a hash of the next level is that of a whole tile.
    #[param(example = 0)]
    pub level: u8,
    /// The tile's number in groups of three digits, all but the last with an `x` before them: `x001/x234/067`; for a
    /// tile that is not full `.p/` and its width behind it. A slash may also be written `%2F`.
    #[param(example = "000.p/1")]
    pub tile: String,
}

/// Get a tile of the log
///
/// Up to 256 hashes of 32 bytes (C2SP tlog-tiles), from which any proof can be made without asking. Never changes.
#[utoipa::path(tag = "log", params(TilePath), security(()), extensions(("x-standard" = json!(["4.6.1.4/security"]))),
    responses((status = 200, description = "The hashes.", content_type = "application/octet-stream", body = Vec<u8>)))]
#[get("/log/tile/{level}/{tile:.*}")]
pub async fn get_log_tile(
    path: Path<TilePath>,
    gateway: Data<Gateway>,
) -> Result<Raw, Rejection<ProveError>> {
    let TilePath { level, tile } = path.into_inner();
    let (index, width) = published::coordinates(&tile).ok_or(ProveError::NotLogged)?;
    let hashes = gateway.store.read(move |tx| published::tile(tx, level, index, width)).await?;
    let mut response = HttpResponse::Ok();
    Ok(Raw(response
        .content_type("application/octet-stream")
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(hashes)))
}

/// Get a receipt's proof
///
/// That the log holds the receipt, with the checkpoint (C2SP tlog-proof): together with the receipt it stands alone,
/// offline and for ever. 404 with Retry-After until a checkpoint speaks of the receipt, two seconds at most.
#[utoipa::path(tag = "receipts", params(ReceiptPath), security(("oauth2" = [ReceiptsRead::NAME])),
    extensions(("x-standard" = json!(["4.6.10.3", "4.6.3.7/confirmation"]))),
    responses((status = 200, description = "The proof.", content_type = "text/plain", body = String)))]
#[get("/receipts/{receipt_id}/proof")]
pub async fn get_receipt_proof(
    caller: Caller<ReceiptsRead>,
    path: Path<ReceiptPath>,
    gateway: Data<Gateway>,
) -> Result<Raw, Rejection<ProveError>> {
    let (holder, id) = (caller.holder()?, path.into_inner().receipt_id);
    let found =
        gateway.store.read(move |tx| tx.receipts().find(&holder, &id)).await.map_err(ProveError::from)?;
    let receipt = found.filter(|receipt| caller.reaches(&receipt.business)).ok_or(ProveError::NotFound)?;
    let proof = gateway.store.read(move |tx| published::prove_receipt(tx, &receipt)).await?;
    Ok(text(proof.to_string(), "private, no-cache"))
}
