//! A supervisor asks the state's resources of its own accord, about many businesses in one call, without contact with them
//! (4.8.1.1). Each of them sees that it did.

use jiff::civil::Date;

use super::inquiry::{Inquiry, begin};
use crate::{
    actor::AuthorityActor,
    business::Business,
    clerk::{Clerk, Mover},
    compliance::{Refusal, supervision::one, verdict::rows},
    error::Violation,
    ids::BusinessId,
    ports::store::Tx,
    record::Stored,
    requirement::registry::Entry,
    text::Text,
    time::Stamp,
};

/// What a supervisor asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskCommand {
    /// Who asks.
    pub actor: AuthorityActor,
    /// About whom.
    pub businesses: Vec<BusinessId>,
    /// About which requirements of those that it supervises, by code; None for all.
    pub requirements: Option<Vec<String>>,
}

/// Begins an inquiry for each business, about the requirements that the authority supervises there. The answers come
/// later.
///
/// # Errors
/// [`Refusal::Invalid`] naming every business of which the authority supervises nothing that was asked for; nothing is
/// asked then.
pub fn ask(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &AskCommand,
    mut stamp: Stamp,
) -> Result<Vec<Stored<Inquiry>>, Refusal> {
    let day = stamp.now.moscow_date();
    let (mut asked, mut wrong) = (Vec::new(), Vec::new());
    for (place, id) in command.businesses.iter().enumerate() {
        let found = tx.businesses().find(id)?;
        let known = found.map(|business| (supervised(clerk, &business, command, day), business));
        match known.filter(|(entries, _)| !entries.is_empty()) {
            Some(known) => asked.push(known),
            None => wrong.push(not_supervised(place)),
        }
    }
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let (authority, mover) = (Some(&command.actor.authority), Mover::Authority(&command.actor));
    let mut made = Vec::with_capacity(asked.len());
    for (entries, business) in asked {
        made.push(begin(tx, clerk, (&business, authority, &mover), &entries, &mut stamp)?);
    }
    Ok(made)
}

fn supervised<'c>(clerk: &'c Clerk, business: &Business, command: &AskCommand, day: Date) -> Vec<&'c Entry> {
    let wanted = |code: &String| command.requirements.as_ref().is_none_or(|codes| codes.contains(code));
    let listed = rows(clerk, business, day).into_iter().map(|(entry, _)| entry);
    let own = listed.filter(|entry| entry.requirement.supervisors.contains(&command.actor.authority));
    own.filter(|entry| wanted(&entry.requirement.code)).collect()
}

/// The same for a business that is not there: who does not supervise it does not learn that it is.
fn not_supervised(place: usize) -> Violation {
    one(
        &format!("/business_ids/{place}"),
        "not-supervisor",
        Text::new(
            "У этого бизнеса нет таких требований под вашим надзором.",
            "This business has no such requirements under your supervision.",
        ),
        Text::new(
            "Уберите его или назовите требования, у которых вы указаны в supervisors.",
            "Leave it out, or name requirements that list you among their supervisors.",
        ),
    )
}
