//! Rights: what an operation needs of a mandate, and which powers of the classifier (МЧД) give it.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{SignedDuration, civil::Date};
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use crate::time::Timestamp;

static TERMS: LazyLock<MandateTerms> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/mandates/terms.json"))
        .expect("the built-in terms are part of the program and tests read them")
});

/// What an operation needs: a row for each scope of the business's side. Rows are kept as bits: add at the end only.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Right {
    /// Read assessments of requirements.
    #[serde(rename = "assessments:read")]
    #[strum(serialize = "assessments:read")]
    AssessmentsRead,
    /// Assess requirements.
    #[serde(rename = "assessments:write")]
    #[strum(serialize = "assessments:write")]
    AssessmentsWrite,
    /// Read attachments.
    #[serde(rename = "attachments:read")]
    #[strum(serialize = "attachments:read")]
    AttachmentsRead,
    /// Upload attachments.
    #[serde(rename = "attachments:write")]
    #[strum(serialize = "attachments:write")]
    AttachmentsWrite,
    /// Read the business's events.
    #[serde(rename = "events:read")]
    #[strum(serialize = "events:read")]
    EventsRead,
    /// Read the profile.
    #[serde(rename = "profile:read")]
    #[strum(serialize = "profile:read")]
    ProfileRead,
    /// Change the profile.
    #[serde(rename = "profile:write")]
    #[strum(serialize = "profile:write")]
    ProfileWrite,
    /// Read receipts.
    #[serde(rename = "receipts:read")]
    #[strum(serialize = "receipts:read")]
    ReceiptsRead,
    /// Read the business's requirements.
    #[serde(rename = "requirements:read")]
    #[strum(serialize = "requirements:read")]
    RequirementsRead,
    /// Confirm requirements and show compliance.
    #[serde(rename = "requirements:write")]
    #[strum(serialize = "requirements:write")]
    RequirementsWrite,
    /// Read submissions.
    #[serde(rename = "submissions:read")]
    #[strum(serialize = "submissions:read")]
    SubmissionsRead,
    /// Lodge and change submissions.
    #[serde(rename = "submissions:write")]
    #[strum(serialize = "submissions:write")]
    SubmissionsWrite,
    /// See who represents the business.
    #[serde(rename = "representatives:read")]
    #[strum(serialize = "representatives:read")]
    RepresentativesRead,
    /// Grant, change and end mandates.
    #[serde(rename = "representatives:write")]
    #[strum(serialize = "representatives:write")]
    RepresentativesWrite,
    /// Read consents, offers and scenarios.
    #[serde(rename = "proactive:read")]
    #[strum(serialize = "proactive:read")]
    ProactiveRead,
    /// Give consents, decline offers, set notifications.
    #[serde(rename = "proactive:write")]
    #[strum(serialize = "proactive:write")]
    ProactiveWrite,
}

impl Right {
    /// The right that a scope stands for; None for scopes that concern no business.
    pub fn of_scope(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Its name, which is the scope's.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it lets its holder see and change nothing.
    pub fn is_reading(self) -> bool {
        self.name().ends_with(":read")
    }

    /// Its bit in [`Rights`].
    pub fn bit(self) -> i64 {
        1 << self as u32
    }
}

/// A set of rights, as it is stored with a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rights(i64);

impl Rights {
    /// Every right, those that a later release adds included: what a business's own application has.
    pub const ALL: Self = Self(i64::MAX);

    /// Reads what was stored.
    pub fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// As it is stored.
    pub fn bits(self) -> i64 {
        self.0
    }

    /// Whether the set has a right.
    pub fn has(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// The set with the rights to manage representatives.
    #[must_use]
    pub fn with_delegation(self) -> Self {
        Self(self.0 | Right::RepresentativesRead.bit() | Right::RepresentativesWrite.bit())
    }

    /// The rights of the set.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::VARIANTS.iter().copied().filter(move |right| self.has(*right))
    }
}

/// What stands in the data file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandateTerms {
    editions: Vec<TermEdition>,
}

/// The terms from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermEdition {
    valid_from: Date,
    access_request_days: i64,
    /// How many links a chain of sub-delegation may have, the first mandate included.
    pub longest_chain: usize,
    rights: BTreeMap<Right, Vec<String>>,
}

/// The terms of the newest edition, whether its day has come or not.
pub fn newest() -> &'static TermEdition {
    TERMS.editions.iter().max_by_key(|row| row.valid_from).expect("the built-in terms have a row")
}

/// The terms in force at a moment.
pub fn terms(now: Timestamp) -> &'static TermEdition {
    let day = now.moscow_date();
    let editions = &TERMS.editions;
    let in_force = editions.iter().filter(|row| row.valid_from <= day).max_by_key(|row| row.valid_from);
    in_force.or(editions.first()).expect("the built-in terms have a row")
}

impl TermEdition {
    /// The powers any one of which gives a right; empty where only the business's own application has it.
    pub fn sufficient(&self, right: Right) -> &[String] {
        self.rights.get(&right).map_or(&[], Vec::as_slice)
    }

    /// The rights that powers give.
    pub fn rights(&self, powers: &[String]) -> Rights {
        let given = |right: &Right| self.sufficient(*right).iter().any(|code| powers.contains(code));
        Rights(Right::VARIANTS.iter().filter(|right| given(right)).map(|right| right.bit()).sum())
    }

    /// The first of the powers that gives a right.
    pub fn power_for<'p>(&self, right: Right, powers: &'p [String]) -> Option<&'p String> {
        powers.iter().find(|code| self.sufficient(right).contains(code))
    }

    /// Until when an access request made at `now` waits for its answer.
    pub fn request_ends(&self, now: Timestamp) -> Timestamp {
        now.plus(SignedDuration::from_hours(24 * self.access_request_days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, builtin};

    #[test]
    fn powers_give_the_rights_of_the_table_and_no_others() {
        let terms = terms("2026-11-23T09:00:00Z".parse().expect("RFC 3339"));
        let filing = terms.rights(&["2_FNS22".to_owned()]);
        assert!(filing.has(Right::SubmissionsWrite) && filing.has(Right::ProfileRead));
        assert!(!filing.has(Right::ProfileWrite) && !filing.has(Right::RepresentativesWrite));
        assert_eq!(terms.rights(&[]), Rights(0));
        assert_eq!(terms.rights(&["KLASS_2.0_SIGN".to_owned()]), Rights(0));
        let rights: Vec<Right> = terms.rights(&["2_FNS39".to_owned()]).iter().collect();
        assert_eq!(rights, [Right::ProfileRead]);
    }

    #[test]
    fn every_power_of_the_table_is_in_the_dictionary() {
        let catalogue = Catalogue::compile(builtin()).expect("the built-in catalogue compiles");
        let dictionary = catalogue.dictionary("powers").expect("the dictionary of powers");
        for edition in &TERMS.editions {
            for code in edition.rights.values().flatten() {
                assert!(dictionary.contains(code), "{code}");
            }
        }
    }

    #[test]
    fn the_managing_of_representatives_is_given_by_no_power() {
        let now = "2026-11-23T09:00:00Z".parse().expect("RFC 3339");
        for right in [Right::RepresentativesRead, Right::RepresentativesWrite] {
            assert!(terms(now).sufficient(right).is_empty());
            assert!(Rights::ALL.has(right) && Rights(0).with_delegation().has(right));
        }
    }
}
