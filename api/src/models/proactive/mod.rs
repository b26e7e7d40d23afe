//! Proactive service on the wire, one file per noun.

pub mod consent;
pub mod offer;
pub mod scenario;
pub mod watch;
