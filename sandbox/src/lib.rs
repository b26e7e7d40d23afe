//! The sandbox: the same ports as the live gateway's, simulated.
//!
//! Nothing here reads a clock, draws random numbers or touches a file: the program brings the wall clock, seeds and
//! what was kept from the last run. Read first: [`script`], the authority that acts by magic values.

pub mod clock;
pub mod credentials;
mod numbers;
pub mod portal;
pub mod resources;
pub mod script;
pub mod seed;
mod verdicts;

pub use clock::VirtualClock;
pub use credentials::Credentials;
pub use portal::ScriptedPortal;
pub use resources::ScriptedResources;
pub use script::ScriptedAuthority;
pub use seed::{Profile, TestBusiness};
