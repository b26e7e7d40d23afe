//! The port's implementation: hands units to the threads that run them.

use std::{
    fs::{File, OpenOptions, TryLockError},
    future::Future,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use domain::ports::store::{Mode, Store, StoreError, UnitOfWork, Work};
use tokio::sync::oneshot;

use crate::{
    checkpoint::checkpoint,
    conn::{Conn, Role, Target},
    head::{Head, watch},
    options::{OpenError, Options},
    reader::{InlineReader, serve},
    tx::sequence,
    unit::{Answer, Job},
    writer::Writer,
};

/// An open store.
pub struct Opened {
    /// The door for use cases. Clones that outlive the handle get [`StoreError::Unavailable`].
    pub store: Store,
    /// Keeps the store open.
    pub handle: Handle,
}

/// Keeps a store open; closing or dropping it finishes what is queued and waits for it.
pub struct Handle {
    adapter: Arc<Adapter>,
    threads: Vec<JoinHandle<()>>,
    watcher: Option<Sender<()>>,
    /// Released last, when nothing writes any more.
    _lock: Option<File>,
}

impl Handle {
    /// Refuses new units, finishes those that are queued, moves SQLite's log into the file and ends the threads.
    pub fn close(self) {}
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.adapter.close();
        self.watcher = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store had panicked");
            }
        }
    }
}

/// Brings the schema up to date, without opening a store.
///
/// # Errors
/// [`OpenError`]; on SQLite also where another process has the file open.
pub fn migrate(options: &Options) -> Result<(), OpenError> {
    let target = Target::parse(&options.url)?;
    let _lock = lock(&target)?;
    crate::migrations::run(&target)
}

/// Opens the store: takes the file's lock, brings the schema up to date and starts the threads.
///
/// # Errors
/// [`OpenError`]; nothing stays open then.
pub fn open(options: Options) -> Result<Opened, OpenError> {
    let target = Target::parse(&options.url)?;
    let lock = lock(&target)?;
    crate::migrations::run(&target)?;
    start(target, lock, options)
}

/// Opens the store for an operator's command, also beside a gateway that has the file open: the file's own lock
/// makes their writers take turns, and the gateway's watcher notices events that are appended here.
///
/// # Errors
/// [`OpenError`]; nothing stays open then.
pub fn open_beside(options: Options) -> Result<Opened, OpenError> {
    let target = Target::parse(&options.url)?;
    match lock(&target) {
        Ok(lock) => {
            crate::migrations::run(&target)?;
            start(target, lock, options)
        }
        // The gateway that holds the file has brought its schema up to date.
        Err(OpenError::InUse) => start(target, None, options),
        Err(error) => Err(error),
    }
}

fn start(target: Target, lock: Option<File>, options: Options) -> Result<Opened, OpenError> {
    let Options { readers, queue, on_commit, .. } = options;
    let known = known_head(&target)?;
    let head = Arc::new(Head::new(known, on_commit));
    let (writes, jobs) = bounded(queue.max(1));
    let mut threads = Vec::new();
    let writer = Writer::new(target.clone(), jobs, Arc::clone(&head));
    threads.push(spawn("store-writer", move || writer.run())?);
    let (reads, watcher) = match target {
        Target::Sqlite(_) => {
            let (stop, stopped) = bounded(0);
            let (file, watched, ended) = (target.clone(), target.clone(), Receiver::clone(&stopped));
            threads.push(spawn("store-checkpointer", move || checkpoint(file, stopped))?);
            threads.push(spawn("store-watcher", move || watch(watched, head, ended))?);
            (Reads::Inline(InlineReader::new(target)), Some(stop))
        }
        Target::Postgres(_) => {
            let (reads, jobs) = bounded(queue.max(1));
            for _ in 0..readers.max(1) {
                let (target, jobs) = (target.clone(), Receiver::clone(&jobs));
                threads.push(spawn("store-reader", move || serve(target, jobs))?);
            }
            let (stop, stopped) = bounded(0);
            threads.push(spawn("store-watcher", move || watch(target, head, stopped))?);
            (Reads::Threads(Gate::new(reads)), Some(stop))
        }
    };
    let adapter = Arc::new(Adapter { writes: Gate::new(writes), reads });
    let store = Store::new(Arc::<Adapter>::clone(&adapter));
    Ok(Opened { store, handle: Handle { adapter, threads, watcher, _lock: lock } })
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    Ok(thread::Builder::new().name(name.to_owned()).spawn(run)?)
}

fn known_head(target: &Target) -> Result<i64, OpenError> {
    let mut conn = Conn::establish(target, Role::Read).map_err(OpenError::Connect)?;
    sequence::last(&mut conn).map_err(|error| OpenError::Connect(error.to_string()))
}

/// Takes `PATH.lock` for SQLite: two writers on one file would only wait for each other, and the second process
/// would not see what the first one remembers in memory.
fn lock(target: &Target) -> Result<Option<File>, OpenError> {
    let Target::Sqlite(path) = target else { return Ok(None) };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(format!("{path}.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

struct Adapter {
    writes: Gate,
    reads: Reads,
}

enum Reads {
    Inline(InlineReader),
    Threads(Gate),
}

impl Adapter {
    fn close(&self) {
        self.writes.close();
        match &self.reads {
            Reads::Inline(_) => {}
            Reads::Threads(gate) => gate.close(),
        }
    }
}

impl UnitOfWork for Adapter {
    fn run(&self, mode: Mode, work: Work) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
        match (mode, &self.reads) {
            (Mode::Write, _) => Box::pin(self.writes.pass(work)),
            (Mode::Read, Reads::Threads(gate)) => Box::pin(gate.pass(work)),
            (Mode::Read, Reads::Inline(reader)) => {
                Box::pin(
                    async move { if self.writes.is_closed() { Err(closed()) } else { reader.run(work) } },
                )
            }
        }
    }
}

/// The way into a bounded queue, until it is closed.
struct Gate(RwLock<Option<Sender<Job>>>);

impl Gate {
    fn new(sender: Sender<Job>) -> Self {
        Self(RwLock::new(Some(sender)))
    }

    fn is_closed(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Dropping the only sender lets the thread finish what is queued and end.
    fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn pass(&self, work: Work) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.queue(Job { work, reply })?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    fn queue(&self, job: Job) -> Answer {
        let gate = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = gate.as_ref() else { return Err(closed()) };
        sender.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => closed(),
        })
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}
