//! Reminders of assessments that are due, by a timer that asks after few businesses at a time: those that have assessed
//! something, and those that wish to be told. Who does neither is not looked at, however many there are.

use serde_json::json;

use super::{
    due::{self, Reminder},
    give,
    rules::Rules,
};
use crate::{
    clerk::{Clerk, Happening, Mover},
    compliance::{self, Refusal},
    event::EventKind,
    ids::BusinessId,
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    time::{Stamp, Timestamp},
};

/// How many requirements an event names; the rest is counted.
const NAMED: usize = 20;

/// A wish to be reminded, or not to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemindCommand {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// Whether to be reminded.
    pub remind: bool,
}

/// Whoever assesses for the first time is reminded from then on.
pub(super) fn begin(tx: &mut dyn Tx, business: &BusinessId, next_at: Timestamp) -> Result<(), StoreError> {
    if tx.assessments().reminder(business)?.is_none() {
        tx.assessments().put_reminder(&Reminder { business: business.clone(), next_at: Some(next_at) })?;
    }
    Ok(())
}

/// Takes the wish down: the first reminder comes at once where anything is due.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn set(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &RemindCommand,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Reminder, Receipt), Refusal> {
    let actor = compliance::actor(tx, &command.on_behalf)?;
    let reminder =
        Reminder { business: actor.business.clone(), next_at: command.remind.then_some(stamp.now) };
    tx.assessments().put_reminder(&reminder)?;
    let document = json!({ "business": actor.business, "remind": command.remind });
    let happening = Happening {
        kind: EventKind::AssessmentReminderChanged,
        business: &actor.business,
        authority: None,
        subject: actor.business.as_str(),
        data: json!({ "remind": command.remind }),
    };
    let act = (Act::ReminderChanged, &document);
    let receipt = clerk.accept(tx, happening, act, (&actor, received), &mut stamp)?;
    Ok((reminder, receipt))
}

/// Reminds at most `limit` businesses whose turn it is; returns how many it looked at.
///
/// # Errors
/// Only what the store says.
pub fn remind_due(tx: &mut dyn Tx, clerk: &Clerk, limit: u32, mut stamp: Stamp) -> Result<usize, StoreError> {
    let waiting = tx.assessments().reminders_due(stamp.now, limit)?;
    let rules = give::rules(clerk, &stamp)?;
    for reminder in &waiting {
        remind(tx, clerk, rules, &reminder.business, &mut stamp)?;
    }
    Ok(waiting.len())
}

fn remind(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    rules: &Rules,
    id: &BusinessId,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let now = stamp.now;
    let Some(business) = tx.businesses().find(id)? else {
        return Err(StoreError::Corrupt("assessment_reminders.business_id".into()));
    };
    let last = tx.assessments().last_assessed(id)?;
    let due = due::of(tx, clerk, (rules, &last), &business, now)?;
    if !due.is_empty() {
        let named: Vec<&str> = due.iter().take(NAMED).map(|due| due.requirement.as_str()).collect();
        let happening = Happening {
            kind: EventKind::AssessmentReminded,
            business: id,
            authority: None,
            subject: id.as_str(),
            data: json!({ "due": due.len(), "requirements": named }),
        };
        clerk.tell(tx, happening, &Mover::Gateway, stamp)?;
    }
    // The next anniversary of an assessment, or a year from now where none comes sooner.
    let anniversaries = last.values().map(|at| at.plus(rules.term())).filter(|at| *at > now);
    let next = anniversaries.min().unwrap_or_else(|| now.plus(rules.term()));
    let next_at = Some(next.max(now.plus(rules.pause())));
    tx.assessments().put_reminder(&Reminder { business: id.clone(), next_at })
}
