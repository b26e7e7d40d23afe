//! Reading what belongs to a business: the mandate first, then the thing, and one answer for both absences.

use domain::{
    actor::BusinessActor,
    business::Business,
    ids::SubmissionId,
    mandate::{MandateRefusal, OnBehalf, Unauthorised},
    ports::store::{StoreError, Tx},
    submission::{Submission, next_step::Progress},
};

use crate::problem::{Code, Coded, Fault, ProblemDraft};

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindError {
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// The mandate does not carry the reading.
    Mandate(MandateRefusal),
    /// The store failed.
    Store(StoreError),
}

impl From<Unauthorised> for FindError {
    fn from(refused: Unauthorised) -> Self {
        match refused {
            Unauthorised::NotFound => Self::NotFound,
            Unauthorised::Refused(refusal) => Self::Mandate(refusal),
            Unauthorised::Store(error) => Self::Store(error),
        }
    }
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
            Self::Mandate(refusal) => refusal.draft(),
            Self::Store(error) => error.draft(),
        }
    }
}

impl From<FindError> for Fault {
    fn from(error: FindError) -> Self {
        error.draft().into()
    }
}

/// The caller under its mandate.
pub fn actor(tx: &mut dyn Tx, on_behalf: &OnBehalf) -> Result<BusinessActor, FindError> {
    Ok(on_behalf.authorise(tx)?)
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
    if let Some((terms, progress)) = tx.submissions().progress(on_behalf, id)? {
        terms.judge(on_behalf.right, on_behalf.at).map_err(FindError::Mandate)?;
        return Ok(progress);
    }
    on_behalf.authorise(tx)?;
    Err(FindError::NotFound)
}
