//! Grows the Merkle log behind the receipts and signs its checkpoints, once a second at most.
//!
//! Every replica does so; whoever is first wins, and all come to the same tree. What was signed last is also kept in a
//! file beside the database: a database that was put back to an older state is not signed over.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    log::{
        Head, Signed,
        checkpoint::Checkpoint,
        grow::{grow, measure},
        seal::{Seal, SealError, is_due, seal},
    },
    ports::store::StoreError,
};
use jiff::SignedDuration;

use crate::{access::note::NoteSigner, gateway::Gateway};

/// Between two checkpoints.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a quiet gateway waits before it looks by itself.
const PATIENCE: Duration = Duration::from_secs(10);
/// After a contradiction, which only people can mend.
const ALARM: Duration = Duration::from_secs(60);

/// Looks after the log of one gateway.
pub struct Keeper {
    gateway: Arc<Gateway>,
    rotate_after: SignedDuration,
    file: PathBuf,
    seen: Option<Head>,
    judged: bool,
}

/// Why a turn was not finished.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Nothing was signed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The file of the last checkpoint.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> Self {
        Self::Seal(error.into())
    }
}

impl Keeper {
    /// Reads what was signed last from `file`, where it exists, begins the log where it has not begun, and takes the
    /// first turn.
    ///
    /// # Errors
    /// What the store or the file system says; a file that is not a checkpoint is an error, too.
    pub async fn begin(
        gateway: Arc<Gateway>,
        rotate_after: SignedDuration,
        file: PathBuf,
    ) -> Result<Self, KeepError> {
        let origin = origin(&gateway.base_url);
        let begun = gateway.store.read(|tx| tx.log().state()).await?;
        if begun.is_none() {
            gateway.store.write(move |tx| tx.log().begin(&origin)).await?;
        }
        let seen = last_seen(&file).map_err(|error| KeepError::File(file.clone(), error))?;
        let mut keeper = Self { gateway, rotate_after, file, seen, judged: false };
        if let Err(error) = keeper.turn().await {
            alarm(&error);
        }
        Ok(keeper)
    }

    /// Works for ever. A failure is logged and tried again.
    pub async fn run(mut self) {
        let mut reached = -1;
        loop {
            let head = self.gateway.feed.head();
            let pause = match self.turn().await {
                Ok(all) => {
                    reached = if all { head } else { reached };
                    if all { PAUSE } else { Duration::ZERO }
                }
                Err(error) => alarm(&error),
            };
            tokio::time::sleep(pause).await;
            self.gateway.feed.beyond(reached, PATIENCE).await;
        }
    }

    /// Takes in what is behind the log and signs a checkpoint; false where more is left than a
    /// second is enough for.
    ///
    /// # Errors
    /// [`KeepError`]; what was taken in stays.
    pub async fn turn(&mut self) -> Result<bool, KeepError> {
        let end = Instant::now() + PAUSE;
        let mut all = false;
        while !all && Instant::now() < end {
            match self.gateway.store.read(measure).await? {
                Some(growth) => {
                    self.gateway.store.write(move |tx| grow(tx, &growth)).await?;
                }
                None => all = true,
            }
        }
        // At the start what was signed before is judged, whether or not there is something new to sign.
        if !self.judged || self.gateway.store.read(is_due).await? {
            self.sign().await?;
            self.judged = true;
        }
        Ok(all)
    }

    async fn sign(&mut self) -> Result<(), KeepError> {
        let terms = Seal {
            seed: self.gateway.random_bytes(),
            rotate_after: self.rotate_after,
            seen: self.seen,
            now: self.gateway.wall_clock.now(),
        };
        let signed = self.gateway.store.write(move |tx| seal(tx, &NoteSigner, &terms)).await?;
        if let Some(Signed { head, note }) = signed {
            self.seen = Some(head);
            keep(&self.file, &note).map_err(|error| KeepError::File(self.file.clone(), error))?;
            metrics::gauge!("log_size").set(head.size as f64);
        }
        Ok(())
    }
}

fn alarm(error: &KeepError) -> Duration {
    match error {
        KeepError::Seal(SealError::Contradiction { size }) => {
            tracing::error!(size, "the log contradicts its own checkpoint; nothing is signed");
            metrics::counter!("log_contradictions_total").increment(1);
            ALARM
        }
        KeepError::Seal(SealError::Key(_) | SealError::Store(_)) | KeepError::File(..) => {
            tracing::warn!(%error, "the log is behind, trying again");
            PAUSE
        }
    }
}

/// The address under which the log is served, without its scheme (C2SP tlog-tiles).
fn origin(base_url: &str) -> String {
    let (_, address) = base_url.split_once("://").unwrap_or(("", base_url));
    format!("{address}/v1/log")
}

fn last_seen(file: &Path) -> io::Result<Option<Head>> {
    let note = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    let text = note.split_once("\n\n").map(|(text, _)| format!("{text}\n")).unwrap_or_default();
    let checkpoint = Checkpoint::parse(&text);
    let checkpoint = checkpoint.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(Some(checkpoint.head))
}

/// Replaces the file as a whole.
fn keep(file: &Path, note: &str) -> io::Result<()> {
    let fresh = file.with_extension("new");
    let mut open = fs::File::create(&fresh)?;
    open.write_all(note.as_bytes())?;
    open.sync_all()?;
    fs::rename(&fresh, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_the_address_of_the_log() {
        assert_eq!(origin("https://shlyuz.test"), "shlyuz.test/v1/log");
        assert_eq!(origin("http://127.0.0.1:8080"), "127.0.0.1:8080/v1/log");
    }

    #[test]
    fn what_was_signed_is_read_back_from_its_file() {
        let file = std::env::temp_dir().join(format!("shlyuz-log-{}", std::process::id()));
        assert_eq!(last_seen(&file).expect("a missing file is none"), None);
        let text = "a/v1/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
        keep(&file, &format!("{text}\n\u{2014} a/v1/log c2ln\n")).expect("it is written");
        assert_eq!(last_seen(&file).expect("it is read").map(|head| head.size), Some(0));
        keep(&file, "nonsense").expect("it is written");
        assert!(last_seen(&file).is_err());
        fs::remove_file(&file).expect("it is there");
    }
}
