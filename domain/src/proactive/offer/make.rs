//! What the gateway offers of itself: what the business's consents cover and its profile opens to it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Offer, OfferState, happening};
use crate::{
    business::Business,
    catalogue::{self, Service, Stage},
    clerk::{Mover, tell},
    event::EventKind,
    ids::BusinessId,
    mandate::{OnBehalf, Right},
    merge_patch::merge_patched,
    page::PageRequest,
    ports::store::{StoreError, Tx},
    proactive::{
        consent::{self, Consent, ConsentMode, ConsentSubject},
        terms::terms,
    },
    record::Stored,
    submission::{
        Desk, Submission,
        draft::{DraftError, NewSubmission},
        list::SubmissionFilter,
        lodge::{LodgeError, Under, provide},
    },
    text::Text,
    time::Stamp,
};

/// How many of the newest submissions for a service are asked whether one is under way.
const NEWEST: u32 = 20;

/// Makes the offers that are due to a business: one for each consent and service, for what is open to it for certain and
/// not under way.
///
/// # Errors
/// Only what the store says.
pub(in crate::proactive) fn make(
    tx: &mut dyn Tx,
    desk: &Desk,
    business: &Business,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let consents = consent::in_force(tx, &business.id, stamp.now)?;
    if consents.is_empty() {
        return Ok(());
    }
    let newest: Vec<Stored<Offer>> = Stored::latest(tx, &business.id)?;
    for standing in desk.catalogue.ordered_for(&business.profile, stamp.now.moscow_date()) {
        let Some(service) = offerable(desk, &standing) else { continue };
        let Some(consent) = consent::ground(&consents, &service.document, &desk.catalogue) else { continue };
        let made = newest.iter().find(|offer| offer.body.service == standing.service);
        let made = made.is_some_and(|offer| {
            let again = offer.body.consent_id.as_ref() == Some(&consent.id);
            again || offer.body.state_at(stamp.now) == OfferState::Open
        });
        if !made && !is_under_way(tx, &business.id, &standing.service)? {
            one(tx, desk, business, (service, consent, standing.reasons), stamp)?;
        }
    }
    Ok(())
}

/// The service if it is open to the business for certain and settled enough to be offered.
fn offerable<'d>(desk: &'d Desk, standing: &catalogue::Offer) -> Option<&'d Service> {
    let service = desk.catalogue.service(&standing.service)?;
    let settled = match service.document.stage {
        Stage::Beta | Stage::Stable => true,
        Stage::Alpha | Stage::Retired => false,
    };
    (settled && standing.available && standing.questions.is_empty()).then_some(service)
}

fn is_under_way(tx: &mut dyn Tx, business: &BusinessId, service: &str) -> Result<bool, StoreError> {
    let filter = SubmissionFilter { service: Some(service.to_owned()), ..SubmissionFilter::default() };
    let newest = tx.submissions().list(business, &filter, &PageRequest { after: None, limit: NEWEST })?;
    Ok(newest.items.iter().any(|submission| !submission.state.is_final()))
}

fn one(
    tx: &mut dyn Tx,
    desk: &Desk,
    business: &Business,
    (service, consent, reasons): (&Service, &Stored<Consent>, Vec<Text>),
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let form = filled(service, business, &consent.body.form);
    let situation =
        (consent.body.subject == ConsentSubject::LifeSituation).then(|| consent.body.code.clone());
    let mut offer = Offer {
        life_situation: situation,
        consent_id: Some(consent.id.clone()),
        why: reasons,
        given: consent.body.form.clone(),
        ..Offer::begun(service, form, terms(stamp.now).offer_ends(stamp.now))
    };
    let id = stamp.id();
    let mut kind = EventKind::OfferMade;
    if consent.body.mode == ConsentMode::Provide {
        match provided(tx, desk, (service, &offer), (consent, &id), stamp)? {
            Ok(submission) => {
                offer.state = OfferState::Provided;
                offer.automatic = true;
                offer.withdrawable_until = Some(terms(stamp.now).withdrawal_ends(stamp.now));
                offer.submission_id = Some(submission.id);
                kind = EventKind::OfferProvided;
            }
            Err(why) => offer.not_provided = Some(why),
        }
    }
    let made = Stored::insert_as(tx, id, &business.id, offer, stamp.now)?;
    tell(tx, happening(&made, kind), &Mover::Gateway, stamp)?;
    Ok(())
}

/// The form as the profile and what was given ahead fill it.
pub(super) fn filled(
    service: &Service,
    business: &Business,
    given: &Map<String, Value>,
) -> Map<String, Value> {
    merge_patched(&service.prefill(&business.profile), given)
}

/// Lodges of itself in the business's name: under the mandate of the application that gave the consent, as long as it
/// carries that. The inner error says why it has to be offered instead.
fn provided(
    tx: &mut dyn Tx,
    desk: &Desk,
    (service, offer): (&Service, &Offer),
    (consent, id): (&Stored<Consent>, &crate::ids::OfferId),
    stamp: &mut Stamp,
) -> Result<Result<Submission, Text>, StoreError> {
    if service.document.fee.amount != "0.00" {
        return Ok(Err(Text::new(
            "Услуга платная: решение за вами.",
            "There is a fee: the decision is yours.",
        )));
    }
    let on_behalf = OnBehalf {
        application: consent.body.application_id.clone(),
        business: consent.business.clone(),
        right: Right::SubmissionsWrite,
        at: stamp.now,
    };
    let new = NewSubmission {
        on_behalf,
        service: offer.service.clone(),
        situation: offer.life_situation.clone(),
        form: Arc::new(offer.form.clone()),
        attachments: Vec::new(),
    };
    let under = Under { consent: consent.id.clone(), offer: id.clone() };
    match provide(tx, desk, &new, &under, stamp.split()) {
        Ok(lodged) => Ok(Ok(lodged.submission)),
        Err(LodgeError::Draft(DraftError::Store(error))) => Err(error),
        Err(refused) => Ok(Err(why_not(&refused))),
    }
}

fn why_not(refused: &LodgeError) -> Text {
    match refused {
        LodgeError::Invalid(_) => Text::new(
            "Не хватает данных или документов: примите предложение с ними.",
            "Data or documents are missing: accept the offer with them.",
        ),
        LodgeError::Rules(rules) => {
            let first = rules.first().map(|rule| rule.message.clone());
            first.unwrap_or_else(|| Text::new("Не выполнено условие услуги.", "A condition is not met."))
        }
        LodgeError::Duplicate { existing } => Text::new(
            format!("Такое обращение уже рассматривается: {existing}."),
            format!("Such a submission is under way: {existing}."),
        ),
        LodgeError::Draft(_) => Text::new(
            "Приложение, давшее согласие, больше не вправе подавать обращения за этот бизнес.",
            "The application that gave the consent may no longer lodge for this business.",
        ),
    }
}
