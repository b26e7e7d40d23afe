//! Events: one totally ordered, gap-free sequence, written in the unit of work that caused them.

use serde_json::Value;

use crate::{
    actor::{Ground, Touchpoint},
    ids::{ApplicationId, AuthorityId, BusinessId, EventId},
    mandate::Holder,
    time::Timestamp,
};

mod kind;

pub use kind::EventKind;

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
    /// On what ground the application acted for the business; None for authorities and the gateway's own timers.
    pub ground: Option<Ground>,
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
    /// Of every business for which the application holds a mandate that lets it read events, or of the named ones
    /// among them.
    Application {
        /// The calling application.
        holder: Holder,
        /// Only these of its businesses; None means all of them.
        businesses: Option<Vec<BusinessId>>,
    },
    /// Of every submission addressed to the authority.
    Authority(AuthorityId),
}

impl Audience {
    /// The same audience at a later moment: mandates begin and end while somebody waits.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self {
            Self::Application { holder, businesses } => {
                Self::Application { holder: Holder { at: now, ..holder }, businesses }
            }
            Self::Authority(authority) => Self::Authority(authority),
        }
    }
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
    /// Only what this application did.
    pub application: Option<ApplicationId>,
    /// Only these kinds; empty for all.
    pub kinds: Vec<EventKind>,
    /// Only what concerns this subject: the timeline of one submission.
    pub subject: Option<String>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}
