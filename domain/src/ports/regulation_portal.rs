//! The state's portal for the assessment of requirements (regulation.gov.ru, 4.7.5.1): what assessments and opinions are
//! passed on to.

use std::pin::Pin;

use serde::Serialize;
use serde_json::Value;

use crate::{text::Text, time::Timestamp};

/// What is passed on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Passing {
    /// Names the message: the same whenever it is sent again, so that the portal takes it once.
    pub message: String,
    /// Names what it is about, the same for every revision.
    pub about: String,
    /// Counts the revisions of it, from 1.
    pub revision: i64,
    /// Whether the business took it back; then there is no content.
    pub withdrawn: bool,
    /// What was assessed.
    pub subject: Value,
    /// What is said; None where it was taken back.
    pub content: Option<Value>,
    /// Who says it, where they agree to be named.
    pub identity: Option<Value>,
    /// When the gateway first meant to pass it on.
    #[serde(skip)]
    pub since: Timestamp,
    /// When it is passed on.
    #[serde(skip)]
    pub now: Timestamp,
}

/// What the portal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took the message for good.
    Accepted {
        /// Its number there.
        number: String,
    },
    /// It has the message and will say later.
    Received {
        /// When to ask.
        ask_at: Timestamp,
    },
    /// It does not take it.
    Refused {
        /// Why.
        reason: Text,
    },
    /// It could not be asked; worth another try at the given moment.
    Unreachable {
        /// When to try again.
        retry_at: Timestamp,
    },
}

/// An answer on its way.
pub type Telling<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// The connection to the portal. Not called inside a unit of work. Never fails: what goes wrong is an answer.
pub trait RegulationPortal: Send + Sync {
    /// Passes a message on; the same message again asks what became of it.
    fn pass<'a>(&'a self, passing: &'a Passing) -> Telling<'a>;
}
