//! Mandates on the wire.

use domain::{
    ids::{ApplicationId, BusinessId, MandateId, SubmissionId},
    mandate::{
        Mandate, MandateKind, MandateStatus, OnBehalf, Paper, Right, Terms,
        dismiss::{Dismiss, Dismissal},
        grant::{ChangeScope, Granted, NewGrant, Scope},
    },
    submission::{State, Submission},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A mandate to grant.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"application_id": "app_01KAZ8Q3V5T2N4W6Y8B0D2F4H6", "powers": ["2_FNS22", "KLASS_2.0_PRESENT"], "valid_until": "2027-11-23T00:00:00Z"}))]
pub struct NewRepresentative {
    /// The representative's application: its client id.
    pub application_id: ApplicationId,
    /// `own` for another application of the business itself, which may do everything.
    #[serde(default = "power_of_attorney")]
    #[schema(default = "power_of_attorney")]
    pub kind: MandateKind,
    /// Powers by code, from `/v1/dictionaries/powers`; none where `kind` is `own`.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub powers: Vec<String>,
    /// The first moment at which it holds; at once where absent.
    pub valid_from: Option<Timestamp>,
    /// The first moment at which it no longer holds; no end where absent.
    pub valid_until: Option<Timestamp>,
    /// Whether the representative may hand its powers on.
    #[serde(default)]
    pub sub_delegation: bool,
    /// Whether the representative is an AI agent: every act of it is marked so.
    #[serde(default)]
    pub ai_agent: bool,
}

fn power_of_attorney() -> MandateKind {
    MandateKind::PowerOfAttorney
}

impl NewRepresentative {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf) -> NewGrant {
        let Self { application_id, kind, powers, valid_from, valid_until, sub_delegation, ai_agent } = self;
        let scope = Scope { kind, powers, valid_from, valid_until, sub_delegation, ai_agent };
        NewGrant { on_behalf, application: application_id, scope }
    }
}

/// A change of a mandate's scope (RFC 7396): what is absent stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopePatch {
    /// The powers instead of those so far.
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub powers: Option<Vec<String>>,
    /// Another end; null for none.
    #[serde(default, deserialize_with = "given")]
    pub valid_until: Option<Option<Timestamp>>,
    /// Whether the powers may be handed on.
    pub sub_delegation: Option<bool>,
    /// Whether the representative is an AI agent.
    pub ai_agent: Option<bool>,
}

/// Tells null from absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Timestamp>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl ScopePatch {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: MandateId, expected: i64) -> ChangeScope {
        let Self { powers, valid_until, sub_delegation, ai_agent } = self;
        ChangeScope { on_behalf, id, expected, powers, valid_until, sub_delegation, ai_agent }
    }
}

/// A dismissal to make.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": {"ru": "Договор расторгнут.", "en": "The contract has ended."}}))]
pub struct NewDismissal {
    /// Why, in words; no personal data.
    pub reason: Option<Text>,
}

impl NewDismissal {
    /// The domain's command.
    pub fn into_command(self, on_behalf: OnBehalf, id: MandateId) -> Dismiss {
        Dismiss { on_behalf, id, reason: self.reason }
    }
}

