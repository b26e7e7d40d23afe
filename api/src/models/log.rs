//! The Merkle log on the wire.

use domain::{
    log::{
        Hash, LogKey,
        published::{GrowthProof, LeafProof},
    },
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The log's name and the keys that sign its checkpoints.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogKeysView {
    /// The first line of every checkpoint; never changes.
    #[schema(example = "shlyuz.example/v1/log")]
    pub origin: String,
    /// Every key that ever signed, the newest first. The newest and the one before it sign.
    pub keys: Vec<LogKeyView>,
}

/// A key of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogKeyView {
    /// The verifier key (C2SP signed-note): name, id, public Ed25519 key.
    #[schema(example = "shlyuz.example/v1/log+4c8f4a3e+AQ5jXhA1sQ0Uo0eXo2m5w7h1c9r5b2vZ2h5yH3fLkV0b")]
    pub vkey: String,
    /// From when it signs.
    pub since: Timestamp,
}

impl From<LogKey> for LogKeyView {
    fn from(key: LogKey) -> Self {
        let LogKey { vkey, pkcs8: _, created_at } = key;
        Self { vkey, since: created_at }
    }
}

/// The proof that a tree holds a leaf (RFC 9162 §2.1.3).
#[derive(Debug, Serialize, ToSchema)]
pub struct InclusionProofView {
    /// The leaf's index.
    #[schema(example = 41)]
    pub leaf_index: u64,
    /// Leaves of the tree.
    #[schema(example = 109_482)]
    pub tree_size: u64,
    /// The tree's root, base64. Believe it from a checkpoint alone.
    #[schema(example = "sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=")]
    pub root_hash: String,
    /// From the leaf's sibling up, base64.
    pub hashes: Vec<String>,
}

impl From<LeafProof> for InclusionProofView {
    fn from(proof: LeafProof) -> Self {
        let LeafProof { index, head, hashes } = proof;
        Self {
            leaf_index: index,
            tree_size: head.size,
            root_hash: head.root.to_string(),
            hashes: texts(&hashes),
        }
    }
}

/// The proof that one tree begins another (RFC 9162 §2.1.4).
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyProofView {
    /// Leaves of the smaller tree.
    #[schema(example = 1024)]
    pub first: u64,
    /// Leaves of the larger tree.
    #[schema(example = 109_482)]
    pub second: u64,
    /// The smaller tree's root, base64. Believe it from a checkpoint alone.
    #[schema(example = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=")]
    pub first_root_hash: String,
    /// The larger tree's root, base64. Believe it from a checkpoint alone.
    #[schema(example = "sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=")]
    pub second_root_hash: String,
    /// The hashes, base64.
    pub hashes: Vec<String>,
}

impl From<GrowthProof> for ConsistencyProofView {
    fn from(proof: GrowthProof) -> Self {
        let GrowthProof { first, second, hashes } = proof;
        Self {
            first: first.size,
            second: second.size,
            first_root_hash: first.root.to_string(),
            second_root_hash: second.root.to_string(),
            hashes: texts(&hashes),
        }
    }
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(Hash::to_string).collect()
}
