//! What Shlyuz decides: aggregates, use cases, ports and error codes.
//!
//! Synchronous and without IO: time, ids and everything remembered come in as arguments. Read first: [`ports::store`].

pub mod actor;
pub mod application;
pub mod assessment;
pub mod attachment;
pub mod business;
pub mod calendar;
pub mod catalogue;
pub mod clerk;
pub mod compliance;
pub mod digest;
pub mod draft_act;
pub mod error;
pub mod event;
pub mod guard;
pub mod idempotency;
pub mod identifier;
pub mod ids;
pub mod inbox;
pub mod journal;
pub mod log;
pub mod mandate;
pub mod merge_patch;
pub mod page;
pub mod ports;
pub mod proactive;
pub mod receipt;
pub mod record;
pub mod requirement;
pub mod submission;
pub mod text;
pub mod time;
pub mod transfer;
pub mod webhook;