/// A mandate: who may act for whom, by which powers, when.
#[derive(Debug, Serialize, ToSchema)]
pub struct MandateView {
    /// Its id, named in receipts and in the history.
    pub id: MandateId,
    /// Who may act.
    pub application_id: ApplicationId,
    /// In whose name.
    pub business_id: BusinessId,
    /// What it rests on.
    pub kind: MandateKind,
    /// How it stands.
    pub status: MandateStatus,
    /// Powers by code.
    #[schema(example = json!(["2_FNS22"]))]
    pub powers: Vec<String>,
    /// What the powers let the application do here: names of scopes.
    pub rights: Vec<Right>,
    /// The first moment at which it holds.
    pub valid_from: Timestamp,
    /// The first moment at which it no longer holds; null where it has no end.
    pub valid_until: Option<Timestamp>,
    /// Whether the representative may hand its powers on.
    pub sub_delegation: bool,
    /// Whether the representative is declared to be an AI agent.
    pub ai_agent: bool,
    /// The mandate from which it was handed on.
    pub parent_id: Option<MandateId>,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it ended, expired or was refused.
    pub ended_at: Option<Timestamp>,
    /// Why it ended.
    pub ended_because: Option<Text>,
    /// Counts changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// The receipt, in the answer to the grant; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for MandateView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl MandateView {
    /// The mandate as it stands at a moment.
    pub fn at(mandate: Mandate, now: Timestamp) -> Self {
        let Mandate { id, application, business, kind, terms, paper, parent, version, granted_at, ended_at } =
            mandate;
        let Terms { status: _, rights, valid_from, valid_until, principal_active: _ } = terms;
        let Paper { powers, sub_delegation, ai_agent, granted_by: _, ended_because } = paper;
        Self {
            id,
            application_id: application,
            business_id: business,
            kind,
            status: terms.status_at(now),
            powers,
            rights: rights.iter().collect(),
            valid_from,
            valid_until,
            sub_delegation,
            ai_agent,
            parent_id: parent,
            granted_at,
            ended_at,
            ended_because,
            version,
            receipt: None,
        }
    }

    /// A granted one with its receipt.
    pub fn granted(Granted { mandate, receipt }: Granted) -> Self {
        let now = receipt.at;
        Self { receipt: Some(receipt.into()), ..Self::at(mandate, now) }
    }

    /// Where the business finds it.
    pub fn address(&self) -> String {
        format!("/v1/businesses/{}/representatives/{}", self.business_id, self.id)
    }
}

/// A submission that was open when its lodger was dismissed.
#[derive(Debug, Serialize, ToSchema)]
pub struct InFlightView {
    /// The submission.
    pub submission_id: SubmissionId,
    /// Its service, by code.
    #[schema(example = "tax-balance-certificate")]
    pub service: String,
    /// Where it stands.
    pub state: State,
    /// When it was lodged.
    pub lodged_at: Option<Timestamp>,
}

impl From<Submission> for InFlightView {
    fn from(submission: Submission) -> Self {
        Self {
            submission_id: submission.id,
            service: submission.service,
            state: submission.state,
            lodged_at: submission.lodged_at,
        }
    }
}

/// What a dismissal did.
#[derive(Debug, Serialize, ToSchema)]
pub struct DismissalView {
    /// The mandate, ended.
    pub mandate: MandateView,
    /// No act of the dismissed is dated after this moment.
    pub effective_from: Timestamp,
    /// The place in the gateway's sequence before the dismissal: whatever the dismissed did has no higher one.
    #[schema(example = 42)]
    pub after_sequence: i64,
    /// What the dismissed lodged and is still open. It goes on; the business may withdraw it.
    pub in_flight: Vec<InFlightView>,
    /// Mandates that were handed on from this one and ended with it.
    pub ended_below: Vec<MandateId>,
    /// What `digest` of the receipt is the SHA-256 of, in the canonical form of RFC 8785.
    #[schema(value_type = Object)]
    pub document: Value,
    /// The receipt: signed, its `at` is `effective_from`.
    pub receipt: ReceiptView,
}

impl Versioned for DismissalView {
    fn version(&self) -> i64 {
        self.mandate.version
    }
}

impl From<Dismissal> for DismissalView {
    fn from(dismissal: Dismissal) -> Self {
        let Dismissal { mandate, effective_from, after_sequence, in_flight, ended_below, document, receipt } =
            dismissal;
        Self {
            mandate: MandateView::at(mandate, effective_from),
            effective_from,
            after_sequence,
            in_flight: in_flight.into_iter().map(InFlightView::from).collect(),
            ended_below,
            document,
            receipt: receipt.into(),
        }
    }
}
