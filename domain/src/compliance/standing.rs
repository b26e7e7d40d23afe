//! Where each requirement of a business stands: what was confirmed or declared, and what evidence there is. Read once for
//! a whole list.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    checklist::Verdict,
    confirmation::{Confirmation, ConfirmationAnswer},
    evidence::{EvidenceState, KnownEvidence, StateProof},
    inapplicability::{Inapplicability, InapplicabilityState},
    self_check::{SelfCheck, SelfCheckState},
};
use crate::{
    business::Business,
    ids::{ConfirmationId, InapplicabilityId, SelfCheckId},
    page::PageRequest,
    ports::store::{StoreError, Tx},
    record::{RecordFilter, Stored},
    requirement::registry::Entry,
    time::Timestamp,
};

/// How many of the newest self-checks are looked through; what was examined before them is shown in their own list.
const SELF_CHECKS: u32 = 20;

/// Where a requirement stands with a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StandingState {
    /// The business has not spoken, or its word no longer counts.
    Open,
    /// The business confirmed that it is its own.
    Confirmed,
    /// The business said that it is not its own; it binds all the same.
    Declined,
    /// Declared inapplicable: it does not bind.
    DeclaredInapplicable,
    /// Declared inapplicable, and the supervisor contests it: it binds.
    Contested,
}

/// Where a requirement stands, with what says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Standing {
    /// In one word.
    pub state: StandingState,
    /// The newest confirmation.
    pub confirmation: Option<StandingConfirmation>,
    /// The newest declaration of inapplicability.
    pub inapplicability: Option<StandingInapplicability>,
    /// What the state's data say of compliance.
    pub proof: StateProof,
    /// How many pieces of evidence stand where.
    pub evidence: EvidenceCounts,
    /// What the newest self-check came to.
    pub self_check: Option<StandingSelfCheck>,
}

/// A confirmation, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StandingConfirmation {
    /// Its id.
    pub id: ConfirmationId,
    /// What the business said.
    pub answer: ConfirmationAnswer,
    /// When.
    pub at: Timestamp,
    /// Whether it was said of the requirement's version in force.
    pub is_current: bool,
}

/// A declaration of inapplicability, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StandingInapplicability {
    /// Its id.
    pub id: InapplicabilityId,
    /// Where it stands.
    pub state: InapplicabilityState,
    /// The last day of its term.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub until: Date,
}

/// What a self-check came to, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StandingSelfCheck {
    /// Its id.
    pub id: SelfCheckId,
    /// Whether the requirement is complied with.
    pub verdict: Verdict,
    /// When it was completed.
    pub at: Timestamp,
    /// The last day on which this is valid.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub valid_until: Date,
}

/// How many pieces of evidence stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EvidenceCounts {
    /// Held by a resource, and fresh.
    pub present: u32,
    /// Held, but too old.
    pub stale: u32,
    /// Not held.
    pub absent: u32,
    /// Not asked for yet.
    pub unknown: u32,
    /// Tracked by no resource.
    pub not_tracked: u32,
    /// The resource does not answer.
    pub unreachable: u32,
}

/// The standings of a business, read once.
pub struct Standings {
    confirmations: BTreeMap<String, Stored<Confirmation>>,
    inapplicabilities: BTreeMap<String, Stored<Inapplicability>>,
    evidence: KnownEvidence,
    self_checks: BTreeMap<String, StandingSelfCheck>,
}

impl Standings {
    /// Reads them.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn load(tx: &mut dyn Tx, business: &Business) -> Result<Self, StoreError> {
        let confirmations = Stored::<Confirmation>::latest(tx, &business.id)?;
        let inapplicabilities = Stored::<Inapplicability>::latest(tx, &business.id)?;
        let of_requirements = confirmations.into_iter().filter(|one| one.body.requirement_version.is_some());
        Ok(Self {
            confirmations: of_requirements.map(|one| (one.body.code.clone(), one)).collect(),
            inapplicabilities: inapplicabilities
                .into_iter()
                .map(|one| (one.body.requirement.clone(), one))
                .collect(),
            evidence: KnownEvidence::load(tx, &business.id)?,
            self_checks: self_checks(tx, business)?,
        })
    }

    /// Where a requirement stands on this day.
    pub fn of(&self, entry: &Entry, business: &Business, day: Date) -> Standing {
        let code = &entry.requirement.code;
        let confirmation = self.confirmations.get(code).map(|one| StandingConfirmation {
            id: one.id.clone(),
            answer: one.body.answer,
            at: one.created_at,
            is_current: one.body.requirement_version == Some(entry.version),
        });
        let inapplicability = self.inapplicabilities.get(code).map(|one| StandingInapplicability {
            id: one.id.clone(),
            state: one.body.state_on(&business.profile, day),
            until: one.body.until,
        });
        let row = self.evidence.row(entry, day);
        let mut evidence = EvidenceCounts::default();
        row.pieces.iter().for_each(|piece| evidence.count(piece.state));
        let state = in_one_word(confirmation.as_ref(), inapplicability.as_ref());
        let self_check = self.self_checks.get(code).cloned();
        Standing { state, confirmation, inapplicability, proof: row.proof, evidence, self_check }
    }
}

/// The newest result for each requirement.
fn self_checks(
    tx: &mut dyn Tx,
    business: &Business,
) -> Result<BTreeMap<String, StandingSelfCheck>, StoreError> {
    let completed = <&str>::from(SelfCheckState::Completed).to_owned();
    let filter = RecordFilter { requirement: None, state: Some(completed) };
    let page = PageRequest { after: None, limit: SELF_CHECKS };
    let mut newest = BTreeMap::new();
    for Stored { id, body, .. } in Stored::<SelfCheck>::list(tx, &business.id, &filter, &page)?.items {
        let Some(result) = body.result else { continue };
        for one in result.requirements {
            newest.entry(one.code).or_insert_with(|| StandingSelfCheck {
                id: id.clone(),
                verdict: one.verdict,
                at: result.completed_at,
                valid_until: one.valid_until,
            });
        }
    }
    Ok(newest)
}

impl EvidenceCounts {
    fn count(&mut self, state: EvidenceState) {
        let place = match state {
            EvidenceState::Present => &mut self.present,
            EvidenceState::Stale => &mut self.stale,
            EvidenceState::Absent => &mut self.absent,
            EvidenceState::Unknown => &mut self.unknown,
            EvidenceState::NotTracked => &mut self.not_tracked,
            EvidenceState::Unreachable => &mut self.unreachable,
        };
        *place += 1;
    }
}

/// A declaration says more than a confirmation; one that ended says nothing.
fn in_one_word(
    confirmation: Option<&StandingConfirmation>,
    inapplicability: Option<&StandingInapplicability>,
) -> StandingState {
    let declared = inapplicability.and_then(|one| match one.state {
        InapplicabilityState::Declared | InapplicabilityState::Accepted => {
            Some(StandingState::DeclaredInapplicable)
        }
        InapplicabilityState::Contested => Some(StandingState::Contested),
        InapplicabilityState::Withdrawn | InapplicabilityState::Lapsed | InapplicabilityState::Expired => {
            None
        }
    });
    let said = confirmation.filter(|one| one.is_current).map(|one| match one.answer {
        ConfirmationAnswer::Confirmed => StandingState::Confirmed,
        ConfirmationAnswer::Declined => StandingState::Declined,
    });
    declared.or(said).unwrap_or(StandingState::Open)
}
