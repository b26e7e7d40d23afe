use diesel::prelude::*;
use domain::{
    ids::BusinessId,
    ports::store::{Marks, StoreError},
    requirement::list::{ListChange, PersonalList, Row, Verdict},
};
use serde::{Deserialize, Serialize};

use super::{from_json, moment, parsed, to_json};
use crate::schema::{businesses, list_changes, personal_lists};

/// A personal list.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = personal_lists, primary_key(business_id))]
pub(crate) struct PersonalListRow {
    business_id: String,
    version: i64,
    profile_version: i64,
    edition: i64,
    day: String,
    rows: String,
    changed_at: i64,
}

impl PersonalListRow {
    /// Whose list.
    pub(crate) fn business_id(&self) -> &str {
        &self.business_id
    }
}

impl From<&PersonalList> for PersonalListRow {
    fn from(list: &PersonalList) -> Self {
        let PersonalList { business, version, profile_version, edition, day, rows, changed_at } = list;
        Self {
            business_id: business.to_string(),
            version: *version,
            profile_version: *profile_version,
            edition: *edition,
            day: day.to_string(),
            rows: to_json(&runs(rows)),
            changed_at: changed_at.micros(),
        }
    }
}

impl TryFrom<PersonalListRow> for PersonalList {
    type Error = StoreError;

    fn try_from(row: PersonalListRow) -> Result<Self, StoreError> {
        let PersonalListRow { business_id, version, profile_version, edition, day, rows, changed_at } = row;
        Ok(Self {
            business: parsed("personal_lists.business_id", &business_id)?,
            version,
            profile_version,
            edition,
            day: parsed("personal_lists.day", &day)?,
            rows: rows_of(&rows)?,
            changed_at: moment("personal_lists.changed_at", changed_at)?,
        })
    }
}

/// Neighbouring rows that differ in their codes alone: version, verdict, since, codes. Without names, because lists are
/// many and written often.
#[derive(Serialize, Deserialize)]
struct Run(i64, Verdict, i64, Vec<String>);

fn runs(rows: &[Row]) -> Vec<Run> {
    let alike = |one: &Row, other: &Row| {
        (one.version, one.verdict, one.since) == (other.version, other.verdict, other.since)
    };
    let runs = rows.chunk_by(alike).map(|run| {
        let codes = run.iter().map(|row| row.code.clone()).collect();
        Run(run[0].version, run[0].verdict, run[0].since.micros(), codes)
    });
    runs.collect()
}

fn rows_of(text: &str) -> Result<Vec<Row>, StoreError> {
    let runs: Vec<Run> = from_json("personal_lists.rows", text)?;
    let mut rows = Vec::with_capacity(runs.iter().map(|run| run.3.len()).sum());
    for Run(version, verdict, since, codes) in runs {
        let since = moment("personal_lists.rows", since)?;
        rows.extend(codes.into_iter().map(|code| Row { code, version, verdict, since }));
    }
    Ok(rows)
}

/// Up to what a list and its business's profile have come.
#[derive(Queryable, Selectable)]
#[diesel(table_name = personal_lists)]
pub(crate) struct MarksRow {
    business_id: String,
    version: i64,
    edition: i64,
    day: String,
    #[diesel(select_expression = businesses::version)]
    profile_version: i64,
}

impl MarksRow {
    /// The business with its marks.
    pub(crate) fn read(self) -> Result<(BusinessId, Marks), StoreError> {
        let Self { business_id, version, edition, day, profile_version } = self;
        let day = parsed("personal_lists.day", &day)?;
        let business = parsed("personal_lists.business_id", &business_id)?;
        Ok((business, Marks { version, edition, day, profile_version }))
    }
}

/// A change of a personal list.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = list_changes)]
pub(crate) struct ListChangeRow {
    business_id: String,
    version: i64,
    at: i64,
    cause: String,
    difference: String,
}

impl From<&ListChange> for ListChangeRow {
    fn from(change: &ListChange) -> Self {
        let ListChange { business, version, at, cause, difference } = change;
        Self {
            business_id: business.to_string(),
            version: *version,
            at: at.micros(),
            cause: <&str>::from(*cause).to_owned(),
            difference: to_json(difference),
        }
    }
}

impl TryFrom<ListChangeRow> for ListChange {
    type Error = StoreError;

    fn try_from(row: ListChangeRow) -> Result<Self, StoreError> {
        let ListChangeRow { business_id, version, at, cause, difference } = row;
        Ok(Self {
            business: parsed("list_changes.business_id", &business_id)?,
            version,
            at: moment("list_changes.at", at)?,
            cause: parsed("list_changes.cause", &cause)?,
            difference: from_json("list_changes.difference", &difference)?,
        })
    }
}
