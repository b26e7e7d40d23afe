//! State resources («государственные информационные ресурсы», 4.8.1.2): what hold the evidence that supervisors need.

use std::pin::Pin;

use jiff::civil::Date;

use crate::{business::BusinessKind, text::Text, time::Timestamp};

/// What a resource is asked: whether it holds one piece of evidence about one business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The resource, by code.
    pub resource: String,
    /// The requirement, by code.
    pub requirement: String,
    /// The piece of evidence, by its code within the requirement.
    pub evidence: String,
    /// How many days the piece stays fresh.
    pub valid_days: Option<u32>,
    /// The business's kind.
    pub kind: BusinessKind,
    /// The business's taxpayer number.
    pub inn: String,
    /// Since when the business is known here.
    pub known_since: Timestamp,
    /// When it is asked.
    pub now: Timestamp,
}

/// What a resource says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It holds something.
    Found {
        /// The day for which it speaks.
        as_of: Date,
        /// Whether that confirms compliance.
        confirms: bool,
        /// What it holds, in words.
        summary: Text,
    },
    /// It holds nothing.
    Absent,
    /// It could not be asked; worth another try at the given moment.
    Unreachable {
        /// When to try again.
        retry_at: Timestamp,
    },
}

/// An answer on its way.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// The connections to state resources. Not called inside a unit of work. Never fails: what goes wrong is an answer.
pub trait StateResources: Send + Sync {
    /// Asks a resource.
    fn ask<'a>(&'a self, question: &'a Question) -> Asking<'a>;
}
