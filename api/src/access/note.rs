//! Signed notes (C2SP signed-note): a text, a blank line, and signatures by named Ed25519 keys.

use std::{collections::HashSet, fmt, str::FromStr};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    log::{LogKey, checkpoint::Checkpoint},
    ports::signer::LogSigner,
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

use super::edwards::is_sound_point;

/// The largest note, in bytes.
pub const MAX_NOTE_BYTES: usize = 64 * 1024;
/// The most signatures on a note.
const MAX_SIGNATURES: usize = 64;
/// The type of Ed25519 signatures in keys and their ids.
const ED25519_TYPE: u8 = 1;
/// Begins a signature's line: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// Why a note says nothing that can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not of the form of a note.
    #[error("not a signed note")]
    Form,
    /// The text is not that of a checkpoint.
    #[error("the note is not a checkpoint")]
    NoCheckpoint,
    /// No known key signed it.
    #[error("no known key signed the note")]
    Unknown,
    /// The signature under the name of a known key is not that key's.
    #[error("the signature of a known key is wrong")]
    Signature,
}

/// The text is not a verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a verifier key: NAME+ID+KEY of an Ed25519 key is expected")]
pub struct VerifierKeyError;

/// A public key with the name of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifierKey {
    /// The owner's name; for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn new(name: &str, public: [u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(name.as_bytes());
        hash.update([b'\n', ED25519_TYPE]);
        hash.update(public);
        let hash: [u8; 32] = hash.finalize().into();
        Self { name: name.to_owned(), id: [hash[0], hash[1], hash[2], hash[3]], public }
    }

    fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(text.as_bytes(), signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [key, id] = [&[&[ED25519_TYPE], &self.public[..]].concat()[..], &self.id];
        write!(f, "{}+", self.name)?;
        id.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "+{}", STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError);
        };
        let bytes = STANDARD.decode(key).map_err(|_| VerifierKeyError)?;
        let public = bytes.strip_prefix(&[ED25519_TYPE]).and_then(|public| public.try_into().ok());
        let public: [u8; 32] = public.filter(is_sound_point).ok_or(VerifierKeyError)?;
        let key = Self::new(name, public);
        // The id follows from name and key, so a key has one spelling.
        if is_name(name) && key.to_string() == text { Ok(key) } else { Err(VerifierKeyError) }
    }
}

/// A note whose signatures were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'n> {
    /// What was signed.
    pub text: &'n str,
    /// Those of the known keys that signed it, at least one.
    pub signers: Vec<VerifierKey>,
}

/// Checks a note with known keys. Signatures of unknown keys are ignored; a wrong one of a known key spoils the note.
///
/// # Errors
/// [`NoteError`].
pub fn open<'n>(note: &'n str, known: &[VerifierKey]) -> Result<Opened<'n>, NoteError> {
    let (text, signatures) = split(note)?;
    let mut seen = HashSet::new();
    let mut signers = Vec::new();
    for line in signatures.lines() {
        let (name, signature) = signature(line)?;
        let (id, signature) = signature.split_first_chunk::<4>().ok_or(NoteError::Form)?;
        if seen.len() == MAX_SIGNATURES || !seen.insert((name, *id)) {
            return Err(NoteError::Form);
        }
        if let Some(key) = known.iter().find(|key| key.name == name && key.id == *id) {
            if !key.verifies(text, signature) {
                return Err(NoteError::Signature);
            }
            signers.push(key.clone());
        }
    }
    if signers.is_empty() { Err(NoteError::Unknown) } else { Ok(Opened { text, signers }) }
}

/// Checks a log's checkpoint: signed by a known key of the name that it gives as its origin.
///
/// # Errors
/// [`NoteError`].
pub fn open_checkpoint(note: &str, known: &[VerifierKey]) -> Result<Checkpoint, NoteError> {
    let opened = open(note, known)?;
    let checkpoint = Checkpoint::parse(opened.text).map_err(|_| NoteError::NoCheckpoint)?;
    let own = opened.signers.iter().any(|key| key.name == checkpoint.origin);
    if own { Ok(checkpoint) } else { Err(NoteError::Unknown) }
}

/// The text with its last newline, and the lines of signatures.
fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let clean = note.len() <= MAX_NOTE_BYTES && !note.chars().any(|c| c.is_ascii_control() && c != '\n');
    let at = note.rfind("\n\n").filter(|_| clean && note.ends_with('\n')).ok_or(NoteError::Form)?;
    let (text, signatures) = (&note[..=at], &note[at + 2..]);
    if signatures.is_empty() { Err(NoteError::Form) } else { Ok((text, signatures)) }
}

fn signature(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let (name, encoded) =
        line.strip_prefix(MARK).and_then(|rest| rest.split_once(' ')).ok_or(NoteError::Form)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Form)?;
    if is_name(name) { Ok((name, bytes)) } else { Err(NoteError::Form) }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// Signs checkpoints with Ed25519.
pub struct NoteSigner;

