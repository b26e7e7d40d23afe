//! The authority's side on the wire.

use domain::{
    ids::{AttachmentId, LeaseId, SubmissionId, TaskId},
    inbox::{Lease, Task, TaskKind},
    submission::{Reason, decide::Verdict},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// How many tasks to take and for how long.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"limit": 10, "lease_s": 60}))]
pub struct NewLease {
    /// At most this many tasks, 1 to 100.
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    pub limit: u32,
    /// How long nobody else gets them, in seconds, 5 to 3600.
    #[validate(range(min = 5, max = 3600))]
    #[schema(minimum = 5, maximum = 3600)]
    pub lease_s: u32,
}

/// The lease under which a task is acknowledged or released.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lease_id": "lse_01KAZ8Q3V5T2N4W6Y8B0D2F4H6"}))]
pub struct HeldLease {
    /// As given when the task was taken.
    pub lease_id: LeaseId,
}

/// A task of the authority.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// Why it is there.
    pub kind: TaskKind,
    /// The submission it is about.
    pub submission_id: SubmissionId,
    /// How often it was delivered; above 1 it may have been seen before.
    #[schema(example = 1)]
    pub attempts: i64,
    /// The lease in force.
    pub lease_id: Option<LeaseId>,
    /// When the lease ends and the task may be delivered to somebody else.
    pub leased_until: Option<Timestamp>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        let Task {
            id,
            authority: _,
            submission,
            kind,
            route: _,
            available_at: _,
            attempts,
            lease,
            acknowledged_at,
        } = task;
        let (lease_id, leased_until) = match lease {
            Some(Lease { id, until }) => (Some(id), Some(until)),
            None => (None, None),
        };
        Self { id, kind, submission_id: submission, attempts, lease_id, leased_until, acknowledged_at }
    }
}

/// Tasks taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskList {
    /// Oldest first; empty where nothing waits.
    pub items: Vec<TaskView>,
}

/// A decision on a submission.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[schema(example = json!({"outcome": "granted", "summary": {"ru": "Справка выдана", "en": "The certificate is issued"},
    "result_number": "2026-000123"}))]
pub enum NewDecision {
    /// In favour.
    Granted {
        /// What was decided.
        summary: Text,
        /// The number of the resulting document or record.
        #[serde(default)]
        result_number: Option<String>,
        /// Result documents, uploaded before.
        #[serde(default)]
        documents: Vec<AttachmentId>,
    },
    /// Against; every reason with its legal ground, and the way to a positive result.
    Refused {
        /// Every reason; at least one.
        reasons: Vec<Reason>,
        /// How to reach a positive result.
        way_forward: Text,
        /// Result documents, uploaded before.
        #[serde(default)]
        documents: Vec<AttachmentId>,
    },
    /// Given back to be mended.
    Returned {
        /// Every defect; at least one.
        reasons: Vec<Reason>,
    },
}

impl Validate for NewDecision {
    fn validate(&self) -> Result<(), validator::ValidationErrors> {
        let reasons = match self {
            Self::Granted { .. } => return Ok(()),
            Self::Refused { reasons, .. } | Self::Returned { reasons } => reasons,
        };
        let mut errors = validator::ValidationErrors::new();
        if reasons.is_empty() || reasons.len() > 50 {
            let mut error = validator::ValidationError::new("length");
            error.add_param("min".into(), &1);
            error.add_param("max".into(), &50);
            errors.add("reasons", error);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl NewDecision {
    /// The domain's verdict.
    pub fn into_verdict(self) -> Verdict {
        match self {
            Self::Granted { summary, result_number, documents } => {
                Verdict::Grant { summary, result_number, documents }
            }
            Self::Refused { reasons, way_forward, documents } => {
                Verdict::Refuse { reasons, way_forward, documents }
            }
            Self::Returned { reasons } => Verdict::Return { reasons },
        }
    }
}

/// A request for information.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": {"ru": "Уточните адрес", "en": "Specify the address"}, "fields": ["/contact/email"],
    "answer_in_working_days": 5}))]
pub struct NewInformationRequest {
    /// What is asked.
    pub question: Text,
    /// Pointers into the form whose values are asked for anew.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub fields: Vec<String>,
    /// How many working days the business has, 1 to 60.
    #[validate(range(min = 1, max = 60))]
    #[schema(minimum = 1, maximum = 60)]
    pub answer_in_working_days: u32,
}

impl NewInformationRequest {
    /// The domain's verdict.
    pub fn into_verdict(self) -> Verdict {
        let Self { question, fields, answer_in_working_days } = self;
        Verdict::RequestInformation { question, fields, answer_in_working_days }
    }
}
