//! The texts of the log: checkpoints (C2SP tlog-checkpoint) and proofs that stand alone (C2SP tlog-proof).

use std::fmt;

use super::{Hash, Head};

const PROOF: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^64 leaves has no longer proof.
const MOST_HASHES: usize = 64;

/// The text is not of the form that it should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Not a checkpoint.
    #[error("not a checkpoint")]
    Checkpoint,
    /// Not a proof.
    #[error("not a c2sp.org/tlog-proof@v1")]
    Proof,
}

/// What a checkpoint says: the text that is signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Whose it is.
    pub origin: String,
    /// The tree.
    pub head: Head,
}

impl Checkpoint {
    /// Reads a note's text.
    ///
    /// # Errors
    /// [`TextError::Checkpoint`]; extension lines are refused, for no checkpoint of ours has any.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).map_err(|_| TextError::Checkpoint)?;
        let head = Head { size: read.size(), root: *read.hash() };
        let checkpoint = Self { origin: read.origin().to_owned(), head };
        if checkpoint.to_string() == text { Ok(checkpoint) } else { Err(TextError::Checkpoint) }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.head.size, self.head.root)
    }
}

/// A proof that a leaf is in the tree of a checkpoint, with the checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedProof {
    /// The leaf's index.
    pub index: u64,
    /// The hashes from its sibling up.
    pub hashes: Vec<Hash>,
    /// The checkpoint, a signed note.
    pub note: String,
}

impl LoggedProof {
    /// Reads the text, in its one spelling.
    ///
    /// # Errors
    /// [`TextError::Proof`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let (head, note) = text.split_once("\n\n").ok_or(TextError::Proof)?;
        let mut lines = head.lines();
        let index = match (lines.next(), lines.next().and_then(|line| line.strip_prefix("index "))) {
            (Some(PROOF), Some(index)) => index.parse().map_err(|_| TextError::Proof)?,
            (_, _) => return Err(TextError::Proof),
        };
        let hashes: Vec<Hash> = lines
            .take(MOST_HASHES + 1)
            .map(|line| Hash::parse_hash(line).map_err(|_| TextError::Proof))
            .collect::<Result<_, _>>()?;
        let proof = Self { index, hashes, note: note.to_owned() };
        let one_spelling = proof.hashes.len() <= MOST_HASHES && proof.to_string() == text;
        if one_spelling { Ok(proof) } else { Err(TextError::Proof) }
    }
}

impl fmt::Display for LoggedProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{PROOF}\nindex {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}
