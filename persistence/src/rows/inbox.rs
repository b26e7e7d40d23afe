use diesel::prelude::*;
use domain::{
    inbox::{Lease, Task},
    ports::store::StoreError,
};

use super::{corrupt, moment, moment_or_none, parsed};
use crate::schema::tasks;

/// A task of an authority; both columns of the lease are there or neither is.
#[derive(Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct TaskRow {
    id: String,
    authority_id: String,
    submission_id: String,
    kind: String,
    route: String,
    available_at: i64,
    attempts: i64,
    lease_id: Option<String>,
    lease_until: Option<i64>,
    acknowledged_at: Option<i64>,
}

impl From<&Task> for TaskRow {
    fn from(task: &Task) -> Self {
        let Task { id, authority, submission, kind, route, available_at, attempts, lease, acknowledged_at } =
            task;
        let (lease_id, lease_until) = match lease {
            Some(Lease { id, until }) => (Some(id.to_string()), Some(until.micros())),
            None => (None, None),
        };
        Self {
            id: id.to_string(),
            authority_id: authority.to_string(),
            submission_id: submission.to_string(),
            kind: <&str>::from(*kind).to_owned(),
            route: <&str>::from(*route).to_owned(),
            available_at: available_at.micros(),
            attempts: *attempts,
            lease_id,
            lease_until,
            acknowledged_at: acknowledged_at.map(|at| at.micros()),
        }
    }
}

impl TryFrom<TaskRow> for Task {
    type Error = StoreError;

    fn try_from(row: TaskRow) -> Result<Self, StoreError> {
        let TaskRow {
            id,
            authority_id,
            submission_id,
            kind,
            route,
            available_at,
            attempts,
            lease_id,
            lease_until,
            acknowledged_at,
        } = row;
        let lease = match (lease_id, lease_until) {
            (Some(id), Some(until)) => {
                Some(Lease { id: parsed("tasks.lease_id", &id)?, until: moment("tasks.lease_until", until)? })
            }
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(corrupt("tasks.lease_until")),
        };
        Ok(Self {
            id: parsed("tasks.id", &id)?,
            authority: parsed("tasks.authority_id", &authority_id)?,
            submission: parsed("tasks.submission_id", &submission_id)?,
            kind: parsed("tasks.kind", &kind)?,
            route: parsed("tasks.route", &route)?,
            available_at: moment("tasks.available_at", available_at)?,
            attempts,
            lease,
            acknowledged_at: moment_or_none("tasks.acknowledged_at", acknowledged_at)?,
        })
    }
}
