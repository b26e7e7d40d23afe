//! An open store of its own for every test.

use std::sync::{Arc, Mutex, PoisonError};

use domain::ports::store::{Store, StoreError, Tx};
use persistence::{Handle, Opened, Options};
use tempfile::TempDir;
use tests::postgres::Cluster;

/// An open store. Its database is gone when it is dropped.
pub struct Fixture {
    pub store: Store,
    pub url: String,
    /// What the store told of commits.
    pub told: Arc<Mutex<Vec<i64>>>,
    handle: Option<Handle>,
    directory: Option<TempDir>,
}

impl Fixture {
    /// A store in a new SQLite file.
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = format!("sqlite:{}", directory.path().join("shlyuz.db").display());
        Self::open(url, Some(directory))
    }

    /// A store in a new PostgreSQL database; None where PostgreSQL is not installed.
    pub fn postgres() -> Option<Self> {
        Cluster::shared().map(|cluster| Self::open(cluster.database(), None))
    }

    fn open(url: String, directory: Option<TempDir>) -> Self {
        let told = Arc::new(Mutex::new(Vec::new()));
        let Opened { store, handle } = open(&url, 256, &told);
        Self { store, url, told, handle: Some(handle), directory }
    }

    /// Closes the store, waiting for what is queued.
    pub fn close(&mut self) {
        self.handle = None;
    }

    /// Closes the store and opens it again with a queue of this length.
    pub fn reopen(self, queue: usize) -> Self {
        let Self { store: _, url, told, handle, directory } = self;
        drop(handle);
        let Opened { store, handle } = open(&url, queue, &told);
        Self { store, url, told, handle: Some(handle), directory }
    }

    /// The places told so far.
    pub fn told(&self) -> Vec<i64> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs a unit that writes and must succeed.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.write(work).await.expect("the unit is committed")
    }

    /// Runs a unit that reads and must succeed.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.read(work).await.expect("the unit reads")
    }
}

/// Opens a store that notes what it is told.
pub fn open(url: &str, queue: usize, told: &Arc<Mutex<Vec<i64>>>) -> Opened {
    let told = Arc::clone(told);
    let on_commit = move |place| told.lock().unwrap_or_else(PoisonError::into_inner).push(place);
    let options = Options { url: url.to_owned(), readers: 2, queue, on_commit: Box::new(on_commit) };
    persistence::open(options).expect("the store opens")
}
