//! Tells businesses of a draft's step, a few at a time: what is told is remembered with the draft, so a restart goes on.

use serde_json::json;

use super::{DraftAct, concern::condition};
use crate::{
    clerk::{Clerk, Happening, Mover},
    event::EventKind,
    page::PageRequest,
    ports::store::{StoreError, Tx},
    requirement::condition::{Facts, Truth},
    time::Stamp,
};

/// Tells the next businesses that a draft concerns of its last step; returns whether anybody is left to be told of
/// anything. Whom a draft may concern finds it in its list.
///
/// # Errors
/// Only what the store says.
pub fn announce(tx: &mut dyn Tx, clerk: &Clerk, at_once: u32, mut stamp: Stamp) -> Result<bool, StoreError> {
    let Some(mut draft) = tx.draft_acts().to_tell()? else { return Ok(false) };
    let page = PageRequest { after: draft.telling_after.clone(), limit: at_once };
    let read = tx.businesses().all(&page)?;
    let concerned = condition(&draft, &clerk.registry);
    let kind = if is_open(&draft, &stamp) { EventKind::DraftActOpened } else { EventKind::DraftActMoved };
    for business in &read.items {
        if concerned.truth(Facts(&business.profile)) != Truth::True {
            continue;
        }
        let happening = Happening {
            kind,
            business: &business.id,
            authority: None,
            subject: draft.id.as_str(),
            data: json!({ "stage": draft.stage, "developer": draft.developer, "title": draft.body.content.title,
                "discussion": draft.body.discussions.last() }),
        };
        clerk.tell(tx, happening, &Mover::Gateway, &mut stamp)?;
    }
    draft.telling_after = read.next;
    tx.draft_acts().told(&draft)?;
    Ok(true)
}

/// Whether the last step opened a discussion that still goes on.
fn is_open(draft: &DraftAct, stamp: &Stamp) -> bool {
    draft.body.discussions.last().is_some_and(|last| last.is_open(stamp.now))
}