impl LogSigner for NoteSigner {
    fn make(&self, name: &str, seed: &[u8; 32], now: Timestamp) -> LogKey {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("every 32 bytes are an Ed25519 seed");
        let pkcs8 = pair.to_pkcs8().expect("a fresh Ed25519 pair can be written").as_ref().to_vec();
        LogKey { vkey: VerifierKey::new(name, public(&pair)).to_string(), pkcs8, created_at: now }
    }

    fn sign(&self, text: &str, keys: &[LogKey]) -> Result<String, String> {
        let mut note = format!("{text}\n");
        for key in keys {
            let pair =
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key.pkcs8).map_err(|_| key.vkey.clone())?;
            let verifier: VerifierKey = key.vkey.parse().map_err(|_| key.vkey.clone())?;
            if verifier.public != public(&pair) {
                return Err(key.vkey.clone());
            }
            let signature = [&verifier.id, pair.sign(text.as_bytes()).as_ref()].concat();
            note.push_str(&format!("{MARK}{} {}\n", verifier.name, STANDARD.encode(signature)));
        }
        Ok(note)
    }
}

fn public(pair: &Ed25519KeyPair) -> [u8; 32] {
    pair.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes")
}

#[cfg(test)]
mod tests {
    use signed_note::{Note, StandardVerifier, VerifierList};

    use super::*;

    const TEXT: &str = "shlyuz.test/v1/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

    fn key(seed: u8) -> LogKey {
        let now = Timestamp::from_micros(0).expect("in range");
        NoteSigner.make("shlyuz.test/v1/log", &[seed; 32], now)
    }

    fn known(seed: u8) -> VerifierKey {
        key(seed).vkey.parse().expect("our own spelling")
    }

    #[test]
    fn another_implementation_takes_our_notes() {
        let note = NoteSigner.sign(TEXT, &[key(1), key(2)]).expect("our own keys");
        for seed in [1, 2] {
            let verifier = StandardVerifier::new(&key(seed).vkey).expect("they take our key");
            let theirs = VerifierList::new(vec![Box::new(verifier)]);
            let parsed = Note::from_bytes(note.as_bytes()).expect("they read our note");
            let (verified, _) = parsed.verify(&theirs).expect("they take our signature");
            assert_eq!(verified.len(), 1);
        }
    }

    /// The note and key in the text of the specification's first implementation (golang.org/x/mod/sumdb/note).
    #[test]
    fn notes_of_another_implementation_are_taken() {
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key: VerifierKey = vkey.parse().expect("a right key");
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let note = format!(
            "{text}\n{MARK}PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        assert_eq!(open(&note, std::slice::from_ref(&key)), Ok(Opened { text, signers: vec![key] }));
    }

    #[test]
    fn a_successor_is_known_beside_its_predecessor() {
        let note = NoteSigner.sign(TEXT, &[key(2), key(1)]).expect("our own keys");
        for keys in [&[known(1)][..], &[known(2)], &[known(2), known(3), known(1)]] {
            assert!(open_checkpoint(&note, keys).is_ok());
        }
        assert_eq!(open_checkpoint(&note, &[known(3)]), Err(NoteError::Unknown));
        assert_eq!(open_checkpoint(&note, &[]), Err(NoteError::Unknown));
    }

    #[test]
    fn f51_a_note_with_any_character_changed_is_refused() {
        let note = NoteSigner.sign(TEXT, &[key(1)]).expect("our own key");
        let keys = [known(1)];
        for (index, old) in note.char_indices() {
            let new = if old == 'A' { "B" } else { "A" };
            let mut forged = note.clone();
            forged.replace_range(index..index + old.len_utf8(), new);
            assert!(open_checkpoint(&forged, &keys).is_err(), "{index}");
        }
        let line = note.lines().last().expect("it is signed");
        let twice = format!("{note}{line}\n");
        for bad in
            [twice, note.trim_end().to_owned(), format!("{note}\n"), note.replace('\n', "\r\n"), TEXT.into()]
        {
            assert_eq!(open(&bad, &keys), Err(NoteError::Form), "{bad}");
        }
    }

    #[test]
    fn another_key_s_name_is_not_the_log_s() {
        let now = Timestamp::from_micros(0).expect("in range");
        let stranger = NoteSigner.make("stranger.test", &[9; 32], now);
        let note = NoteSigner.sign(TEXT, std::slice::from_ref(&stranger)).expect("a right key");
        let key: VerifierKey = stranger.vkey.parse().expect("our own spelling");
        assert_eq!(open_checkpoint(&note, &[key]), Err(NoteError::Unknown));
    }

    #[test]
    fn keys_have_one_spelling() {
        let good = key(1).vkey;
        let (rest, encoded) = good.rsplit_once('+').expect("three parts");
        for bad in [
            "",
            "a+b",
            &rest.replace("test/", "best/"),
            &format!("{rest}+{}", encoded.to_lowercase()),
            &good.replacen('+', " +", 1),
        ] {
            assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
        }
        assert_eq!(known(1).to_string(), good);
        assert_eq!(known(1).name(), "shlyuz.test/v1/log");
    }
}
