//! The life cycle: which move is allowed in which state, and what each does to the aggregate.

use std::sync::Arc;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AttachedDocument, Correction, InformationRequest, Outcome, Rating, Response, State, Submission};
use crate::{ids::RequestId, merge_patch::merge_patched, time::Timestamp};

/// How long a draft or a returned submission waits for its business.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A step in the life cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Move {
    /// The business changes the draft.
    Revise,
    /// The business lodges it.
    Lodge,
    /// The business corrects it.
    Correct,
    /// The business answers a request for information.
    Respond,
    /// The business takes it back.
    Withdraw,
    /// The business rates it.
    Rate,
    /// The authority takes it over.
    Register,
    /// The authority begins the examination.
    BeginReview,
    /// The authority asks for information.
    RequestInformation,
    /// The authority gives it back to be mended.
    Return,
    /// The authority decides in favour.
    Grant,
    /// The authority decides against.
    Refuse,
    /// The gateway closes it because a term has passed.
    Expire,
}

/// The move is not allowed in the present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateConflict {
    /// The present state.
    pub state: State,
    /// What was asked for.
    pub attempted: Move,
    /// What would be allowed.
    pub allowed: &'static [Move],
}

impl State {
    /// The moves that this state allows, whoever takes them.
    pub fn moves(self) -> &'static [Move] {
        use Move::{
            BeginReview, Correct, Expire, Grant, Lodge, Rate, Refuse, Register, RequestInformation, Respond,
            Return, Revise, Withdraw,
        };
        match self {
            Self::Draft => &[Revise, Lodge, Withdraw, Expire],
            Self::Lodged => &[Correct, Withdraw, Register],
            Self::Registered => &[Correct, Withdraw, BeginReview, RequestInformation, Return, Grant, Refuse],
            Self::InReview => &[Correct, Withdraw, RequestInformation, Return, Grant, Refuse],
            Self::InformationRequested => &[Respond, Withdraw, Expire],
            Self::Returned => &[Correct, Withdraw, Expire],
            Self::Granted | Self::Refused => &[Rate],
            Self::Withdrawn | Self::Expired => &[],
        }
    }
}

impl Submission {
    fn allow(&self, attempted: Move) -> Result<(), StateConflict> {
        let allowed = self.state.moves();
        if allowed.contains(&attempted) {
            Ok(())
        } else {
            Err(StateConflict { state: self.state, attempted, allowed })
        }
    }

    fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    pub(super) fn revise(
        &mut self,
        form: Option<&Map<String, Value>>,
        attachments: Option<Vec<AttachedDocument>>,
        situation: Option<Option<String>>,
        now: Timestamp,
    ) -> Result<(), StateConflict> {
        self.allow(Move::Revise)?;
        if let Some(patch) = form {
            self.form = Arc::new(merge_patched(&self.form, patch));
        }
        if let Some(attachments) = attachments {
            self.attachments = attachments;
        }
        if let Some(situation) = situation {
            self.situation = situation;
        }
        self.expires_at = Some(now.plus(PATIENCE));
        self.touch(now);
        Ok(())
    }

    pub(super) fn lodge(&mut self, decision_due_at: Timestamp, now: Timestamp) -> Result<(), StateConflict> {
        self.allow(Move::Lodge)?;
        self.state = State::Lodged;
        self.lodged_at = Some(now);
        self.decision_due_at = Some(decision_due_at);
        self.expires_at = None;
        self.touch(now);
        Ok(())
    }

    pub(super) fn correct(
        &mut self,
        reason: String,
        form: &Map<String, Value>,
        attachments: Option<Vec<AttachedDocument>>,
        now: Timestamp,
    ) -> Result<(), StateConflict> {
        self.allow(Move::Correct)?;
        self.form = Arc::new(merge_patched(&self.form, form));
        if let Some(attachments) = attachments {
            self.attachments = attachments;
        }
        self.dossier.corrections.push(Correction { reason, form: form.clone(), at: now });
        if self.state == State::Returned {
            self.state = if self.number.is_some() { State::InReview } else { State::Lodged };
            self.dossier.outcome = None;
            self.expires_at = None;
        }
        self.touch(now);
        Ok(())
    }

    pub(super) fn respond(
        &mut self,
        request: &RequestId,
        response: Response,
        now: Timestamp,
    ) -> Result<bool, StateConflict> {
        self.allow(Move::Respond)?;
        let open =
            self.dossier.requests.iter_mut().find(|open| open.id == *request && open.response.is_none());
        let Some(open) = open else { return Ok(false) };
        open.response = Some(response.clone());
        if let Some(patch) = &response.form {
            self.form = Arc::new(merge_patched(&self.form, patch));
        }
        self.state = State::InReview;
        self.expires_at = None;
        self.touch(now);
        Ok(true)
    }

    pub(super) fn withdraw(&mut self, now: Timestamp) -> Result<(), StateConflict> {
        self.allow(Move::Withdraw)?;
        self.state = State::Withdrawn;
        self.expires_at = None;
        self.touch(now);
        Ok(())
    }

    pub(super) fn rate(&mut self, rating: Rating, now: Timestamp) -> Result<(), StateConflict> {
        self.allow(Move::Rate)?;
        self.dossier.rating = Some(rating);
        self.touch(now);
        Ok(())
    }

    pub(super) fn register(&mut self, number: String, now: Timestamp) -> Result<(), StateConflict> {
        self.allow(Move::Register)?;
        self.state = State::Registered;
        self.number = Some(number);
        self.touch(now);
        Ok(())
    }

    pub(super) fn begin_review(&mut self, now: Timestamp) -> Result<(), StateConflict> {
        self.allow(Move::BeginReview)?;
        self.state = State::InReview;
        self.touch(now);
        Ok(())
    }

    pub(super) fn request_information(
        &mut self,
        request: InformationRequest,
        now: Timestamp,
    ) -> Result<(), StateConflict> {
        self.allow(Move::RequestInformation)?;
        self.state = State::InformationRequested;
        self.expires_at = Some(request.due_at);
        self.dossier.requests.push(request);
        self.touch(now);
        Ok(())
    }

    pub(super) fn conclude(&mut self, outcome: Outcome, now: Timestamp) -> Result<(), StateConflict> {
        let (step, state) = match outcome {
            Outcome::Granted { .. } => (Move::Grant, State::Granted),
            Outcome::Refused { .. } => (Move::Refuse, State::Refused),
            Outcome::Returned { .. } => (Move::Return, State::Returned),
        };
        self.allow(step)?;
        self.state = state;
        self.expires_at = (state == State::Returned).then(|| now.plus(PATIENCE));
        self.dossier.outcome = Some(outcome);
        self.touch(now);
        Ok(())
    }

    pub(super) fn expire(&mut self, now: Timestamp) -> Result<(), StateConflict> {
        self.allow(Move::Expire)?;
        self.state = State::Expired;
        self.expires_at = None;
        self.touch(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn what_is_final_allows_at_most_a_rating_and_what_is_open_can_end() {
        for state in State::VARIANTS {
            let moves = state.moves();
            if state.is_final() {
                assert!(moves.iter().all(|step| *step == Move::Rate), "{state:?}");
            } else {
                assert!(moves.contains(&Move::Withdraw), "{state:?} cannot be withdrawn");
            }
        }
    }

    #[test]
    fn whoever_waits_for_the_business_expires() {
        for state in [State::Draft, State::InformationRequested, State::Returned] {
            assert!(state.moves().contains(&Move::Expire), "{state:?}");
        }
    }
}
