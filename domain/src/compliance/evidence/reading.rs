//! A supervisor reads the map without contact with the business (4.8.1.1), and the business sees that it did.

use serde_json::json;

use super::{EvidenceState, KnownEvidence, RequirementEvidence, StateProof, map};
use crate::{
    actor::AuthorityActor,
    clerk::{Clerk, Happening, Mover},
    compliance::{Refusal, actor, business, requirement},
    event::EventKind,
    ids::BusinessId,
    mandate::OnBehalf,
    page::{Page, PageRequest},
    ports::store::Tx,
    time::{Stamp, Timestamp},
};

/// Which rows of the map to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MapFilter {
    /// Only where the state's data say this of compliance.
    pub proof: Option<StateProof>,
    /// Only with a piece of evidence that stands here.
    pub state: Option<EvidenceState>,
}

impl MapFilter {
    fn fits(self, row: &RequirementEvidence) -> bool {
        let has = |state| row.pieces.iter().any(|piece| piece.state == state);
        self.proof.is_none_or(|proof| proof == row.proof) && self.state.is_none_or(has)
    }
}

/// A page of the business's map, in the order of codes.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn read(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    on_behalf: &OnBehalf,
    (filter, page): (MapFilter, &PageRequest),
    now: Timestamp,
) -> Result<Page<RequirementEvidence>, Refusal> {
    let (_, business) = business(tx, on_behalf)?;
    let rows = map(tx, clerk, &business, now.moscow_date())?;
    Ok(cut(rows, filter, page))
}

fn cut(
    mut rows: Vec<RequirementEvidence>,
    filter: MapFilter,
    page: &PageRequest,
) -> Page<RequirementEvidence> {
    let is_behind =
        |row: &RequirementEvidence| page.after.as_ref().is_none_or(|after| row.requirement > *after);
    rows.retain(|row| filter.fits(row) && is_behind(row));
    Page::cut(rows, page, |row| row.requirement.clone())
}

/// The evidence for one requirement, also for one that is not on the list.
///
/// # Errors
/// [`Refusal::NotFound`], or the store's error.
pub fn read_one(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, code): (&OnBehalf, &str),
    now: Timestamp,
) -> Result<RequirementEvidence, Refusal> {
    let actor = actor(tx, on_behalf)?;
    let entry = requirement(clerk, code)?;
    Ok(KnownEvidence::load(tx, &actor.business)?.row(entry, now.moscow_date()))
}

/// The map's rows of requirements that the authority supervises. The reading itself is told to the business.
///
/// # Errors
/// [`Refusal::NotFound`] where the business is not known or the authority supervises none of its requirements.
pub fn read_as_supervisor(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (actor, business): (&AuthorityActor, &BusinessId),
    (filter, page): (MapFilter, &PageRequest),
    mut stamp: Stamp,
) -> Result<Page<RequirementEvidence>, Refusal> {
    let business = tx.businesses().find(business)?.ok_or(Refusal::NotFound)?;
    let mut rows = map(tx, clerk, &business, stamp.now.moscow_date())?;
    rows.retain(|row| row.supervisors.contains(&actor.authority));
    if rows.is_empty() {
        return Err(Refusal::NotFound);
    }
    let happening = Happening {
        kind: EventKind::EvidenceRead,
        business: &business.id,
        authority: Some(&actor.authority),
        subject: business.id.as_str(),
        data: json!({ "requirements": rows.len() }),
    };
    clerk.tell(tx, happening, &Mover::Authority(actor), &mut stamp)?;
    Ok(cut(rows, filter, page))
}
