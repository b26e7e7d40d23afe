use std::collections::{BTreeMap, BTreeSet};

use diesel::{dsl::max, prelude::*};
use domain::{
    assessment::{
        Assessment, AssessmentFilter, AssessmentVersion, Procedure,
        due::Reminder,
        tally::{Cell, Place, Slice, Standing},
    },
    ids::{AssessmentId, AssessmentRef, BusinessId},
    page::{Page, PageRequest},
    ports::store::{Assessments, StoreError},
    time::Timestamp,
};

use super::{Transaction, all, cut, inserted, one_past, updated};
use crate::{
    conn::each,
    rows::{
        assessment::{AssessmentRow, AssessmentVersionRow, CellRow, ReminderRow, SliceRow, StandingRow},
        moment,
    },
    schema::{
        assessment_cells, assessment_reminders, assessment_salt, assessment_slices, assessment_standings,
        assessment_versions, assessments,
    },
};

impl Assessments for Transaction<'_> {
    /// The one row.
    fn salt(&mut self) -> Result<Vec<u8>, StoreError> {
        self.ask(|conn| each!(conn, c => assessment_salt::table.select(assessment_salt::salt).get_result(c)))
    }

    /// Primary key.
    fn insert(&mut self, assessment: &Assessment) -> Result<(), StoreError> {
        let row = AssessmentRow::from(assessment);
        let rows = self.ask(|conn| insert_new!(conn, assessments::table, &row))?;
        inserted(rows)
    }

    /// Primary key.
    fn find(&mut self, business: &BusinessId, id: &AssessmentId) -> Result<Option<Assessment>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => assessments::table
                .find(id.as_str())
                .filter(assessments::business_id.eq(business.as_str()))
                .select(AssessmentRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Assessment::try_from).transpose()
    }

    /// Index `assessments_reference`.
    fn find_reference(&mut self, reference: &AssessmentRef) -> Result<Option<Assessment>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => assessments::table
                .filter(assessments::reference.eq(reference.as_str()))
                .select(AssessmentRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Assessment::try_from).transpose()
    }

    /// Index `assessments_year`, backwards: a business has few years.
    fn newest(
        &mut self,
        business: &BusinessId,
        requirement: &str,
        procedure: Procedure,
    ) -> Result<Option<Assessment>, StoreError> {
        let rows: Vec<AssessmentRow> = self.ask(|conn| {
            each!(conn, c => assessments::table
                .filter(assessments::business_id.eq(business.as_str()))
                .filter(assessments::requirement.eq(requirement))
                .filter(assessments::procedure.eq(<&str>::from(procedure)))
                .order(assessments::year.desc())
                .select(AssessmentRow::as_select())
                .load(c))
        })?;
        rows.into_iter().next().map(Assessment::try_from).transpose()
    }

    /// Primary key. The row must be at the version before.
    fn update(&mut self, assessment: &Assessment) -> Result<(), StoreError> {
        let row = AssessmentRow::from(assessment);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(assessments::table.find(assessment.id.as_str()))
                .filter(assessments::business_id.eq(assessment.business.as_str()))
                .filter(assessments::version.eq(assessment.version - 1))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "assessments")
    }

    /// Primary key.
    fn consider(&mut self, assessment: &Assessment) -> Result<(), StoreError> {
        let row = AssessmentRow::from(assessment);
        let rows = self.ask(|conn| {
            each!(conn, c => diesel::update(assessments::table.find(assessment.id.as_str()))
                .filter(assessments::version.eq(assessment.version))
                .set(&row)
                .execute(c))
        })?;
        updated(rows, "assessments")
    }

    /// Index `assessments_business`, backwards; the filters are judged in the index.
    fn list(
        &mut self,
        business: &BusinessId,
        filter: &AssessmentFilter,
        page: &PageRequest,
    ) -> Result<Page<Assessment>, StoreError> {
        let AssessmentFilter { requirement, year, procedure } = filter;
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let mut query = assessments::table
                    .filter(assessments::business_id.eq(business.as_str()))
                    .into_boxed();
                if let Some(requirement) = requirement {
                    query = query.filter(assessments::requirement.eq(requirement));
                }
                if let Some(year) = year {
                    query = query.filter(assessments::year.eq(i64::from(*year)));
                }
                if let Some(procedure) = procedure {
                    query = query.filter(assessments::procedure.eq(<&str>::from(*procedure)));
                }
                if let Some(after) = &page.after {
                    query = query.filter(assessments::id.lt(after));
                }
                query.order(assessments::id.desc()).limit(one_past(page)).select(AssessmentRow::as_select()).load(c)
            })
        })?;
        cut(rows, page, |assessment: &Assessment| assessment.id.to_string())
    }

    /// Primary key.
    fn insert_version(&mut self, version: &AssessmentVersion) -> Result<(), StoreError> {
        let row = AssessmentVersionRow::from(version);
        let rows = self.ask(|conn| insert_new!(conn, assessment_versions::table, &row))?;
        inserted(rows)
    }

    /// Primary key, backwards.
    fn versions(&mut self, id: &AssessmentId) -> Result<Vec<AssessmentVersion>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => assessment_versions::table
                .filter(assessment_versions::assessment_id.eq(id.as_str()))
                .order(assessment_versions::version.desc())
                .select(AssessmentVersionRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Index `assessments_year`, then the rows of one business.
    fn last_assessed(&mut self, business: &BusinessId) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        let rows: Vec<(String, Option<i64>)> = self.ask(|conn| {
            each!(conn, c => assessments::table
                .filter(assessments::business_id.eq(business.as_str()))
                .group_by(assessments::requirement)
                .select((assessments::requirement, max(assessments::revised_at)))
                .load(c))
        })?;
        let dated = rows.into_iter().filter_map(|(code, at)| Some((code, at?)));
        dated.map(|(code, at)| Ok((code, moment("assessments.revised_at", at)?))).collect()
    }

    /// Index `assessments_requirement` in its order, requirement after requirement.
    fn of_requirements(
        &mut self,
        codes: &[String],
        procedure: Option<Procedure>,
        page: &PageRequest,
    ) -> Result<Page<Assessment>, StoreError> {
        let after = page.after.as_deref().unwrap_or_default();
        let (code, reference) = after.split_once('|').unwrap_or((after, ""));
        let left: Vec<&str> = codes.iter().map(String::as_str).filter(|own| *own >= code).collect();
        let rows = self.ask(|conn| {
            each!(conn, c => {
                let behind = assessments::requirement.ne(code).or(assessments::reference.gt(reference));
                let mut query = assessments::table
                    .filter(assessments::requirement.eq_any(left))
                    .filter(behind)
                    .into_boxed();
                if let Some(procedure) = procedure {
                    query = query.filter(assessments::procedure.eq(<&str>::from(procedure)));
                }
                query
                    .order((assessments::requirement, assessments::reference))
                    .limit(one_past(page))
                    .select(AssessmentRow::as_select())
                    .load(c)
            })
        })?;
        cut(rows, page, |one: &Assessment| format!("{}|{}", one.requirement, one.reference))
    }

    /// Index `assessments_requirement` alone.
    fn codes(&mut self) -> Result<Vec<String>, StoreError> {
        self.ask(|conn| {
            each!(conn, c => assessments::table
                .select(assessments::requirement)
                .distinct()
                .order(assessments::requirement)
                .load(c))
        })
    }

    /// Primary key.
    fn standing(
        &mut self,
        requirement: &str,
        procedure: Procedure,
        business: &BusinessId,
    ) -> Result<Option<Standing>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => assessment_standings::table
                .find((requirement, <&str>::from(procedure), business.as_str()))
                .select(StandingRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Standing::try_from).transpose()
    }

    /// Index `assessment_standings_behind`.
    fn behind(&mut self, requirement: &str, procedure: Procedure) -> Result<Vec<Standing>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => assessment_standings::table
                .filter(assessment_standings::requirement.eq(requirement))
                .filter(assessment_standings::procedure.eq(<&str>::from(procedure)))
                // A literal, not a parameter: a partial index is used only where its condition is seen to hold.
                .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("behind = 1"))
                .select(StandingRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn standings(&mut self, requirement: &str) -> Result<Vec<Standing>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => assessment_standings::table
                .filter(assessment_standings::requirement.eq(requirement))
                .select(StandingRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn put_standings(&mut self, standings: &[Standing]) -> Result<(), StoreError> {
        use assessment_standings::{business_id, procedure, requirement};
        for standing in standings {
            let row = StandingRow::from(standing);
            self.ask(|conn| {
                each!(conn, c => diesel::insert_into(assessment_standings::table)
                    .values(&row)
                    .on_conflict((requirement, procedure, business_id))
                    .do_update()
                    .set(&row)
                    .execute(c))
            })?;
        }
        Ok(())
    }

    /// Primary key.
    fn cell(&mut self, requirement: &str, procedure: Procedure) -> Result<Option<Cell>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => assessment_cells::table
                .find((requirement, <&str>::from(procedure)))
                .select(CellRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Cell::try_from).transpose()
    }

    /// Primary key.
    fn cells(&mut self, requirement: &str) -> Result<Vec<Cell>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => assessment_cells::table
                .filter(assessment_cells::requirement.eq(requirement))
                .order(assessment_cells::procedure)
                .select(CellRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn put_cell(&mut self, cell: &Cell) -> Result<(), StoreError> {
        let row = CellRow::from(cell);
        self.ask(|conn| {
            each!(conn, c => diesel::insert_into(assessment_cells::table)
                .values(&row)
                .on_conflict((assessment_cells::requirement, assessment_cells::procedure))
                .do_update()
                .set(&row)
                .execute(c))
        })?;
        Ok(())
    }

    /// Primary key, part by part: a cell has a dozen slices of one matter, and few values stand in two dimensions.
    fn slices(&mut self, places: &[Place]) -> Result<Vec<Slice>, StoreError> {
        let matters: BTreeSet<&str> = places.iter().map(|place| place.matter.into()).collect();
        let dimensions: BTreeSet<&str> = places.iter().map(|place| place.dimension.into()).collect();
        let values: BTreeSet<&str> = places.iter().map(|place| place.value.as_str()).collect();
        let rows: Vec<SliceRow> = self.ask(|conn| {
            each!(conn, c => assessment_slices::table
                .filter(assessment_slices::matter.eq_any(matters))
                .filter(assessment_slices::dimension.eq_any(dimensions))
                .filter(assessment_slices::value.eq_any(values))
                .select(SliceRow::as_select())
                .load(c))
        })?;
        let mut found: Vec<Slice> = all(rows)?;
        found.retain(|slice| places.contains(&slice.place));
        Ok(found)
    }

    /// The whole table.
    fn all_slices(&mut self) -> Result<Vec<Slice>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => assessment_slices::table
                .order((assessment_slices::matter, assessment_slices::dimension, assessment_slices::value))
                .select(SliceRow::as_select())
                .load(c))
        })?;
        all(rows)
    }

    /// Primary key.
    fn put_slices(&mut self, slices: &[Slice]) -> Result<(), StoreError> {
        use assessment_slices::{dimension, matter, value};
        for slice in slices {
            let row = SliceRow::from(slice);
            self.ask(|conn| {
                each!(conn, c => diesel::insert_into(assessment_slices::table)
                    .values(&row)
                    .on_conflict((matter, dimension, value))
                    .do_update()
                    .set(&row)
                    .execute(c))
            })?;
        }
        Ok(())
    }

    /// Primary key.
    fn reminder(&mut self, business: &BusinessId) -> Result<Option<Reminder>, StoreError> {
        let row = self.ask(|conn| {
            each!(conn, c => assessment_reminders::table
                .find(business.as_str())
                .select(ReminderRow::as_select())
                .get_result(c)
                .optional())
        })?;
        row.map(Reminder::try_from).transpose()
    }

    /// Primary key.
    fn put_reminder(&mut self, reminder: &Reminder) -> Result<(), StoreError> {
        let row = ReminderRow::from(reminder);
        self.ask(|conn| {
            each!(conn, c => diesel::insert_into(assessment_reminders::table)
                .values(&row)
                .on_conflict(assessment_reminders::business_id)
                .do_update()
                .set(&row)
                .execute(c))
        })?;
        Ok(())
    }

    /// Index `assessment_reminders_next` in its order.
    fn reminders_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Reminder>, StoreError> {
        let rows = self.ask(|conn| {
            each!(conn, c => assessment_reminders::table
                .filter(assessment_reminders::next_at.le(now.micros()))
                .order((assessment_reminders::next_at, assessment_reminders::business_id))
                .limit(i64::from(limit))
                .select(ReminderRow::as_select())
                .load(c))
        })?;
        all(rows)
    }
}
