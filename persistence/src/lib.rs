//! What Shlyuz remembers, in SQLite (embedded, the default) or PostgreSQL (for more than one replica).
//!
//! Implements the port [`domain::ports::store`]. Read first: `conn.rs`, then `writer.rs`.

mod adapter;
mod checkpoint;
mod conn;
mod head;
mod line;
mod migrations;
mod options;
mod reader;
mod rows;
mod schema;
mod search;
mod tx;
mod unit;
mod writer;

pub use adapter::{Handle, Opened, migrate, open, open_beside};
pub use options::{OpenError, Options};
pub use search::FullText;
