//! Offers («проактивное предложение»): made by the gateway or an authority, each on a consent or on a law that needs none;
//! accepted in one call, or declined with the consent itself if the business likes (4.5.6.6, 4.5.6.7, 4.5.7.4).
//!
//! open → accepted | declined | expired | lapsed; provided → declined, until its term of withdrawal is over.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{all_at_once, consent::Consent};
use crate::{
    catalogue::Service,
    clerk::{Happening, Mover, tell},
    compliance::Refusal,
    event::EventKind,
    ids::{AuthorityId, ConsentId, OfferId, SubmissionId},
    ports::store::{StoreError, Tx},
    record::{Kept, RecordFilter, RecordKind, Stored},
    text::Text,
    time::{Stamp, Timestamp},
};

pub mod accept;
pub mod decline;
pub mod make;
pub mod propose;

/// How an offer stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum OfferState {
    /// It waits for the business's word.
    Open,
    /// The business accepted it: its submission was lodged.
    Accepted,
    /// The gateway lodged the submission of itself, under a consent that allows it.
    Provided,
    /// The business declined it.
    Declined,
    /// Its term passed.
    Expired,
    /// The consent it rested on no longer holds.
    Lapsed,
}

/// An offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ProactiveOffer))]
pub struct Offer {
    /// What is offered, by code.
    #[cfg_attr(feature = "schema", schema(example = "tax-balance-certificate"))]
    pub service: String,
    /// The life situation it belongs to, where the consent is to one.
    pub life_situation: Option<String>,
    /// The authority that made it; null where the gateway did.
    pub authority_id: Option<AuthorityId>,
    /// The consent it rests on; null where the law needs none.
    pub consent_id: Option<ConsentId>,
    /// The law by which no consent is needed.
    pub legal_ground: Option<Text>,
    /// Why it is offered to this business.
    pub why: Vec<Text>,
    /// How it stands.
    pub state: OfferState,
    /// The form as it was filled when the offer was made.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub form: Map<String, Value>,
    /// What the consent or the authority gave for the form; the rest comes from the profile.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub given: Map<String, Value>,
    /// Required fields that are still empty, by JSON Pointer: accepting brings them.
    pub missing: Vec<String>,
    /// Until when it can be accepted.
    pub valid_until: Timestamp,
    /// The submission that was lodged.
    pub submission_id: Option<SubmissionId>,
    /// Whether the gateway lodged it of itself.
    pub automatic: bool,
    /// Until when what was provided of itself is undone by declining.
    pub withdrawable_until: Option<Timestamp>,
    /// Why it was not provided of itself although the consent allows it.
    pub not_provided: Option<Text>,
    /// Why the business declined it, in its own words.
    pub decline_reason: Option<String>,
}

impl Kept for Offer {
    const KIND: RecordKind = RecordKind::ProactiveOffer;
    type Id = OfferId;

    /// The service: the newest offer of each says whether another is due.
    fn requirement(&self) -> Option<&str> {
        Some(&self.service)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        self.authority_id.as_ref()
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        Some(self.valid_until).filter(|_| self.state == OfferState::Open)
    }
}

impl Offer {
    /// An offer that is being made.
    fn begun(service: &Service, form: Map<String, Value>, valid_until: Timestamp) -> Self {
        Self {
            service: service.document.code.clone(),
            life_situation: None,
            authority_id: None,
            consent_id: None,
            legal_ground: None,
            why: Vec::new(),
            state: OfferState::Open,
            missing: service.missing_fields(&form),
            form,
            given: Map::new(),
            valid_until,
            submission_id: None,
            automatic: false,
            withdrawable_until: None,
            not_provided: None,
            decline_reason: None,
        }
    }

    /// The state at a moment: an offer whose term is over has expired, whether the gateway has closed it yet or not.
    pub fn state_at(&self, now: Timestamp) -> OfferState {
        let over = self.state == OfferState::Open && self.valid_until <= now;
        if over { OfferState::Expired } else { self.state }
    }

    /// The state allows the step.
    fn allows(&self, step: &'static str, now: Timestamp) -> Result<(), Refusal> {
        let state = self.state_at(now);
        let allowed = match state {
            OfferState::Open => vec!["accept", "decline"],
            OfferState::Provided => vec!["decline"],
            OfferState::Accepted | OfferState::Declined | OfferState::Expired | OfferState::Lapsed => {
                Vec::new()
            }
        };
        if allowed.contains(&step) {
            return Ok(());
        }
        Err(Refusal::State { state: state.into(), attempted: step, allowed })
    }
}

/// Lets the open offers that rest on a consent lapse.
pub(super) fn lapse(tx: &mut dyn Tx, consent: &Stored<Consent>, stamp: &mut Stamp) -> Result<(), StoreError> {
    let state: &'static str = OfferState::Open.into();
    let filter = RecordFilter { state: Some(state.into()), ..RecordFilter::default() };
    let open = Stored::<Offer>::list(tx, &consent.business, &filter, &all_at_once())?.items;
    for mut offer in open.into_iter().filter(|offer| offer.body.consent_id.as_ref() == Some(&consent.id)) {
        offer.body.state = OfferState::Lapsed;
        offer.update(tx, stamp.now)?;
        tell(tx, happening(&offer, EventKind::OfferLapsed), &Mover::Gateway, stamp)?;
    }
    Ok(())
}

/// Ends offers whose term is over; returns how many.
///
/// # Errors
/// Only what the store says.
pub fn expire_due(tx: &mut dyn Tx, limit: u32, mut stamp: Stamp) -> Result<usize, StoreError> {
    let mut due = Stored::<Offer>::due(tx, stamp.now, limit)?;
    for offer in &mut due {
        offer.body.state = OfferState::Expired;
        offer.update(tx, stamp.now)?;
        tell(tx, happening(offer, EventKind::OfferExpired), &Mover::Gateway, &mut stamp)?;
    }
    Ok(due.len())
}

fn happening(offer: &Stored<Offer>, kind: EventKind) -> Happening<'_> {
    let Offer { service, life_situation, consent_id, state, valid_until, submission_id, automatic, .. } =
        &offer.body;
    let data = json!({ "service": service, "life_situation": life_situation, "consent_id": consent_id,
        "state": state, "valid_until": valid_until, "submission_id": submission_id, "automatic": automatic,
        "withdrawable_until": offer.body.withdrawable_until });
    let authority = offer.body.authority_id.as_ref();
    Happening { kind, business: &offer.business, authority, subject: offer.id.as_str(), data }
}
