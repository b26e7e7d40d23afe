//! What the store keeps for proactive service beside its records.

use super::store::Answer;
use crate::{business::Business, ids::BusinessId};

/// Which businesses are looked at, and up to what each was looked at last. A frontier is a text, greater than those
/// behind it; the empty one is behind every other.
pub trait Looks {
    /// Begins to look at a business, or looks at it anew.
    fn begin(&mut self, business: &BusinessId) -> Answer<()>;
    /// Says that the business must be looked at anew; nothing where nobody looks at it.
    fn touch(&mut self, business: &BusinessId) -> Answer<()>;
    /// Businesses that were last looked at up to an earlier frontier.
    fn behind(&mut self, frontier: &str, limit: u32) -> Answer<Vec<Business>>;
    /// Remembers up to what a business was looked at.
    fn settle(&mut self, business: &BusinessId, frontier: &str) -> Answer<()>;
}
