//! What travels over the wire where it differs from the domain: `NewX` in, `XView` out.

pub mod access_request;
pub mod assessments;
pub mod attachment;
pub mod authority;
pub mod batch;
pub mod business;
pub mod catalogue;
pub mod channel;
pub mod draft_acts;
pub mod event;
pub mod log;
pub mod mandate;
pub mod oauth;
pub mod preflight;
pub mod proactive;
pub mod receipt;
pub mod requirements;
pub mod sandbox;
pub mod submission;
pub mod webhook;
