//! Submissions on the wire.

use std::collections::{HashMap, HashSet};

use domain::{
    digest::Digest,
    ids::{ApplicationId, AttachmentId, AuthorityId, BusinessId, RequestId, SubmissionId},
    mandate::OnBehalf,
    receipt::document_digest,
    submission::{
        self, AttachedDocument, Correction, Dossier, InformationRequest, Outcome, Rating, State, Submission,
        correct::CorrectCommand,
        lodge::Lodged,
        next_step::{NextStep, Progress},
        rate::RateCommand,
        respond::RespondCommand,
        withdraw::Target,
    },
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::receipt::ReceiptView;
use crate::reply::Versioned;

/// A submission to draft or to lodge at once.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "service": "tax-balance-certificate",
    "life_situation": "start-business",
    "form": {"contact": {"email": "granted@magic.test"}, "purpose": "loan", "delivery": "electronic"},
    "lodge": false,
}))]
pub struct NewSubmission {
    /// The service, by code (`GET /v1/services`).
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub service: String,
    /// The life situation it belongs to, by code.
    #[serde(default)]
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub life_situation: Option<String>,
    /// The form's data; may be partial for a draft. Its schema: `GET /v1/services/{code}/form`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Attachments that are stored already, in the order they are to be read.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
    /// Whether to lodge at once. False keeps a draft.
    #[serde(default)]
    pub lodge: bool,
}

impl NewSubmission {
    /// What a batch item asked, for telling a repeat from another request under its key.
    pub fn fingerprint(&self, business: &BusinessId) -> Digest {
        let Self { service, life_situation, form, attachments, lodge } = self;
        document_digest(&json!({
            "business": business, "service": service, "life_situation": life_situation, "form": form,
            "attachments": attachments, "lodge": lodge,
        }))
    }

    /// The domain's command in the name of a business.
    pub fn into_command(self, on_behalf: OnBehalf) -> submission::draft::NewSubmission {
        let Self { service, life_situation, form, attachments, lodge: _ } = self;
        let form = form.into();
        submission::draft::NewSubmission { on_behalf, service, situation: life_situation, form, attachments }
    }
}

/// A change of a draft; what is left out stays as it is.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"form": {"contact": {"phone": "+79990000000"}}}))]
pub struct SubmissionPatch {
    /// RFC 7396 merge patch of the form.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub form: Option<Map<String, Value>>,
    /// The new list of attachments.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Option<Vec<AttachmentId>>,
    /// The new life situation; null clears it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub life_situation: Option<Option<String>>,
}

/// Tells `null` from an absent field.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl SubmissionPatch {
    /// The domain's command for a draft at the version the caller has seen.
    pub fn into_command(
        self,
        on_behalf: OnBehalf,
        id: SubmissionId,
        expected: i64,
    ) -> submission::draft::Revision {
        let Self { form, attachments, life_situation } = self;
        submission::draft::Revision { on_behalf, id, expected, form, attachments, situation: life_situation }
    }
}

/// A correction of a lodged or returned submission.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Опечатка в адресе", "form": {"contact": {"email": "granted@magic.test"}, "purpose": "loan", "delivery": "electronic"}}))]
pub struct NewCorrection {
    /// Why, in words.
    #[validate(length(min = 1, max = 1000))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// RFC 7396 merge patch of the form.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// The new list of attachments, where it changes.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Option<Vec<AttachmentId>>,
}

impl NewCorrection {
    /// The domain's command.
    pub fn into_command(self, target: Target) -> CorrectCommand {
        let Self { reason, form, attachments } = self;
        CorrectCommand { target, reason, form, attachments }
    }
}

/// An answer to a request for information.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"request_id": "req_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "text": "Сведения уточнены."}))]
pub struct NewResponse {
    /// Which request is answered.
    pub request_id: RequestId,
    /// The answer in words.
    #[serde(default)]
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub text: Option<String>,
    /// RFC 7396 merge patch of the form, where values were asked for anew.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub form: Option<Map<String, Value>>,
    /// Documents sent with it.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub attachments: Vec<AttachmentId>,
}

impl NewResponse {
    /// The domain's command.
    pub fn into_command(self, target: Target) -> RespondCommand {
        let Self { request_id, text, form, attachments } = self;
        RespondCommand { target, request: request_id, text, form, attachments }
    }
}

/// A rating of a decided submission.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"satisfaction": 4, "ease": 3}))]
pub struct NewRating {
    /// Satisfaction: 1 not at all, 2 rather not, 3 rather yes, 4 fully.
    #[validate(range(min = 1, max = 4))]
    #[schema(minimum = 1, maximum = 4)]
    pub satisfaction: u8,
    /// Ease: 1 hard, 2 rather hard, 3 rather easy, 4 easy.
    #[validate(range(min = 1, max = 4))]
    #[schema(minimum = 1, maximum = 4)]
    pub ease: u8,
    /// What could be better.
    #[serde(default)]
    #[validate(length(min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub comment: Option<String>,
}

