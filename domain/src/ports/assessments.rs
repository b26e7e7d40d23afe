//! The store's repository of assessments.

use std::collections::BTreeMap;

use super::store::Answer;
use crate::{
    assessment::{
        Assessment, AssessmentFilter, AssessmentVersion, Procedure,
        due::Reminder,
        tally::{Cell, Place, Slice, Standing},
    },
    ids::{AssessmentId, AssessmentRef, BusinessId},
    page::{Page, PageRequest},
    time::Timestamp,
};

/// Assessments, and how they are counted.
pub trait Assessments {
    /// A secret of this store, made with its tables: for names that must not tell whom they name.
    fn salt(&mut self) -> Answer<Vec<u8>>;
    /// Adds an assessment.
    fn insert(&mut self, assessment: &Assessment) -> Answer<()>;
    /// The business's assessment with this id.
    fn find(&mut self, business: &BusinessId, id: &AssessmentId) -> Answer<Option<Assessment>>;
    /// The assessment that authorities know by this reference. Callers ask whether the requirement is theirs.
    fn find_reference(&mut self, reference: &AssessmentRef) -> Answer<Option<Assessment>>;
    /// The business's assessment of the latest year.
    fn newest(
        &mut self,
        business: &BusinessId,
        requirement: &str,
        procedure: Procedure,
    ) -> Answer<Option<Assessment>>;
    /// Stores what the business revised; the stored version must be one less.
    fn update(&mut self, assessment: &Assessment) -> Answer<()>;
    /// Stores what authorities said of it; the version stays.
    fn consider(&mut self, assessment: &Assessment) -> Answer<()>;
    /// The business's assessments, newest first.
    fn list(
        &mut self,
        business: &BusinessId,
        filter: &AssessmentFilter,
        page: &PageRequest,
    ) -> Answer<Page<Assessment>>;
    /// Adds a version that was replaced.
    fn insert_version(&mut self, version: &AssessmentVersion) -> Answer<()>;
    /// The replaced versions of an assessment, newest first. Callers hold the assessment.
    fn versions(&mut self, id: &AssessmentId) -> Answer<Vec<AssessmentVersion>>;
    /// When the business last assessed each requirement.
    fn last_assessed(&mut self, business: &BusinessId) -> Answer<BTreeMap<String, Timestamp>>;
    /// Everybody's assessments of these requirements, in the order of requirements and references.
    fn of_requirements(
        &mut self,
        codes: &[String],
        procedure: Option<Procedure>,
        page: &PageRequest,
    ) -> Answer<Page<Assessment>>;
    /// The requirements that were assessed, in order.
    fn codes(&mut self) -> Answer<Vec<String>>;

    /// How a business counts in a cell.
    fn standing(
        &mut self,
        requirement: &str,
        procedure: Procedure,
        business: &BusinessId,
    ) -> Answer<Option<Standing>>;
    /// Everybody in a cell of whom something was not told.
    fn behind(&mut self, requirement: &str, procedure: Procedure) -> Answer<Vec<Standing>>;
    /// Everybody who counts in the requirement's cells.
    fn standings(&mut self, requirement: &str) -> Answer<Vec<Standing>>;
    /// Stores how businesses count, new or changed.
    fn put_standings(&mut self, standings: &[Standing]) -> Answer<()>;
    /// A cell.
    fn cell(&mut self, requirement: &str, procedure: Procedure) -> Answer<Option<Cell>>;
    /// The requirement's cells.
    fn cells(&mut self, requirement: &str) -> Answer<Vec<Cell>>;
    /// Stores a cell, new or changed.
    fn put_cell(&mut self, cell: &Cell) -> Answer<()>;
    /// Those of the slices that there are.
    fn slices(&mut self, places: &[Place]) -> Answer<Vec<Slice>>;
    /// All slices.
    fn all_slices(&mut self) -> Answer<Vec<Slice>>;
    /// Stores slices, new or changed.
    fn put_slices(&mut self, slices: &[Slice]) -> Answer<()>;

    /// When the business is reminded.
    fn reminder(&mut self, business: &BusinessId) -> Answer<Option<Reminder>>;
    /// Stores when a business is reminded.
    fn put_reminder(&mut self, reminder: &Reminder) -> Answer<()>;
    /// Reminders whose moment has come, the oldest first.
    fn reminders_due(&mut self, now: Timestamp, limit: u32) -> Answer<Vec<Reminder>>;
}
