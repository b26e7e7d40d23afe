//! Recognition of good faith (4.8.1.3/4, 4.8.1.5; 248-ФЗ, articles 23 and 48): a supervisor grants an incentive, or counts
//! a measure that it alone sees, for a term; it may change the terms and take it back.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{AuthorityId, BusinessId, RecognitionId},
    page::PageRequest,
    ports::store::{StoreError, Tx},
    record::{Kept, RecordFilter, RecordKind, Stored},
    text::Text,
    time::Timestamp,
};

pub mod grant;

/// How many recognitions of a business count, the newest first.
const NEWEST: u32 = 1000;

/// What is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RecognitionKind {
    /// An incentive of the model of risk is granted.
    Incentive,
    /// A measure of good faith that the gateway does not see is counted.
    Measure,
}

/// Where a recognition stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RecognitionState {
    /// It holds in its term.
    Granted,
    /// The supervisor took it back.
    Withdrawn,
}

/// On which terms something is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = RecognitionTerms))]
pub struct Terms {
    /// By how many categories the risk is considered lower; null where it is not, and for a measure, which has points.
    #[cfg_attr(feature = "schema", schema(example = 1))]
    pub lower_by: Option<u32>,
    /// Why.
    pub ground: Text,
    /// The first day on which it holds.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date, example = "2026-11-23"))]
    pub valid_from: Date,
    /// The last day on which it holds; null until it is withdrawn.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date, example = "2027-11-22"))]
    pub valid_until: Option<Date>,
}

/// What a supervisor recognised in a business's good faith.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Recognition {
    /// Who recognises it.
    pub authority_id: AuthorityId,
    /// What is recognised.
    pub kind: RecognitionKind,
    /// The incentive or the measure, by its code in the model of risk.
    #[cfg_attr(feature = "schema", schema(example = "good-faith-recognition"))]
    pub code: String,
    /// The kind of control under which it counts, by code.
    #[cfg_attr(feature = "schema", schema(example = "tax-cash"))]
    pub control_kind: String,
    /// On which terms.
    #[serde(flatten)]
    pub terms: Terms,
    /// Where it stands.
    pub state: RecognitionState,
    /// Why it was taken back, and when.
    pub withdrawal: Option<Withdrawal>,
}

/// Why a recognition was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = RecognitionWithdrawal))]
pub struct Withdrawal {
    /// Why.
    pub reason: Text,
    /// When.
    pub at: Timestamp,
}

/// A recognition as it is kept.
pub type StoredRecognition = Stored<Recognition>;

impl Kept for Recognition {
    const KIND: RecordKind = RecordKind::Recognition;
    type Id = RecognitionId;

    fn requirement(&self) -> Option<&str> {
        None
    }

    fn authority(&self) -> Option<&AuthorityId> {
        Some(&self.authority_id)
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

impl Recognition {
    /// Whether it holds on `day`.
    pub fn holds(&self, day: Date) -> bool {
        let Terms { valid_from, valid_until, .. } = &self.terms;
        let in_term = *valid_from <= day && valid_until.is_none_or(|last| day <= last);
        self.state == RecognitionState::Granted && in_term
    }
}

/// The recognitions of a business that hold on `day`, newest first.
///
/// # Errors
/// Only what the store says.
pub fn holding(
    tx: &mut dyn Tx,
    business: &BusinessId,
    day: Date,
) -> Result<Vec<StoredRecognition>, StoreError> {
    let state = Some(<&str>::from(RecognitionState::Granted).to_owned());
    let (filter, page) =
        (RecordFilter { state, requirement: None }, PageRequest { after: None, limit: NEWEST });
    let found = Stored::<Recognition>::list(tx, business, &filter, &page)?;
    Ok(found.items.into_iter().filter(|one| one.body.holds(day)).collect())
}

/// A recognition, as lists of incentives and profiles of risk name it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = GrantedIncentive))]
pub struct Granted {
    /// The recognition.
    pub id: RecognitionId,
    /// Who granted it.
    pub authority_id: AuthorityId,
    /// The incentive, by code.
    #[cfg_attr(feature = "schema", schema(example = "good-faith-recognition"))]
    pub code: String,
    /// The kind of control under which it was granted, by code.
    #[cfg_attr(feature = "schema", schema(example = "tax-cash"))]
    pub control_kind: String,
    /// On which terms.
    #[serde(flatten)]
    pub terms: Terms,
}

impl From<&StoredRecognition> for Granted {
    fn from(stored: &StoredRecognition) -> Self {
        let Recognition { authority_id, kind: _, code, control_kind, terms, state: _, withdrawal: _ } =
            stored.body.clone();
        Self { id: stored.id.clone(), authority_id, code, control_kind, terms }
    }
}
