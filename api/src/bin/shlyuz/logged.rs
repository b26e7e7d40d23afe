//! Verifies with nothing but files that the log holds a receipt, and that one checkpoint follows another.

use std::{fs, path::Path};

use api::access::note::{VerifierKey, open_checkpoint};
use domain::log::{
    Hash,
    checkpoint::{Checkpoint, LoggedProof},
    leaf_hash,
    proof::{begins, includes},
};
use serde::Deserialize;

use crate::{failure::Failure, verify::read_jws};

/// The part of a consistency proof that is needed; what else the gateway's answer says is believed of nobody.
#[derive(Debug, Deserialize)]
pub struct Growth {
    hashes: Vec<String>,
}

impl Growth {
    /// The hashes; None where one is none.
    pub fn hashes(&self) -> Option<Vec<Hash>> {
        self.hashes.iter().map(|text| Hash::parse_hash(text).ok()).collect()
    }
}

/// Checks that the tree of a signed checkpoint holds the receipt; returns what to print.
///
/// # Errors
/// [`Failure::Failed`] with the first reason for which it is not proved.
pub fn logged(receipt: &Path, proof: &Path, keys: &[VerifierKey]) -> Result<String, Failure> {
    let leaf = leaf_hash(&read_jws(receipt)?);
    let LoggedProof { index, hashes, note } =
        LoggedProof::parse(&read(proof)?).map_err(|error| Failure::of(proof.display(), error))?;
    let Checkpoint { origin, head } = signed(&note, keys, proof)?;
    includes(&head, index, leaf, &hashes).map_err(|error| Failure::of("not valid", error))?;
    Ok(format!("log: {origin}\nleaf: {index} of {}\n", head.size))
}

/// Checks that one signed checkpoint begins the other; returns what to print.
///
/// # Errors
/// [`Failure::Failed`] with the first reason for which it is not proved.
pub fn consistent(
    first: &Path,
    second: &Path,
    proof: &Path,
    keys: &[VerifierKey],
) -> Result<String, Failure> {
    let [before, after] = [(first, read(first)?), (second, read(second)?)];
    let (before, after) = (signed(&before.1, keys, before.0)?, signed(&after.1, keys, after.0)?);
    let wrong = |why: &str| Failure::of(proof.display(), why);
    let growth: Growth = serde_json::from_str(&read(proof)?).map_err(|error| wrong(&error.to_string()))?;
    let hashes = growth.hashes().ok_or_else(|| wrong("`hashes` holds something else"))?;
    if before.origin != after.origin {
        return Err(Failure::of("not valid", "the checkpoints are of two logs"));
    }
    begins(&before.head, &after.head, &hashes).map_err(|error| Failure::of("not valid", error))?;
    Ok(format!("log: {}\ngrown: {} to {}\nvalid\n", after.origin, before.head.size, after.head.size))
}

fn signed(note: &str, keys: &[VerifierKey], path: &Path) -> Result<Checkpoint, Failure> {
    open_checkpoint(note, keys).map_err(|error| Failure::of(path.display(), error))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::of(path.display(), error))
}