impl NewRating {
    /// The domain's command.
    pub fn into_command(self, target: Target) -> RateCommand {
        let Self { satisfaction, ease, comment } = self;
        RateCommand { target, satisfaction, ease, comment }
    }
}

/// A submission.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmissionView {
    /// Its id.
    pub id: SubmissionId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The application that began it.
    pub application_id: ApplicationId,
    /// The service, by code.
    #[schema(example = "tax-balance-certificate")]
    pub service: String,
    /// The version of the form it was checked against.
    #[schema(example = 1)]
    pub service_version: i64,
    /// To whom it is addressed.
    pub authority_id: AuthorityId,
    /// The life situation, by code.
    pub life_situation: Option<String>,
    /// How far it has come.
    pub state: State,
    /// The authority's registration number.
    pub number: Option<String>,
    /// What comes next and who owes it; null where nothing can follow.
    pub next_step: Option<NextStep>,
    /// The form's data.
    #[schema(value_type = Object)]
    pub form: std::sync::Arc<Map<String, Value>>,
    /// What is attached.
    pub attachments: Vec<AttachedDocument>,
    /// Requests for information, oldest first.
    pub requests: Vec<InformationRequest>,
    /// What ended the examination, or what has to be mended.
    pub outcome: Option<Outcome>,
    /// Corrections made after lodging, oldest first.
    pub corrections: Vec<Correction>,
    /// The business's rating.
    pub rating: Option<Rating>,
    /// Counts changes from 1; the ETag is `"v<version>"`.
    #[schema(example = 1)]
    pub version: i64,
    /// When the draft was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was first lodged: the date that counts for every term.
    pub lodged_at: Option<Timestamp>,
    /// When the authority owes its decision.
    pub decision_due_at: Option<Timestamp>,
    /// When it expires if the business does not take its step.
    pub expires_at: Option<Timestamp>,
    /// The receipt for the act that this answer confirms; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for SubmissionView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl SubmissionView {
    /// Where it is found.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/submissions/{}", self.business_id, self.id)
    }
}

impl From<Submission> for SubmissionView {
    fn from(submission: Submission) -> Self {
        let next_step = Progress::from(&submission).next_step();
        let Submission {
            id,
            business,
            application,
            service,
            service_version,
            authority,
            situation,
            state,
            number,
            form,
            attachments,
            dossier,
            version,
            created_at,
            updated_at,
            lodged_at,
            decision_due_at,
            expires_at,
        } = submission;
        let Dossier { requests, outcome, corrections, rating } = dossier;
        Self {
            id,
            business_id: business,
            application_id: application,
            service,
            service_version,
            authority_id: authority,
            life_situation: situation,
            state,
            number,
            next_step,
            form,
            attachments,
            requests,
            outcome,
            corrections,
            rating,
            version,
            created_at,
            updated_at,
            lodged_at,
            decision_due_at,
            expires_at,
            receipt: None,
        }
    }
}

impl From<Lodged> for SubmissionView {
    fn from(Lodged { submission, receipt }: Lodged) -> Self {
        Self { receipt: Some(receipt.into()), ..submission.into() }
    }
}

/// Where a submission stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmissionStatus {
    /// Its id.
    pub id: SubmissionId,
    /// How far it has come.
    pub state: State,
    /// What comes next and who owes it.
    pub next_step: Option<NextStep>,
    /// Counts changes from 1.
    #[schema(example = 3)]
    pub version: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Versioned for SubmissionStatus {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Progress> for SubmissionStatus {
    fn from(progress: Progress) -> Self {
        let next_step = progress.next_step();
        let Progress { id, state, version, updated_at, rated: _, decision_due_at: _, expires_at: _ } =
            progress;
        Self { id, state, next_step, version, updated_at }
    }
}

/// Which submissions to tell the status of.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ids": ["sub_01KAZ8Q3V5T2N4W6Y8B0D2F4H6"]}))]
pub struct StatusQuery {
    /// 1 to 1000 ids, of any of the caller's businesses.
    #[validate(length(min = 1, max = 1000))]
    #[schema(min_items = 1, max_items = 1000)]
    pub ids: Vec<SubmissionId>,
}

/// Statuses found.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusList {
    /// One for each id that the caller may see, in the order asked.
    pub items: Vec<SubmissionStatus>,
    /// Ids that do not exist or that the caller may not see.
    pub not_found: Vec<SubmissionId>,
}

impl StatusList {
    /// Every id asked for, once: its status if it is among the visible, else as not found.
    pub fn new(asked: Vec<SubmissionId>, visible: impl Iterator<Item = Submission>) -> Self {
        let mut statuses: HashMap<SubmissionId, SubmissionStatus> =
            visible.map(|found| (found.id.clone(), Progress::from(&found).into())).collect();
        let (mut items, mut not_found, mut told) = (Vec::new(), Vec::new(), HashSet::new());
        for id in asked {
            if !told.insert(id.clone()) {
                continue; // Asked twice, told once.
            }
            match statuses.remove(&id) {
                Some(status) => items.push(status),
                None => not_found.push(id),
            }
        }
        Self { items, not_found }
    }
}
