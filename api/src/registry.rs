//! The registry's life in the store: brought up to date at the start, read anew when its edition changes, swapped in
//! as a whole, together with the search over it.

use std::{ops::Deref, sync::Arc};

use arc_swap::{ArcSwap, Guard};
use domain::{
    ports::{
        search::{RequirementIndex, RequirementSearch},
        store::{Store, StoreError},
    },
    requirement::{
        builtin,
        registry::{Registry, RegistryFault},
    },
    time::Timestamp,
};
use tokio::sync::Mutex;

use crate::gateway::Gateway;

pub mod bring;

/// Why there is no registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Its documents do not hold together.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faults(Vec<RegistryFault>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The compiling ended without an answer.
    #[error("the registry was not compiled: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl From<RegistryError> for StoreError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Store(error) => error,
            RegistryError::Faults(_) => Self::Corrupt(error.to_string()),
            RegistryError::Interrupted(_) => Self::Unavailable(error.to_string()),
        }
    }
}

/// One edition of the registry with the search over it.
pub struct Edition {
    /// The registry.
    pub registry: Arc<Registry>,
    /// Finds its requirements and acts.
    pub search: Arc<dyn RequirementSearch>,
}

impl Deref for Edition {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.registry
    }
}

/// The edition in force; replaced as a whole.
pub struct InForce {
    edition: ArcSwap<Edition>,
    index: Arc<dyn RequirementIndex>,
    /// One edition is compiled at a time, or an older one could replace a newer.
    refreshing: Mutex<()>,
    /// One call brings rows at a time: each is judged by what the one before left.
    bringing: Mutex<()>,
}

impl InForce {
    /// Begins with a registry.
    pub fn new(registry: Registry, index: Arc<dyn RequirementIndex>) -> Self {
        let edition = ArcSwap::from_pointee(indexed(registry, index.as_ref()));
        Self { edition, index, refreshing: Mutex::default(), bringing: Mutex::default() }
    }

    /// The edition now; not to be kept over an await.
    pub fn load(&self) -> Guard<Arc<Edition>> {
        self.edition.load()
    }

    /// The registry now, to keep.
    pub fn load_full(&self) -> Arc<Registry> {
        Arc::clone(&self.edition.load().registry)
    }
}

fn indexed(registry: Registry, index: &dyn RequirementIndex) -> Edition {
    let search = index.index(&registry);
    Edition { registry: Arc::new(registry), search }
}

/// Brings the store's registry up to the program's and compiles it.
///
/// # Errors
/// The store's error, or every fault of the documents together.
pub async fn install(store: &Store, now: Timestamp) -> Result<Registry, RegistryError> {
    let installing = store.write(move |tx| builtin::install(tx, now));
    let (edition, documents) = installing.await?;
    Registry::compile(edition, &documents).map_err(RegistryError::Faults)
}

/// Takes over a registry that another gateway, or this one, has changed.
///
/// # Errors
/// The store's error, or every fault of the documents together; the registry in force stays then.
pub async fn refresh(gateway: &Gateway) -> Result<(), RegistryError> {
    let in_force = &gateway.registry;
    let _turn = in_force.refreshing.lock().await;
    let edition = gateway.store.read(|tx| tx.registry().edition()).await?;
    if edition == in_force.load().registry.edition {
        return Ok(());
    }
    let held = in_force.load_full();
    let known = held.edition;
    let reading = gateway
        .store
        .read(move |tx| Ok::<_, StoreError>((tx.registry().edition()?, tx.registry().since(known)?)));
    let (edition, documents) = reading.await?;
    let index = Arc::clone(&in_force.index);
    // Thousands of requirements take longer than a worker may be kept from its requests.
    let compiling = tokio::task::spawn_blocking(move || {
        held.with(edition, &documents).map(|registry| indexed(registry, index.as_ref()))
    });
    let edition = compiling.await?.map_err(RegistryError::Faults)?;
    in_force.edition.store(Arc::new(edition));
    Ok(())
}
