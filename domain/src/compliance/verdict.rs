//! Whether a requirement stands on a business's list at this moment, judged from profile and registry alone.

use jiff::civil::Date;

use super::Profile;
use crate::{
    business::Business,
    clerk::Clerk,
    requirement::{
        condition::{Facts, Truth},
        list::Verdict,
        registry::Entry,
    },
};

/// The verdict on a requirement; None where it is not in force or does not apply.
pub fn verdict(entry: &Entry, profile: &Profile, day: Date) -> Option<Verdict> {
    if !entry.requirement.is_in_force(day) {
        return None;
    }
    match entry.requirement.applies_when.truth(Facts(profile)) {
        Truth::True => Some(Verdict::Applies),
        Truth::Unknown => Some(Verdict::NeedsAnswer),
        Truth::False => None,
    }
}

/// Every requirement on the list with its verdict, in the order of codes.
pub fn rows<'c>(clerk: &'c Clerk, business: &Business, day: Date) -> Vec<(&'c Entry, Verdict)> {
    let concerning = clerk.registry.concerning(Facts(&business.profile), day);
    let judged = concerning.into_iter().map(AsRef::as_ref);
    judged.filter_map(|entry| Some((entry, verdict(entry, &business.profile, day)?))).collect()
}
