//! How a store is opened, and why it could not be.

/// How to open the store.
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Threads that read, each with a connection; PostgreSQL only. SQLite is read on the calling thread.
    pub readers: usize,
    /// How many units may wait, in each of the queues of writes and of reads, before the next is refused.
    pub queue: usize,
    /// Told the place of the last event after commits that appended events, this process's or (on PostgreSQL, at most
    /// 200 ms later) another's. Calls come one at a time with growing places. It must be quick: the writer waits for it.
    pub on_commit: Box<dyn Fn(i64) + Send + Sync>,
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is neither `sqlite:PATH` nor `postgres://…`.
    #[error("the database's URL is neither `sqlite:PATH` nor `postgres://…`")]
    Url,
    /// Another process has this file open.
    #[error("another process has this database open")]
    InUse,
    /// The lock file or a thread could not be made.
    #[error("the store could not be set up: {0}")]
    Io(#[from] std::io::Error),
    /// The database does not answer or refused the connection.
    #[error("the database cannot be reached: {0}")]
    Connect(String),
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date: {0}")]
    Migrate(String),
}
