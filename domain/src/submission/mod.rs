//! Submissions: a form lodged for a service, from draft to decision.
//!
//! The aggregate keeps the rules of its life cycle; the use cases beside it load, ask it to move, and store.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    digest::Digest,
    ids::{ApplicationId, AttachmentId, AuthorityId, BusinessId, RequestId, SubmissionId},
    receipt::document_digest,
    text::Text,
    time::Timestamp,
};

pub mod correct;
pub mod decide;
mod desk;
pub mod draft;
pub mod examine;
pub mod expire;
pub mod list;
pub mod lodge;
mod moves;
pub mod next_step;
pub mod preflight;
pub mod rate;
pub mod respond;
pub mod withdraw;

pub use desk::{AttachmentNotReady, Desk};
pub use moves::{Move, StateConflict};

/// How far a submission has come.
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
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum State {
    /// Being written; the authority does not see it.
    Draft,
    /// Received and receipted; on its way to the authority.
    Lodged,
    /// Taken over by the authority under a number.
    Registered,
    /// Being examined.
    InReview,
    /// Waiting for the business's answer.
    InformationRequested,
    /// Given back to be mended; the date of lodging is kept.
    Returned,
    /// Decided in favour. Final.
    Granted,
    /// Decided against. Final.
    Refused,
    /// Taken back by the business. Final.
    Withdrawn,
    /// A term passed without the step that was owed. Final.
    Expired,
}

impl State {
    /// Whether nothing can follow.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Granted | Self::Refused | Self::Withdrawn | Self::Expired)
    }
}

/// A submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// Whose it is.
    pub business: BusinessId,
    /// The application that began it.
    pub application: ApplicationId,
    /// The service, by code.
    pub service: String,
    /// The version of the service's form that it was checked against.
    pub service_version: i64,
    /// To whom it is addressed.
    pub authority: AuthorityId,
    /// The life situation it belongs to, by code.
    pub situation: Option<String>,
    /// How far it has come.
    pub state: State,
    /// The authority's registration number.
    pub number: Option<String>,
    /// The form's data; shared, for it is read in many places and changed in few.
    pub form: Arc<Map<String, Value>>,
    /// The documents attached, in the order given.
    pub attachments: Vec<AttachedDocument>,
    /// What happened to it beyond its state.
    pub dossier: Dossier,
    /// Counts changes from 1; the ETag.
    pub version: i64,
    /// When the draft was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was first lodged: the date that counts for every term.
    pub lodged_at: Option<Timestamp>,
    /// When the authority owes its decision.
    pub decision_due_at: Option<Timestamp>,
    /// When the submission expires if the business does not take its step.
    pub expires_at: Option<Timestamp>,
}

/// An attachment as named by a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AttachedDocument {
    /// Which attachment.
    pub id: AttachmentId,
    /// Which of the service's documents it is, by the code that the service gives it.
    #[serde(default)]
    pub document: Option<String>,
    /// The digest of its content.
    pub digest: Digest,
}

/// What happened to a submission beyond its state; written as a whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Dossier {
    /// Requests for information, oldest first.
    #[serde(default)]
    pub requests: Vec<InformationRequest>,
    /// What ended the examination, or what has to be mended.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Corrections made after lodging, oldest first.
    #[serde(default)]
    pub corrections: Vec<Correction>,
    /// The business's rating.
    #[serde(default)]
    pub rating: Option<Rating>,
}

/// An authority's request for information.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InformationRequest {
    /// Its id.
    pub id: RequestId,
    /// What is asked.
    pub question: Text,
    /// Pointers into the form whose values are asked for anew.
    #[serde(default)]
    pub fields: Vec<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Until when the answer is awaited; the submission expires after it.
    pub due_at: Timestamp,
    /// The answer, once given.
    #[serde(default)]
    pub response: Option<Response>,
}

/// The business's answer to a request for information.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Response {
    /// The answer in words.
    pub text: Option<String>,
    /// The merge patch (RFC 7396) that was applied to the form.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>))]
    pub form: Option<Map<String, Value>>,
    /// Documents sent with it.
    #[serde(default)]
    pub attachments: Vec<AttachedDocument>,
    /// When it was accepted.
    pub at: Timestamp,
}

/// What ended the examination, or what has to be mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Outcome {
    /// A positive decision.
    Granted {
        /// What was decided.
        summary: Text,
        /// The number of the resulting document or record.
        result_number: Option<String>,
        /// Result documents.
        #[serde(default)]
        documents: Vec<AttachedDocument>,
        /// When.
        decided_at: Timestamp,
    },
    /// A negative decision, with the way to a positive one (4.1.5).
    Refused {
        /// Every reason.
        reasons: Vec<Reason>,
        /// How to reach a positive result.
        way_forward: Text,
        /// Result documents.
        #[serde(default)]
        documents: Vec<AttachedDocument>,
        /// When.
        decided_at: Timestamp,
    },
    /// Given back to be mended.
    Returned {
        /// Every defect.
        reasons: Vec<Reason>,
        /// When.
        returned_at: Timestamp,
    },
}

/// A reason of a refusal or a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub text: Text,
    /// The act and article it rests on.
    pub legal_ground: String,
    /// How to mend it.
    pub fix: Text,
    /// The place in the form, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// A correction made after lodging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Correction {
    /// Why.
    pub reason: String,
    /// The merge patch (RFC 7396) that was applied to the form.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub form: Map<String, Value>,
    /// When it was accepted.
    pub at: Timestamp,
}

/// The business's rating of a service (4.5.7.5, 4.5.8.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rating {
    /// Satisfaction, 1 (not at all) to 4 (fully).
    pub satisfaction: u8,
    /// Ease, 1 (hard) to 4 (easy).
    pub ease: u8,
    /// What could be better.
    pub comment: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Submission {
    /// The digest of the document that receipts are made over: service, form and the digests of what is attached.
    pub fn digest(&self) -> Digest {
        document_of(&self.service, &self.form, &self.attachments)
    }

    /// Whether the form or an answer came with this attachment.
    pub fn names(&self, id: &AttachmentId) -> bool {
        let responses = self.dossier.requests.iter().filter_map(|request| request.response.as_ref());
        let mut answered = responses.flat_map(|response| &response.attachments);
        self.attachments.iter().any(|attached| attached.id == *id)
            || answered.any(|attached| attached.id == *id)
    }

    /// The request for information that waits for an answer.
    pub fn open_request(&self) -> Option<&InformationRequest> {
        self.dossier.requests.iter().find(|request| request.response.is_none())
    }
}

fn document_of(service: &str, form: &Map<String, Value>, attachments: &[AttachedDocument]) -> Digest {
    #[derive(Serialize)]
    struct Document<'a> {
        service: &'a str,
        form: &'a Map<String, Value>,
        attachments: Vec<Digest>,
    }
    let attachments = attachments.iter().map(|attached| attached.digest).collect();
    document_digest(&Document { service, form, attachments })
}
