//! Announcing a caution.

use super::{
    super::{
        Refusal,
        sufficient_term::{TermEnd, zone},
        supervision::{addressee, model, one, supervised},
    },
    Caution, CautionState,
    demand::demand,
    happening,
};
use crate::{
    actor::AuthorityActor,
    clerk::{Clerk, Mover},
    error::Violation,
    event::EventKind,
    ids::BusinessId,
    ports::store::Tx,
    record::Stored,
    requirement::risk::RiskModel,
    text::Text,
    time::{Stamp, Timestamp},
};

/// A caution to announce.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCaution {
    /// Who cautions.
    pub actor: AuthorityActor,
    /// Whom.
    pub business: BusinessId,
    /// About which requirement.
    pub requirement: String,
    /// What leads to a violation.
    pub ground: Text,
    /// What is proposed.
    pub measures: Text,
    /// A longer term to object than that of the kind of control.
    pub objection_working_days: Option<u32>,
}

/// Announces a caution to a business; both sides see it at once.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn announce(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    new: &NewCaution,
    mut stamp: Stamp,
) -> Result<Stored<Caution>, Refusal> {
    let model = model(clerk)?;
    let business = addressee(tx, &new.business)?;
    let about = (new.requirement.as_str(), "/requirement");
    let requirement = &supervised(clerk, &new.actor, &business, about, stamp.now)?.requirement;
    let today = stamp.now.moscow_date();
    let kind = model.kind_of(&new.actor.authority, requirement);
    let terms = kind.map_or(&model.terms.objection_working_days, |kind| &kind.objection_working_days);
    let least = *terms.on(today);
    fits(model, new, least, stamp.now)?;
    let days = new.objection_working_days.unwrap_or(least);
    let term = TermEnd::of(clerk, &zone(model, &business.profile), stamp.now, days);
    let caution = Caution {
        authority_id: new.actor.authority.clone(),
        requirement: requirement.code.clone(),
        act: requirement.act.clone(),
        provision: requirement.provision.clone(),
        control_kind: kind.map(|kind| kind.code.clone()),
        ground: new.ground.clone(),
        measures: new.measures.clone(),
        state: CautionState::Announced,
        objection_working_days: days,
        objection_until: term.last_day,
        objection_due_at: term.over_at,
        objection: None,
        answer: None,
        notice: None,
    };
    let made = Stored::insert(tx, &business.id, caution, &mut stamp)?;
    let mover = Mover::Authority(&new.actor);
    clerk.tell(tx, happening(&made, EventKind::CautionAnnounced), &mover, &mut stamp)?;
    Ok(made)
}

fn fits(model: &RiskModel, new: &NewCaution, least: u32, now: Timestamp) -> Result<(), Refusal> {
    let mut violations = demands(model, new, now);
    violations.extend(new.objection_working_days.filter(|given| *given < least).map(|_| too_short(least)));
    if violations.is_empty() { Ok(()) } else { Err(Refusal::Invalid(violations)) }
}

fn demands(model: &RiskModel, new: &NewCaution, now: Timestamp) -> Vec<Violation> {
    let rules = model.caution_forbids.on(now.moscow_date());
    let places = [
        ("/ground/ru", &new.ground.ru),
        ("/ground/en", &new.ground.en),
        ("/measures/ru", &new.measures.ru),
        ("/measures/en", &new.measures.en),
    ];
    let found = places.into_iter().filter_map(|(pointer, text)| {
        let phrase = demand(rules, text)?;
        Some(one(
            pointer,
            "demands-documents",
            Text::new(
                format!("Предостережение не может требовать документы или сведения: «{phrase}»."),
                format!("A caution may not demand documents or information: “{phrase}”."),
            ),
            Text::new(
                "Опишите меры, которые предлагается принять; сведения запрашиваются отдельно.",
                "Describe the measures proposed; information is asked for separately.",
            ),
        ))
    });
    found.collect()
}

fn too_short(least: u32) -> Violation {
    one(
        "/objection_working_days",
        "too-short",
        Text::new(
            format!("Срок на возражение по этому виду контроля — не меньше {least} рабочих дней."),
            format!("The term to object under this kind of control is at least {least} working days."),
        ),
        Text::new("Уберите поле или увеличьте срок.", "Leave the field out or lengthen the term."),
    )
}
