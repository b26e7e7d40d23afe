use diesel::prelude::*;
use domain::{
    assessment::{
        Assessment, AssessmentVersion,
        due::Reminder,
        tally::{Cell, Place, Slice, Standing},
    },
    ports::store::StoreError,
};

use super::{corrupt, from_json, moment, moment_or_none, parsed, to_json};
use crate::schema::{
    assessment_cells, assessment_reminders, assessment_slices, assessment_standings, assessment_versions,
    assessments,
};

/// An assessment.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = assessments)]
pub(crate) struct AssessmentRow {
    id: String,
    reference: String,
    business_id: String,
    requirement: String,
    procedure: String,
    year: i64,
    content: String,
    considerations: String,
    version: i64,
    said_in: i64,
    given_at: i64,
    revised_at: i64,
}

impl From<&Assessment> for AssessmentRow {
    fn from(assessment: &Assessment) -> Self {
        let Assessment {
            id,
            reference,
            business,
            requirement,
            procedure,
            year,
            content,
            considerations,
            version,
            said_in,
            given_at,
            revised_at,
        } = assessment;
        Self {
            id: id.to_string(),
            reference: reference.to_string(),
            business_id: business.to_string(),
            requirement: requirement.clone(),
            procedure: <&str>::from(*procedure).to_owned(),
            year: i64::from(*year),
            content: to_json(content),
            considerations: to_json(considerations),
            version: *version,
            said_in: *said_in,
            given_at: given_at.micros(),
            revised_at: revised_at.micros(),
        }
    }
}

impl TryFrom<AssessmentRow> for Assessment {
    type Error = StoreError;

    fn try_from(row: AssessmentRow) -> Result<Self, StoreError> {
        let AssessmentRow {
            id,
            reference,
            business_id,
            requirement,
            procedure,
            year,
            content,
            considerations,
            version,
            said_in,
            given_at,
            revised_at,
        } = row;
        Ok(Self {
            id: parsed("assessments.id", &id)?,
            reference: parsed("assessments.reference", &reference)?,
            business: parsed("assessments.business_id", &business_id)?,
            requirement,
            procedure: parsed("assessments.procedure", &procedure)?,
            year: i16::try_from(year).map_err(|_| corrupt("assessments.year"))?,
            content: from_json("assessments.content", &content)?,
            considerations: from_json("assessments.considerations", &considerations)?,
            version,
            said_in,
            given_at: moment("assessments.given_at", given_at)?,
            revised_at: moment("assessments.revised_at", revised_at)?,
        })
    }
}

/// A version of an assessment that was replaced.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = assessment_versions)]
pub(crate) struct AssessmentVersionRow {
    assessment_id: String,
    version: i64,
    content: String,
    at: i64,
}

impl From<&AssessmentVersion> for AssessmentVersionRow {
    fn from(replaced: &AssessmentVersion) -> Self {
        let AssessmentVersion { assessment, version, content, at } = replaced;
        Self {
            assessment_id: assessment.to_string(),
            version: *version,
            content: to_json(content),
            at: at.micros(),
        }
    }
}

impl TryFrom<AssessmentVersionRow> for AssessmentVersion {
    type Error = StoreError;

    fn try_from(row: AssessmentVersionRow) -> Result<Self, StoreError> {
        let AssessmentVersionRow { assessment_id, version, content, at } = row;
        Ok(Self {
            assessment: parsed("assessment_versions.assessment_id", &assessment_id)?,
            version,
            content: from_json("assessment_versions.content", &content)?,
            at: moment("assessment_versions.at", at)?,
        })
    }
}

/// How a business counts in a cell.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = assessment_standings, primary_key(requirement, procedure, business_id))]
pub(crate) struct StandingRow {
    requirement: String,
    procedure: String,
    business_id: String,
    parts: String,
    behind: i64,
}

impl From<&Standing> for StandingRow {
    fn from(standing: &Standing) -> Self {
        let behind = i64::from(standing.is_behind());
        let Standing { requirement, procedure, business, parts } = standing;
        Self {
            requirement: requirement.clone(),
            procedure: <&str>::from(*procedure).to_owned(),
            business_id: business.to_string(),
            parts: to_json(parts),
            behind,
        }
    }
}

impl TryFrom<StandingRow> for Standing {
    type Error = StoreError;

    fn try_from(row: StandingRow) -> Result<Self, StoreError> {
        let StandingRow { requirement, procedure, business_id, parts, behind: _ } = row;
        Ok(Self {
            requirement,
            procedure: parsed("assessment_standings.procedure", &procedure)?,
            business: parsed("assessment_standings.business_id", &business_id)?,
            parts: from_json("assessment_standings.parts", &parts)?,
        })
    }
}

/// A cell.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = assessment_cells, primary_key(requirement, procedure))]
pub(crate) struct CellRow {
    requirement: String,
    procedure: String,
    counts: String,
    places: String,
}

impl From<&Cell> for CellRow {
    fn from(cell: &Cell) -> Self {
        let Cell { requirement, procedure, counts, places } = cell;
        Self {
            requirement: requirement.clone(),
            procedure: <&str>::from(*procedure).to_owned(),
            counts: to_json(counts),
            places: to_json(places),
        }
    }
}

impl TryFrom<CellRow> for Cell {
    type Error = StoreError;

    fn try_from(row: CellRow) -> Result<Self, StoreError> {
        let CellRow { requirement, procedure, counts, places } = row;
        Ok(Self {
            requirement,
            procedure: parsed("assessment_cells.procedure", &procedure)?,
            counts: from_json("assessment_cells.counts", &counts)?,
            places: from_json("assessment_cells.places", &places)?,
        })
    }
}

/// A slice.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = assessment_slices, primary_key(matter, dimension, value))]
pub(crate) struct SliceRow {
    matter: String,
    dimension: String,
    value: String,
    told: String,
}

impl From<&Slice> for SliceRow {
    fn from(slice: &Slice) -> Self {
        let Slice { place: Place { matter, dimension, value }, told } = slice;
        Self {
            matter: <&str>::from(*matter).to_owned(),
            dimension: <&str>::from(*dimension).to_owned(),
            value: value.clone(),
            told: to_json(told),
        }
    }
}

impl TryFrom<SliceRow> for Slice {
    type Error = StoreError;

    fn try_from(row: SliceRow) -> Result<Self, StoreError> {
        let SliceRow { matter, dimension, value, told } = row;
        let matter = parsed("assessment_slices.matter", &matter)?;
        let dimension = parsed("assessment_slices.dimension", &dimension)?;
        let place = Place { matter, dimension, value };
        Ok(Self { place, told: from_json("assessment_slices.told", &told)? })
    }
}

/// When a business is reminded.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = assessment_reminders, primary_key(business_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ReminderRow {
    business_id: String,
    next_at: Option<i64>,
}

impl From<&Reminder> for ReminderRow {
    fn from(reminder: &Reminder) -> Self {
        let Reminder { business, next_at } = reminder;
        Self { business_id: business.to_string(), next_at: next_at.map(|at| at.micros()) }
    }
}

impl TryFrom<ReminderRow> for Reminder {
    type Error = StoreError;

    fn try_from(row: ReminderRow) -> Result<Self, StoreError> {
        let ReminderRow { business_id, next_at } = row;
        Ok(Self {
            business: parsed("assessment_reminders.business_id", &business_id)?,
            next_at: moment_or_none("assessment_reminders.next_at", next_at)?,
        })
    }
}
