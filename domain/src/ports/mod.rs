//! What the domain needs from the outside, by what it is. Adapters say how.

pub mod assessments;
pub mod authority;
pub mod clock;
pub mod draft_acts;
pub mod log;
pub mod mandates;
pub mod proactive;
pub mod regulation_portal;
pub mod requirements;
pub mod search;
pub mod signer;
pub mod state_resource;
pub mod store;
pub mod webhooks;
