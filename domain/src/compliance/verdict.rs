//! Whether a requirement stands on a business's list at this moment, judged from profile and registry alone.

use jiff::civil::Date;

use crate::{
    business::Business,
    clerk::Clerk,
    requirement::{condition::Facts, list::Verdict, registry::Entry},
};

/// Every requirement on the list with its verdict, in the order of codes.
pub fn rows<'c>(clerk: &'c Clerk, business: &Business, day: Date) -> Vec<(&'c Entry, Verdict)> {
    let facts = Facts(&business.profile);
    let concerning = clerk.registry.concerning(facts).map(AsRef::as_ref);
    concerning.filter_map(|entry: &Entry| Some((entry, entry.verdict(facts, day)?))).collect()
}
