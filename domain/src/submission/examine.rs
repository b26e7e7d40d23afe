//! Examining a form before the unit of work that lodges it.
//!
//! Writers take turns, and the rules of a form cost more than the rest of a turn. So a form is examined over a snapshot
//! first, and the unit of work only asks whether what it was examined by is still so.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{
    AttachedDocument, Desk, Submission,
    desk::attached,
    document_of,
    draft::{self, NewSubmission},
};
use crate::{
    business::{Business, profile},
    catalogue::{Findings, Service},
    digest::Digest,
    ports::store::{StoreError, Tx},
    time::Timestamp,
};

/// What was found in a form, and by what it was examined besides the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    profile_version: i64,
    attachments: Vec<AttachedDocument>,
    today: Date,
    /// What is wrong with it.
    pub(super) findings: Findings,
    /// The digest of the document.
    pub(super) digest: Digest,
    /// The business's profile with what the form teaches, where it teaches anything.
    pub(super) profile: Option<Map<String, Value>>,
}

/// Examines what is to be lodged. None where lodging will be refused before its form matters.
///
/// # Errors
/// Only what the store says.
pub fn examine(
    tx: &mut dyn Tx,
    desk: &Desk,
    new: &NewSubmission,
    now: Timestamp,
) -> Result<Option<Examined>, StoreError> {
    let Ok(service) = draft::open_service(desk, &new.service) else { return Ok(None) };
    // The claim is believed only in the unit of work, which throws away what was found for somebody without a mandate.
    let claimed = &new.on_behalf.business;
    let Some(business) = tx.businesses().find(claimed)? else { return Ok(None) };
    let Ok(attachments) = attached(tx, claimed, &new.attachments)? else { return Ok(None) };
    Ok(Some(Examined::of(desk, service, (&new.form, &attachments), &business, now)))
}

impl Examined {
    /// Examines a form with what is known of the business.
    pub(super) fn of(
        desk: &Desk,
        service: &Service,
        (form, attachments): (&Map<String, Value>, &[AttachedDocument]),
        business: &Business,
        now: Timestamp,
    ) -> Self {
        Self {
            profile_version: business.version,
            today: now.moscow_date(),
            findings: desk.check(service, (form, attachments), business, now),
            digest: document_of(&service.document.code, form, attachments),
            profile: profile::learned(&desk.catalogue, business, service.learned(form)),
            attachments: attachments.to_vec(),
        }
    }

    /// Whether an examination now would find the same in the same form.
    pub(super) fn holds(&self, submission: &Submission, profile_version: i64, now: Timestamp) -> bool {
        self.profile_version == profile_version
            && self.today == now.moscow_date()
            && self.attachments == submission.attachments
    }
}
