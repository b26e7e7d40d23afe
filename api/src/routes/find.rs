//! Reading what belongs to a business: the mandate first, then the thing, and one answer for both absences.

use domain::{
    actor::BusinessActor,
    business::Business,
    ids::SubmissionId,
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    submission::{Submission, next_step::Progress},
};

use crate::problem::{Code, Coded, Fault, ProblemDraft};

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindError {
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for FindError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Coded for FindError {
    const CODES: &'static [Code] = &[Code::NotFound];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Store(error) => error.draft(),
        }
    }
}

impl From<FindError> for Fault {
    fn from(error: FindError) -> Self {
        error.draft().into()
    }
}

/// The mandate, or nothing is found.
pub fn actor(tx: &mut dyn Tx, on_behalf: &OnBehalf) -> Result<BusinessActor, FindError> {
    on_behalf.authorise(tx)?.ok_or(FindError::NotFound)
}

/// A business under the caller's mandate.
pub fn business(tx: &mut dyn Tx, on_behalf: &OnBehalf) -> Result<Business, FindError> {
    let actor = actor(tx, on_behalf)?;
    tx.businesses().find(&actor.business)?.ok_or(FindError::NotFound)
}

/// A submission of a business under the caller's mandate.
pub fn submission(tx: &mut dyn Tx, on_behalf: &OnBehalf, id: &SubmissionId) -> Result<Submission, FindError> {
    let actor = actor(tx, on_behalf)?;
    tx.submissions().find(&actor.business, id)?.ok_or(FindError::NotFound)
}

/// How far a submission has come, of a business under the caller's mandate.
pub fn progress(tx: &mut dyn Tx, on_behalf: &OnBehalf, id: &SubmissionId) -> Result<Progress, FindError> {
    tx.submissions().progress(on_behalf, id)?.ok_or(FindError::NotFound)
}
