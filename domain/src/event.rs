//! Events: one totally ordered, gap-free sequence, written in the unit of work that caused them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    actor::Touchpoint,
    ids::{ApplicationId, AuthorityId, BusinessId, EventId},
    time::Timestamp,
};

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
    /// The business's profile changed.
    #[serde(rename = "profile.changed")]
    #[strum(serialize = "profile.changed")]
    ProfileChanged,
}

impl EventKind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// An event about to be appended.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// When, by the gateway's clock.
    pub at: Timestamp,
    /// Whose business it concerns.
    pub business: BusinessId,
    /// The authority that may see it too.
    pub authority: Option<AuthorityId>,
    /// What it is about: `sub_…`, `att_…` or `biz_…`.
    pub subject: String,
    /// The application that acted; None for the gateway's own timers.
    pub application: Option<ApplicationId>,
    /// The channel it came by.
    pub touchpoint: Touchpoint,
    /// The service concerned, by code.
    pub service: Option<String>,
    /// The life situation concerned, by code.
    pub situation: Option<String>,
    /// Facts a reader needs without a second call; no personal data.
    pub data: Value,
}

/// An appended event with its place in the sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place: 1 for the first, no gaps, in the order of commits.
    pub sequence: i64,
    /// What was appended.
    pub event: NewEvent,
}

/// Whose events to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Of every business for which the application holds a mandate, or of the named ones among them.
    Application {
        /// The calling application.
        application: ApplicationId,
        /// Only these of its businesses; None means all of them.
        businesses: Option<Vec<BusinessId>>,
    },
    /// Of every submission addressed to the authority.
    Authority(AuthorityId),
}

/// Which part of a business's interaction history to read (4.6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryFilter {
    /// Only this life situation.
    pub situation: Option<String>,
    /// Only this service.
    pub service: Option<String>,
    /// Only this channel.
    pub touchpoint: Option<Touchpoint>,
    /// Only what concerns this subject: the timeline of one submission.
    pub subject: Option<String>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}
