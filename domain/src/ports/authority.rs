//! Authorities' systems behind the gateway's own connectors.

use serde_json::{Map, Value};

use crate::{
    ids::AuthorityId,
    inbox::{Route, Task},
    submission::{Submission, decide::Verdict},
    time::Timestamp,
};

/// What an authority's system says to a task that was pushed to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It took the task over and acts on it now.
    Act(Vec<Step>),
    /// It takes these steps now and will go on at the given moment, so the task is to be pushed again then.
    ActAndGoOn(Vec<Step>, Timestamp),
    /// It could not be reached; the task is to be pushed again at the given moment.
    Unreachable(Timestamp),
}

/// One act of an authority on a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Registers it.
    Register,
    /// Begins the examination.
    BeginReview,
    /// Decides or asks.
    Decide(Verdict),
}

/// The connectors to authorities' systems. Not called inside a unit of work.
pub trait Authorities: Send + Sync {
    /// Which way the tasks of a submission with this form go to this authority.
    fn route(&self, authority: &AuthorityId, form: &Map<String, Value>) -> Route;

    /// Pushes a task with its submission to the authority's system.
    fn push(&self, task: &Task, submission: &Submission, now: Timestamp) -> Answer;
}
