//! Receipts: what the gateway signs when it has accepted an act.

use serde::{Deserialize, Serialize};

use crate::{
    actor::BusinessActor,
    digest::Digest,
    ids::{ApplicationId, BusinessId, MandateId, ReceiptId},
    ports::signer::ReceiptSigner,
    time::Timestamp,
};

/// The act a receipt proves.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Act {
    /// A submission was lodged.
    Lodged,
    /// A correction was accepted.
    Corrected,
    /// An answer to a request for information was accepted.
    Responded,
    /// A withdrawal was accepted.
    Withdrawn,
    /// A rating was accepted.
    Rated,
    /// A mandate was granted.
    RepresentativeGranted,
    /// A representative was dismissed.
    RepresentativeDismissed,
    /// A request to represent the business was rejected.
    AccessRejected,
    /// An assessment of a requirement was accepted.
    Assessed,
    /// Consent to be named with an assessment was given or withdrawn.
    DisclosureChanged,
    /// A wish to be reminded of assessments, or not to be.
    ReminderChanged,
    /// An opinion on a draft act was accepted.
    Opined,
    /// The withdrawal of an opinion was accepted.
    OpinionWithdrawn,
    /// A wish that an assessment be passed on to the regulation portal.
    TransferAsked,
    /// A cost estimate was accepted.
    CostEstimated,
    /// A report of costs was accepted.
    CostReported,
    /// An objection to a caution was accepted.
    CautionObjected,
    /// A notice of measures taken upon a caution was accepted.
    CautionNoticed,
    /// A request for a preventive visit was accepted.
    VisitRequested,
    /// The time of a preventive visit was chosen.
    VisitBooked,
    /// A voluntary preventive visit was declined.
    VisitDeclined,
    /// An event that starts a duty was told.
    DutyStarted,
    /// Information that a duty asks for was accepted.
    DutyFulfilled,
    /// A self-check was completed.
    SelfChecked,
    /// A declaration of compliance was registered.
    Declared,
    /// The result of a check pack was accepted.
    PackReported,
    /// A step of an algorithm was confirmed.
    StepConfirmed,
    /// A confirmation was accepted.
    Confirmed,
    /// A declaration of inapplicability was accepted.
    DeclaredInapplicable,
    /// The withdrawal of a declaration of inapplicability was accepted.
    InapplicabilityWithdrawn,
    /// A dispute of a state resource's answer was accepted.
    EvidenceDisputed,
    /// Evidence of the business's own was accepted.
    EvidenceSupplied,
    /// A consent to proactive service was accepted.
    ConsentGiven,
    /// The withdrawal of a consent was accepted.
    ConsentWithdrawn,
    /// A proactive offer was declined.
    OfferDeclined,
    /// A wish to be told when a service becomes possible.
    ServiceWatched,
}

/// A signed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The place of the act's event in the gateway's sequence.
    pub sequence: i64,
    /// What was accepted.
    pub act: Act,
    /// SHA-256 of the canonical document (RFC 8785) that was accepted.
    pub digest: Digest,
    /// SHA-256 of the request body's bytes; None where the accepting request had no body.
    pub body_digest: Option<Digest>,
    /// In whose name.
    pub business: BusinessId,
    /// By which application.
    pub application: ApplicationId,
    /// The key under which the application sent it.
    pub idempotency_key: Option<String>,
    /// What it is about: `sub_…`.
    pub subject: String,
    /// When it was accepted, by the gateway's clock.
    pub at: Timestamp,
    /// The receipt itself: a compact JWS that verifies offline with the gateway's public keys.
    pub jws: String,
}

/// What a request brought that its receipt must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The Idempotency-Key, where one was given.
    pub idempotency_key: Option<String>,
    /// SHA-256 of the body's bytes, where there was a body.
    pub body_digest: Option<Digest>,
}

/// The claims of a receipt, but for its issuer.
#[derive(Debug, Serialize)]
pub struct Claims<'a> {
    jti: &'a ReceiptId,
    iat: i64,
    sub: &'a str,
    act: Act,
    at: Timestamp,
    seq: i64,
    digest: Digest,
    body_digest: Option<Digest>,
    business_id: &'a BusinessId,
    client_id: &'a ApplicationId,
    mandate_id: &'a MandateId,
    power: Option<&'a str>,
    ai_agent: bool,
    idempotency_key: Option<&'a str>,
}

/// The facts of one accepted act.
pub(crate) struct Accepted<'a> {
    pub id: ReceiptId,
    pub sequence: i64,
    pub act: Act,
    pub digest: Digest,
    pub actor: &'a BusinessActor,
    pub received: &'a Received,
    pub subject: &'a str,
    pub at: Timestamp,
}

impl Accepted<'_> {
    /// Signs the facts.
    pub(crate) fn seal(self, signer: &dyn ReceiptSigner) -> Receipt {
        let jws = signer.sign(&self.claims());
        Receipt {
            id: self.id,
            sequence: self.sequence,
            act: self.act,
            digest: self.digest,
            body_digest: self.received.body_digest,
            business: self.actor.business.clone(),
            application: self.actor.application.clone(),
            idempotency_key: self.received.idempotency_key.clone(),
            subject: self.subject.to_owned(),
            at: self.at,
            jws,
        }
    }

    fn claims(&self) -> Claims<'_> {
        Claims {
            jti: &self.id,
            iat: self.at.seconds(),
            sub: self.subject,
            act: self.act,
            at: self.at,
            seq: self.sequence,
            digest: self.digest,
            body_digest: self.received.body_digest,
            business_id: &self.actor.business,
            client_id: &self.actor.application,
            mandate_id: &self.actor.ground.mandate,
            power: self.actor.ground.power.as_deref(),
            ai_agent: self.actor.ground.ai_agent,
            idempotency_key: self.received.idempotency_key.as_deref(),
        }
    }
}

/// SHA-256 of a document in the canonical form of RFC 8785, so that any party can recompute it.
pub fn document_digest(document: &impl Serialize) -> Digest {
    let canonical =
        serde_json_canonicalizer::to_vec(document).expect("JSON values always have a canonical form");
    Digest::of(&canonical)
}
