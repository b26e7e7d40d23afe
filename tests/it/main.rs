//! The integration tests: the program driven over HTTP as a stranger would, on SQLite and on PostgreSQL.

mod access;
mod assessments;
mod attachments;
mod authority;
mod businesses;
mod catalogue;
mod channel;
mod document;
mod draft_acts;
mod events;
mod guides;
mod idempotency;
mod isolation;
mod lifecycle;
mod log;
mod mandates;
mod proactive;
mod problems;
mod receipts;
mod reliability;
mod requirements;
mod sandbox;
mod store;
mod structure;
mod tour;
mod webhooks;
