//! The evidence map (4.8.1.2): whether the state's resources hold what supervisors need to see compliance, for each
//! requirement of the list and each piece of evidence.
//!
//! What the resources said is kept in one record for each requirement; how fresh it is follows from the day of reading.
//! Read first: [`map`].

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use super::verdict;
use crate::{
    business::Business,
    clerk::Clerk,
    ids::{AuthorityId, BusinessId, EvidenceDisputeId, EvidenceId, EvidenceSupplyId},
    ports::{
        state_resource::Answer,
        store::{StoreError, Tx},
    },
    record::{Kept, RecordKind, Stored},
    requirement::{model::EvidenceSpec, registry::Entry},
    text::Text,
    time::Timestamp,
};

pub mod ask;
pub mod dispute;
pub mod inquiry;
pub mod reading;
pub mod supply;

use dispute::{DisputeState, EvidenceDispute};
use supply::EvidenceSupply;

/// Where a piece of evidence stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum EvidenceState {
    /// The resource holds it and it is fresh.
    Present,
    /// The resource holds it, but it is older than it may be.
    Stale,
    /// The resource holds nothing.
    Absent,
    /// The resource has not been asked yet.
    Unknown,
    /// No resource holds such evidence: only the business can show it.
    NotTracked,
    /// The resource did not answer and nothing fresh is known.
    Unreachable,
}

/// What a resource said of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The resource, by code.
    pub resource: String,
    /// Its last answer.
    pub said: Option<Said>,
    /// When it was last asked.
    pub asked_at: Timestamp,
    /// When it is worth another try, where it did not answer.
    pub retry_at: Option<Timestamp>,
}

/// A resource's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What it holds; None where nothing.
    pub held: Option<Held>,
    /// When it said so.
    pub at: Timestamp,
}

/// What a resource holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The day for which it speaks.
    pub as_of: Date,
    /// Whether it confirms compliance.
    pub confirms: bool,
    /// What it is, in words.
    pub summary: Text,
}

/// What the resources said about one requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The requirement, by code.
    pub requirement: String,
    /// By the code of the piece of evidence.
    pub findings: BTreeMap<String, Finding>,
}

impl Kept for Evidence {
    const KIND: RecordKind = RecordKind::Evidence;
    type Id = EvidenceId;

    fn requirement(&self) -> Option<&str> {
        Some(&self.requirement)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        "known"
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

impl Finding {
    /// Takes over an answer; where the resource did not answer, what it said before stays.
    fn take(before: Option<Self>, resource: &str, answer: &Answer, now: Timestamp) -> Self {
        let said = before.and_then(|finding| finding.said);
        let (said, retry_at) = match answer {
            Answer::Found { as_of, confirms, summary } => {
                let held = Held { as_of: *as_of, confirms: *confirms, summary: summary.clone() };
                (Some(Said { held: Some(held), at: now }), None)
            }
            Answer::Absent => (Some(Said { held: None, at: now }), None),
            Answer::Unreachable { retry_at } => (said, Some(*retry_at)),
        };
        Self { resource: resource.to_owned(), said, asked_at: now, retry_at }
    }

    fn held(&self) -> Option<&Held> {
        self.said.as_ref()?.held.as_ref()
    }

    fn state(&self, valid_days: Option<u32>, day: Date) -> EvidenceState {
        let fresh = match self.held() {
            Some(held) => fresh_until(held.as_of, valid_days).is_none_or(|last| day <= last),
            None => false,
        };
        match (&self.said, self.retry_at) {
            (Some(Said { held: Some(_), .. }), _) if fresh => EvidenceState::Present,
            (_, Some(_)) => EvidenceState::Unreachable,
            (Some(Said { held: Some(_), .. }), None) => EvidenceState::Stale,
            (Some(Said { held: None, .. }), None) => EvidenceState::Absent,
            (None, None) => EvidenceState::Unknown,
        }
    }
}

/// The last day on which evidence of `as_of` is fresh; None for ever.
fn fresh_until(as_of: Date, valid_days: Option<u32>) -> Option<Date> {
    valid_days.map(|days| as_of.saturating_add(i64::from(days).days()))
}

/// A piece of evidence on the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EvidencePiece {
    /// Its code within the requirement.
    #[cfg_attr(feature = "schema", schema(example = "laboratory-protocols"))]
    pub code: String,
    /// Its name.
    pub title: Text,
    /// Where it stands.
    pub state: EvidenceState,
    /// The resource that holds it, by code; null where none does.
    pub resource: Option<String>,
    /// Whether what the resource holds confirms compliance; null where it holds nothing.
    pub confirms: Option<bool>,
    /// What the resource holds, in words.
    pub summary: Option<Text>,
    /// The day for which the resource speaks.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub as_of: Option<Date>,
    /// When the resource was last asked.
    pub checked_at: Option<Timestamp>,
    /// The last day on which it is fresh; null for ever, or where nothing is held.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub fresh_until: Option<Date>,
    /// When a resource that did not answer is worth another inquiry.
    pub retry_at: Option<Timestamp>,
    /// How many working days it takes to obtain it.
    pub lead_days: u32,
    /// The newest dispute about it.
    pub dispute: Option<EvidencePieceDispute>,
    /// What the business supplied last.
    pub supply: Option<EvidencePieceSupply>,
}

/// A dispute as the map shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EvidencePieceDispute {
    /// Its id.
    pub id: EvidenceDisputeId,
    /// Where it stands.
    pub state: DisputeState,
}

