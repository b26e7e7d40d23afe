//! Follows a log's checkpoints and shouts where two of them contradict each other.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use api::access::note::{MAX_NOTE_BYTES, NoteError, VerifierKey, open, open_checkpoint};
use domain::log::{Head, checkpoint::Checkpoint, proof::begins};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{failure::Failure, logged::Growth};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const MOST_BYTES: usize = 1024 * 1024;

/// What is to be followed, and how.
pub struct Watch {
    /// The gateway's base address.
    pub url: String,
    /// Where the last good checkpoint is kept.
    pub state: Option<PathBuf>,
    /// Keys that are trusted from the start.
    pub vkeys: Vec<VerifierKey>,
    /// Whether to look once.
    pub once: bool,
    /// Between two looks.
    pub every: Duration,
}

/// What is remembered from look to look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    /// Verifier keys that are trusted.
    vkeys: Vec<String>,
    /// The last good checkpoint, a signed note.
    checkpoint: Option<String>,
}

/// Why a look was not good.
#[derive(Debug)]
enum Trouble {
    /// The log did what an honest log never does. Both notes are the evidence.
    Alarm { kind: &'static str, why: String, note: String },
    /// It could not be looked at.
    Unreachable(String),
}

#[derive(Debug, Deserialize)]
struct Published {
    keys: Vec<PublishedKey>,
}

#[derive(Debug, Deserialize)]
struct PublishedKey {
    vkey: String,
}

/// Looks once or for ever.
///
/// # Errors
/// [`Failure::Failed`] at the first alarm, which is told on standard error as one line of JSON with the evidence; where
/// one looks only once, also where the log cannot be reached.
pub async fn follow(watch: &Watch) -> Result<(), Failure> {
    let client = reqwest::Client::builder().timeout(PATIENCE).build();
    let client = client.map_err(|error| Failure::of("the monitor did not start", error))?;
    let mut memory = remembered(watch)?;
    loop {
        match look(&client, watch, &memory).await {
            Ok((next, size)) => {
                println!("{}", json!({ "log": watch.url, "size": size, "grown": next != memory }));
                keep(watch.state.as_deref(), &next)?;
                memory = next;
            }
            Err(Trouble::Alarm { kind, why, note }) => {
                let told = json!({ "alarm": kind, "log": watch.url, "why": why,
                    "trusted": memory.checkpoint, "received": note });
                eprintln!("{told}");
                return Err(Failure::of(format!("ALARM: {kind}"), why));
            }
            Err(Trouble::Unreachable(why)) if watch.once => return Err(Failure::of(&watch.url, why)),
            Err(Trouble::Unreachable(why)) => {
                eprintln!("{}", json!({ "log": watch.url, "unreachable": why }))
            }
        }
        if watch.once {
            return Ok(());
        }
        tokio::time::sleep(watch.every).await;
    }
}

/// One look: what to remember now, and the size of the log.
async fn look(client: &reqwest::Client, watch: &Watch, memory: &Memory) -> Result<(Memory, u64), Trouble> {
    let published: Published = json(client, &format!("{}/v1/log/keys", watch.url)).await?;
    let published: Vec<VerifierKey> = published.keys.iter().filter_map(|key| key.vkey.parse().ok()).collect();
    let note = text(client, &format!("{}/v1/log/checkpoint", watch.url)).await?;
    let mut trusted = keys(memory);
    if trusted.is_empty() {
        eprintln!("{}", json!({ "log": watch.url, "trusted_at_first_sight": texts(&published) }));
        trusted.clone_from(&published);
    }
    let alarm = |kind, why: String| Trouble::Alarm { kind, why, note: note.clone() };
    let now = open_checkpoint(&note, &trusted).map_err(|error| alarm(kind(error), error.to_string()))?;
    if let Some(before) = memory.checkpoint.as_deref() {
        let before = open_checkpoint(before, &trusted)
            .map_err(|error| Trouble::Unreachable(format!("the remembered checkpoint: {error}")))?;
        follows(client, watch, &before, &now).await.map_err(|(kind, why)| match kind {
            Some(kind) => alarm(kind, why),
            None => Trouble::Unreachable(why),
        })?;
    }
    adopt(&mut trusted, &published, &note);
    Ok((Memory { vkeys: texts(&trusted), checkpoint: Some(note) }, now.head.size))
}

/// Why a checkpoint does not follow another: an alarm of this kind, or None where the proof could not be had.
type NotFollowing = (Option<&'static str>, String);

async fn follows(
    client: &reqwest::Client,
    watch: &Watch,
    before: &Checkpoint,
    now: &Checkpoint,
) -> Result<(), NotFollowing> {
    let (Head { size: first, .. }, Head { size: second, .. }) = (before.head, now.head);
    if before.origin != now.origin {
        return Err((Some("another-log"), format!("{} was {} before", now.origin, before.origin)));
    }
    if second < first {
        return Err((Some("shrunk"), format!("the log has {second} leaves and had {first}")));
    }
    let mut hashes = Vec::new();
    if first > 0 && first < second {
        let url = format!("{}/v1/log/proofs/consistency?first={first}&second={second}", watch.url);
        let growth: Growth = json(client, &url).await.map_err(|trouble| match trouble {
            Trouble::Alarm { kind, why, note: _ } => (Some(kind), why),
            Trouble::Unreachable(why) => (None, why),
        })?;
        hashes = growth.hashes().unwrap_or_default();
    }
    let fork = |_| (Some("fork"), format!("the tree of {first} leaves does not begin that of {second}"));
    begins(&before.head, &now.head, &hashes).map_err(fork)
}

/// Successors are trusted once they sign beside a key that is.
fn adopt(trusted: &mut Vec<VerifierKey>, published: &[VerifierKey], note: &str) {
    let signers = open(note, published).map(|opened| opened.signers).unwrap_or_default();
    for signer in signers {
        if !trusted.contains(&signer) {
            trusted.push(signer);
        }
    }
}

fn kind(error: NoteError) -> &'static str {
    match error {
        NoteError::Form | NoteError::NoCheckpoint => "no-checkpoint",
        NoteError::Unknown | NoteError::Signature => "wrong-signature",
    }
}

fn keys(memory: &Memory) -> Vec<VerifierKey> {
    memory.vkeys.iter().filter_map(|vkey| vkey.parse().ok()).collect()
}

fn texts(keys: &[VerifierKey]) -> Vec<String> {
    keys.iter().map(VerifierKey::to_string).collect()
}

async fn json<T: DeserializeOwned>(client: &reqwest::Client, url: &str) -> Result<T, Trouble> {
    let text = text(client, url).await?;
    serde_json::from_str(&text).map_err(|error| refused(url, error))
}

/// The answer's text. A refusal of the log is an alarm, because an honest log can prove itself; a failure is none.
async fn text(client: &reqwest::Client, url: &str) -> Result<String, Trouble> {
    let unreachable = |error: reqwest::Error| Trouble::Unreachable(error.without_url().to_string());
    let mut answer = client.get(url).send().await.map_err(unreachable)?;
    let status = answer.status();
    if status.is_server_error() || status.as_u16() == 429 {
        return Err(Trouble::Unreachable(format!("{url} answers {status}")));
    }
    let mut bytes = Vec::new();
    while let Some(more) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend(more);
        if bytes.len() > MOST_BYTES.max(MAX_NOTE_BYTES) {
            return Err(Trouble::Unreachable(format!("{url} answers without an end")));
        }
    }
    let text = String::from_utf8(bytes).map_err(|error| refused(url, error))?;
    if status.is_success() { Ok(text) } else { Err(refused(url, status)) }
}

fn refused(url: &str, why: impl std::fmt::Display) -> Trouble {
    Trouble::Alarm { kind: "refused", why: format!("{url}: {why}"), note: String::new() }
}

fn remembered(watch: &Watch) -> Result<Memory, Failure> {
    let mut memory = match &watch.state {
        Some(path) => match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Memory::default(),
            Err(error) => return Err(Failure::of(path.display(), error)),
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|error| Failure::of(path.display(), error))?
            }
        },
        None => Memory::default(),
    };
    let more = texts(&watch.vkeys).into_iter().filter(|vkey| !memory.vkeys.contains(vkey));
    memory.vkeys = memory.vkeys.iter().cloned().chain(more.collect::<Vec<_>>()).collect();
    Ok(memory)
}

/// Replaces the file as a whole.
fn keep(path: Option<&Path>, memory: &Memory) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let fresh = path.with_extension("new");
    let bytes = serde_json::to_vec_pretty(memory).map_err(|error| Failure::of(path.display(), error))?;
    let written = fs::write(&fresh, bytes).and_then(|()| fs::rename(&fresh, path));
    written.map_err(|error| Failure::of(path.display(), error))
}
