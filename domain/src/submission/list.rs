//! Which submissions to list.

use super::State;

/// Which of a business's submissions to list; nothing set means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubmissionFilter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only for this service, by code.
    pub service: Option<String>,
    /// Only for this life situation, by code.
    pub situation: Option<String>,
}
