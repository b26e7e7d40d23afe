//! What a change of the profile would do to the list ("if I hire a sixteenth person"), without storing anything.

use super::{
    condition::Facts,
    list::{Difference, PersonalList, Row, draw},
    registry::Registry,
};
use crate::{
    business::{Business, profile::patched},
    catalogue::{Catalogue, Findings},
    compliance::{Profile, Refusal},
    time::Timestamp,
};

/// What would come of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// The rows of the list that would be.
    pub rows: Vec<Row>,
    /// How it would differ from the list that is.
    pub difference: Difference,
}

/// Draws the list for a profile that is only supposed, beside the list that is.
pub fn what_if(registry: &Registry, list: &PersonalList, supposed: &Profile, now: Timestamp) -> Outlook {
    let rows = draw(registry, Facts(supposed), now.moscow_date(), &list.rows, now);
    let difference = Difference::between(&list.rows, &rows);
    Outlook { rows, difference }
}

/// The profile that a merge patch, given as `profile` of the request, would lead to.
///
/// # Errors
/// [`Refusal::Invalid`] with everything that the change of the profile itself would be refused for.
pub fn supposed(catalogue: &Catalogue, business: &Business, patch: &Profile) -> Result<Profile, Refusal> {
    patched(catalogue, business, patch).map_err(|violations| {
        let findings = Findings { violations, ..Findings::default() };
        Refusal::Invalid(findings.under("/profile").violations)
    })
}
