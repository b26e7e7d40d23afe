//! The sandbox's levers, as the routes under `/sandbox` need them. Present only where the gateway pretends.

use domain::{text::Text, time::Timestamp};
use jiff::SignedDuration;
use serde_json::{Map, Value};

/// A test business that the sandbox made up.
#[derive(Debug, Clone, PartialEq)]
pub struct TestBusiness {
    /// Its profile, identity included; the numbers have right check digits in unused ranges.
    pub profile: Map<String, Value>,
}

/// What the sandbox can do beyond the live gateway.
pub trait SandboxControl: Send + Sync {
    /// Moves the virtual clock forward and returns the new time.
    fn advance(&self, by: SignedDuration) -> Timestamp;

    /// Makes up a business by the name of a profile; None where there is no such profile.
    fn business(&self, profile: &str, seed: u32) -> Option<TestBusiness>;

    /// The names of the profiles that [`Self::business`] knows, with what they stand for.
    fn profiles(&self) -> Vec<(&'static str, Text)>;

    /// The magic values and what each makes the scripted authority do.
    fn scenarios(&self) -> Vec<(&'static str, Text)>;

    /// What makes the scripted state resources answer in which way.
    fn state_resources(&self) -> Vec<(&'static str, Text)>;
}
