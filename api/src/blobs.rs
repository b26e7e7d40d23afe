//! Attachments' bytes: files in one directory, never whole in memory.
//!
//! An upload grows `<id>.part`; when it is whole and its digest holds, it is synced, renamed to `<id>`, and its
//! directory synced, before the store says "stored". So a stored attachment never points at missing bytes.

use std::{
    fs::TryLockError,
    io,
    path::{Path, PathBuf},
};

use domain::{digest::Digest, ids::AttachmentId};
use futures_util::{Stream, StreamExt};
use sha2::{Digest as _, Sha256};
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncReadExt, AsyncWriteExt},
};

/// How much is read at a time.
const CHUNK: usize = 64 * 1024;

/// Looks into a whole file before it is taken, such as for malware.
pub trait Scan: Send + Sync {
    /// Whether the file may be taken. An error leaves the upload where it is, to be tried again.
    fn clean(&self, path: &Path) -> io::Result<bool>;
}

/// The directory of attachments' bytes.
#[derive(Clone)]
pub struct Blobs {
    directory: PathBuf,
    scan: Option<std::sync::Arc<dyn Scan>>,
}

/// Why bytes could not be added.
#[derive(Debug)]
pub enum AppendError<E> {
    /// The upload continues at another offset.
    Offset {
        /// At this one.
        current: i64,
    },
    /// More bytes came than were declared; the pieces that fitted were kept.
    TooLong {
        /// The declared size.
        size: i64,
    },
    /// The sender failed; what came was kept.
    Sender(E),
    /// The disk failed.
    Disk(io::Error),
}

impl<E> From<io::Error> for AppendError<E> {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Blobs {
    /// Opens the directory, which is made if it is missing.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(directory: PathBuf, scan: Option<std::sync::Arc<dyn Scan>>) -> io::Result<Self> {
        std::fs::create_dir_all(&directory)?;
        Ok(Self { directory, scan })
    }

    /// How many bytes of an unfinished upload have arrived.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn offset(&self, id: &AttachmentId) -> io::Result<i64> {
        match fs::metadata(self.part(id)).await {
            Ok(metadata) => Ok(i64::try_from(metadata.len()).unwrap_or(i64::MAX)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Adds bytes at `offset` and returns the offset reached. What arrived before a failure stays, to be resumed.
    ///
    /// While one sender adds, another is refused: the rest of a broken line must not fall among the bytes of its
    /// continuation.
    ///
    /// # Errors
    /// [`AppendError`].
    pub async fn append<E>(
        &self,
        id: &AttachmentId,
        offset: i64,
        size: i64,
        mut bytes: impl Stream<Item = Result<actix_web::web::Bytes, E>> + Unpin,
    ) -> Result<i64, AppendError<E>> {
        let file = OpenOptions::new().create(true).append(true).open(self.part(id)).await?.into_std().await;
        let alone = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(error.into()),
        };
        let mut reached = self.offset(id).await?;
        if reached != offset || !alone {
            return Err(AppendError::Offset { current: reached });
        }
        let mut file = File::from_std(file);
        let outcome = loop {
            match bytes.next().await {
                None => break Ok(()),
                Some(Err(error)) => break Err(AppendError::Sender(error)),
                Some(Ok(chunk)) => {
                    let room = usize::try_from(size - reached).unwrap_or(0);
                    if chunk.len() > room {
                        break Err(AppendError::TooLong { size });
                    }
                    file.write_all(&chunk).await?;
                    reached += i64::try_from(chunk.len()).unwrap_or(0);
                }
            }
        };
        file.flush().await?;
        file.sync_data().await?;
        outcome.map(|()| reached)
    }

    /// Checks a whole upload: true if its digest is the declared one, its head fits its type and the scan lets it
    /// pass; then its bytes are in place and durable. False removes them.
    ///
    /// # Errors
    /// What the file system or the scan says; the upload stays as it is.
    pub async fn finish(&self, id: &AttachmentId, digest: &Digest, content_type: &str) -> io::Result<bool> {
        let part = self.part(id);
        if fs::try_exists(self.whole(id)).await? && !fs::try_exists(&part).await? {
            return Ok(true);
        }
        let held = digest_of(&part).await? == *digest && head_fits(&part, content_type).await?;
        if !held || !self.scanned(&part).await? {
            fs::remove_file(&part).await?;
            return Ok(false);
        }
        fs::rename(&part, self.whole(id)).await?;
        File::open(&self.directory).await?.sync_all().await?;
        Ok(true)
    }

    /// Opens a finished attachment for reading.
    ///
    /// # Errors
    /// What the file system says.
    pub async fn read(
        &self,
        id: &AttachmentId,
    ) -> io::Result<impl Stream<Item = io::Result<actix_web::web::Bytes>> + use<>> {
        let mut file = File::open(self.whole(id)).await?;
        Ok(async_stream::stream! {
            loop {
                let mut chunk = vec![0; CHUNK];
                match file.read(&mut chunk).await {
                    Ok(0) => break,
                    Ok(read) => {
                        chunk.truncate(read);
                        yield Ok(chunk.into());
                    }
                    Err(error) => {
                        yield Err(error);
                        break;
                    }
                }
            }
        })
    }

    async fn scanned(&self, path: &Path) -> io::Result<bool> {
        let Some(scan) = self.scan.clone() else { return Ok(true) };
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || scan.clean(&path)).await.map_err(io::Error::other)?
    }

    fn part(&self, id: &AttachmentId) -> PathBuf {
        self.directory.join(format!("{id}.part"))
    }

    fn whole(&self, id: &AttachmentId) -> PathBuf {
        self.directory.join(id.as_str())
    }
}

async fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path).await?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).await? {
            0 => return Ok(Digest::from_bytes(hash.finalize().into())),
            read => hash.update(&chunk[..read]),
        }
    }
}

/// Whether the first bytes are those of the declared type: a renamed program is no PDF.
async fn head_fits(path: &Path, content_type: &str) -> io::Result<bool> {
    let mut head = [0; 8];
    let read = File::open(path).await?.read(&mut head).await?;
    let head = &head[..read];
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    Ok(match content_type {
        "application/pdf" => head.starts_with(b"%PDF-"),
        "image/png" => head.starts_with(b"\x89PNG\r\n\x1a\n"),
        "audio/mpeg" => head.starts_with(b"ID3") || matches!(head, [0xFF, sync, ..] if sync & 0xE0 == 0xE0),
        "image/jpeg" => head.starts_with(b"\xFF\xD8\xFF"),
        "application/xml" => text.starts_with(b"<"),
        // Office documents are ZIP archives too.
        _ => head.starts_with(b"PK\x03\x04"),
    })
}
