//! Draft acts, opinions on them, and transfers to the regulation portal on the wire.

pub mod draft;
pub mod opinion;
pub mod summary;
pub mod transfer;
