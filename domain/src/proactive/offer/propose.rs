//! What an authority offers: its own service, on the business's consent or on a law that needs none (4.5.7.1).

use serde_json::{Map, Value};

use super::{Offer, happening, make::filled};
use crate::{
    actor::AuthorityActor,
    catalogue::{Service, Stage},
    clerk::{Clerk, Mover},
    compliance::{Refusal, supervision::addressee},
    event::EventKind,
    ids::BusinessId,
    ports::store::Tx,
    proactive::{
        consent::{self, ConsentSubject},
        terms::terms,
    },
    record::Stored,
    text::Text,
    time::Stamp,
};

/// An offer of an authority.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposeOffer {
    /// Who offers.
    pub actor: AuthorityActor,
    /// To whom.
    pub business: BusinessId,
    /// Which of its services, by code.
    pub service: String,
    /// Why.
    pub why: Text,
    /// The law by which no consent is needed, where it is so.
    pub legal_ground: Option<Text>,
    /// What the authority knows for the form.
    pub form: Map<String, Value>,
}

/// Offers a service of the authority to a business.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn propose(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &ProposeOffer,
    mut stamp: Stamp,
) -> Result<Stored<Offer>, Refusal> {
    let service = own(clerk, command)?;
    let business = addressee(tx, &command.business)?;
    let wrong = service.check(&command.form, &business.profile, stamp.now.moscow_date()).under("/form");
    let wrong: Vec<_> = wrong.violations.into_iter().filter(|one| one.code != "required").collect();
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let consents = consent::in_force(tx, &business.id, stamp.now)?;
    let ground = consent::ground(&consents, &service.document, &clerk.catalogue);
    if ground.is_none() && command.legal_ground.is_none() {
        return Err(no_ground());
    }
    let situation = ground.filter(|one| one.body.subject == ConsentSubject::LifeSituation);
    let mut given = ground.map(|one| one.body.form.clone()).unwrap_or_default();
    given.extend(command.form.clone());
    let offer = Offer {
        life_situation: situation.map(|one| one.body.code.clone()),
        authority_id: Some(command.actor.authority.clone()),
        consent_id: ground.map(|one| one.id.clone()),
        legal_ground: command.legal_ground.clone(),
        why: vec![command.why.clone()],
        ..Offer::begun(service, filled(service, &business, &given), terms(stamp.now).offer_ends(stamp.now))
    };
    let offer = Offer { given, ..offer };
    let made = Stored::insert(tx, &business.id, offer, &mut stamp)?;
    let mover = Mover::Authority(&command.actor);
    clerk.tell(tx, happening(&made, EventKind::OfferMade), &mover, &mut stamp)?;
    Ok(made)
}

fn own<'c>(clerk: &'c Clerk, command: &ProposeOffer) -> Result<&'c Service, Refusal> {
    let found = clerk.catalogue.service(&command.service);
    let found = found.filter(|service| service.document.authority_id == command.actor.authority);
    let open = found.filter(|service| service.document.stage != Stage::Retired);
    open.map(AsRef::as_ref).ok_or_else(|| {
        Refusal::because(
            "/service",
            "not-own-service",
            Text::new(
                format!("Среди действующих услуг ведомства нет «{}».", command.service),
                format!("“{}” is not among the services in force of the authority.", command.service),
            ),
            Text::new(
                "Назовите свою услугу из /v1/services.",
                "Name a service of your own from /v1/services.",
            ),
        )
    })
}

fn no_ground() -> Refusal {
    Refusal::because(
        "/business_id",
        "no-consent",
        Text::new(
            "У бизнеса нет действующего согласия, которое это охватывает.",
            "The business has no consent in force that covers this.",
        ),
        Text::new(
            "Дождитесь согласия или назовите в legal_ground закон, по которому оно не требуется.",
            "Wait for a consent, or name in legal_ground the law by which none is needed.",
        ),
    )
}