/// A supply as the map shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EvidencePieceSupply {
    /// Its id.
    pub id: EvidenceSupplyId,
    /// The day for which it speaks.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub as_of: Date,
    /// When it was supplied.
    pub at: Timestamp,
}

/// What the state's data say of compliance with a requirement.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StateProof {
    /// Every piece that a resource tracks is there, fresh, and confirms.
    Confirmed,
    /// A resource holds something that does not confirm, or knows of nothing.
    Doubtful,
    /// The state's data do not tell.
    Untold,
}

/// A requirement on the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RequirementEvidence {
    /// The requirement, by code.
    #[cfg_attr(feature = "schema", schema(example = "OT-019"))]
    pub requirement: String,
    /// Its name.
    pub title: Text,
    /// Who supervises it.
    pub supervisors: Vec<AuthorityId>,
    /// What the state's data say of compliance.
    pub proof: StateProof,
    /// Its pieces of evidence, in the order of the registry.
    pub pieces: Vec<EvidencePiece>,
}

/// What is known of a business's evidence, read once.
pub struct KnownEvidence {
    evidence: BTreeMap<String, Stored<Evidence>>,
    disputes: BTreeMap<String, Stored<EvidenceDispute>>,
    supplies: BTreeMap<String, Stored<EvidenceSupply>>,
}

/// Under which the newest dispute or supply of a piece is found.
fn key(requirement: &str, evidence: &str) -> String {
    format!("{requirement}/{evidence}")
}

impl KnownEvidence {
    /// Reads it.
    ///
    /// # Errors
    /// Only what the store says.
    pub fn load(tx: &mut dyn Tx, business: &BusinessId) -> Result<Self, StoreError> {
        let evidence = Stored::<Evidence>::latest(tx, business)?;
        let disputes = Stored::<EvidenceDispute>::latest(tx, business)?;
        let supplies = Stored::<EvidenceSupply>::latest(tx, business)?;
        Ok(Self {
            evidence: evidence.into_iter().map(|one| (one.body.requirement.clone(), one)).collect(),
            disputes: disputes.into_iter().map(|one| (one.body.key(), one)).collect(),
            supplies: supplies.into_iter().map(|one| (one.body.key(), one)).collect(),
        })
    }

    /// The map's row of a requirement.
    pub fn row(&self, entry: &Entry, day: Date) -> RequirementEvidence {
        let requirement = &entry.requirement;
        let pieces: Vec<EvidencePiece> =
            requirement.evidence.iter().map(|spec| self.piece(&requirement.code, spec, day)).collect();
        RequirementEvidence {
            requirement: requirement.code.clone(),
            title: requirement.title.clone(),
            supervisors: requirement.supervisors.clone(),
            proof: proof(&pieces),
            pieces,
        }
    }

    fn piece(&self, requirement: &str, spec: &EvidenceSpec, day: Date) -> EvidencePiece {
        let found = self.evidence.get(requirement).and_then(|one| one.body.findings.get(&spec.code));
        // What another resource said, before the registry named this one, no longer counts.
        let finding = found.filter(|finding| spec.resource.as_ref() == Some(&finding.resource));
        let held = finding.and_then(Finding::held);
        let state = match (&spec.resource, finding) {
            (None, _) => EvidenceState::NotTracked,
            (Some(_), None) => EvidenceState::Unknown,
            (Some(_), Some(finding)) => finding.state(spec.valid_days, day),
        };
        let key = key(requirement, &spec.code);
        let dispute = self.disputes.get(&key);
        let supply = self.supplies.get(&key);
        EvidencePiece {
            code: spec.code.clone(),
            title: spec.title.clone(),
            state,
            resource: spec.resource.clone(),
            confirms: held.map(|held| held.confirms),
            summary: held.map(|held| held.summary.clone()),
            as_of: held.map(|held| held.as_of),
            checked_at: finding.map(|finding| finding.asked_at),
            fresh_until: held.and_then(|held| fresh_until(held.as_of, spec.valid_days)),
            retry_at: finding.and_then(|finding| finding.retry_at),
            lead_days: spec.lead_days,
            dispute: dispute.map(|one| EvidencePieceDispute { id: one.id.clone(), state: one.body.state }),
            supply: supply.map(|one| EvidencePieceSupply {
                id: one.id.clone(),
                as_of: one.body.as_of,
                at: one.created_at,
            }),
        }
    }
}

fn proof(pieces: &[EvidencePiece]) -> StateProof {
    let mut tracked = pieces.iter().filter(|piece| piece.state != EvidenceState::NotTracked).peekable();
    let doubtful =
        |piece: &EvidencePiece| piece.confirms == Some(false) || piece.state == EvidenceState::Absent;
    if pieces.iter().any(doubtful) {
        StateProof::Doubtful
    } else if tracked.peek().is_some() && tracked.all(|piece| piece.state == EvidenceState::Present) {
        StateProof::Confirmed
    } else {
        StateProof::Untold
    }
}

/// The map of a business: a row for each requirement on its list, in the order of codes.
///
/// # Errors
/// Only what the store says.
pub fn map(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    business: &Business,
    day: Date,
) -> Result<Vec<RequirementEvidence>, StoreError> {
    let known = KnownEvidence::load(tx, &business.id)?;
    let rows = verdict::rows(clerk, business, day);
    Ok(rows.into_iter().map(|(entry, _)| known.row(entry, day)).collect())
}
