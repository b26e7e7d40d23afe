//! What the domain needs from the outside, by what it is. Adapters say how.

pub mod authority;
pub mod clock;
pub mod signer;
pub mod store;
