//! Dismissing a representative: access ends with the call's answer, whatever is in flight (4.6.10.4).

use serde_json::{Value, json};

use super::{
    Mandate, MandateStatus, OnBehalf,
    grant::{keep, managed, manager, open, tell},
};
use crate::{
    clerk::{Clerk, Happening, Mover},
    compliance::Refusal,
    event::EventKind,
    ids::{ApplicationId, BusinessId, MandateId, SubmissionId},
    ports::{clock::Clock, store::Tx},
    receipt::{Act, Receipt, Received},
    submission::Submission,
    text::Text,
    time::{Stamp, Timestamp},
};

/// How many open submissions an answer names.
const MOST_NAMED: u32 = 1000;

/// Whom to dismiss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismiss {
    /// Who dismisses, for whom.
    pub on_behalf: OnBehalf,
    /// Which mandate ends.
    pub id: MandateId,
    /// Why, in words.
    pub reason: Option<Text>,
}

/// A dismissal.
#[derive(Debug, Clone, PartialEq)]
pub struct Dismissal {
    /// The mandate, ended.
    pub mandate: Mandate,
    /// No act of the dismissed is dated after this moment.
    pub effective_from: Timestamp,
    /// The place of the last event before the dismissal: whatever the dismissed did has a lower one.
    pub after_sequence: i64,
    /// What the dismissed lodged and is still open: it goes on, and the business may take it back.
    pub in_flight: Vec<Submission>,
    /// The mandates that were handed on from it and ended with it.
    pub ended_below: Vec<MandateId>,
    /// What the receipt's digest is taken of.
    pub document: Value,
    /// The receipt; its moment is `effective_from`.
    pub receipt: Receipt,
}

/// Ends a mandate and all that was handed on from it.
///
/// Units of work run one after the other over the whole installation: an act of the dismissed is committed before this
/// one, or finds no mandate. The moment is read here, in this unit's turn, and not when the request came: an act that
/// was stamped while both waited is dated no later. Where another replica's clock is ahead, its acts are looked for.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn dismiss(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (command, clock): (&Dismiss, &dyn Clock),
    received: &Received,
    mut stamp: Stamp,
) -> Result<Dismissal, Refusal> {
    let (actor, held) = manager(tx, &command.on_behalf)?;
    let mut mandate = managed(tx, &held, &command.id)?;
    open(&mandate, "dismiss", stamp.now)?;
    if mandate.id == held.id {
        return Err(Refusal::State { state: "own_ground", attempted: "dismiss", allowed: Vec::new() });
    }
    let below = below(tx, &mandate)?;
    stamp.now = last_act(tx, &mandate, &below, stamp.now.max(clock.now()))?;
    let after_sequence = tx.events().head()?;
    let (business, lodger) = (&mandate.business, &mandate.application);
    let in_flight = tx.submissions().open_of(business, lodger, MOST_NAMED)?;
    let reason = command.reason.clone();
    mandate.close(MandateStatus::Ended, stamp.now, reason.clone());
    keep(tx, &mandate)?;
    let ended_below = end_all(tx, below, &mut stamp)?;
    let ids: Vec<&SubmissionId> = in_flight.iter().map(|submission| &submission.id).collect();
    let document = json!({
        "mandate_id": mandate.id, "application_id": mandate.application, "effective_from": stamp.now,
        "after_sequence": after_sequence, "in_flight": ids, "ended_below": ended_below,
    });
    let subject = mandate.id.to_string();
    let happening = Happening {
        kind: EventKind::MandateEnded,
        business: &mandate.business,
        authority: None,
        subject: &subject,
        data: document.clone(),
    };
    let act = (Act::RepresentativeDismissed, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    let effective_from = stamp.now;
    Ok(Dismissal { mandate, effective_from, after_sequence, in_flight, ended_below, document, receipt })
}

/// Ends a mandate and all below it, without anybody's receipt.
///
/// # Errors
/// Only what the store says.
pub fn end(
    tx: &mut dyn Tx,
    mandate: &mut Mandate,
    mover: &Mover<'_>,
    because: Option<Text>,
    stamp: &mut Stamp,
) -> Result<(), Refusal> {
    let below = below(tx, mandate)?;
    mandate.close(MandateStatus::Ended, stamp.now, because);
    keep(tx, mandate)?;
    tell(tx, EventKind::MandateEnded, mandate, mover, stamp)?;
    end_all(tx, below, stamp)?;
    Ok(())
}

/// Ends the open mandate between an application and a business on the operator's word, and all that was handed on from
/// it. The moment is found as in [`dismiss`].
///
/// # Errors
/// [`Refusal::NotFound`] where none is open, [`Refusal::State`] where its term is over; nothing is changed then.
pub fn revoke(
    tx: &mut dyn Tx,
    (application, business): (&ApplicationId, &BusinessId),
    because: Option<Text>,
    clock: &dyn Clock,
    mut stamp: Stamp,
) -> Result<Mandate, Refusal> {
    let mut mandate = tx.mandates().open(application, business)?.ok_or(Refusal::NotFound)?;
    open(&mandate, "end", stamp.now)?;
    let below = below(tx, &mandate)?;
    stamp.now = last_act(tx, &mandate, &below, stamp.now.max(clock.now()))?;
    end(tx, &mut mandate, &Mover::Gateway, because, &mut stamp)?;
    Ok(mandate)
}

/// Every open mandate that was handed on from this one, through however many hands.
fn below(tx: &mut dyn Tx, mandate: &Mandate) -> Result<Vec<Mandate>, Refusal> {
    let mut found = tx.mandates().children(&mandate.id)?;
    let mut next = 0;
    while let Some(link) = found.get(next) {
        let children = tx.mandates().children(&link.id)?;
        found.extend(children);
        next += 1;
    }
    Ok(found)
}

fn end_all(tx: &mut dyn Tx, mandates: Vec<Mandate>, stamp: &mut Stamp) -> Result<Vec<MandateId>, Refusal> {
    let mut ended = Vec::with_capacity(mandates.len());
    for mut mandate in mandates {
        let because = Text::new(
            "Прекращено полномочие, от которого оно передано.",
            "The mandate it was handed on from ended.",
        );
        mandate.close(MandateStatus::Ended, stamp.now, Some(because));
        keep(tx, &mandate)?;
        tell(tx, EventKind::MandateEnded, &mandate, &Mover::Gateway, stamp)?;
        ended.push(mandate.id);
    }
    Ok(ended)
}

/// The later of `now` and the last act of anybody whose mandate ends.
fn last_act(
    tx: &mut dyn Tx,
    mandate: &Mandate,
    below: &[Mandate],
    now: Timestamp,
) -> Result<Timestamp, Refusal> {
    let mut last = now;
    for ended in std::iter::once(mandate).chain(below) {
        let act = tx.events().acted_after(&ended.business, &ended.application, last)?;
        last = act.unwrap_or(last);
    }
    Ok(last)
}
