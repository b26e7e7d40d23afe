//! What can happen: the kinds of events.

use serde::{Deserialize, Serialize};

/// What happened. The names are part of the contract; new ones may be added.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum EventKind {
    /// A draft was created.
    #[serde(rename = "submission.drafted")]
    #[strum(serialize = "submission.drafted")]
    Drafted,
    /// A submission was lodged and receipted.
    #[serde(rename = "submission.lodged")]
    #[strum(serialize = "submission.lodged")]
    Lodged,
    /// The authority took it over and gave it a number.
    #[serde(rename = "submission.registered")]
    #[strum(serialize = "submission.registered")]
    Registered,
    /// The authority began to examine it.
    #[serde(rename = "submission.in_review")]
    #[strum(serialize = "submission.in_review")]
    InReview,
    /// The authority asked for information.
    #[serde(rename = "submission.information_requested")]
    #[strum(serialize = "submission.information_requested")]
    InformationRequested,
    /// The business answered a request for information.
    #[serde(rename = "submission.responded")]
    #[strum(serialize = "submission.responded")]
    Responded,
    /// The authority gave it back to be mended.
    #[serde(rename = "submission.returned")]
    #[strum(serialize = "submission.returned")]
    Returned,
    /// The business corrected an error in it.
    #[serde(rename = "submission.corrected")]
    #[strum(serialize = "submission.corrected")]
    Corrected,
    /// A positive decision.
    #[serde(rename = "submission.granted")]
    #[strum(serialize = "submission.granted")]
    Granted,
    /// A negative decision.
    #[serde(rename = "submission.refused")]
    #[strum(serialize = "submission.refused")]
    Refused,
    /// The business withdrew it.
    #[serde(rename = "submission.withdrawn")]
    #[strum(serialize = "submission.withdrawn")]
    Withdrawn,
    /// A term passed without the step that was owed.
    #[serde(rename = "submission.expired")]
    #[strum(serialize = "submission.expired")]
    Expired,
    /// The business rated it.
    #[serde(rename = "submission.rated")]
    #[strum(serialize = "submission.rated")]
    Rated,
    /// The authority cannot be reached; delivery goes on by itself.
    #[serde(rename = "submission.delivery_delayed")]
    #[strum(serialize = "submission.delivery_delayed")]
    DeliveryDelayed,
    /// An attachment arrived whole and its digest held.
    #[serde(rename = "attachment.stored")]
    #[strum(serialize = "attachment.stored")]
    AttachmentStored,
    /// An attachment was refused by the content check.
    #[serde(rename = "attachment.refused")]
    #[strum(serialize = "attachment.refused")]
    AttachmentRefused,
    /// The business confirmed or declined what was assigned to it.
    #[serde(rename = "confirmation.given")]
    #[strum(serialize = "confirmation.given")]
    ConfirmationGiven,
    /// The business declared that a requirement does not apply to it.
    #[serde(rename = "inapplicability.declared")]
    #[strum(serialize = "inapplicability.declared")]
    InapplicabilityDeclared,
    /// The business took its declaration back.
    #[serde(rename = "inapplicability.withdrawn")]
    #[strum(serialize = "inapplicability.withdrawn")]
    InapplicabilityWithdrawn,
    /// The supervisor accepted or contested a declaration.
    #[serde(rename = "inapplicability.decided")]
    #[strum(serialize = "inapplicability.decided")]
    InapplicabilityDecided,
    /// A declaration no longer holds: a fact changed or its term ended.
    #[serde(rename = "inapplicability.lapsed")]
    #[strum(serialize = "inapplicability.lapsed")]
    InapplicabilityLapsed,
    /// The business asked the state's resources for evidence.
    #[serde(rename = "evidence.inquired")]
    #[strum(serialize = "evidence.inquired")]
    EvidenceInquired,
    /// What the state's resources say of the business changed.
    #[serde(rename = "evidence.changed")]
    #[strum(serialize = "evidence.changed")]
    EvidenceChanged,
    /// The business disputed what a state resource says.
    #[serde(rename = "evidence.disputed")]
    #[strum(serialize = "evidence.disputed")]
    EvidenceDisputed,
    /// The supervisor upheld or rejected a dispute.
    #[serde(rename = "evidence.dispute_decided")]
    #[strum(serialize = "evidence.dispute_decided")]
    EvidenceDisputeDecided,
    /// The business supplied evidence of its own.
    #[serde(rename = "evidence.supplied")]
    #[strum(serialize = "evidence.supplied")]
    EvidenceSupplied,
    /// The supervisor accepted or refused what the business supplied.
    #[serde(rename = "evidence.reviewed")]
    #[strum(serialize = "evidence.reviewed")]
    EvidenceReviewed,
    /// A supervisor read a document, or the verdict of a self-check.
    #[serde(rename = "evidence.document_read")]
    #[strum(serialize = "evidence.document_read")]
    DocumentRead,
    /// A supervisor read what the state's resources say.
    #[serde(rename = "evidence.read")]
    #[strum(serialize = "evidence.read")]
    EvidenceRead,
    /// The business, or a representative that may hand its powers on, granted a mandate.
    #[serde(rename = "mandate.granted")]
    #[strum(serialize = "mandate.granted")]
    MandateGranted,
    /// The scope of a mandate changed.
    #[serde(rename = "mandate.changed")]
    #[strum(serialize = "mandate.changed")]
    MandateChanged,
    /// A mandate ended before its term.
    #[serde(rename = "mandate.ended")]
    #[strum(serialize = "mandate.ended")]
    MandateEnded,
    /// The term of a mandate is over.
    #[serde(rename = "mandate.expired")]
    #[strum(serialize = "mandate.expired")]
    MandateExpired,
    /// Somebody asks to represent the business.
    #[serde(rename = "access.requested")]
    #[strum(serialize = "access.requested")]
    AccessRequested,
    /// The business approved or rejected a request for access, or it was passed on to somebody who may.
    #[serde(rename = "access.answered")]
    #[strum(serialize = "access.answered")]
    AccessAnswered,
    /// The business assessed a requirement, or revised its assessment.
    #[serde(rename = "assessment.given")]
    #[strum(serialize = "assessment.given")]
    AssessmentGiven,
    /// The business agreed to be named with an assessment, or no longer agrees.
    #[serde(rename = "assessment.disclosure_changed")]
    #[strum(serialize = "assessment.disclosure_changed")]
    AssessmentDisclosureChanged,
    /// An authority considered an assessment.
    #[serde(rename = "assessment.considered")]
    #[strum(serialize = "assessment.considered")]
    AssessmentConsidered,
    /// A year has passed: requirements wait to be assessed.
    #[serde(rename = "assessment.reminded")]
    #[strum(serialize = "assessment.reminded")]
    AssessmentReminded,
    /// The business asked to be reminded of assessments, or not to be.
    #[serde(rename = "assessment.reminder_changed")]
    #[strum(serialize = "assessment.reminder_changed")]
    AssessmentReminderChanged,
    /// A discussion of a draft act that concerns the business was opened.
    #[serde(rename = "draft_act.opened")]
    #[strum(serialize = "draft_act.opened")]
    DraftActOpened,
    /// A draft act that concerns the business went on: to its conclusion, to an act, or it was given up.
    #[serde(rename = "draft_act.moved")]
    #[strum(serialize = "draft_act.moved")]
    DraftActMoved,
    /// The business gave an opinion on a draft act, or revised it.
    #[serde(rename = "opinion.given")]
    #[strum(serialize = "opinion.given")]
    OpinionGiven,
    /// The business took its opinion on a draft act back.
    #[serde(rename = "opinion.withdrawn")]
    #[strum(serialize = "opinion.withdrawn")]
    OpinionWithdrawn,
    /// The developer considered an opinion on a draft act.
    #[serde(rename = "opinion.considered")]
    #[strum(serialize = "opinion.considered")]
    OpinionConsidered,
    /// The business asked that an assessment be passed on to the regulation portal.
    #[serde(rename = "transfer.asked")]
    #[strum(serialize = "transfer.asked")]
    TransferAsked,
    /// An assessment or an opinion came further on its way to the regulation portal.
    #[serde(rename = "transfer.moved")]
    #[strum(serialize = "transfer.moved")]
    TransferMoved,
    /// The business estimated the cost of a requirement.
    #[serde(rename = "cost.estimated")]
    #[strum(serialize = "cost.estimated")]
    CostEstimated,
    /// The business reported what a requirement cost it.
    #[serde(rename = "cost.reported")]
    #[strum(serialize = "cost.reported")]
    CostReported,
    /// The business's profile changed.
    #[serde(rename = "profile.changed")]
    #[strum(serialize = "profile.changed")]
    ProfileChanged,
    /// The personal list of requirements was drawn for the first time.
    #[serde(rename = "requirements.listed")]
    #[strum(serialize = "requirements.listed")]
    RequirementsListed,
    /// The personal list of requirements changed.
    #[serde(rename = "requirements.changed")]
    #[strum(serialize = "requirements.changed")]
    RequirementsChanged,
    /// A supervisor announced a caution.
    #[serde(rename = "caution.announced")]
    #[strum(serialize = "caution.announced")]
    CautionAnnounced,
    /// The business objected to a caution.
    #[serde(rename = "caution.objected")]
    #[strum(serialize = "caution.objected")]
    CautionObjected,
    /// The supervisor withdrew a caution.
    #[serde(rename = "caution.withdrawn")]
    #[strum(serialize = "caution.withdrawn")]
    CautionWithdrawn,
    /// The supervisor kept a caution.
    #[serde(rename = "caution.kept")]
    #[strum(serialize = "caution.kept")]
    CautionKept,
    /// The business told of measures taken upon a caution.
    #[serde(rename = "caution.closed")]
    #[strum(serialize = "caution.closed")]
    CautionClosed,
    /// A supervisor granted an incentive, or counted a measure of good faith.
    #[serde(rename = "recognition.granted")]
    #[strum(serialize = "recognition.granted")]
    RecognitionGranted,
    /// A supervisor changed the terms of what it had recognised.
    #[serde(rename = "recognition.changed")]
    #[strum(serialize = "recognition.changed")]
    RecognitionChanged,
    /// A supervisor took back what it had recognised.
    #[serde(rename = "recognition.withdrawn")]
    #[strum(serialize = "recognition.withdrawn")]
    RecognitionWithdrawn,
    /// The business asked for a preventive visit.
    #[serde(rename = "visit.requested")]
    #[strum(serialize = "visit.requested")]
    VisitRequested,
    /// A supervisor offered a preventive visit.
    #[serde(rename = "visit.offered")]
    #[strum(serialize = "visit.offered")]
    VisitOffered,
    /// A supervisor refused a preventive visit that was asked for.
    #[serde(rename = "visit.refused")]
    #[strum(serialize = "visit.refused")]
    VisitRefused,
    /// The business chose the time of a preventive visit.
    #[serde(rename = "visit.booked")]
    #[strum(serialize = "visit.booked")]
    VisitBooked,
    /// The business declined a voluntary preventive visit.
    #[serde(rename = "visit.declined")]
    #[strum(serialize = "visit.declined")]
    VisitDeclined,
    /// A preventive visit was held.
    #[serde(rename = "visit.held")]
    #[strum(serialize = "visit.held")]
    VisitHeld,
    /// A supervisor did not answer a request for a preventive visit in its term.
    #[serde(rename = "visit.overdue")]
    #[strum(serialize = "visit.overdue")]
    VisitOverdue,
    /// A duty to submit information began.
    #[serde(rename = "duty.started")]
    #[strum(serialize = "duty.started")]
    DutyStarted,
    /// A duty to submit information falls due soon.
    #[serde(rename = "duty.due_soon")]
    #[strum(serialize = "duty.due_soon")]
    DutyDueSoon,
    /// The term of a duty to submit information passed without an answer.
    #[serde(rename = "duty.overdue")]
    #[strum(serialize = "duty.overdue")]
    DutyOverdue,
    /// The business fulfilled a duty to submit information.
    #[serde(rename = "duty.fulfilled")]
    #[strum(serialize = "duty.fulfilled")]
    DutyFulfilled,
    /// A self-check was begun.
    #[serde(rename = "self_check.begun")]
    #[strum(serialize = "self_check.begun")]
    SelfCheckBegun,
    /// A self-check was completed; told to each supervisor to whom it supplies evidence.
    #[serde(rename = "self_check.completed")]
    #[strum(serialize = "self_check.completed")]
    SelfCheckCompleted,
    /// A declaration of compliance was registered.
    #[serde(rename = "declaration.registered")]
    #[strum(serialize = "declaration.registered")]
    DeclarationRegistered,
    /// The authority annulled a declaration of compliance.
    #[serde(rename = "declaration.annulled")]
    #[strum(serialize = "declaration.annulled")]
    DeclarationAnnulled,
    /// The term of a declaration of compliance ended.
    #[serde(rename = "declaration.expired")]
    #[strum(serialize = "declaration.expired")]
    DeclarationExpired,
    /// The business's program reported the result of a check pack.
    #[serde(rename = "check_pack.reported")]
    #[strum(serialize = "check_pack.reported")]
    CheckPackReported,
    /// A step of an algorithm was confirmed.
    #[serde(rename = "algorithm.step_confirmed")]
    #[strum(serialize = "algorithm.step_confirmed")]
    AlgorithmStepConfirmed,
    /// Every step of an algorithm is confirmed: its requirements are fulfilled.
    #[serde(rename = "algorithm.completed")]
    #[strum(serialize = "algorithm.completed")]
    AlgorithmCompleted,
    /// The business consented to proactive service.
    #[serde(rename = "consent.given")]
    #[strum(serialize = "consent.given")]
    ConsentGiven,
    /// The business withdrew a consent.
    #[serde(rename = "consent.withdrawn")]
    #[strum(serialize = "consent.withdrawn")]
    ConsentWithdrawn,
    /// The term of a consent is over.
    #[serde(rename = "consent.expired")]
    #[strum(serialize = "consent.expired")]
    ConsentExpired,
    /// A service is offered to the business, on the consent that it names.
    #[serde(rename = "offer.made")]
    #[strum(serialize = "offer.made")]
    OfferMade,
    /// A service is provided without asking, on the consent that allows it.
    #[serde(rename = "offer.provided")]
    #[strum(serialize = "offer.provided")]
    OfferProvided,
    /// The business accepted an offer.
    #[serde(rename = "offer.accepted")]
    #[strum(serialize = "offer.accepted")]
    OfferAccepted,
    /// The business declined an offer.
    #[serde(rename = "offer.declined")]
    #[strum(serialize = "offer.declined")]
    OfferDeclined,
    /// The term of an offer is over.
    #[serde(rename = "offer.expired")]
    #[strum(serialize = "offer.expired")]
    OfferExpired,
    /// The consent that an offer rested on no longer holds.
    #[serde(rename = "offer.lapsed")]
    #[strum(serialize = "offer.lapsed")]
    OfferLapsed,
    /// The business asked to be told when a service becomes possible.
    #[serde(rename = "service.watched")]
    #[strum(serialize = "service.watched")]
    ServiceWatched,
    /// The business no longer wants to be told.
    #[serde(rename = "service.watch_cancelled")]
    #[strum(serialize = "service.watch_cancelled")]
    ServiceWatchCancelled,
    /// A service that the business waits for is open to it.
    #[serde(rename = "service.possible")]
    #[strum(serialize = "service.possible")]
    ServicePossible,
    /// An application read restricted data of the business.
    #[serde(rename = "interaction.read")]
    #[strum(serialize = "interaction.read")]
    RestrictedRead,
}

impl EventKind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
